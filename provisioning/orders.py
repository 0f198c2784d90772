"""An order is what an administrator wants done to an app's job, from the first look to the figures of the next cycle.

It survives a restart, so its states are few and each says what a successor has to do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from provisioning.model import Actor, App, Execution, Job
from provisioning.scoping import NO_COST, Cost, Study


class OrderKind(StrEnum):
    """What is wanted."""

    START = "start"
    PAUSE = "pause"
    RESTART = "restart"
    CHECK = "check"  # let Graph test the saved credentials against the app
    FILTER = "filter"  # a tighter scoping filter
    UNDO = "undo"  # the schema as it was before a filter order


class OrderState(StrEnum):
    """The life of an order. READING, ORDERED, ACTING and WATCHING have work waiting behind them."""

    READING = "reading"  # everybody assigned is being looked at; nothing is offered yet
    PLANNED = "planned"  # shown with what it would do; nobody has agreed
    SECOND = "second"  # one administrator agreed, and the desk's policy wants another
    ORDERED = "ordered"  # agreed to and queued; Graph was not asked
    ACTING = "acting"  # the request is (about to be) on its way; a successor looks before it acts
    WATCHING = "watching"  # Graph has it; the next cycle has not been seen
    DONE = "done"  # what Graph took has been seen to work, as far as it can be
    NOT_DONE = "not_done"  # Graph or the app said no; ``told`` says why
    REFUSED = "refused"  # the look right before acting said no; Graph was not asked
    DROPPED = "dropped"  # an administrator decided against it
    UNCERTAIN = "uncertain"  # it may have been done; nothing shows it


UNDER_WAY = frozenset({OrderState.ORDERED, OrderState.ACTING, OrderState.WATCHING})
OPEN = frozenset({OrderState.PLANNED, OrderState.SECOND})  # a button is still to be pressed


class Hindrance(StrEnum):
    """Why the desk does not do it, or not yet."""

    NOT_AN_ADMIN = "not_an_admin"
    NO_JOB = "no_job"
    RUNS_ALREADY = "runs_already"
    PAUSED_ALREADY = "paused_already"
    DELETIONS_HELD = "deletions_held"  # only a person in Entra allows removals, or restores the people first
    CREDENTIALS = "credentials"  # the app still rejects them: mend before the restart
    DUPLICATE_ROLES = "duplicate_roles"  # roles of the same name bring the quarantine back
    NOT_MENDED = "not_mended"  # nobody has said that what caused the quarantine is mended
    OTHER_ORDER = "other_order"  # another order for this app is under way
    SCHEMA_CHANGED = "schema_changed"  # somebody edited mappings or filters since the look
    NOTHING_TO_CHANGE = "nothing_to_change"
    NOT_ALL_READ = "not_all_read"  # not everybody assigned could be read: who falls out is not known
    TOO_OLD = "too_old"  # what the card shows was read too long ago
    NOT_KEPT = "not_kept"  # the schema of before is not kept any more
    BUSY = "busy"  # Graph did not answer in time; nothing was done


class Mending(StrEnum):
    """What nothing that can be read shows, so that an administrator has to say it before a job is moved."""

    FAILURES = "failures"  # what too many people failed over is mended: only a cycle shows it
    MICROSOFT = "microsoft"  # Microsoft put the job aside by hand, and agrees
    INTERRUPTION = "interruption"  # what interrupted the reading is over
    NO_REASON = "no_reason"  # Microsoft names no reason that we know
    REMOVALS = "removals"  # no removals are held back: the log could not be read to its end


# What restart may forget. Full (which also breaks links between people and accounts), ConnectorDataStore and
# ForceDeletes (which carries held removals out) are never offered.
RESETS: dict[str, tuple[str, ...]] = {
    "all": ("Watermark", "Escrows", "QuarantineState"),  # what the portal's own button does
    "failures": ("Escrows",),
    "everybody": ("Watermark",),
}
FRESH = timedelta(hours=1)  # for which a look at everybody may be acted on
KEPT = timedelta(days=30)  # for which the schema of before is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """An administrator's yes. ``at`` is Graph's clock."""

    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One thing to be done to one app's job. ``version`` grows with every write; a write of an older one is refused."""

    id: str  # UUID; unguessable, but never a permission
    version: int
    kind: OrderKind
    state: OrderState
    app: App
    by: Actor  # who asked
    origin: str  # where the answer belongs (opaque here)
    created: datetime
    updated: datetime
    looked_at: datetime  # Graph's clock when what the card shows was read
    job: Job | None = None  # as it was then
    reset: str = "all"  # a key of RESETS
    failing: int | None = None  # people who failed then
    held: int | None = None  # objects whose removal was held back then
    to_confirm: tuple[Mending, ...] = ()  # what the card asks an administrator to have seen to
    confirmed: tuple[Mending, ...] = ()  # what whoever agreed has said to have seen to
    agreed: tuple[Agreement, ...] = ()
    acted_at: datetime | None = None  # Graph's clock right before the request
    done_at: datetime | None = None  # Graph's clock when it was seen that Graph has it
    hindrance: Hindrance | None = None
    told: str | None = None  # the other side's own words
    study: Study | None = None
    cost: Cost = NO_COST
    full: Cost = NO_COST  # of the cycles that looked at everybody
    print_before: str | None = None  # of the schema that the study was made with
    print_after: str | None = None
    after: Execution | None = None  # the first cycle that was seen after it
    undoes: str | None = None  # the filter order that this one takes back
    undone_by: str | None = None
    in_words: str = ""  # the question that began it

    @property
    def under_way(self) -> bool:
        """Whether it keeps others from acting on the same job."""
        return self.state in UNDER_WAY

    @property
    def before(self) -> Execution | None:
        """The newest cycle when it was looked at."""
        return self.job.last if self.job else None

    @property
    def changes_scope(self) -> bool:
        """Whether people may lose what they have: the desk's policy may want two administrators."""
        return self.kind in {OrderKind.FILTER, OrderKind.UNDO}

    def may_be_undone(self, now: datetime) -> bool:
        """Whether the schema of before is kept and nobody has put it back."""
        taken = self.state in {OrderState.WATCHING, OrderState.DONE}
        kept = self.done_at is not None and now - self.done_at < KEPT
        return self.kind is OrderKind.FILTER and taken and kept and self.undone_by is None
