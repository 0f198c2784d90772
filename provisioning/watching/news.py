"""The words of watching: what a round sees of an app, what stands, what is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from provisioning.health import Pulse
from provisioning.model import Actor, App, Job, Schema

EVERYTHING = ""  # in an app's place: all of them


class Topic(StrEnum):
    """What can be news. The order is that of a digest: the first weighs most."""

    QUARANTINE = "quarantine"  # and, after four weeks of it, that Microsoft has switched the job off
    SILENT = "silent"  # no cycle for three intervals
    LOG_QUIET = "log_quiet"  # cycles are reported, assignments change, and the log shows no row
    FAILURES = "failures"  # far more attempts fail than is usual for this app
    CREDENTIALS = "credentials"  # a certificate or secret of the app ends soon
    MAPPINGS = "mappings"  # somebody changed the mappings or the scoping filter


class Phase(StrEnum):
    """Trouble begins, and is over. What only happens (a change, a date that comes near) begins and is never over."""

    BEGUN = "begun"
    OVER = "over"


Facts = Mapping[str, str]  # what a card says of it; instants as ISO 8601


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that stands. ``episode`` names this occurrence of it, however often it is seen.

    ``variant``: what has to be told anew when it changes while the trouble stands.
    """

    topic: Topic
    episode: str
    variant: str = ""
    since: datetime  # Graph's clock: when it began by Graph's word, else when it was seen first
    cycle: datetime | None = None  # the end of the newest cycle when it was seen last
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the desk saw of an app's cycles in one stretch of time: how many, and how many attempts failed in them."""

    cycles: int
    failed: int


class CredentialKind(StrEnum):
    """What a credential of an app is."""

    CERTIFICATE = "certificate"
    SECRET = "secret"  # noqa: S105  its name in our own facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A certificate or secret that Graph shows on an app, never its value. Which of them provisioning uses, if any,
    Graph does not say: the secret that was saved for provisioning has no date that can be read."""

    kind: CredentialKind
    ends: datetime
    name: str = ""  # as its owner called it
    registration: bool = False  # of the app registration, not of the enterprise app


class DriftKind(StrEnum):
    """What of a schema was changed."""

    ADDED = "added"  # a mapping
    REMOVED = "removed"
    CHANGED = "changed"  # how a target attribute is filled
    MATCHING = "matching"  # whether and in which order a target attribute is matched by
    DEFAULT = "default"  # what is sent where the source is empty
    SCOPE = "scope"  # the scoping filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One change, in the schema's own words. ``name``: the target attribute; "" for the scoping filter."""

    kind: DriftKind
    name: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one round saw of an app. None: not looked at this time, or it could not be read."""

    as_of: datetime  # Graph's clock
    app: App
    job: Job
    pulse: Pulse | None = None
    resumed: datetime | None = None  # Graph's clock: when the job was seen to run again after a stop
    windows: tuple[Window, ...] | None = None  # stretches of equal length, the newest (which ends now) first
    credentials: tuple[Credential, ...] | None = None
    schema: Schema | None = None
    ours: bool = False  # the desk itself wrote the schema as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an app's job from earlier rounds. ``version`` grows with every write; 0: never written."""

    app_id: str
    job_id: str  # another job is another beginning
    version: int = 0
    seen: frozenset[Topic] = frozenset()  # looked at before: from then on a trouble is news
    standing: tuple[Trouble, ...] = ()
    stopped: bool = False  # it did not run when it was seen last
    resumed: datetime | None = None  # as in a sight
    schema: Schema | None = None
    nearing: frozenset[str] = frozenset()  # what was told of credentials that end, see ``credentials``
    read: Mapping[str, datetime] = field(default_factory=dict)  # when what is not read in every round was read last

    def standing_by_topic(self) -> Mapping[Topic, Trouble]:
        """What stands, by its kind: at most one of each."""
        return {one.topic: one for one in self.standing}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing to be told. App, topic, phase, episode and variant together are told once, for ever.

    ``number`` 0: not kept yet. ``first``: it stood when watching began, so it is kept and told to nobody.
    """

    app: App
    topic: Topic
    phase: Phase
    episode: str
    variant: str = ""
    since: datetime  # Graph's clock: when it began
    at: datetime  # Graph's clock: when it was seen
    facts: Facts = field(default_factory=dict)
    drifts: tuple[Drift, ...] = ()
    first: bool = False
    number: int = 0


class Pace(StrEnum):
    """How often a chat or channel wants to be told."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A chat or channel in which news of an app, or of all apps (``app`` None), are told."""

    place: str  # a conversation (opaque here)
    shared: bool  # others read along
    actor: Actor  # who asked for it, and whose right to know counts
    app: App | None
    since: datetime  # Graph's clock

    @property
    def app_id(self) -> str:
        """The app's id, or EVERYTHING."""
        return self.app.id if self.app else EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Hush:
    """An app of which a place wants to hear nothing. ``until`` None: until somebody says otherwise."""

    app_id: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How a chat or channel is told: its subscriptions, its pace, what it wants to hear nothing of."""

    conversation: str
    pace: Pace = Pace.AT_ONCE
    digested: datetime | None = None  # up to which boundary digests were made
    subscriptions: Sequence[Subscription] = ()
    hushes: Sequence[Hush] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a wish to be told came to: the place as it is told by now, and what stands already."""

    place: Place
    app: App | None  # None: all of them
    new: bool
    set_up: bool = True  # False: the app has no job that could be watched
    standing: tuple[News, ...] = ()
