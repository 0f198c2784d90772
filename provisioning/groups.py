"""A group on its way into an app: itself and its members, five of them in one call, which is all Microsoft takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from provisioning.cases import Refusal
from provisioning.connectors import by_consent
from provisioning.model import Actor, App, Group, Job, JobState

AT_ONCE = 5  # members in one call
MOST = 200  # members; more are a matter for a cycle


class Hindrance(StrEnum):
    """Why a group cannot be provisioned at all."""

    NOT_MAPPED = "not_mapped"  # the job's mappings know no groups
    NOT_ASSIGNED = "not_assigned"  # Microsoft provisions assigned groups alone, and never through another group
    NO_SECURITY_GROUP = "no_security_group"
    NOBODY = "nobody"  # no immediate members who are people
    TOO_MANY = "too_many"
    JOB = "job"  # the job takes no runs on demand now; ``why`` is the Refusal


class SeatState(StrEnum):
    """The way of one member. Only CALLING has something at stake: a successor looks, and never calls again."""

    WAITING = "waiting"
    LEFT_OUT = "left_out"  # the check right before the call said no; ``why`` is the Refusal
    CALLING = "calling"
    REPORTED = "reported"  # Microsoft reports success; the log does not show it yet
    DONE = "done"  # the log shows it, or both sides were equal already
    FAILED = "failed"
    UNCERTAIN = "uncertain"  # no answer about them came, and the log shows nothing
    STOPPED = "stopped"  # the run was stopped before their turn, by somebody or by what stood in its way


UNDER_WAY = (SeatState.CALLING, SeatState.REPORTED)  # called: followed to an end, whatever becomes of the run


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One member."""

    person_id: str
    name: str
    state: SeatState = SeatState.WAITING
    why: str | None = None  # a Refusal, or what the other side said
    told: str | None = None  # who has them in hand already, where ``why`` is that


class RunState(StrEnum):
    """The life of a run."""

    LOOKED = "looked"  # shown, with what stands in its way
    RUNNING = "running"
    ENDED = "ended"  # nobody waits, is called or is looked for any more
    STOPPED = "stopped"  # the same, but some were never called: ``stopped_by``, ``told`` or ``hindrance`` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSeen:
    """A group as the tenant shows it in an app."""

    as_of: datetime
    group: Group
    app: App
    job: Job | None
    rule_id: str | None  # of the job's mappings, for groups
    assigned: bool
    members: tuple[tuple[str, str], ...] = ()  # id and name of the immediate members who are people
    nested: tuple[str, ...] = ()  # names of groups inside it, which Microsoft does not open


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRun:
    """One wish about one group and one app. ``version`` grows with every write."""

    id: str
    version: int
    actor: Actor
    state: RunState
    seen: GroupSeen
    seats: tuple[Seat, ...]
    hindrance: Hindrance | None = None
    why: str | None = None
    promised_by: Actor | None = None
    promised_at: datetime | None = None  # Graph's clock
    called_at: datetime | None = None  # of the call that is under way, or was the last
    itself: str | None = None  # how the group itself went in the last answer: a Verdict
    told: str | None = None
    origin: str = ""  # the conversation where it was wished for (opaque here); "": nobody is told there
    stopped_by: Actor | None = None

    def at(self, *states: SeatState) -> tuple[Seat, ...]:
        """The members in one of these states."""
        return tuple(seat for seat in self.seats if seat.state in states)


def seats_of(seen: GroupSeen) -> tuple[Seat, ...]:
    """Everybody waits."""
    return tuple(Seat(person_id=person_id, name=name) for person_id, name in seen.members)


def hindrance_of(seen: GroupSeen) -> tuple[Hindrance, str | None] | None:
    """What stands in the way of the whole group, and the Refusal if it is the job."""
    if job := _job(seen.job):
        return Hindrance.JOB, job.value
    if seen.rule_id is None:
        return Hindrance.NOT_MAPPED, None
    if seen.group.security_enabled is False:
        return Hindrance.NO_SECURITY_GROUP, None
    if not seen.assigned:
        return Hindrance.NOT_ASSIGNED, None
    if not seen.members:
        return Hindrance.NOBODY, None
    return (Hindrance.TOO_MANY, None) if len(seen.members) > MOST else None


def _job(job: Job | None) -> Refusal | None:
    if job is None or job.state is JobState.NOT_CONFIGURED:
        return Refusal.JOB_NOT_CONFIGURED
    if job.state is JobState.QUARANTINE:
        return Refusal.JOB_QUARANTINED
    stopped = job.state is JobState.PAUSED or not job.scheduled
    if by_consent(job):
        return None if stopped else Refusal.MUST_BE_STOPPED
    return Refusal.JOB_PAUSED if stopped else None


def is_over(run: GroupRun) -> bool:
    """Whether a run that was promised has nothing more to do."""
    return run.state in {RunState.ENDED, RunState.STOPPED}


def without_waiting(run: GroupRun) -> GroupRun:
    """The run in which nobody new is called any more."""
    stopped = [replace(seat, state=SeatState.STOPPED) for seat in run.at(SeatState.WAITING)]
    return ended(replace(run, seats=seated(run.seats, stopped)))


def ended(run: GroupRun) -> GroupRun:
    """The run, over if nobody waits, is called or is looked for."""
    if run.state is not RunState.RUNNING or run.at(SeatState.WAITING, *UNDER_WAY):
        return run
    return replace(run, state=RunState.STOPPED if run.at(SeatState.STOPPED) else RunState.ENDED)


def seated(seats: Sequence[Seat], changed: Sequence[Seat]) -> tuple[Seat, ...]:
    """The members in their order, with those that changed."""
    by_id = {seat.person_id: seat for seat in changed}
    return tuple(by_id.get(seat.person_id, seat) for seat in seats)
