"""What a pasted log row, on-demand answer or error text means, with no tenant to look at.

Only what the text itself says is used: an explanation never claims what today's directory would have to confirm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from provisioning.attempts import LogEvent, Step, Verdict
from provisioning.clippings import Clipping, failed_in_a_row, read_clipping
from provisioning.failures import SAY_NOTHING, cause_of_row, failed_step, names
from provisioning.logged import LASTING, PASSING
from provisioning.messages.codes import canonical
from provisioning.messages.events import (
    REDUNDANT,
    REMOVING,
    failed_clauses,
    was_active,
    was_assigned,
    was_entitled,
    was_in_scope,
)
from provisioning.messages.lenient import NEVER
from provisioning.model import Cause, Owner, Retry
from provisioning.remedies import REMEDIES, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What it means, as facts; the sentences are the cards' business.

    ``facts`` may hold ``verdict``, ``action``, ``skip_reason``, ``scim_type``, ``clause``/``clauses`` (filtered_out),
    ``reason`` (the job's quarantine), ``at`` (when the row was written), ``retried``, ``identical`` (attempts in a row
    that failed alike), ``entitled`` = "False", ``shape``: log_row, on_demand, job, error_text or empty.
    """

    cause: Cause
    owner: tuple[Owner, ...]
    retry: Retry
    step: Step
    code: str | None = None
    http: int | None = None
    detail: str | None = None
    attributes: tuple[str, ...] = ()  # the directory's names
    targets: tuple[str, ...] = ()  # the app's names of the same attributes, in the same order
    next_retry: datetime | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


def explain(text: str) -> Explanation:
    """Explain a text. Never raises; what cannot be recognised is ``unexplained``."""
    pasted = read_clipping(text)
    row = pasted.row
    cause, step = _cause(row)
    named = names(row)
    error, remedy = row.error, REMEDIES[cause]
    lasting = cause in PASSING and failed_in_a_row(pasted) >= LASTING
    return Explanation(
        cause=cause,
        owner=(Owner.VENDOR,) if lasting else remedy.owner,
        retry=remedy.retry,
        step=step or remedy.step,
        code=(error.code if error else None) or row.skip_reason,
        http=error.http if error else None,
        detail=error.detail if error else None,
        attributes=tuple(naming.directory for naming in named),
        targets=tuple(naming.target for naming in named),
        next_retry=error.next_retry if error else None,
        facts=_facts(pasted, failed_in_a_row(pasted) if lasting else None),
    )


def _cause(row: LogEvent) -> tuple[Cause, Step | None]:
    """The cause and, where the text says it, the step."""
    step = failed_step(row)
    where = step.step if step else None
    if row.verdict is Verdict.SUCCESS:
        return (Cause.UNEXPLAINED if row.action in REMOVING else Cause.PROVISIONED), None
    if row.skip_reason == REDUNDANT:
        return Cause.IN_SYNC, None
    cause = cause_of_row(row)
    if (reason := _quarantine_reason(row)) and cause in {None, Cause.UNKNOWN_CODE}:
        return (Cause.TOO_MANY_DELETES if reason == "TooManyDeletes" else Cause.JOB_QUARANTINED), None
    if row.verdict is Verdict.SKIPPED:
        flagged = None if cause else _skipped(row)
        return (flagged, None) if flagged else (cause or _unsaid(row), where)
    named = row.error and (row.error.code or row.error.http)
    return (cause if (cause and named) or cause is not Cause.UNKNOWN_CODE else None) or Cause.UNEXPLAINED, where


def _skipped(row: LogEvent) -> Cause | None:
    """Which of the flags says no, in the order in which mending makes sense."""
    if was_active(row.steps) is False:
        return Cause.ACCOUNT_DISABLED
    if was_assigned(row.steps) is False:
        return Cause.NOT_ASSIGNED
    if was_in_scope(row.steps) is False or failed_clauses(row.steps):
        return Cause.FILTERED_OUT
    return Cause.ROLE_NOT_ENTITLED if was_entitled(row.steps) is False else None


def _unsaid(row: LogEvent) -> Cause:
    """A skip without a reason, or with one that nobody knows."""
    code = row.skip_reason or (row.error.code if row.error else None)
    return Cause.UNEXPLAINED if code is None or canonical(code) in SAY_NOTHING else Cause.UNKNOWN_CODE


_QUARANTINES = (
    "EncounteredBaseEscrowThreshold",
    "EncounteredTotalEscrowThreshold",
    "EncounteredEscrowProportionThreshold",
    "EncounteredQuarantineException",
    "QuarantinedOnDemand",
    "QuarantineOnDemand",
    "TooManyDeletes",
    "IngestionInterrupted",
)


def _quarantine_reason(row: LogEvent) -> str | None:
    """The quarantine reason that a text names, in Graph's spelling."""
    words = f"{row.error.code or ''} {row.error.text or ''}".casefold() if row.error else ""
    return next((reason for reason in _QUARANTINES if reason.casefold() in words), None)


def _facts(pasted: Clipping, identical: int | None) -> dict[str, Fact]:
    row = pasted.row
    error, clauses = row.error, failed_clauses(row.steps)
    facts: dict[str, Fact | None] = {
        "shape": pasted.shape,
        "verdict": row.verdict.value,
        "action": row.action,
        "skip_reason": row.skip_reason,
        "scim_type": error.scim_type if error else None,
        "retried": str(error.retried) if error and error.retried is not None else None,
        "identical": str(identical) if identical else None,
        "reason": _quarantine_reason(row),
        "clause": clauses[0] if clauses else None,
        "clauses": clauses,
        "at": row.at.isoformat() if row.at != NEVER else None,
        "target": row.target_name,
        "entitled": "False" if was_entitled(row.steps) is False else None,
    }
    return {name: fact for name, fact in facts.items() if fact}
