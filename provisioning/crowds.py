"""A crowd: many people who are to be provisioned in one app, one after the other, at the pace that Microsoft allows.

Both states survive a restart, so each says what a successor has to do. A crowd is bound to its people by the table that
was shown before the click: nobody joins it later.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from provisioning.model import Actor, App, Cause

MOST = 1000  # people in one crowd: some 37 minutes


class CrowdState(StrEnum):
    """The life of a crowd. Only GATHERING and RUNNING have work behind them."""

    NAMELESS = "nameless"  # the list is kept; which app is meant has to be said first
    GATHERING = "gathering"  # the people are looked up; nothing has been started
    READY = "ready"  # the table is shown and waits for a click
    RUNNING = "running"
    PAUSED = "paused"  # calls under way end, nobody new is called
    STOPPED = "stopped"  # as paused, for good: whoever waited was left out
    FINISHED = "finished"  # everybody has an end


class MemberState(StrEnum):
    """The life of one person in a crowd. CALLING and CHECKING are looked after until they have an end."""

    LEFT_OUT = "left_out"  # the table said no before the click; ``why`` says why
    WAITING = "waiting"  # not called
    CALLING = "calling"  # the call is (about to be) on its way; a successor looks into the log before anything else
    CHECKING = "checking"  # Graph answered success; the log does not show it yet
    DONE = "done"  # a success newer than the call stands in the log, or Graph said "already in sync"
    FAILED = "failed"  # Graph or the log says that it did not succeed
    SKIPPED = "skipped"  # the check at the moment of the call, or Graph, said no
    UNCERTAIN = "uncertain"  # nobody knows
    STOPPED = "stopped"  # the crowd was stopped before this person's turn


UNDER_WAY = frozenset({MemberState.CALLING, MemberState.CHECKING})
TO_COME = frozenset({MemberState.WAITING, *UNDER_WAY})
OVER = frozenset({CrowdState.STOPPED, CrowdState.FINISHED})
NOT_DONE = frozenset({MemberState.FAILED, MemberState.SKIPPED, MemberState.UNCERTAIN, MemberState.STOPPED})


class Why(StrEnum):
    """Reasons that are the crowd's own; the others are values of Refusal, Trouble and Cause."""

    ALREADY_THERE = "already_there"  # the newest log row shows the account
    UNREAD = "unread"  # the person could not be read
    UNSEEN = "unseen"  # Graph was too busy when the table was made: they wait, and are looked at as a whole before
    STOPPED = "stopped"
    SKIPPED = "skipped"  # Graph skipped the person; ``fact`` is its reason


# Left out because a call would be in vain, though not harmful: a click may decide otherwise.
HARMLESS = (Why.ALREADY_THERE.value, Cause.MISSING_ATTRIBUTE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnamed:
    """Words of the list that are not one person. ``fits``: the addresses of whom they could mean; nobody is guessed."""

    words: str
    fits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """One list and what was promised about it. ``version`` grows with every change of its state."""

    number: int
    version: int
    state: CrowdState
    actor: Actor  # who brought the list
    origin: str  # the conversation where its card stands (opaque here)
    words: tuple[str, ...]  # the list as it was brought
    created: datetime
    app: App | None = None
    because: str = ""  # of those who fail: the words of why, as they were written
    failing: bool = False  # the people are those who fail in the app, not a list
    unnamed: tuple[Unnamed, ...] = ()
    left: int = 0  # of those who fail, how many do so for other reasons
    started_by: Actor | None = None  # who is responsible for the calls
    started: datetime | None = None  # the database's clock, as ``ended``
    ended: datetime | None = None
    trouble: str = ""  # why it stands still, or could not be gathered: a Refusal's or Trouble's value
    told: str = ""  # the other side's own words about it
    tickets: Mapping[str, int] = field(default_factory=dict)  # by the key of a group of leftovers

    @property
    def name(self) -> str:
        """The number as people write it."""
        return f"C-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person of a crowd. ``place``: in the order of the list, from 1."""

    crowd: int
    place: int
    person_id: str
    name: str
    upn: str
    state: MemberState
    why: str = ""  # a value of Why, Refusal, Trouble or Cause; "" where there is nothing to explain
    fact: str = ""  # which attribute, which error code
    told: str = ""  # the other side's own words
    tries: int = 0  # calls that went out
    called_at: datetime | None = None  # Graph's clock right before the call
    change_id: str = ""  # joins Graph's answer and its later log row
    proof: str = ""  # the id of the log row that shows how it ended

    @property
    def group(self) -> str:
        """The key of the leftovers that this person belongs to."""
        return group_key(self.why, self.fact)


def group_key(why: str, fact: str) -> str:
    """Of everybody with the same reason."""
    return f"{why}:{fact}" if fact else why


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """People of a crowd who share a state and a reason. ``names``: some of them."""

    state: MemberState
    why: str
    fact: str
    count: int
    names: tuple[str, ...] = ()
    told: str = ""  # somebody else's words about one of them

    @property
    def key(self) -> str:
        """As ``Member.group``."""
        return group_key(self.why, self.fact)

    @property
    def harmless(self) -> bool:
        """Whether a click may decide to call them all the same."""
        return self.state is MemberState.LEFT_OUT and self.why in HARMLESS

    @property
    def needs_somebody(self) -> bool:
        """Whether there is something left to do for them, which a ticket can hand over."""
        return self.why != Why.ALREADY_THERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A crowd as it stands now. ``counts`` holds every state that somebody is in."""

    crowd: Crowd
    counts: Mapping[MemberState, int]
    leftovers: tuple[Leftovers, ...]
    as_of: datetime  # the database's clock
    next_ones: tuple[str, ...] = ()  # some of whoever waits, in their order
    ahead: int = 0  # people of other running crowds who take turns with this one, as far as that delays it

    def of(self, *states: MemberState) -> int:
        """How many are in any of these states."""
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def wanted(self) -> int:
        """Everybody whom the click was about."""
        return sum(self.counts.values()) - self.of(MemberState.LEFT_OUT)

    @property
    def ended(self) -> int:
        """Of them, whoever has an end."""
        return self.wanted - self.of(*TO_COME)

    def left(self, spacing: timedelta) -> timedelta:
        """About how long the remaining calls take; crowds that run side by side share the pace."""
        return spacing * (self.of(MemberState.WAITING) + self.ahead)


def fair_share(waiting: int, others: tuple[int, ...]) -> int:
    """How many calls of other crowds come before the last of ``waiting``: they take turns, one each."""
    return sum(min(waiting, other) for other in others)


_LEFT = NOT_DONE | {MemberState.LEFT_OUT}
_SHOWN = 6  # names of one group


def progress_of(crowd: Crowd, members: Sequence[Member], as_of: datetime) -> Progress:
    """The same as the books say, for people who are at hand."""
    groups: dict[tuple[MemberState, str, str], list[Member]] = {}
    for one in members:
        if one.state in _LEFT:
            groups.setdefault((one.state, one.why, one.fact), []).append(one)
    leftovers = [
        Leftovers(
            state=state,
            why=why,
            fact=fact,
            count=len(some),
            names=tuple(one.name for one in some[:_SHOWN]),
            told=max(one.told for one in some),
        )
        for (state, why, fact), some in groups.items()
    ]
    return Progress(
        crowd=crowd,
        counts=Counter(one.state for one in members),
        leftovers=tuple(sorted(leftovers, key=lambda one: (-one.count, one.state, one.why, one.fact))),
        as_of=as_of,
        next_ones=tuple(one.name for one in members if one.state is MemberState.WAITING)[:_SHOWN],
    )
