"""Handing over to humans: a ticket keeps the question, the diagnosis and the evidence as they were at that moment.

Nobody asks the same twice: there is one open ticket for a person, an app and a cause, and who asks second joins it.
Tickets of other people that fail for the same reason follow the first of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from provisioning.cases import Case
from provisioning.casework.inquiries import storable
from provisioning.casework.records import SHOW_TICKET, audit_ticket, record, record_ticket
from provisioning.errors import ConflictError, DeskError, NotAllowedError
from provisioning.kinship import kin_of, severity_of
from provisioning.model import Actor, Cause
from provisioning.moves import ADDED, Close, Move, Take, carried_over, clustered, did, followed, may, merged, moved
from provisioning.permissions import may_ask, may_handle_tickets
from provisioning.ports import Books, Ledger
from provisioning.tickets import Asker, Event, Named, Severity, Subject, Ticket, TicketEvent, TicketState


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A ticket as it stands now, and what of the wish was not done (any more)."""

    ticket: Ticket
    left: tuple[Move, ...] = ()

    @property
    def done(self) -> bool:
        """Whether everything that was wished for has happened: by this call, or by the same one before it."""
        return not self.left


class Tickets:
    """What people asked humans for."""

    def __init__(self, *, books: Books, clock: Callable[[], datetime] = _now) -> None:
        self._books = books
        self._clock = clock

    def now(self) -> datetime:
        """What it is by the clock that tickets are dated by."""
        return self._clock()

    async def open(
        self,
        actor: Actor,
        *,
        origin: str,
        text: str | None = None,
        case_id: str | None = None,
        found: str = "",
        key: str = "",
    ) -> Ticket:
        """Open a ticket about a case or about a text, or join the one that is open about the same already.

        ``key`` names the message or the form that wishes for it: the same wish of the same actor gives the same
        ticket, however often and wherever at once it is worked on. "": every call is a wish of its own. ``found``:
        what an answer said from which it is opened.
        DeskError when there is neither a case nor a text; NotThereError without such a case; NotAllowedError when
        the actor may not ask about the case's person.
        """
        words = storable(text or "").strip()
        async with self._books.transaction() as ledger:
            case = await ledger.case(case_id) if case_id is not None else None
            if case is None:
                return await self._opened(ledger, self._draft(actor, origin, words), key)
            if not may_ask(actor, case.diagnosis.person.id):
                raise NotAllowedError("Only the helpdesk may open a ticket about somebody else.")
            draft = replace(_about(self._draft(actor, origin, words or case.question), case), found=storable(found))
            same = [one for one in await ledger.tickets_on(draft.about) if _may_join(actor, one)]
            first = await _still_open(ledger, case) or next(iter(same), None)
            if first is not None:
                ticket = await self._joined(ledger, first, draft.asked_first)
            else:
                ticket = await self._opened(ledger, draft, key)
            if case.ticket != ticket.number and ticket.is_open:
                await record(ledger, replace(case, ticket=ticket.number), "handed over", actor, ticket=ticket.name)
            return ticket

    async def open_about(
        self,
        actor: Actor,
        *,
        origin: str,
        text: str,
        people: Sequence[Named] = (),
        apps: Sequence[Named] = (),
        cause: str = "",
        key: str,
    ) -> Ticket:
        """Open one ticket about many people, such as those whom a crowd's run could not help. Agents only."""
        _allow(actor)
        draft = self._draft(actor, origin, storable(text).strip())
        async with self._books.transaction() as ledger:
            told = replace(draft, people=tuple(people), apps=tuple(apps), cause=cause)
            return await self._opened(ledger, told, key)

    async def open_on(
        self,
        actor: Actor,
        *,
        origin: str,
        text: str,
        found: str,
        subjects: Sequence[Subject] = (),
        people: Sequence[Named] = (),
        apps: Sequence[Named] = (),
        severity: Severity = Severity.NORMAL,
        key: str,
    ) -> Ticket:
        """Open one ticket about what an answer said (``found``), without what has an open ticket: that is joined.

        When all of it has, the first of these comes back. ``people`` and ``apps`` name the subjects' ids, and more.
        NotAllowedError when the actor may not ask about one of the people.
        """
        if not all(may_ask(actor, one.id) for one in people):
            raise NotAllowedError("Only the helpdesk may open a ticket about somebody else.")
        draft = self._draft(actor, origin, storable(text).strip())
        async with self._books.transaction() as ledger:
            same = [one for one in await ledger.tickets_on(subjects) if _may_join(actor, one)] if subjects else []
            joined = [await self._joined(ledger, one, draft.asked_first) for one in same]
            known = {subject.key for one in joined for subject in one.about}
            new = tuple(one for one in subjects if one.key not in known)
            if joined and not new:
                return joined[0]
            told = replace(draft, found=storable(found), subjects=new, severity=severity, cause=_the_cause(new))
            people, apps = _without_the_known(people, new, "person"), _without_the_known(apps, new, "app")
            return await self._opened(ledger, replace(told, people=people, apps=apps), key)

    async def read(self, actor: Actor, number: int) -> Ticket:
        """One ticket, for those who asked for it and for agents. NotThereError, NotAllowedError."""
        ticket = await self._books.read_ticket(number)
        if not (may_handle_tickets(actor) or ticket.asks(actor)):
            raise NotAllowedError("This ticket is somebody else's.")
        return ticket

    async def move(self, actor: Actor, number: int, *moves: Move, step: int | None = None, key: str = "") -> Moved:
        """Make the moves that (still) fit, as one change; tickets that follow this one make those that concern them.

        ``step``: how far the history had come that the actor saw (``Ticket.step``); when there is more by now, only
        what adds words is done. None: whatever has happened. ``key``: with one that was used already, nothing is done
        and ConflictError raised. NotThereError; NotAllowedError, and then nothing is done.
        """
        async with self._books.transaction() as ledger:
            ticket = await ledger.ticket(number)
            if key and not await ledger.use(key):
                raise ConflictError("This was done already.")
            if not all(may(actor, move, ticket) for move in moves):
                raise NotAllowedError("Tickets are the helpdesk's business.")
            made: list[Move] = []
            left: list[Move] = []
            after, at = ticket, self._clock()
            for move in moves:
                if step is not None and did(ticket, move, actor, since=step):
                    continue
                fits = step in {None, ticket.step} or isinstance(move, ADDED)
                changed = moved(after, move, actor, at) if fits else None
                if changed is None:
                    left.append(move)
                else:
                    after = changed
                    made.append(move)
            if made:
                after = await _recorded(ledger, ticket, after, actor)
                await self._carry_over(ledger, after, made, actor)
            return Moved(ticket=after, left=tuple(left))

    async def merge(self, actor: Actor, number: int, into: int, *, step: int | None = None) -> Ticket:
        """Let one ticket go up in another, whose askers then hear everything; returns the one that was merged.

        A ticket that cannot be merged (any more) comes back as it is. Agents only. NotThereError, NotAllowedError.
        """
        _allow(actor)
        async with self._books.transaction() as ledger:
            both = {one: await ledger.ticket(one) for one in sorted({number, into})}
            ticket = both[number]
            if step not in {None, ticket.step}:
                return ticket
            pair = merged(ticket, both[into], actor, self._clock())
            if pair is None:
                return ticket
            gone = await _recorded(ledger, ticket, pair[0], actor)
            await _recorded(ledger, both[into], pair[1], actor)
            await self._let_go(ledger, gone, actor)
            return gone

    async def take(self, actor: Actor, number: int, *, step: int | None = None) -> Ticket:
        """Take a ticket that nobody has; one that is taken or closed is returned as it is. Agents only."""
        return (await self.move(actor, number, Take(), step=step)).ticket

    async def close(self, actor: Actor, number: int, *, step: int | None = None) -> Ticket:
        """Close a ticket; a closed one is returned as it is. Agents only."""
        return (await self.move(actor, number, Close(), step=step)).ticket

    async def mine(self, actor: Actor) -> Sequence[Ticket]:
        """What the actor asked for, closed tickets included, oldest first."""
        return await self._books.tickets(requester_id=actor.id, open_only=False)

    async def waiting(self, actor: Actor, *, most: int = 500) -> Sequence[Ticket]:
        """What is not closed, oldest first. Agents only."""
        _allow(actor)
        return await self._books.tickets(limit=most)

    async def how_many(self, actor: Actor) -> int:
        """How many tickets are not closed. Agents only."""
        _allow(actor)
        return await self._books.waiting()

    async def notified(self, number: int, room: str = "") -> None:
        """Remember that the helpdesk has been told, and in which conversation."""
        async with self._books.transaction() as ledger:
            ticket = await ledger.ticket(number)
            if not ticket.notified or ticket.room != room:
                told = replace(ticket, notified=True, room=room)
                await record_ticket(ledger, told, "notified", ticket.requester)

    async def unannounced(self, number: int, lost: Sequence[str]) -> None:
        """The helpdesk is to be told (again): the conversation where it was told is perhaps closed to us."""
        async with self._books.transaction() as ledger:
            ticket = await ledger.ticket(number)
            if ticket.notified and ticket.room in lost:
                told = replace(ticket, notified=False, room="")
                await record_ticket(ledger, told, "not notified any more", ticket.requester)
            elif not ticket.notified:
                await ledger.defer(SHOW_TICKET, number=number)

    async def _opened(self, ledger: Ledger, draft: Ticket, key: str) -> Ticket:
        if not draft.question:
            raise DeskError("A ticket needs a sentence that says what it is about.")
        head = await ledger.head_of(draft.kin) if draft.kin else None
        parent = head.number if head else None
        ticket, new = await ledger.add_ticket(replace(draft, parent=parent), key=key)
        if new:
            await audit_ticket(ledger, ticket, "opened", ticket.requester)
            if head is not None:
                await _recorded(ledger, head, clustered(head, ticket, self._clock()), ticket.requester)
        return ticket

    async def _joined(self, ledger: Ledger, ticket: Ticket, asker: Asker) -> Ticket:
        after = followed(ticket, asker)
        return ticket if after is None else await _recorded(ledger, ticket, after, asker.actor)

    async def _carry_over(self, ledger: Ledger, ticket: Ticket, moves: Sequence[Move], actor: Actor) -> None:
        """Those who fail for the same reason are told the same; when their parent is closed alone, they stand alone."""
        own = [move for move in moves if carried_over(move)]
        for child in await ledger.children(ticket.number) if own else ():
            after = child
            for move in own if child.is_open else ():
                after = moved(after, move, actor, self._clock()) or after
            if after is not child:
                await _recorded(ledger, child, after, actor)
        if not ticket.is_open:
            await self._let_go(ledger, ticket, actor)

    async def _let_go(self, ledger: Ledger, ticket: Ticket, actor: Actor) -> None:
        """The open tickets that followed a closed one are told to the helpdesk by themselves: the first one leads."""
        head: Ticket | None = None
        for child in await ledger.children(ticket.number):
            if not child.is_open:
                continue
            if head is None:
                head = await record_ticket(ledger, replace(child, parent=None, notified=False), "leads", actor)
            else:
                await record_ticket(ledger, replace(child, parent=head.number), "follows", actor)
                head = await _recorded(ledger, head, clustered(head, child, self._clock()), actor)

    def _draft(self, actor: Actor, origin: str, words: str) -> Ticket:
        now = self._clock()
        return Ticket(
            number=0,
            version=0,
            requester=actor,
            origin=origin,
            question=words,
            state=TicketState.OPEN,
            opened=now,
            updated=now,
            history=(TicketEvent(at=now, what=Event.OPENED.value, by=actor),),
        )


def _about(draft: Ticket, case: Case) -> Ticket:
    seen = case.diagnosis
    return replace(
        draft,
        case_id=case.id,
        diagnosis=seen,
        answer=case.answer,
        severity=severity_of(seen),
        people=(Named(id=seen.person.id, name=seen.person.name or seen.person.upn),),
        apps=(Named(id=seen.app.id, name=seen.app.name),),
        cause=seen.root.cause.value,
        kin=kin_of(seen),
    )


async def _still_open(ledger: Ledger, case: Case) -> Ticket | None:
    """The ticket of a case, or the one that it was merged into."""
    number = case.ticket
    while number is not None:
        ticket = await ledger.ticket(number)
        if ticket.is_open:
            return ticket
        number = ticket.merged_into
    return None


def _may_join(actor: Actor, ticket: Ticket) -> bool:
    """Who asks for it sees whom a ticket concerns, which is nothing for somebody who may ask about themself alone."""
    people = {one.id for one in ticket.people} | {one.person for one in ticket.about if one.person}
    return all(may_ask(actor, one) for one in people)


def _the_cause(subjects: Sequence[Subject]) -> str:
    """The one that all have in common, if the numbers know it."""
    causes = {one.cause for one in subjects}
    return causes.pop() if len(causes) == 1 and causes <= {cause.value for cause in Cause} else ""


def _without_the_known(named: Sequence[Named], subjects: Sequence[Subject], part: str) -> tuple[Named, ...]:
    """Those whom the subjects are about; all, where none of them is about anybody."""
    meant = {getattr(one, part) for one in subjects} - {""}
    return tuple(one for one in named if one.id in meant or not meant)


async def _recorded(ledger: Ledger, before: Ticket, after: Ticket, actor: Actor) -> Ticket:
    """Write what was changed, one audit line for each event."""
    saved = await ledger.save_ticket(after)
    for event in saved.history[len(before.history) :]:
        await audit_ticket(ledger, saved, event.what, actor, value=event.value)
    return saved


def _allow(actor: Actor) -> None:
    if not may_handle_tickets(actor):
        raise NotAllowedError("Tickets are the helpdesk's business.")
