"""What is said about each cause: one class a cause, a file a family, both voices.

Words only: what is true was decided by the rules. ``meaning`` and ``fix`` serve a pasted error, where no person and
no tenant is known.
"""

from cards._kit import undo_markdown
from cards.causes._seen import Facts, Seen, Sentences, attribute
from cards.causes.app import (
    AccountGoneInApp,
    AppIncompatible,
    AppPermission,
    AppRefusesDeactivation,
    DuplicateInApp,
    LicenceExhausted,
    MappingWrong,
    Refused,
    RoleOrLicenceValueMissing,
)
from cards.causes.assignment import GroupNotSecurityEnabled, NestedGroupOnly, NotAssigned, RoleNotEntitled
from cards.causes.codes import words_of
from cards.causes.connection import CredentialsRejected, EndpointUnreachable, WrongEndpoint
from cards.causes.data import FilteredOut, MissingAttribute, Unexplained, UnknownCode, ValueTakenInApp
from cards.causes.identity import AccountDisabled, AmbiguousPerson, NoAccount, SoftDeleted
from cards.causes.job import (
    DuplicateAppRoles,
    JobDisabled,
    JobPaused,
    JobQuarantined,
    JobStale,
    NeverRan,
    NotConfigured,
    TooManyDeletes,
    quarantine_fix,
    quarantine_reason,
)
from cards.causes.outcome import (
    AssignmentTooFresh,
    AwaitingCycle,
    DynamicMembershipPending,
    InitialCycleRunning,
    InSync,
    Provisioned,
    UnsupportedObject,
)
from cards.causes.passing import AppThrottling, AppUnavailable, ServiceFault, TransportError
from cards.causes.values import (
    AttributeRejected,
    DuplicateInDirectory,
    InvalidDomain,
    MatchingAttributeEmpty,
    MultipleValues,
    ReferenceUnknown,
)
from cards.voice import Voice
from provisioning.model import Cause, Diagnosis, Finding

__all__ = ["also", "answer", "attribute", "fix", "meaning", "quarantine_fix", "quarantine_reason", "who"]

_SENTENCES: dict[Cause, Sentences] = {
    Cause.PROVISIONED: Provisioned(),
    Cause.IN_SYNC: InSync(),
    Cause.AWAITING_CYCLE: AwaitingCycle(),
    Cause.ASSIGNMENT_TOO_FRESH: AssignmentTooFresh(),
    Cause.INITIAL_CYCLE_RUNNING: InitialCycleRunning(),
    Cause.DYNAMIC_MEMBERSHIP_PENDING: DynamicMembershipPending(),
    Cause.NO_ACCOUNT: NoAccount(),
    Cause.AMBIGUOUS_PERSON: AmbiguousPerson(),
    Cause.SOFT_DELETED: SoftDeleted(),
    Cause.ACCOUNT_DISABLED: AccountDisabled(),
    Cause.NOT_CONFIGURED: NotConfigured(),
    Cause.NEVER_RAN: NeverRan(),
    Cause.JOB_PAUSED: JobPaused(),
    Cause.JOB_DISABLED: JobDisabled(),
    Cause.JOB_STALE: JobStale(),
    Cause.JOB_QUARANTINED: JobQuarantined(),
    Cause.TOO_MANY_DELETES: TooManyDeletes(),
    Cause.CREDENTIALS_REJECTED: CredentialsRejected(),
    Cause.ENDPOINT_UNREACHABLE: EndpointUnreachable(),
    Cause.WRONG_ENDPOINT: WrongEndpoint(),
    Cause.DUPLICATE_APP_ROLES: DuplicateAppRoles(),
    Cause.NOT_ASSIGNED: NotAssigned(),
    Cause.NESTED_GROUP_ONLY: NestedGroupOnly(),
    Cause.GROUP_NOT_SECURITY_ENABLED: GroupNotSecurityEnabled(),
    Cause.ROLE_NOT_ENTITLED: RoleNotEntitled(),
    Cause.FILTERED_OUT: FilteredOut(),
    Cause.MISSING_ATTRIBUTE: MissingAttribute(),
    Cause.MATCHING_ATTRIBUTE_EMPTY: MatchingAttributeEmpty(),
    Cause.ATTRIBUTE_REJECTED: AttributeRejected(),
    Cause.MULTIPLE_VALUES: MultipleValues(),
    Cause.INVALID_DOMAIN: InvalidDomain(),
    Cause.DUPLICATE_IN_DIRECTORY: DuplicateInDirectory(),
    Cause.DUPLICATE_IN_APP: DuplicateInApp(),
    Cause.VALUE_TAKEN_IN_APP: ValueTakenInApp(),
    Cause.ACCOUNT_GONE_IN_APP: AccountGoneInApp(),
    Cause.ROLE_OR_LICENCE_VALUE_MISSING: RoleOrLicenceValueMissing(),
    Cause.LICENCE_EXHAUSTED: LicenceExhausted(),
    Cause.APP_PERMISSION: AppPermission(),
    Cause.APP_INCOMPATIBLE: AppIncompatible(),
    Cause.APP_REFUSES_DEACTIVATION: AppRefusesDeactivation(),
    Cause.APP_REFUSED: Refused(),
    Cause.MAPPING_WRONG: MappingWrong(),
    Cause.REFERENCE_UNKNOWN: ReferenceUnknown(),
    Cause.APP_THROTTLING: AppThrottling(),
    Cause.APP_UNAVAILABLE: AppUnavailable(),
    Cause.TRANSPORT_ERROR: TransportError(),
    Cause.SERVICE_FAULT: ServiceFault(),
    Cause.UNSUPPORTED_OBJECT: UnsupportedObject(),
    Cause.UNKNOWN_CODE: UnknownCode(),
    Cause.UNEXPLAINED: Unexplained(),
}


def answer(diagnosis: Diagnosis, voice: Voice) -> str:
    """The sentence that leads the card: what is the matter with the root cause."""
    seen = Seen(diagnosis.root, diagnosis)
    words = _SENTENCES[diagnosis.root.cause]
    return words.answer(seen) if voice is Voice.AGENT else words.kind_answer(seen)


def who(diagnosis: Diagnosis, voice: Voice) -> str:
    """Who has to do what, where and when, about the root cause."""
    seen = Seen(diagnosis.root, diagnosis)
    words = _SENTENCES[diagnosis.root.cause]
    return words.who(seen) if voice is Voice.AGENT else words.kind_who(seen)


def also(finding: Finding, diagnosis: Diagnosis) -> str:
    """Another finding, for agents, as part of a sentence."""
    return _SENTENCES[finding.cause].because(Seen(finding, diagnosis))


def meaning(cause: Cause, facts: Facts) -> str:
    """What a cause means, as one sentence of plain text, without knowing the person."""
    by_code = words_of(facts)
    return undo_markdown(by_code[0] if by_code else _SENTENCES[cause].meaning(facts))


def fix(cause: Cause, facts: Facts) -> str:
    """What mends a cause, as one sentence of plain text, without knowing the person."""
    by_code = words_of(facts)
    return undo_markdown(by_code[1] if by_code else _SENTENCES[cause].fix(facts))
