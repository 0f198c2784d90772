"""Who can mend a cause, at which step it stands, and what trying again would do.

One table for rules, explanations and the printed catalogue: a rule that words its owner itself would soon differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from provisioning.model import Cause, Finding, Owner, Retry, Step

Fact = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What is the same for every case of a cause; ``step`` is where it usually stands."""

    step: Step
    owner: tuple[Owner, ...]
    retry: Retry


def _by(*owner: Owner, step: Step, retry: Retry = Retry.AFTER_FIX) -> Remedy:
    return Remedy(step=step, owner=owner, retry=retry)


REMEDIES: Mapping[Cause, Remedy] = {
    Cause.PROVISIONED: _by(Owner.NOBODY, step=Step.EXPORT, retry=Retry.USELESS),
    Cause.IN_SYNC: _by(Owner.NOBODY, step=Step.EXPORT, retry=Retry.USELESS),
    Cause.AWAITING_CYCLE: _by(Owner.NOBODY, step=Step.NONE, retry=Retry.AUTOMATIC),
    Cause.NO_ACCOUNT: _by(Owner.DATA_OWNER, step=Step.IDENTITY),
    Cause.AMBIGUOUS_PERSON: _by(Owner.DATA_OWNER, step=Step.IDENTITY),
    Cause.SOFT_DELETED: _by(Owner.DATA_OWNER, step=Step.IDENTITY),
    Cause.ACCOUNT_DISABLED: _by(Owner.DATA_OWNER, step=Step.IDENTITY),
    Cause.NOT_CONFIGURED: _by(Owner.IDENTITY_ADMIN, step=Step.JOB),
    Cause.JOB_QUARANTINED: _by(Owner.IDENTITY_ADMIN, step=Step.JOB),
    Cause.JOB_PAUSED: _by(Owner.IDENTITY_ADMIN, step=Step.JOB),
    Cause.NOT_ASSIGNED: _by(Owner.IDENTITY_ADMIN, step=Step.ASSIGNMENT),
    Cause.NESTED_GROUP_ONLY: _by(Owner.IDENTITY_ADMIN, step=Step.ASSIGNMENT),
    Cause.MISSING_ATTRIBUTE: _by(Owner.DATA_OWNER, step=Step.EXPORT),
    Cause.FILTERED_OUT: _by(Owner.DATA_OWNER, Owner.IDENTITY_ADMIN, step=Step.SCOPING),
    Cause.VALUE_TAKEN_IN_APP: _by(Owner.APP_ADMIN, step=Step.EXPORT),
    Cause.UNKNOWN_CODE: _by(Owner.IDENTITY_ADMIN, step=Step.NONE),
    Cause.UNEXPLAINED: _by(Owner.IDENTITY_ADMIN, step=Step.NONE),
}


def finding(
    cause: Cause,
    *,
    step: Step | None = None,
    seen_at: datetime | None = None,
    **facts: Fact | int | None,
) -> Finding:
    """A finding with the owner and the retry of its cause; facts that say nothing (None, empty) are left out."""
    remedy = REMEDIES[cause]
    said = {name: fact if isinstance(fact, tuple) else str(fact) for name, fact in facts.items() if fact}
    return Finding(
        cause=cause,
        step=step or remedy.step,
        owner=remedy.owner,
        retry=remedy.retry,
        facts=said,
        seen_at=seen_at,
    )
