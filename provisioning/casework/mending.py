"""Noticing that a ticket's cause is gone: a newer success in the log, or a promise of ours that was kept.

All who asked are told, and the ticket proposes its own closing. One about several people does so when the last of them
has arrived; until then it says how many have. It never closes by itself, unless a policy says after how long without an
objection it may.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from provisioning.attempts import LogEvent
from provisioning.cases import Case, CaseState
from provisioning.casework.tickets import Tickets
from provisioning.casework.traces import arrived
from provisioning.errors import NotAllowedError, NotThereError, RefusedError, TryLaterError
from provisioning.model import App
from provisioning.moves import Arrived, Close, Mended
from provisioning.ports import Books, LogReader
from provisioning.tickets import DESK, Arrival, CloseReason, Event, Named, Ticket

REST = timedelta(minutes=5)  # between two looks at the log for one ticket
MOST = 90  # tickets looked at in one round, and people of one ticket
SIDE_BY_SIDE = 15  # people in one read of the log
_SECOND = timedelta(seconds=1)  # Graph's clock has no fractions

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    """One person, by object id, whose arrival in an app a ticket waits for."""

    ticket: Ticket
    person: str
    app: App


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
        by_app: dict[str, list[_Wait]] = {}
        for ticket in waiting:
            for person, app in _next(ticket, self._tickets.now()):
                by_app.setdefault(app, []).append(_Wait(ticket=ticket, person=person, app=_app(ticket, app)))
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
                await self._tickets.move(
                    DESK, ticket.number, _move(ticket, [_arrival(ticket, person.id, app, row=row, at=at)])
                )

    async def close_by_policy(self) -> None:
        """What was mended long enough ago, with no objection since, where a policy says that silence agrees."""
        if self._close_after is None:
            return
        for ticket in await self._books.mended():
            if ticket.mended_at is not None and self._tickets.now() - ticket.mended_at >= self._close_after:
                close = Close(reason=CloseReason.BY_ITSELF)
                await self._tickets.move(DESK, ticket.number, close, step=ticket.step)

    async def _look_at(self, waits: Sequence[_Wait]) -> bool:
        """Whether to go on: a log that is busy is asked again in the next round."""
        app, people = waits[0].app, list(dict.fromkeys(one.person for one in waits))
        since = min(mended_after(one.ticket) for one in waits)
        try:
            rows = await self._tenant.logs(people, app, since=since)
        except TryLaterError:
            _log.info("the log is busy; tickets are looked at later")
            return False
        except (NotAllowedError, NotThereError, RefusedError) as no:
            _log.warning("the log of an app cannot be read for its tickets: %s", no)
            return True
        there: dict[int, list[Arrival]] = {}
        for one in waits:
            found = newer_success(one.ticket, rows.get(one.person, ()))
            if found is not None:
                arrival = _arrival(one.ticket, one.person, app, row=found.id, at=found.at)
                there.setdefault(one.ticket.number, []).append(arrival)
        for ticket in {one.ticket.number: one.ticket for one in waits}.values():
            if ticket.number in there:
                await self._tickets.move(DESK, ticket.number, _move(ticket, there[ticket.number]))
        return True


def could_be_mended(ticket: Ticket) -> bool:
    """Whether a newer success would be news: something was wrong with somebody in some app, and with nothing else."""
    return ticket.is_open and ticket.mended is None and bool(ticket.awaited)


def mended_after(ticket: Ticket) -> datetime:
    """From when on a success counts: since it was opened, took another in, or somebody said that it is not solved."""
    counts = {Event.OPENED, Event.ABSORBED, Event.NOT_SOLVED, Event.REOPENED}
    return max((event.at for event in ticket.history if event.what in counts), default=ticket.opened) - _SECOND


def newer_success(ticket: Ticket, rows: Sequence[LogEvent]) -> LogEvent | None:
    """The newest row, when it shows that the person has arrived since; a failure after a success is no success."""
    known = {event.value for event in ticket.history if event.what == Event.MENDED}
    known |= {one.row for event in ticket.history for one in event.arrivals}
    seen = ticket.diagnosis.last_event.id if ticket.diagnosis and ticket.diagnosis.last_event else None
    fresh = [row for row in rows if row.at >= mended_after(ticket) and row.id != seen]
    newest = max(fresh, key=lambda row: row.at, default=None)
    return newest if newest is not None and arrived(newest) and newest.id not in known else None


def _next(ticket: Ticket, now: datetime) -> Sequence[tuple[str, str]]:
    """For whom to look this time: who is missing, of very many another part each time."""
    missing = [pair for pair in ticket.awaited if pair not in ticket.arrived]
    if len(missing) <= MOST:
        return missing
    first = int(now.timestamp() / REST.total_seconds()) * MOST % len(missing)
    return (*missing[first:], *missing[:first])[:MOST]


def _app(ticket: Ticket, app_id: str) -> App:
    """The app as the ticket knows it."""
    if ticket.diagnosis and ticket.diagnosis.app.id == app_id:
        return ticket.diagnosis.app
    return App(id=app_id, app_id="", name=_name(ticket.apps, app_id))


def _move(ticket: Ticket, arrivals: Sequence[Arrival]) -> Mended | Arrived:
    if len(ticket.awaited) > 1:
        return Arrived(arrivals=tuple(arrivals))
    return Mended(row=arrivals[-1].row, at=arrivals[-1].at)


def _arrival(ticket: Ticket, person: str, app: App, *, row: str, at: datetime) -> Arrival:
    name = _name(ticket.people, person)
    return Arrival(person=person, app=app.id, row=row, at=at, name=name, app_name=app.name)


def _name(named: Sequence[Named], wanted: str) -> str:
    return next((one.name for one in named if one.id == wanted), "")


def _proof_of(case: Case) -> tuple[str, datetime]:
    if case.proof is not None:
        return case.proof.id, case.proof.at
    return f"case {case.id}", case.promised_at or case.diagnosis.as_of
