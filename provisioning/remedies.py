"""Who can mend a cause, at which step it stands, and what trying again would do.

One table for rules, explanations and the printed catalogue: a rule that words its owner itself would soon differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from provisioning.attempts import Step
from provisioning.model import Cause, Finding, Owner, Retry

Fact = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What is the same for every case of a cause; ``step`` is where it usually stands."""

    step: Step
    owner: tuple[Owner, ...]
    retry: Retry


def _by(*owner: Owner, step: Step, retry: Retry = Retry.AFTER_FIX) -> Remedy:
    return Remedy(step=step, owner=owner, retry=retry)


_IDENTITY = Owner.IDENTITY_ADMIN
_APP = Owner.APP_ADMIN
_DATA = Owner.DATA_OWNER

REMEDIES: Mapping[Cause, Remedy] = {
    Cause.PROVISIONED: _by(Owner.NOBODY, step=Step.EXPORT, retry=Retry.USELESS),
    Cause.IN_SYNC: _by(Owner.NOBODY, step=Step.EXPORT, retry=Retry.USELESS),
    Cause.AWAITING_CYCLE: _by(Owner.NOBODY, step=Step.NONE, retry=Retry.AUTOMATIC),
    Cause.ASSIGNMENT_TOO_FRESH: _by(Owner.NOBODY, step=Step.NONE, retry=Retry.AUTOMATIC),
    Cause.INITIAL_CYCLE_RUNNING: _by(Owner.NOBODY, step=Step.NONE, retry=Retry.AUTOMATIC),
    Cause.DYNAMIC_MEMBERSHIP_PENDING: _by(Owner.NOBODY, step=Step.NONE, retry=Retry.AUTOMATIC),
    Cause.NO_ACCOUNT: _by(_DATA, step=Step.IDENTITY),
    Cause.AMBIGUOUS_PERSON: _by(_DATA, step=Step.IDENTITY),
    Cause.SOFT_DELETED: _by(_DATA, step=Step.IDENTITY),
    Cause.ACCOUNT_DISABLED: _by(_DATA, step=Step.IDENTITY),
    Cause.NOT_CONFIGURED: _by(_IDENTITY, step=Step.JOB),
    Cause.NEVER_RAN: _by(_IDENTITY, step=Step.JOB),
    Cause.JOB_PAUSED: _by(_IDENTITY, step=Step.JOB),
    Cause.JOB_DISABLED: _by(_IDENTITY, step=Step.JOB),
    Cause.JOB_STALE: _by(_IDENTITY, step=Step.JOB),
    Cause.JOB_QUARANTINED: _by(_IDENTITY, step=Step.JOB),
    Cause.TOO_MANY_DELETES: _by(_IDENTITY, step=Step.JOB),
    Cause.CREDENTIALS_REJECTED: _by(_APP, _IDENTITY, step=Step.JOB),
    Cause.ENDPOINT_UNREACHABLE: _by(_IDENTITY, _APP, step=Step.JOB),
    Cause.WRONG_ENDPOINT: _by(_IDENTITY, _APP, step=Step.JOB),
    Cause.DUPLICATE_APP_ROLES: _by(_IDENTITY, step=Step.JOB),
    Cause.NOT_ASSIGNED: _by(_IDENTITY, step=Step.ASSIGNMENT),
    Cause.NESTED_GROUP_ONLY: _by(_IDENTITY, step=Step.ASSIGNMENT),
    Cause.GROUP_NOT_SECURITY_ENABLED: _by(_IDENTITY, step=Step.ASSIGNMENT),
    Cause.ROLE_NOT_ENTITLED: _by(_IDENTITY, step=Step.ASSIGNMENT),
    Cause.FILTERED_OUT: _by(_DATA, _IDENTITY, step=Step.SCOPING),
    Cause.MISSING_ATTRIBUTE: _by(_DATA, step=Step.EXPORT),
    Cause.MATCHING_ATTRIBUTE_EMPTY: _by(_DATA, step=Step.IMPORT),
    Cause.ATTRIBUTE_REJECTED: _by(_DATA, _IDENTITY, step=Step.EXPORT),
    Cause.MULTIPLE_VALUES: _by(_DATA, _IDENTITY, step=Step.EXPORT),
    Cause.INVALID_DOMAIN: _by(_DATA, _APP, step=Step.EXPORT),
    Cause.DUPLICATE_IN_DIRECTORY: _by(_DATA, step=Step.MATCHING),
    Cause.DUPLICATE_IN_APP: _by(_APP, step=Step.MATCHING),
    Cause.VALUE_TAKEN_IN_APP: _by(_APP, step=Step.EXPORT),
    Cause.ACCOUNT_GONE_IN_APP: _by(_APP, _IDENTITY, step=Step.EXPORT),
    Cause.ROLE_OR_LICENCE_VALUE_MISSING: _by(_IDENTITY, step=Step.EXPORT),
    Cause.LICENCE_EXHAUSTED: _by(_APP, step=Step.EXPORT),
    Cause.APP_PERMISSION: _by(_APP, step=Step.EXPORT),
    Cause.APP_INCOMPATIBLE: _by(Owner.VENDOR, step=Step.NONE),
    Cause.APP_REFUSES_DEACTIVATION: _by(_APP, step=Step.EXPORT),
    Cause.APP_REFUSED: _by(_APP, step=Step.EXPORT),
    Cause.MAPPING_WRONG: _by(_IDENTITY, step=Step.EXPORT),
    Cause.REFERENCE_UNKNOWN: _by(_IDENTITY, step=Step.EXPORT),
    Cause.APP_THROTTLING: _by(Owner.NOBODY, step=Step.NONE, retry=Retry.AUTOMATIC),
    Cause.APP_UNAVAILABLE: _by(Owner.NOBODY, step=Step.NONE, retry=Retry.AUTOMATIC),
    Cause.TRANSPORT_ERROR: _by(Owner.NOBODY, step=Step.NONE, retry=Retry.AUTOMATIC),
    Cause.SERVICE_FAULT: _by(Owner.MICROSOFT, step=Step.NONE, retry=Retry.AUTOMATIC),
    Cause.UNSUPPORTED_OBJECT: _by(Owner.NOBODY, step=Step.NONE, retry=Retry.USELESS),
    Cause.UNKNOWN_CODE: _by(_IDENTITY, step=Step.NONE),
    Cause.UNEXPLAINED: _by(_IDENTITY, step=Step.NONE),
}


# Nothing is wrong: the account is there, or only time is needed.
NO_FAULT = frozenset(
    {
        Cause.PROVISIONED,
        Cause.IN_SYNC,
        Cause.AWAITING_CYCLE,
        Cause.ASSIGNMENT_TOO_FRESH,
        Cause.INITIAL_CYCLE_RUNNING,
        Cause.DYNAMIC_MEMBERSHIP_PENDING,
    }
)


def finding(
    cause: Cause,
    *,
    step: Step | None = None,
    owner: tuple[Owner, ...] | None = None,
    seen_at: datetime | None = None,
    more: Mapping[str, Fact | int | None] | None = None,
    **facts: Fact | int | None,
) -> Finding:
    """A finding with the owner and the retry of its cause; facts that say nothing (None, empty) are left out.

    ``owner`` only where the evidence moves the work to somebody else: a passing fault that does not pass. ``more`` are
    facts too; those by name count more.
    """
    remedy = REMEDIES[cause]
    every = {**(more or {}), **facts}
    said = {name: fact if isinstance(fact, tuple) else str(fact) for name, fact in every.items() if fact}
    return Finding(
        cause=cause,
        step=step or remedy.step,
        owner=owner or remedy.owner,
        retry=remedy.retry,
        facts=said,
        seen_at=seen_at,
    )
