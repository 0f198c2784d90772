"""What may be done to a ticket, by whom, and what it is afterwards. Pure: the books only carry it out.

A move that does not fit the ticket's state any more changes nothing; one that the actor may not make is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from provisioning.model import Actor
from provisioning.permissions import may_handle_tickets
from provisioning.tickets import (
    THREAD,
    Arrival,
    Asker,
    CloseReason,
    Event,
    Severity,
    Ticket,
    TicketEvent,
    TicketState,
)

LONGEST = 4000  # characters of a note, a reply, a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Become the owner of a ticket that nobody has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Make somebody else the owner; None: give it back, so that nobody has it."""

    to: Actor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Write something down for the helpdesk (``internal``), or tell it to the askers.

    ``key`` names the message that says it, which counts once; ``here``: that message stands in the ticket's thread.
    """

    text: str
    internal: bool = True
    key: str = ""
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """Say how soon somebody has to look at it."""

    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Say that nobody owes anything any more, and why."""

    reason: CloseReason = CloseReason.SOLVED
    text: str = ""  # told to the askers
    others: bool = False  # also of every ticket that follows this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """Take a closing back."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An asker's words to the helpdesk; ``key`` as in ``Note``."""

    text: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """An asker does not need it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSolved:
    """An asker says that it still does not work."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """An asker says that it works: closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """The log shows a newer success (``row``, written ``at``)."""

    row: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The log shows newer successes for some of several people; for all of them, it is mended."""

    arrivals: tuple[Arrival, ...]


AskersMove = Reply | Withdraw | NotSolved | Works
DesksMove = Take | HandOver | Note | Grade | Close | Reopen | Mended | Arrived
Move = AskersMove | DesksMove


def may(actor: Actor, move: Move, ticket: Ticket) -> bool:
    """Askers say what their ticket does for them; everything else is the helpdesk's."""
    if isinstance(move, AskersMove):
        return ticket.asks(actor)
    return may_handle_tickets(actor)


def moved(ticket: Ticket, move: Move, by: Actor, at: datetime) -> Ticket | None:
    """The ticket after the move; None when there is nothing (left) to do."""
    match move:
        case Take():
            return _owned(ticket, by, by, at) if ticket.state is TicketState.OPEN else None
        case HandOver(to=to):
            return _owned(ticket, to, by, at) if _may_go_to(ticket, to) else None
        case Note():
            return _noted(ticket, move, by, at)
        case Reply(text=text, key=key):
            return _with(ticket, Event.REPLIED, by, at, text=text, key=key) if _is_new(ticket, text, key) else None
        case Grade(severity=severity):
            return _graded(ticket, severity, by, at)
        case Close(reason=reason, text=text):
            return _closed(ticket, reason, by, at, text)
        case Works():
            return _closed(ticket, CloseReason.SOLVED, by, at, "")
        case Withdraw():
            return _withdrawn(ticket, by, at)
        case Reopen(text=text):
            return _reopened(ticket, Event.REOPENED, by, at, text)
        case NotSolved(text=text):
            return _reopened(ticket, Event.NOT_SOLVED, by, at, text)
        case Mended(row=row, at=seen):
            return _mended(ticket, row, seen, by, at)
        case Arrived(arrivals=arrivals):
            return _arrived(ticket, arrivals, by, at)


ADDED = (Note, Reply)  # words are kept at whatever step they come; nothing that was typed is lost


def carried_over(move: Move) -> bool:
    """Whether the tickets that follow this one make the move as well: they fail for the same reason."""
    match move:
        case Take() | HandOver() | Note(internal=False):
            return True
        case Close(others=others):
            return others
        case _:
            return False


def did(ticket: Ticket, move: Move, by: Actor, *, since: int) -> bool:
    """Whether the actor has made this very move after the step ``since``: the same click, come again."""
    what, key = _EVENTS[type(move)], getattr(move, "key", "")
    if key:
        return any(event.key == key for event in ticket.history)
    text = getattr(move, "text", "")[:LONGEST].strip()
    return any(e.what == what and e.by.id == by.id and e.text == text for e in ticket.history[since:])


def merged(ticket: Ticket, into: Ticket, by: Actor, at: datetime) -> tuple[Ticket, Ticket] | None:
    """Both tickets when the one has gone up in the other, whose askers then hear everything; None: it cannot."""
    if not (ticket.is_open and into.is_open) or ticket.number == into.number:
        return None
    gone = replace(
        _with(ticket, Event.MERGED, by, at, value=into.name),
        state=TicketState.CLOSED,
        reason=CloseReason.MERGED,
        closed=at,
        merged_into=into.number,
        parent=None,
    )
    kept = _with(into, Event.ABSORBED, by, at, value=ticket.name)
    for asker in ticket.askers:
        kept = _asked_by(kept, replace(asker, at=at))
    people = kept.people + tuple(one for one in ticket.people if one not in kept.people)
    apps = kept.apps + tuple(one for one in ticket.apps if one not in kept.apps)
    subjects = kept.subjects + tuple(one for one in ticket.about if one not in kept.about)
    return gone, replace(kept, people=people, apps=apps, subjects=subjects)


def clustered(head: Ticket, child: Ticket, at: datetime) -> Ticket:
    """The first ticket of a failure with one more that follows it."""
    told = _with(head, Event.CLUSTERED, child.requester, at, value=child.name)
    return replace(told, children=(*head.children, child.number))


def followed(ticket: Ticket, asker: Asker) -> Ticket | None:
    """The ticket with one more asker; None when they wait for it already."""
    if any(one.actor.id == asker.actor.id for one in ticket.askers):
        return None
    return _asked_by(_with(ticket, Event.JOINED, asker.actor, asker.at), asker)


def _asked_by(ticket: Ticket, asker: Asker) -> Ticket:
    """Once each; somebody who comes back hears it where they asked last."""
    who = asker.actor.id
    if any(one.actor.id == who for one in ticket.askers):
        return ticket
    gone = tuple(one for one in ticket.gone if one != who)
    if who == ticket.requester.id:
        return replace(ticket, gone=gone, origin=asker.origin)
    return replace(ticket, gone=gone, also=(*(one for one in ticket.also if one.actor.id != who), asker))


def _with(ticket: Ticket, what: Event, by: Actor, at: datetime, *, text: str = "", **more: Any) -> Ticket:
    event = TicketEvent(at=at, what=what.value, by=by, text=text[:LONGEST].strip(), **more)
    return replace(ticket, history=(*ticket.history, event))


def _noted(ticket: Ticket, note: Note, by: Actor, at: datetime) -> Ticket | None:
    if not _is_new(ticket, note.text, note.key):
        return None
    value = THREAD if note.here else ""
    return _with(ticket, Event.NOTED, by, at, text=note.text, internal=note.internal, value=value, key=note.key)


def _is_new(ticket: Ticket, text: str, key: str) -> bool:
    return bool(text.strip()) and not (key and any(event.key == key for event in ticket.history))


def _may_go_to(ticket: Ticket, to: Actor | None) -> bool:
    if not ticket.is_open:
        return False
    if to is None:
        return ticket.taker is not None
    return may_handle_tickets(to) and (ticket.taker is None or ticket.taker.id != to.id)


def _owned(ticket: Ticket, to: Actor | None, by: Actor, at: datetime) -> Ticket:
    if to is None:
        return replace(_with(ticket, Event.HANDED_OVER, by, at), state=TicketState.OPEN, taker=None)
    own = to.id == by.id
    told = _with(ticket, Event.TAKEN, by, at) if own else _with(ticket, Event.HANDED_OVER, by, at, value=to.name)
    return replace(told, state=TicketState.TAKEN, taker=to)


def _graded(ticket: Ticket, severity: Severity, by: Actor, at: datetime) -> Ticket | None:
    if not ticket.is_open or ticket.severity is severity:
        return None
    return replace(_with(ticket, Event.GRADED, by, at, value=severity.value), severity=severity)


def _closed(ticket: Ticket, reason: CloseReason, by: Actor, at: datetime, text: str) -> Ticket | None:
    if not ticket.is_open:
        return None
    told = _with(ticket, Event.CLOSED, by, at, text=text, value=reason.value)
    return replace(told, state=TicketState.CLOSED, reason=reason, closed=at)


def _withdrawn(ticket: Ticket, by: Actor, at: datetime) -> Ticket | None:
    """Somebody who withdraws hears no more of it; the last one closes it."""
    if not ticket.is_open or by.id in ticket.gone:
        return None
    left = replace(_with(ticket, Event.WITHDRAWN, by, at), gone=(*ticket.gone, by.id))
    if left.askers:
        return left
    return replace(left, state=TicketState.CLOSED, reason=CloseReason.WITHDRAWN, closed=at, gone=ticket.gone)


def _reopened(ticket: Ticket, what: Event, by: Actor, at: datetime, text: str) -> Ticket | None:
    """Back to who had it. Of one that is still open, "not solved" takes the proposal to close it back."""
    if ticket.merged_into is not None or (ticket.is_open and (what is Event.REOPENED or ticket.mended is None)):
        return None
    again = replace(_with(ticket, what, by, at, text=text), reason=None, closed=None, mended=None)
    return replace(again, state=TicketState.TAKEN if ticket.taker else TicketState.OPEN)


def _mended(ticket: Ticket, row: str, seen: datetime, by: Actor, at: datetime) -> Ticket | None:
    """Each row counts once: after "not solved", only a newer success proposes to close it again."""
    if not ticket.is_open or ticket.mended is not None or any(e.value == row for e in ticket.history):
        return None
    return replace(_with(ticket, Event.MENDED, by, at, value=row), mended=seen)


def _arrived(ticket: Ticket, arrivals: Sequence[Arrival], by: Actor, at: datetime) -> Ticket | None:
    """How many are there now; when nobody is missing any more, closing is proposed. Each row counts once."""
    if not ticket.is_open or ticket.mended is not None:
        return None
    known = {one.row for event in ticket.history for one in event.arrivals}
    missing = set(ticket.awaited) - ticket.arrived
    new = tuple(one for one in arrivals if (one.person, one.app) in missing and one.row not in known)
    if not new:
        return None
    there = len(ticket.arrived) + len({(one.person, one.app) for one in new})
    after = _with(ticket, Event.ARRIVED, by, at, value=f"{there}/{len(ticket.awaited)}", arrivals=new)
    last = max(new, key=lambda one: one.at)
    return after if set(after.awaited) - after.arrived else _mended(after, last.row, last.at, by, at)


_EVENTS: Mapping[type, Event] = {
    Take: Event.TAKEN,
    HandOver: Event.HANDED_OVER,
    Note: Event.NOTED,
    Reply: Event.REPLIED,
    Grade: Event.GRADED,
    Close: Event.CLOSED,
    Works: Event.CLOSED,
    Reopen: Event.REOPENED,
    Withdraw: Event.WITHDRAWN,
    NotSolved: Event.NOT_SOLVED,
    Mended: Event.MENDED,
    Arrived: Event.ARRIVED,
}
