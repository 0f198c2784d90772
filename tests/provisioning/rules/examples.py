"""For every cause that has a rule: the healthy world with the one thing spoilt that makes that cause lead."""

from dataclasses import replace
from datetime import timedelta

from provisioning.attempts import LogEvent, Step
from provisioning.evidence import Evidence
from provisioning.model import AppRole, Assignment, Cause, JobState, Progress
from tests.worlds import (
    DAY,
    FILTERING,
    MAPPINGS,
    MINUTE,
    NOW,
    SERVICE_INCOMPATIBLE,
    clause,
    failed,
    filter_group,
    group,
    healthy,
    job,
    jose,
    lacking,
    mapping,
    quarantined_job,
    schema,
    skipped,
)

CREDENTIALS = "SystemForCrossDomainIdentityManagementInvalidCredentials"
UNAVAILABLE = "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"
PROBE = "SystemForCrossDomainIdentityManagementCredentialValidationFailure"
BY_EMPLOYEE = schema(mappings=(*MAPPINGS[1:], mapping("externalId", "employeeId", matching_priority=1)))
OTHER = jose(id="somebody-else", upn="jose2@fabrikam.example", name="José García (admin)")
DYNAMIC = group("Sales (dynamic)", rule='user.department -eq "Sales"')
ROLES = (AppRole(id="role-1", name="User"), AppRole(id="role-2", name="Agent"), AppRole(id="role-3", name="agent"))


def aside(code: str, message: str, reason: str = "EncounteredQuarantineException") -> Evidence:
    """A job in quarantine over this error."""
    spoilt = quarantined_job(reason)
    assert spoilt.quarantine
    wrong = replace(spoilt.quarantine, error_code=code, error_message=message)
    return healthy(job=replace(spoilt, quarantine=wrong))


def row(code: str, detail: str = "", **changes: object) -> Evidence:
    """The healthy world whose newest row failed like that."""
    return healthy(log=(failed(code, detail, **changes),))  # type: ignore[arg-type]


def disabling() -> LogEvent:
    """Entra takes the app away, and the app does not let go."""
    detail = "An active owner of a team cannot be made inactive."
    return failed(FILTERING, detail, status="Conflict", action="disable")


EXAMPLES: dict[Cause, Evidence] = {
    Cause.SOFT_DELETED: healthy(person=jose(deleted=NOW - DAY)),
    Cause.ACCOUNT_DISABLED: healthy(person=jose(enabled=False)),
    Cause.NOT_CONFIGURED: healthy(job=None),
    Cause.CREDENTIALS_REJECTED: aside(CREDENTIALS, "StatusCode: Unauthorized\r\nMessage: no"),
    Cause.ENDPOINT_UNREACHABLE: aside(UNAVAILABLE, "We are not able to connect to the application."),
    Cause.WRONG_ENDPOINT: aside(PROBE, "StatusCode: NotFound\r\nMessage: 404 at the tenant URL"),
    Cause.TOO_MANY_DELETES: healthy(job=quarantined_job("TooManyDeletes")),
    Cause.JOB_QUARANTINED: healthy(job=quarantined_job("EncounteredEscrowProportionThreshold", "None")),
    Cause.JOB_PAUSED: healthy(job=job(state=JobState.PAUSED, raw_state="Paused")),
    Cause.JOB_DISABLED: healthy(job=job(scheduled=False)),
    Cause.JOB_STALE: healthy(as_of=NOW + timedelta(hours=3)),
    Cause.NEVER_RAN: healthy(job=job(state=JobState.NOT_RUN, raw_state="NotRun", last=None), log=()),
    Cause.INITIAL_CYCLE_RUNNING: healthy(
        job=job(
            state=JobState.NOT_RUN,
            raw_state="NotRun",
            last=None,
            progress=Progress(done=12, whole=40),
            steady_since=None,
        ),
        log=(),
    ),
    Cause.DUPLICATE_APP_ROLES: healthy(roles=ROLES, log=()),
    Cause.NOT_ASSIGNED: healthy(assignments=()),
    Cause.NESTED_GROUP_ONLY: healthy(assignments=(), nested=((group(), None),)),
    Cause.GROUP_NOT_SECURITY_ENABLED: healthy(
        assignments=(Assignment(group=group("Friday lunch", security_enabled=False), since=NOW - 60 * DAY),)
    ),
    Cause.ROLE_NOT_ENTITLED: healthy(job=job(template="salesforce"), log=()),
    Cause.DYNAMIC_MEMBERSHIP_PENDING: healthy(assignments=(), dynamic=(DYNAMIC,), log=()),
    Cause.ASSIGNMENT_TOO_FRESH: healthy(
        assignments=(Assignment(since=NOW - 16 * MINUTE),),
        log=(skipped("NotEffectivelyEntitled", Assigned="False"),),
    ),
    Cause.MATCHING_ATTRIBUTE_EMPTY: lacking("employeeId", schema=BY_EMPLOYEE),
    Cause.MISSING_ATTRIBUTE: lacking("mail"),
    Cause.DUPLICATE_IN_DIRECTORY: healthy(twins=(OTHER,), matched_by="employeeId", schema=BY_EMPLOYEE, log=()),
    Cause.FILTERED_OUT: healthy(schema=schema(filter_group(clause("department", "EQUALS", "HR")))),
    Cause.DUPLICATE_IN_APP: row("DuplicateTargetEntries", "2 accounts in the app match", step=Step.MATCHING),
    Cause.VALUE_TAKEN_IN_APP: row("EntryConflict", status="Conflict"),
    Cause.ACCOUNT_GONE_IN_APP: row("InvalidAnchor", "User 'x' not found", status="NotFound", action="update"),
    Cause.ATTRIBUTE_REJECTED: row("AttributeValidationFailed", "The displayName must not contain '@'."),
    Cause.MULTIPLE_VALUES: row("SchemaPropertyCanOnlyAcceptValue", "The attribute 'nickName' can hold one value"),
    Cause.INVALID_DOMAIN: row("InvalidDomain", "The domain of this address is not verified for the account."),
    Cause.ROLE_OR_LICENCE_VALUE_MISSING: row(FILTERING, "REQUIRED_FIELD_MISSING: [ProfileId]", status="Conflict"),
    Cause.REFERENCE_UNKNOWN: row("InvalidLookupReference", "The department 'Sales' is not in the list."),
    Cause.MAPPING_WRONG: row("SchemaAttributeNotFound", "Attribute 'badgeColour' does not exist"),
    Cause.LICENCE_EXHAUSTED: row("LicenseLimitExceeded", "All licences are in use.", status="Forbidden"),
    Cause.APP_PERMISSION: row("InsufficientRights", "This token may not manage contractors.", status="Forbidden"),
    Cause.APP_INCOMPATIBLE: row(SERVICE_INCOMPATIBLE, "PATCH with this path is not supported.", action="update"),
    Cause.APP_REFUSES_DEACTIVATION: healthy(assignments=(), log=(disabling(),)),
    Cause.APP_REFUSED: row("UnprocessableEntity", "The request could not be processed.", status="UnprocessableEntity"),
    Cause.APP_THROTTLING: row("TooManyRequests", "Rate limit exceeded.", status="TooManyRequests"),
    Cause.APP_UNAVAILABLE: row("InternalServerError", "Temporarily unavailable.", status="ServiceUnavailable"),
    Cause.TRANSPORT_ERROR: row("WebExceptionProtocolError", "The connection was closed.", status="BadGateway"),
    Cause.SERVICE_FAULT: row("InternalError", "The provisioning service met an internal error."),
    Cause.UNSUPPORTED_OBJECT: healthy(log=(skipped("EntityTypeNotSupported"),)),
    Cause.UNKNOWN_CODE: row("FlumphExploded"),
    Cause.PROVISIONED: healthy(),
    Cause.IN_SYNC: healthy(log=(skipped("RedundantExport"),)),
    Cause.AWAITING_CYCLE: healthy(assignments=(Assignment(since=NOW - MINUTE),), log=()),
    Cause.UNEXPLAINED: healthy(log=()),
}
