"""A ticket is what humans owe: who asked, what it is about, who has it, and everything that happened to it.

It survives a restart, a deployment and the helpdesk's channel. What may happen to it next is said in ``moves.py``.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from provisioning.attempts import OnDemandAnswer
from provisioning.model import Actor, Cause, Diagnosis, Role


class TicketState(StrEnum):
    """The life of a ticket."""

    OPEN = "open"  # nobody has it
    TAKEN = "taken"
    CLOSED = "closed"


class Severity(StrEnum):
    """How soon somebody has to look at it."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class CloseReason(StrEnum):
    """Why nobody works on it any more. The slugs are public: other desks and the numbers know them."""

    SOLVED = "solved"
    BY_ITSELF = "by_itself"  # the cause went away: a newer success stands in the log, or the asker said so
    NO_FAULT = "no_fault"  # nothing was wrong
    NOT_OURS = "not_ours"  # somebody else has to mend it, and knows
    NO_REPLY = "no_reply"  # the asker was asked something and never answered
    WITHDRAWN = "withdrawn"  # by who asked
    MERGED = "merged"  # into ``merged_into``, where its askers hear what follows


class Event(StrEnum):
    """What can happen to a ticket. ``TicketEvent.value`` holds what is named in brackets."""

    OPENED = "opened"
    JOINED = "joined"  # somebody else asked about the same
    TAKEN = "taken"
    HANDED_OVER = "handed_over"  # (the new owner's name; "": given back, nobody has it)
    NOTED = "noted"  # (THREAD) the helpdesk wrote something: to the askers, or (``internal``) for itself
    REPLIED = "replied"  # an asker wrote something
    GRADED = "graded"  # (the new severity)
    CLUSTERED = "clustered"  # (the other ticket's name) it fails for the same reason, and follows this one
    MERGED = "merged"  # (the other ticket's name) into it, and from then on closed
    ABSORBED = "absorbed"  # (the other ticket's name) it was merged into this one
    CLOSED = "closed"  # (the reason)
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"  # an asker does not need it any more; closed when that was the last one
    NOT_SOLVED = "not_solved"  # an asker says that it does not work: open again
    ARRIVED = "arrived"  # (how many of how many) of several people, for some a newer success was seen: ``arrivals``
    MENDED = "mended"  # (the log row's id) a newer success was seen, for everybody; closing is proposed


THREAD = "thread"  # it was written in the ticket's own thread, so it stands there already


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A newer success of one person in one app: the log's ``row``, written ``at``."""

    person: str  # object ids
    app: str
    row: str
    at: datetime
    name: str  # the person's
    app_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """One line of a ticket's history."""

    at: datetime
    what: str  # an Event's value
    by: Actor
    text: str = ""  # what was written with it
    value: str = ""
    internal: bool = False  # for the helpdesk alone: no asker ever sees it
    key: str = ""  # of the message or form that brought it: it counts once
    arrivals: tuple[Arrival, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Somebody who asked, and the conversation where they hear what follows. ``origin`` is opaque here."""

    actor: Actor
    origin: str
    at: datetime
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person or an app that a ticket concerns, in as few words as possible."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose access to what, and why it fails: there is one open ticket for each. "" is nobody in particular."""

    cause: str  # a Cause's value, or a Concern's where it is about an app's job
    app: str  # object ids
    person: str = ""

    @property
    def key(self) -> str:
        """The same for the same, however the ids are written."""
        return f"{self.person}|{self.app}|{self.cause}".casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The record that stands for a ticket in another desk, as people write its name, and where it is looked at."""

    desk: str
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What was handed over to humans: question, diagnosis and evidence as they were at that moment, and its fate."""

    number: int  # shown as SD-<number>
    version: int
    requester: Actor  # who asked first
    origin: str  # where the requester asked (opaque here)
    question: str
    state: TicketState
    opened: datetime
    updated: datetime
    severity: Severity = Severity.NORMAL
    taker: Actor | None = None  # the owner; of a closed ticket the last one
    case_id: str | None = None
    diagnosis: Diagnosis | None = None
    answer: OnDemandAnswer | None = None
    people: tuple[Named, ...] = ()  # who is concerned
    apps: tuple[Named, ...] = ()
    cause: str = ""  # a Cause's value; "": not known
    subjects: tuple[Subject, ...] = ()  # of a ticket without a diagnosis, or with more than that
    found: str = ""  # what the answer said from which it was opened, as text
    kin: str = ""  # tickets with the same one fail for the same reason
    also: tuple[Asker, ...] = ()  # who asked about the same later
    gone: tuple[str, ...] = ()  # object ids of askers who have withdrawn
    parent: int | None = None  # the first ticket of the same failure, which this one follows
    children: tuple[int, ...] = ()  # the tickets that follow this one, closed ones included
    merged_into: int | None = None
    reason: CloseReason | None = None  # why it was closed
    closed: datetime | None = None
    mended: datetime | None = None  # when the newer success was logged; None: none was seen
    history: tuple[TicketEvent, ...] = ()
    notified: bool = False  # whether the helpdesk has been told (its channel is known and has the card)
    room: str = ""  # the helpdesk's conversation that was told
    elsewhere: tuple[Elsewhere, ...] = ()  # the records that stand for it in other desks

    @property
    def name(self) -> str:
        """The number as people write it."""
        return f"SD-{self.number}"

    @property
    def step(self) -> int:
        """How far its history has come; a button that was drawn at another step is an older one."""
        return len(self.history)

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes something."""
        return self.state is not TicketState.CLOSED

    @property
    def about(self) -> tuple[Subject, ...]:
        """Everything that it is open about."""
        seen = self.diagnosis
        if seen is None:
            return self.subjects
        own = Subject(person=seen.person.id, app=seen.app.id, cause=self.cause or seen.root.cause.value)
        return (own, *(one for one in self.subjects if one.key != own.key))

    @property
    def asked_first(self) -> Asker:
        """The requester, as one of the askers; by the clock of the history, as everything that is compared with it."""
        at = self.history[0].at if self.history else self.opened
        return Asker(actor=self.requester, origin=self.origin, at=at, question=self.question)

    @property
    def askers(self) -> tuple[Asker, ...]:
        """Everybody who waits for it, in the order in which they asked; without those who have withdrawn."""
        return tuple(asker for asker in (self.asked_first, *self.also) if asker.actor.id not in self.gone)

    @property
    def awaited(self) -> tuple[tuple[str, str], ...]:
        """Whose newer success in which app (object ids) would mend it; none where it is about something else as well.

        Of a list of people who were left over in one app, these are meant.
        """
        about = self.about
        if not about and len(self.apps) == 1:
            return tuple((one.id, self.apps[0].id) for one in self.people)
        broken = [one for one in about if one.cause not in _NOT_BROKEN]
        if not all(one.person and one.app for one in broken):
            return ()
        return tuple(dict.fromkeys((one.person, one.app) for one in broken))

    @property
    def arrived(self) -> frozenset[tuple[str, str]]:
        """Those of ``awaited`` for whom a newer success was seen, since somebody last said that it is not solved."""
        seen: set[tuple[str, str]] = set()
        for event in self.history:
            if event.what in {Event.NOT_SOLVED, Event.REOPENED}:
                seen.clear()
            seen |= {(one.person, one.app) for one in event.arrivals}
        return frozenset(seen & set(self.awaited))

    def heard_since(self, asker: Asker) -> int:
        """The step from which on somebody follows it: everything before is not theirs to hear."""
        if asker.actor.id == self.requester.id:
            return 0
        began = {Event.JOINED, Event.ABSORBED}
        return next((n for n, event in enumerate(self.history) if event.what in began and event.at == asker.at), 0)

    def asks(self, actor: Actor) -> bool:
        """Whether the actor waits for it, or did."""
        return actor.id == self.requester.id or any(asker.actor.id == actor.id for asker in self.also)

    @property
    def mended_at(self) -> datetime | None:
        """When all who asked were told that it should work; None: nobody was, or somebody has objected since."""
        if self.mended is None:
            return None
        return next((event.at for event in reversed(self.history) if event.what == Event.MENDED), None)

    @property
    def first_answer(self) -> datetime | None:
        """When the askers first heard from somebody who is none of them; None: not yet."""
        theirs = (e for e in self.history if e.what in _ANSWERS and not e.internal and not self.asks(e.by))
        return next((event.at for event in theirs), None)


_NOT_BROKEN = frozenset({Cause.PROVISIONED.value, Cause.IN_SYNC.value})  # a success is no news to these
_ANSWERS = frozenset({Event.TAKEN, Event.NOTED, Event.CLOSED, Event.MERGED, Event.MENDED})

DESK = Actor(id="sync-desk", upn="", name="Sync Desk", roles=frozenset({Role.AGENT}))  # what nobody did by hand
