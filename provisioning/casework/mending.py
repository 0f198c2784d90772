"""Noticing that a ticket's cause is gone: a newer success in the log, or a promise of ours that was kept.

All who asked are told, and the ticket proposes its own closing. It never closes by itself, unless a policy says after
how long without an objection it may.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from provisioning.attempts import LogEvent
from provisioning.cases import Case, CaseState
from provisioning.casework.tickets import Tickets
from provisioning.casework.traces import arrived
from provisioning.errors import NotAllowedError, NotThereError, RefusedError, TryLaterError
from provisioning.model import App, Cause
from provisioning.moves import Close, Mended
from provisioning.ports import Books, LogReader
from provisioning.tickets import DESK, CloseReason, Event, Ticket

REST = timedelta(minutes=5)  # between two looks at the log for one ticket
MOST = 90  # tickets looked at in one round
SIDE_BY_SIDE = 15  # people in one read of the log
_SECOND = timedelta(seconds=1)  # Graph's clock has no fractions
_NOT_BROKEN = frozenset({Cause.PROVISIONED.value, Cause.IN_SYNC.value})  # a success is no news to these

_log = logging.getLogger(__name__)


class Mending:
    """Looks for successes in the place of whoever waits for one."""

    def __init__(
        self, *, tenant: LogReader, books: Books, tickets: Tickets, close_after: timedelta | None = None
    ) -> None:
        """``close_after``: the policy; None: a human closes."""
        self._tenant = tenant
        self._books = books
        self._tickets = tickets
        self._close_after = close_after

    async def look(self) -> None:
        """One round: the tickets that were longest not looked at, as few reads as their apps allow."""
        waiting = [ticket for ticket in await self._books.to_look_at(limit=MOST, rest=REST) if could_be_mended(ticket)]
        by_app: dict[str, list[Ticket]] = {}
        for ticket in waiting:
            assert ticket.diagnosis is not None
            by_app.setdefault(ticket.diagnosis.app.id, []).append(ticket)
        for some in by_app.values():
            for at in range(0, len(some), SIDE_BY_SIDE):
                if not await self._look_at(some[at : at + SIDE_BY_SIDE]):
                    return

    async def kept(self, case_id: str) -> None:
        """A case has changed; if its promise was kept, the tickets about its person and app are mended."""
        case = await self._books.read_case(case_id)
        if case.state is not CaseState.DONE:
            return
        person, app = case.diagnosis.person, case.diagnosis.app
        async with self._books.transaction() as ledger:
            tickets = await ledger.tickets_about(person.id, app.id)
        row, at = _proof_of(case)
        for ticket in tickets:
            if could_be_mended(ticket) and at >= mended_after(ticket):
                await self._tickets.move(DESK, ticket.number, Mended(row=row, at=at))

    async def close_by_policy(self) -> None:
        """What was mended long enough ago, with no objection since, where a policy says that silence agrees."""
        if self._close_after is None:
            return
        for ticket in await self._books.mended():
            if ticket.mended_at is not None and self._tickets.now() - ticket.mended_at >= self._close_after:
                close = Close(reason=CloseReason.BY_ITSELF)
                await self._tickets.move(DESK, ticket.number, close, step=ticket.step)

    async def _look_at(self, tickets: Sequence[Ticket]) -> bool:
        """Whether to go on: a log that is busy is asked again in the next round."""
        app: App | None = tickets[0].diagnosis.app if tickets[0].diagnosis else None
        assert app is not None
        people = [ticket.diagnosis.person.id for ticket in tickets if ticket.diagnosis]
        since = min(mended_after(ticket) for ticket in tickets)
        try:
            rows = await self._tenant.logs(people, app, since=since)
        except TryLaterError:
            _log.info("the log is busy; tickets are looked at later")
            return False
        except (NotAllowedError, NotThereError, RefusedError) as no:
            _log.warning("the log of an app cannot be read for its tickets: %s", no)
            return True
        for ticket in tickets:
            assert ticket.diagnosis is not None
            found = newer_success(ticket, rows.get(ticket.diagnosis.person.id, ()))
            if found is not None:
                await self._tickets.move(DESK, ticket.number, Mended(row=found.id, at=found.at))
        return True


def could_be_mended(ticket: Ticket) -> bool:
    """Whether a newer success would be news: it is about one person in one app, and something was wrong there."""
    return ticket.is_open and ticket.mended is None and ticket.diagnosis is not None and ticket.cause not in _NOT_BROKEN


def mended_after(ticket: Ticket) -> datetime:
    """From when on a success counts: since it was opened, or since somebody said that it is not solved."""
    counts = {Event.OPENED, Event.NOT_SOLVED, Event.REOPENED}
    return max((event.at for event in ticket.history if event.what in counts), default=ticket.opened) - _SECOND


def newer_success(ticket: Ticket, rows: Sequence[LogEvent]) -> LogEvent | None:
    """The newest row, when it shows that the person has arrived since; a failure after a success is no success."""
    known = {event.value for event in ticket.history if event.what == Event.MENDED}
    seen = ticket.diagnosis.last_event.id if ticket.diagnosis and ticket.diagnosis.last_event else None
    fresh = [row for row in rows if row.at >= mended_after(ticket) and row.id != seen]
    newest = max(fresh, key=lambda row: row.at, default=None)
    return newest if newest is not None and arrived(newest) and newest.id not in known else None


def _proof_of(case: Case) -> tuple[str, datetime]:
    if case.proof is not None:
        return case.proof.id, case.proof.at
    return f"case {case.id}", case.promised_at or case.diagnosis.as_of
