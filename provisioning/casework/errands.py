"""Keeping a promise, as a state machine on its case: write "about to", call, write the answer, look for the proof.

A process can die at any point and its successor starts from the case alone:

* PROMISED: Graph was not called. Call, after checking everything again unless the check at the click is fresh.
* CALLING without an answer: it may have been called. Never call again; look for a trace in the log.
* CALLING with an answer: the answer is kept; draw the conclusion from it.
* CHECKING: Graph answered success; look until the log shows it.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from provisioning.cases import Case, CaseState, Refusal, Trouble
from provisioning.casework.records import CARRY_OUT, CHECK_CASE, record
from provisioning.casework.targets import Target, target_of
from provisioning.casework.traces import clearer, in_sync, proof, row_of, setback, since, took_away, trouble_of
from provisioning.diagnosis import diagnose
from provisioning.errors import (
    DeskError,
    NotAllowedError,
    NotThereError,
    RefusedError,
    TryLaterError,
    UncertainError,
)
from provisioning.evidence import Evidence
from provisioning.model import Actor, Diagnosis, LogEvent, OnDemandAnswer, Verdict
from provisioning.permissions import may_provision
from provisioning.ports import Books, Ledger, Levers, Pace, TenantReader

PATIENCE = timedelta(minutes=15)  # how long a promise waits for a Graph that is busy
LOOKING = timedelta(minutes=30)  # how long the log is looked at; Microsoft calls minutes of delay normal
FRESH = timedelta(seconds=60)  # a promise that waited longer is checked again before the call
NEAR = timedelta(seconds=3)  # a turn that is nearer is waited for in place; a check before the call fits in as well
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(seconds=60)  # between two looks

_log = logging.getLogger(__name__)


class Errands:
    """What the background does about promised cases."""

    def __init__(self, *, tenant: TenantReader, levers: Levers, books: Books, pace: Pace) -> None:
        self._tenant = tenant
        self._levers = levers
        self._books = books
        self._pace = pace

    async def carry_out(self, case_id: str, target: Target | None, turn: datetime | None = None) -> None:
        """One step further. Raises what should be tried again (TryLaterError, the unexpected) while there is time.

        ``target`` is what the check at the click found; a promise that is not fresh is checked again and finds its own.
        ``turn``: the one that was reserved for the call.
        """
        try:
            await self._step(await self._books.read_case(case_id), target, turn)
        except Exception as problem:  # noqa: BLE001  a promise must end some day, whatever is broken
            await self._give_up_in_time(case_id, problem)

    async def check(self, case_id: str) -> None:
        """Look once; come back later until the log shows the success or ``LOOKING`` has passed. Raises as above."""
        try:
            case = await self._books.read_case(case_id)
            if case.state is CaseState.CHECKING and case.waiting:
                await self._look_for_the_proof(case)
        except Exception as problem:  # noqa: BLE001  as above
            await self._give_up_in_time(case_id, problem)

    async def _step(self, case: Case, target: Target | None, turn: datetime | None) -> None:
        if case.state is CaseState.PROMISED and target is not None and await self._is_fresh(case):
            await self._start(case, target, case.diagnosis, turn)
        elif case.state is CaseState.PROMISED:
            await self._check_and_start(case, turn)
        elif case.state is CaseState.CALLING and case.answer is not None and case.answer.readable:
            await self._conclude(case, case.answer)
        elif case.state is CaseState.CALLING:
            await self._look_for_a_trace(case)

    # PROMISED

    async def _check_and_start(self, case: Case, turn: datetime | None) -> None:
        """The tenant may have changed since the click, and so may the role: look at everything again."""
        seen = await self._evidence(case)
        if isinstance(seen, Refusal):
            await self._refuse(case, seen, case.diagnosis)
            return
        diagnosis, target = diagnose(seen), target_of(seen)
        if diagnosis.refusal or target is None:
            await self._refuse(case, Refusal(diagnosis.refusal or Refusal.NOT_READABLE), diagnosis)
        elif not await self._may_still(_maker(case)):
            await self._refuse(case, Refusal.NOT_AN_AGENT, diagnosis)
        else:
            await self._start(case, target, clearer(case.diagnosis, diagnosis), turn)

    async def _start(self, case: Case, target: Target, diagnosis: Diagnosis, turn: datetime | None) -> None:
        if not await self._its_turn(case, target, turn):
            return
        at = await self._now()
        calling = await self._move(case, "calling", state=CaseState.CALLING, diagnosis=diagnosis, called_at=at)
        if calling is not None:  # else another process was quicker
            await self._call(calling, target)

    async def _its_turn(self, case: Case, target: Target, turn: datetime | None) -> bool:
        """Whether the call may go out now; else the work is queued again for when its turn is near."""
        if turn is not None and await self._pace.reached(turn):
            return True
        reserved = await self._pace.reserve(crowd=case.crowd is not None)
        ahead = timedelta(seconds=reserved.wait)
        if reserved.ours and ahead <= NEAR and await self._pace.reached(reserved.at):
            return True
        wanted = {"job_id": target.job_id, "rule_id": target.rule_id}
        if reserved.ours:
            wanted["turn"] = reserved.at.isoformat()
            ahead -= NEAR
        await self._later(CARRY_OUT, case, max(ahead, timedelta(0)), **wanted)
        return False

    async def _evidence(self, case: Case) -> Evidence | Refusal:
        try:
            return await self._tenant.evidence(case.diagnosis.person.id, case.diagnosis.app)
        except NotThereError:
            return Refusal.NO_LONGER_THERE
        except NotAllowedError:
            return Refusal.NOT_READABLE

    async def _may_still(self, maker: Actor) -> bool:
        try:
            return may_provision(await self._tenant.actor(maker.id))
        except NotThereError:  # the account itself is gone
            return False

    async def _refuse(self, case: Case, refusal: Refusal, diagnosis: Diagnosis) -> None:
        await self._move(case, "refused", state=CaseState.REFUSED, refusal=refusal, diagnosis=diagnosis)

    async def _call(self, case: Case, target: Target) -> None:
        """Pull the lever, once. Whatever is raised beyond the words of the lever leaves the case in CALLING."""
        person, app = case.diagnosis.person, case.diagnosis.app
        try:
            answer = await self._levers.provision_on_demand(
                app=app, job_id=target.job_id, rule_id=target.rule_id, person_id=person.id
            )
        except TryLaterError as busy:
            await self._pace.hold(busy.wait)
            await self._put_back(case, busy)
        except UncertainError:
            await self._later(CARRY_OUT, case, _SOONEST)
        except (NotAllowedError, RefusedError, NotThereError) as no:
            diagnosis = await self._diagnosed_anew(case, None)
            await self._fail(case, Trouble.NOT_TAKEN, told=_words(no), diagnosis=diagnosis)
        else:
            await self._keep_answer(case, answer)

    async def _put_back(self, case: Case, busy: TryLaterError) -> None:
        """Graph did nothing yet: the promise waits again, unless it has waited long enough."""
        if await self._age(case) >= PATIENCE:
            await self._fail(case, Trouble.BUSY, told=_words(busy))
            return
        async with self._books.transaction() as ledger:
            current = await _same(ledger, case)
            if current is not None:
                told = _words(busy)
                waiting = replace(
                    current, state=CaseState.PROMISED, called_at=None, trouble=Trouble.BUSY.value, told=told
                )
                await record(ledger, waiting, "put back", _maker(case), trouble=waiting.trouble, told=told)
                await ledger.defer(CARRY_OUT, after=timedelta(seconds=busy.wait), case_id=case.id)

    async def _keep_answer(self, case: Case, answer: OnDemandAnswer) -> None:
        """Write the answer down before anything else is done with it."""
        answered = await self._move(case, "answered", {"verdict": answer.verdict.value}, answer=answer)
        if answered is None:
            return
        if answer.readable:
            await self._conclude(answered, answer)
        else:
            await self._look_for_a_trace(answered)

    # CALLING

    async def _conclude(self, case: Case, answer: OnDemandAnswer) -> None:
        if in_sync(answer):
            diagnosis = await self._diagnosed_anew(case, answer)
            await self._move(case, "done", state=CaseState.DONE, diagnosis=diagnosis)
        elif took_away(answer):
            diagnosis = await self._diagnosed_anew(case, None)
            await self._fail(case, Trouble.TOOK_AWAY, diagnosis=diagnosis)
        elif answer.verdict in {Verdict.SUCCESS, Verdict.WARNING}:
            await self._await_proof(case)
        else:
            diagnosis = await self._diagnosed_anew(case, answer)
            await self._move(case, "not done", state=CaseState.NOT_DONE, diagnosis=diagnosis)

    async def _await_proof(self, case: Case) -> None:
        async with self._books.transaction() as ledger:
            current = await _same(ledger, case)
            if current is not None:
                await record(ledger, replace(current, state=CaseState.CHECKING), "checking", _maker(case))
                await ledger.defer(CHECK_CASE, case_id=case.id)

    async def _look_for_a_trace(self, case: Case) -> None:
        """Somebody was about to call and told nobody how it went: only the log can."""
        try:
            rows = await self._rows(case)
        except NotAllowedError as no:
            await self._leave_open(case, Trouble.LOG_UNREADABLE, told=_words(no))
            return
        if await self._settled_by(rows, case):
            return
        age = await self._age(case)
        if age < LOOKING:
            await self._later(CARRY_OUT, case, _pause(age))
        else:
            await self._leave_open(case, Trouble.NO_TRACE)

    # CHECKING

    async def _look_for_the_proof(self, case: Case) -> None:
        try:
            rows = await self._rows(case)
        except NotAllowedError as no:
            await self._leave_open(case, Trouble.LOG_UNREADABLE, told=_words(no))
            return
        if await self._settled_by(rows, case):
            return
        age = await self._age(case)
        if age < LOOKING:
            await self._later(CHECK_CASE, case, _pause(age))
        else:
            await self._leave_open(case, Trouble.NO_PROOF)

    # Anywhere

    async def _fail(self, case: Case, trouble: Trouble, noted: dict[str, str] | None = None, /, **changes: Any) -> None:
        await self._move(case, "not done", noted, state=CaseState.NOT_DONE, trouble=trouble.value, **changes)

    async def _leave_open(self, case: Case, trouble: Trouble, *, told: str | None = None) -> None:
        """Nobody knows how it ended. What Graph called a success stays CHECKING, and holds nobody up any more."""
        if case.state is CaseState.CHECKING:
            await self._move(case, "not checked", trouble=trouble.value, told=told)
        else:
            await self._move(case, "uncertain", state=CaseState.UNCERTAIN, trouble=trouble.value, told=told)

    async def _settled_by(self, rows: tuple[LogEvent, ...], case: Case) -> bool:
        """Whether the log tells how it ended; then the case ends so."""
        shown, failed = proof(rows, case), setback(rows, case)
        if shown is None and failed is None:
            return False
        diagnosis = await self._diagnosed_anew(case, None)
        if shown is not None:
            row = {"row": shown.id}
            await self._move(case, "done", row, state=CaseState.DONE, proof=shown, diagnosis=diagnosis)
        elif failed is not None:
            await self._fail(case, trouble_of(case), {"row": failed.id}, diagnosis=diagnosis)
        return True

    async def _give_up_in_time(self, case_id: str, problem: Exception) -> None:
        """End the case when its time has passed; before that, raise ``problem`` again so that the queue tries again."""
        try:
            case = await self._books.read_case(case_id)  # it may have moved since the work on it began
        except NotThereError:
            _log.warning("work for a case that is gone", extra={"case": case_id})
            return
        limit = PATIENCE if case.state is CaseState.PROMISED else LOOKING
        if not case.waiting or await self._age(case) < limit:
            raise problem
        _log.error("a promise is given up", exc_info=problem, extra={"case": case_id})
        trouble, told = _why(problem)
        if case.state is CaseState.PROMISED:
            await self._fail(case, trouble, told=told)
        else:
            await self._leave_open(case, trouble, told=told)

    async def _diagnosed_anew(self, case: Case, answer: OnDemandAnswer | None) -> Diagnosis:
        """Today's answer, with what Graph has just told as its newest log row; the old one if Graph cannot be read."""
        try:
            seen = await self._tenant.evidence(case.diagnosis.person.id, case.diagnosis.app)
        except DeskError:
            _log.warning("no new diagnosis after the call", exc_info=True, extra={"case": case.id})
            return case.diagnosis
        if answer is not None and not any(row.change_id and row.change_id == answer.change_id for row in seen.log):
            seen = replace(seen, log=(row_of(answer, case, seen.as_of), *seen.log))
        return clearer(case.diagnosis, diagnose(seen))

    async def _rows(self, case: Case) -> tuple[LogEvent, ...]:
        try:
            return await self._tenant.log(case.diagnosis.person.id, case.diagnosis.app, since=since(case))
        except NotThereError:  # the person or the app is gone: no row will come
            return ()

    async def _now(self) -> datetime | None:
        """Graph's clock; None while it cannot be read."""
        try:
            return await self._tenant.now()
        except DeskError:
            return None

    async def _age(self, case: Case) -> timedelta:
        """How old the promise is by Graph's clock; nothing is called old while that clock cannot be read."""
        now = await self._now()
        return now - (case.promised_at or case.created) if now else timedelta(0)

    async def _is_fresh(self, case: Case) -> bool:
        now = await self._now()
        return now is not None and case.promised_at is not None and now - case.promised_at <= FRESH

    async def _later(self, work: str, case: Case, after: timedelta, **known: str) -> None:
        async with self._books.transaction() as ledger:
            await ledger.defer(work, after=after, case_id=case.id, **known)

    async def _move(self, case: Case, what: str, noted: dict[str, str] | None = None, /, **changes: Any) -> Case | None:
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
            visible = (moved.state, moved.trouble, moved.told) != (current.state, current.trouble, current.told)
            return await record(ledger, moved, what, _maker(case), visible, **facts)


async def _same(ledger: Ledger, case: Case) -> Case | None:
    """The locked case if it is in the same state of the same promise as when it was read."""
    current = await ledger.case(case.id)
    return current if (current.state, current.promised_at) == (case.state, case.promised_at) else None


def _maker(case: Case) -> Actor:
    return case.promised_by or case.actor


def _pause(age: timedelta) -> timedelta:
    """Until the next look: as long again as it took so far, within bounds."""
    return min(max(age, _SOONEST), _LATEST)


def _why(problem: Exception) -> tuple[Trouble, str | None]:
    """The slug of a problem that lasted too long, and its own words if they are fit to show."""
    if not isinstance(problem, DeskError):
        return Trouble.FAULT, None
    return Trouble.BUSY if isinstance(problem, TryLaterError) else Trouble.FAULT, _words(problem)


def _words(error: DeskError) -> str:
    """What the other side said: its code where it gave one."""
    code = error.code if isinstance(error, NotAllowedError | RefusedError) else None
    return code or str(error.args[0])
