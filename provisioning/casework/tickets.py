"""Handing over to humans: a ticket keeps the question, the diagnosis and the evidence as they were at that moment."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from provisioning.cases import Case, Ticket, TicketEvent, TicketState
from provisioning.casework.inquiries import storable
from provisioning.casework.records import audit_ticket, record, record_ticket
from provisioning.errors import DeskError, NotAllowedError
from provisioning.model import Actor
from provisioning.permissions import may_ask, may_handle_tickets
from provisioning.ports import Books, Ledger


def _now() -> datetime:
    return datetime.now(UTC)


class Tickets:
    """What people asked humans for."""

    def __init__(self, *, books: Books, clock: Callable[[], datetime] = _now) -> None:
        self._books = books
        self._clock = clock

    def now(self) -> datetime:
        """What it is by the clock that tickets are dated by."""
        return self._clock()

    async def open(
        self, actor: Actor, *, origin: str, text: str | None = None, case_id: str | None = None, key: str = ""
    ) -> Ticket:
        """Open a ticket about a case or about a text. A case whose ticket is still open gives that one again.

        ``key`` names the message or the form that wishes for it: the same wish of the same actor gives the same
        ticket, however often and wherever at once it is worked on. "": every call is a wish of its own.
        DeskError when there is neither a case nor a text; NotThereError without such a case; NotAllowedError when
        the actor may not ask about the case's person.
        """
        words = storable(text or "").strip()
        async with self._books.transaction() as ledger:
            case = await ledger.case(case_id) if case_id is not None else None
            if case is not None:
                if not may_ask(actor, case.diagnosis.person.id):
                    raise NotAllowedError("Only the helpdesk may open a ticket about somebody else.")
                first = await _still_open(ledger, case)
                if first is not None:
                    return first
            elif not words:
                raise DeskError("A ticket needs a sentence that says what it is about.")
            ticket, new = await ledger.add_ticket(self._draft(actor, origin, words, case), key=key)
            if not new:
                return ticket
            await audit_ticket(ledger, ticket, "opened", actor)
            if case is not None:
                await record(ledger, replace(case, ticket=ticket.number), "handed over", actor, ticket=ticket.name)
            return ticket

    async def read(self, actor: Actor, number: int) -> Ticket:
        """One ticket, for who asked for it and for agents. NotThereError, NotAllowedError."""
        ticket = await self._books.read_ticket(number)
        if not (may_handle_tickets(actor) or actor.id == ticket.requester.id):
            raise NotAllowedError("This ticket is somebody else's.")
        return ticket

    async def take(self, actor: Actor, number: int, *, step: int | None = None) -> Ticket:
        """Take a ticket that nobody has; one that is taken or closed is returned as it is. Agents only.

        ``step``: how many events the actor saw in its history; when there are more or fewer by now, it is returned
        as it is. None: whatever has happened.
        """
        return await self._step(actor, number, "taken", TicketState.TAKEN, at=frozenset({TicketState.OPEN}), step=step)

    async def close(self, actor: Actor, number: int, *, step: int | None = None) -> Ticket:
        """Close a ticket; a closed one is returned as it is. ``step`` as in ``take``. Agents only."""
        still = frozenset({TicketState.OPEN, TicketState.TAKEN})
        return await self._step(actor, number, "closed", TicketState.CLOSED, at=still, step=step)

    async def mine(self, actor: Actor) -> Sequence[Ticket]:
        """What the actor asked for, closed tickets included, oldest first."""
        return await self._books.tickets(requester_id=actor.id, open_only=False)

    async def waiting(self, actor: Actor) -> Sequence[Ticket]:
        """Everything that is not closed, oldest first. Agents only."""
        _allow(actor)
        return await self._books.tickets()

    async def notified(self, number: int) -> None:
        """Remember that the helpdesk has been told."""
        async with self._books.transaction() as ledger:
            ticket = await ledger.ticket(number)
            if not ticket.notified:
                await record_ticket(ledger, replace(ticket, notified=True), "notified", ticket.requester)

    async def _step(
        self, actor: Actor, number: int, what: str, state: TicketState, *, at: frozenset[TicketState], step: int | None
    ) -> Ticket:
        _allow(actor)
        async with self._books.transaction() as ledger:
            ticket = await ledger.ticket(number)
            if ticket.state not in at or step not in {None, len(ticket.history)}:
                return ticket
            event = TicketEvent(at=self._clock(), what=what, by=actor)
            taker = actor if state is TicketState.TAKEN else ticket.taker
            moved = replace(ticket, state=state, taker=taker, history=(*ticket.history, event))
            return await record_ticket(ledger, moved, what, actor)

    def _draft(self, actor: Actor, origin: str, words: str, case: Case | None) -> Ticket:
        now = self._clock()
        return Ticket(
            number=0,
            version=0,
            requester=actor,
            origin=origin,
            question=words or (case.question if case else ""),
            state=TicketState.OPEN,
            opened=now,
            updated=now,
            case_id=case.id if case else None,
            diagnosis=case.diagnosis if case else None,
            answer=case.answer if case else None,
            history=(TicketEvent(at=now, what="opened", by=actor),),
        )


async def _still_open(ledger: Ledger, case: Case) -> Ticket | None:
    if case.ticket is None:
        return None
    ticket = await ledger.ticket(case.ticket)
    return ticket if ticket.state is not TicketState.CLOSED else None


def _allow(actor: Actor) -> None:
    if not may_handle_tickets(actor):
        raise NotAllowedError("Tickets are the helpdesk's business.")
