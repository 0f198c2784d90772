"""What the desk talks about: people, applications, jobs, log rows, findings.

Values only. They are frozen, they open nothing, and every instant is an aware ``datetime`` in UTC that was
read from Microsoft Graph or compared with Graph's own clock. ``None`` means "Graph says there is none";
what could not be read is named in ``Evidence.unread`` and is never taken for absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from provisioning.attempts import LogEvent, Step, StepReport
from provisioning.beside import Alike, Projected

DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"  # appRoleId of an assignment without a role


class Cause(StrEnum):
    """Why a person did or did not arrive. The slugs are public: rename one and users' tickets break."""

    PROVISIONED = "provisioned"
    IN_SYNC = "in_sync"
    AWAITING_CYCLE = "awaiting_cycle"
    ASSIGNMENT_TOO_FRESH = "assignment_too_fresh"
    INITIAL_CYCLE_RUNNING = "initial_cycle_running"
    DYNAMIC_MEMBERSHIP_PENDING = "dynamic_membership_pending"
    NO_ACCOUNT = "no_account"
    AMBIGUOUS_PERSON = "ambiguous_person"
    SOFT_DELETED = "soft_deleted"
    ACCOUNT_DISABLED = "account_disabled"
    NOT_CONFIGURED = "not_configured"
    NEVER_RAN = "never_ran"
    JOB_PAUSED = "job_paused"
    JOB_DISABLED = "job_disabled"
    JOB_STALE = "job_stale"
    JOB_QUARANTINED = "job_quarantined"
    TOO_MANY_DELETES = "too_many_deletes"
    CREDENTIALS_REJECTED = "credentials_rejected"
    ENDPOINT_UNREACHABLE = "endpoint_unreachable"
    WRONG_ENDPOINT = "wrong_endpoint"
    DUPLICATE_APP_ROLES = "duplicate_app_roles"
    NOT_ASSIGNED = "not_assigned"
    NESTED_GROUP_ONLY = "nested_group_only"
    GROUP_NOT_SECURITY_ENABLED = "group_not_security_enabled"
    ROLE_NOT_ENTITLED = "role_not_entitled"
    FILTERED_OUT = "filtered_out"
    MISSING_ATTRIBUTE = "missing_attribute"
    MATCHING_ATTRIBUTE_EMPTY = "matching_attribute_empty"
    ATTRIBUTE_REJECTED = "attribute_rejected"
    MULTIPLE_VALUES = "multiple_values"
    INVALID_DOMAIN = "invalid_domain"
    DUPLICATE_IN_DIRECTORY = "duplicate_in_directory"
    DUPLICATE_IN_APP = "duplicate_in_app"
    VALUE_TAKEN_IN_APP = "value_taken_in_app"
    ACCOUNT_GONE_IN_APP = "account_gone_in_app"
    ROLE_OR_LICENCE_VALUE_MISSING = "role_or_licence_value_missing"
    LICENCE_EXHAUSTED = "licence_exhausted"
    APP_PERMISSION = "app_permission"
    APP_INCOMPATIBLE = "app_incompatible"
    APP_REFUSES_DEACTIVATION = "app_refuses_deactivation"
    APP_REFUSED = "app_refused"
    MAPPING_WRONG = "mapping_wrong"
    REFERENCE_UNKNOWN = "reference_unknown"
    APP_THROTTLING = "app_throttling"
    APP_UNAVAILABLE = "app_unavailable"
    TRANSPORT_ERROR = "transport_error"
    SERVICE_FAULT = "service_fault"
    UNSUPPORTED_OBJECT = "unsupported_object"
    UNKNOWN_CODE = "unknown_code"
    UNEXPLAINED = "unexplained"


class Owner(StrEnum):
    """Who can mend it."""

    DATA_OWNER = "data_owner"
    IDENTITY_ADMIN = "identity_admin"
    APP_ADMIN = "app_admin"
    VENDOR = "vendor"
    MICROSOFT = "microsoft"
    PERSON = "person"
    NOBODY = "nobody"  # only time is needed


class Retry(StrEnum):
    """What trying again would do."""

    AUTOMATIC = "automatic"  # the provisioning service tries by itself
    AFTER_FIX = "after_fix"
    USELESS = "useless"  # nothing to retry


class Role(StrEnum):
    """What somebody may do with the desk; decided by group membership in Entra ID at every turn."""

    PERSON = "person"
    AGENT = "agent"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who is speaking. ``id`` is the Entra object id that the channel vouched for, never a name from a text."""

    id: str
    upn: str
    name: str
    roles: frozenset[Role] = frozenset({Role.PERSON})

    @property
    def is_agent(self) -> bool:
        """Agents and admins may ask about anybody."""
        return bool(self.roles & {Role.AGENT, Role.ADMIN})

    @property
    def is_admin(self) -> bool:
        """Admins may also change how the desk and its jobs are set up."""
        return Role.ADMIN in self.roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user object. ``attributes`` holds every directory attribute that was read, by Graph's own names."""

    id: str
    upn: str
    name: str
    mail: str | None = None
    enabled: bool | None = None
    guest: bool = False
    synced_from_ad: bool = False  # onPremisesSyncEnabled: its data is mastered in on-premises Active Directory
    created: datetime | None = None
    deleted: datetime | None = None
    attributes: Mapping[str, str | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An enterprise application; ``id`` is the service principal's object id, the one that Graph wants."""

    id: str
    app_id: str
    name: str
    owners: tuple[str, ...] = ()  # display names


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group that matters for an assignment."""

    id: str
    name: str
    security_enabled: bool | None = None
    rule: str | None = None  # membershipRule of a dynamic group; None: assigned by hand, or not asked for
    rule_paused: bool = False  # membershipRuleProcessingState is Paused: nobody joins by the rule


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRole:
    """A role that the app offers to those who are assigned."""

    id: str
    name: str
    value: str | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One way the person holds the app: directly (``group`` is None) or as an immediate member of a group."""

    role_id: str = DEFAULT_ACCESS
    since: datetime | None = None
    group: Group | None = None


class JobState(StrEnum):
    """synchronizationStatus.code, opened: a value that Graph invents later is OTHER and shown as it came."""

    NOT_CONFIGURED = "NotConfigured"
    NOT_RUN = "NotRun"
    ACTIVE = "Active"
    PAUSED = "Paused"
    QUARANTINE = "Quarantine"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One cycle of a job. ``state`` is Graph's word: Succeeded, Failed or EntryLevelErrors."""

    cycle_id: str | None
    state: str
    began: datetime | None
    ended: datetime | None
    imported: int = 0
    exported: int = 0
    escrowed: int = 0  # people whose provisioning failed and waits for its retry
    entitled: int = 0
    error_code: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a cycle has come, in Graph's units (pages, not people)."""

    done: int
    whole: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """Why and since when Microsoft has slowed the job down to once a day."""

    reason: str  # quarantineReason as Graph spells it
    since: datetime | None  # when the series of failures began: four weeks after that the job is switched off
    next_attempt: datetime | None
    error_code: str | None = None
    error_message: str | None = None
    attempts: int = 0  # in this series


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A synchronization job. Year-1 dates, ``None`` errors and endless intervals were removed on reading."""

    id: str
    app_id: str  # the service principal's object id
    state: JobState
    raw_state: str
    scheduled: bool  # schedule.state is Active
    interval: timedelta | None  # None = never
    last: Execution | None = None
    quarantine: Quarantine | None = None
    steady_since: datetime | None = None  # when it was last level with the directory
    first_steady: datetime | None = None  # None: the first cycle, which looks at everybody, has not finished
    last_success: datetime | None = None  # the end of the newest cycle without any failure
    entries: Mapping[str, int] = field(default_factory=dict)  # synchronizedEntryCountByType
    successive_failures: int = 0
    escrows_pruned: bool = False  # the first cycle met the error limit: errors were dropped, and the job stops after it
    template: str | None = None  # which connector it is of, in Microsoft's gallery: scim, salesforce …
    progress: Progress | None = None  # of a cycle under way, while Graph tells

    @property
    def next_cycle(self) -> datetime | None:
        """About when the next cycle starts, if one is to be expected at all. An estimate: the card says "about"."""
        if self.state is JobState.QUARANTINE:
            return self.quarantine.next_attempt if self.quarantine else None
        if self.state is not JobState.ACTIVE or not self.scheduled or not self.interval or not self.last:
            return None
        return self.last.began + self.interval if self.last.began else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeMapping:
    """How one target attribute is filled. ``sources`` are the directory attributes that it reads."""

    target: str
    sources: tuple[str, ...]
    expression: str | None  # as Graph prints it: [mail], Switch([IsSoftDeleted], …)
    matching_priority: int = 0  # 0 = not used to match; the lowest above 0 is tried first
    has_default: bool = False
    default: str | None = None  # sent where the source is empty, when an account is made
    constant: str | None = None  # the same for everybody
    required: bool = False  # the target directory's schema marks the attribute as required


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition of a scoping filter, in Graph's words: department EQUALS Sales."""

    attribute: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterGroup:
    """Clauses that must all hold (AND). Several groups: one is enough (OR)."""

    name: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What the job does with users: the rule that serves on-demand calls, mappings, scoping filter."""

    rule_id: str | None
    mappings: tuple[AttributeMapping, ...]
    scope: tuple[FilterGroup, ...] = ()
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFailure:
    """The newest failed row of a group itself: its object could not be written, whatever became of its members."""

    group: Group
    row: LogEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is (or would be) wrong, or right. ``facts`` fill the words on the card.

    Facts by cause (all optional, all strings or tuples of strings): ``code``/``http``/``detail``/``attributes``/
    ``targets``/``next_retry`` (everything that the log tells), ``attributes``/``targets`` (missing_attribute,
    matching_attribute_empty), ``attribute``/``value`` (what the app refuses), ``filter``/``clause``/``value``
    (filtered_out), ``group``/``assigned_group`` (groups), ``role``/``roles`` (roles), ``reason``/``error_code``/
    ``error_message``/``since``/``next_attempt`` (the job), ``began``/``done``/``whole``/``entitled``/``usual`` (a first
    cycle; ``usual`` in seconds), ``others`` (who shares a value), ``identical`` (how many
    attempts in a row failed alike), ``because`` (which of several ways led to a cause).
    """

    cause: Cause
    step: Step
    owner: tuple[Owner, ...]
    retry: Retry
    facts: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    provisional: bool = False  # found while the job was broken: look again when it runs
    seen_at: datetime | None = None  # when the evidence for it was written, if it is history


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at before acting. ``what`` is a slug; ``facts`` fill the words on the card."""

    what: str  # account, job, assignment, scope, rule, data or already
    good: bool | None  # None: nobody knows, or it is good to know
    facts: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The answer to one question: the root cause first, everything else that was found after it."""

    person: Person
    app: App
    as_of: datetime  # Graph's clock when the evidence was read
    findings: tuple[Finding, ...]  # never empty; findings[0] leads the card
    steps: tuple[StepReport, ...]  # always the four: import, scoping, matching, export
    last_event: LogEvent | None
    event_obsolete: bool = False  # the person or the assignment changed after the last event
    job: Job | None = None
    next_cycle: datetime | None = None
    unread: Mapping[str, str] = field(default_factory=dict)
    may_provision: bool = False  # nothing found forbids an on-demand run (assigned, enabled, job fit)
    refusal: str | None = None  # why not: a Refusal's value
    schema: str = ""  # the fingerprint of the job's mappings and filter; "": not read
    assignments: tuple[Assignment, ...] | None = None  # None: not read, or the job takes everybody
    roles: Mapping[str, str] = field(default_factory=dict)  # names of the roles of these assignments, by id
    place: str | None = None  # as in the evidence, and so are the next two
    alike: Alike | None = None
    group_failures: tuple[GroupFailure, ...] = ()
    projection: tuple[Projected, ...] = ()  # what the mappings would send today, empty attributes first
    harmless: bool = False  # what speaks against it would make the run useless, and hurt nobody
    checks: tuple[Check, ...] = ()  # what was looked at before acting

    @property
    def root(self) -> Finding:
        """What leads the card."""
        return self.findings[0]
