"""One change of a case at a time, by whoever carries it out: compared with what was read, written with its audit line.

Every move stands in one transaction with the work that has to follow it, so that a process can die behind any of them.
"""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from provisioning.attempts import LogEvent, OnDemandAnswer
from provisioning.cases import Case, CaseState, Trouble
from provisioning.casework.records import record
from provisioning.casework.traces import MANAGER, clearer, row_of, since
from provisioning.diagnosis import diagnose
from provisioning.errors import DeskError, NotThereError
from provisioning.evidence import Evidence
from provisioning.model import Actor, Diagnosis
from provisioning.ports import Books, Ledger, TenantReader

SOONEST, LATEST = timedelta(seconds=5), timedelta(seconds=60)  # between two looks

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Work that follows a move."""

    work: str
    after: timedelta = timedelta(0)
    known: dict[str, str] = field(default_factory=dict)


class Moves:
    """What everybody who carries out promises does with a case."""

    def __init__(self, *, tenant: TenantReader, books: Books) -> None:
        self._tenant = tenant
        self._books = books

    async def read(self, case_id: str) -> Case:
        """As ``Books.read_case``."""
        return await self._books.read_case(case_id)

    async def move(
        self,
        case: Case,
        what: str,
        noted: dict[str, str] | None = None,
        /,
        then: Next | None = None,
        **changes: Any,
    ) -> Case | None:
        """Change a case that still stands where it was read; None when somebody else has moved it since.

        ``noted`` goes into the audit line. Trouble that is not named is over. Cards follow what people can see.
        """
        async with self._books.transaction() as ledger:
            current = await _same(ledger, case)
            if current is None:
                return None
            moved = replace(current, **{"trouble": None, "told": None, **changes})
            refusal = moved.refusal.value if moved.refusal else None
            facts = {"refusal": refusal, "trouble": moved.trouble, "told": moved.told, **(noted or {})}
            saved = await record(ledger, moved, what, maker(case), _seen(moved) != _seen(current), **facts)
            if then is not None:
                await ledger.defer(then.work, after=then.after, case_id=case.id, **then.known)
            return saved

    async def fail(self, case: Case, trouble: Trouble, noted: dict[str, str] | None = None, /, **changes: Any) -> None:
        """It did not come to what was promised, and nothing more happens by itself."""
        await self.move(case, "not done", noted, state=CaseState.NOT_DONE, trouble=trouble.value, **changes)

    async def leave_open(
        self, case: Case, trouble: Trouble, *, told: str | None = None, then: Next | None = None, **changes: Any
    ) -> None:
        """Nobody knows how it ended. What Graph called a success stays CHECKING, and holds nobody up any more."""
        if case.state is CaseState.CHECKING:
            await self.move(case, "not checked", then=then, trouble=trouble.value, told=told, **changes)
        else:
            await self.move(
                case, "uncertain", state=CaseState.UNCERTAIN, trouble=trouble.value, told=told, then=then, **changes
            )

    async def later(self, case: Case, then: Next) -> None:
        """Queue work on a case that does not change."""
        async with self._books.transaction() as ledger:
            await ledger.defer(then.work, after=then.after, case_id=case.id, **then.known)

    async def looked_at_anew(self, case: Case, answer: OnDemandAnswer | None) -> tuple[Diagnosis, Evidence | None]:
        """Today's answer, with what Graph has just told as its newest log row; the old one if Graph cannot be read."""
        try:
            seen = await self._tenant.evidence(case.diagnosis.person.id, case.diagnosis.app)
        except DeskError:
            _log.warning("no new diagnosis after the call", exc_info=True, extra={"case": case.id})
            return case.diagnosis, None
        if answer is not None and not any(row.change_id and row.change_id == answer.change_id for row in seen.log):
            seen = replace(seen, log=(row_of(answer, case, seen.as_of), *seen.log))
        return clearer(case.diagnosis, diagnose(seen)), seen

    async def diagnosed_anew(self, case: Case, answer: OnDemandAnswer | None) -> Diagnosis:
        """The first half of ``looked_at_anew``."""
        return (await self.looked_at_anew(case, answer))[0]

    async def missing_manager(self, case: Case) -> tuple[str, ...] | None:
        """The manager as what an account lacks, if the directory knows one; nothing is claimed that cannot be read."""
        try:
            manager = await self._tenant.manager(case.diagnosis.person.id)
        except DeskError:
            _log.info("whether somebody has a manager cannot be read", extra={"case": case.id})
            return None
        return (MANAGER,) if manager else None

    async def rows(self, case: Case) -> tuple[LogEvent, ...]:
        """The log since the promise."""
        try:
            return await self._tenant.log(case.diagnosis.person.id, case.diagnosis.app, since=since(case))
        except NotThereError:  # the person or the app is gone: no row will come
            return ()

    async def now(self) -> datetime | None:
        """Graph's clock; None while it cannot be read."""
        try:
            return await self._tenant.now()
        except DeskError:
            return None

    async def age(self, case: Case) -> timedelta:
        """How old the promise is by Graph's clock; nothing is called old while that clock cannot be read."""
        now = await self.now()
        return now - (case.promised_at or case.created) if now else timedelta(0)


def maker(case: Case) -> Actor:
    """Whose promise it is."""
    return case.promised_by or case.actor


def pause(age: timedelta) -> timedelta:
    """Until the next look: as long again as it took so far, within bounds."""
    return min(max(age, SOONEST), LATEST)


def _seen(case: Case) -> tuple[object, ...]:
    """What of a case people see change while it is carried out."""
    return (case.state, case.trouble, case.told, case.again_at, case.lacking, case.fill)


async def _same(ledger: Ledger, case: Case) -> Case | None:
    """The locked case if it is in the same state of the same run of the same promise as when it was read."""
    current = await ledger.case(case.id)
    return current if _step(current) == _step(case) else None


def _step(case: Case) -> tuple[object, ...]:
    """Where a case stands on the way of its promise."""
    return (case.state, case.promised_at, case.tries, case.fill)
