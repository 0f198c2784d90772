"""What a pasted log row, on-demand answer or error text means, with no tenant to look at.

Only what the text itself says is used: an explanation never claims what today's directory would have to confirm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from provisioning.failures import MATCHING_CODES, Kind, failed_step, kind_of, names
from provisioning.messages import read_error, read_log_row, read_on_demand
from provisioning.messages.codes import canonical
from provisioning.messages.events import (
    REDUNDANT,
    failed_clauses,
    skip_reason,
    was_active,
    was_assigned,
    was_entitled,
    was_in_scope,
)
from provisioning.messages.lenient import NEVER, from_json, mapping, pick, rows, text
from provisioning.model import Cause, LogEvent, OnDemandAnswer, Owner, Retry, Step, StepReport, Verdict
from provisioning.remedies import REMEDIES, Fact
from provisioning.timing import REMOVING


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What it means, as facts; the sentences are the cards' business.

    ``facts`` may hold ``verdict``, ``action``, ``skip_reason``, ``scim_type``, ``clause``/``clauses`` (filtered_out),
    ``reason`` (job_quarantined), ``at`` (when the row was written), ``retried``, ``entitled`` = "False",
    ``shape``: log_row, on_demand, error_text or empty.
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
    shape, row = _read(text)
    cause, step = _cause(row)
    named = names(row)
    error = row.error
    remedy = REMEDIES[cause]
    return Explanation(
        cause=cause,
        owner=remedy.owner,
        retry=remedy.retry,
        step=step or remedy.step,
        code=(error.code if error else None) or row.skip_reason,
        http=error.http if error else None,
        detail=error.detail if error else None,
        attributes=tuple(naming.directory for naming in named),
        targets=tuple(naming.target for naming in named),
        next_retry=error.next_retry if error else None,
        facts=_facts(shape, row),
    )


def _read(words: str) -> tuple[str, LogEvent]:
    """The shape of the text and what it says, as one log row."""
    content = from_json(words.strip().lstrip("\ufeff"))
    if isinstance(content, Mapping) and isinstance(pick(content, "key", "value"), str):
        return "on_demand", _from_answer(read_on_demand(content))
    found = [row for row in _log_rows(content) if _looks_like_a_row(row)]
    if found:
        return "log_row", max(map(read_log_row, found), key=lambda row: row.at)
    if isinstance(content, list) and rows(content):
        return "on_demand", _from_answer(read_on_demand({"value": words}))
    return _from_words(words, content)


def _log_rows(content: Any) -> list[Mapping[str, Any]]:
    """One row, a list of them, Graph's page around them, or an export that keeps them under ``properties``."""
    if isinstance(content, Mapping) and isinstance(listed := pick(content, "value", "records"), list):
        content = listed
    return [{**mapping(pick(row, "properties")), **row} for row in rows(content)]


def _looks_like_a_row(row: Mapping[str, Any]) -> bool:
    return pick(row, "provisioningStatusInfo", "provisioningSteps", "statusInfo") is not None


def _from_answer(answer: OnDemandAnswer) -> LogEvent:
    return LogEvent(
        id="",
        at=NEVER,
        action=answer.action or "other",
        verdict=answer.verdict,
        steps=answer.steps,
        error=answer.error,
        skip_reason=answer.skip_reason,
        changes=answer.changes,
        change_id=answer.change_id,
        target_id=answer.target_id,
    )


def _from_words(words: str, content: Any) -> tuple[str, LogEvent]:
    """An error text; Graph's own ``{"error": {"code", "message"}}`` and ``errorInformation`` count as one."""
    inner = mapping(pick(content, "error")) or mapping(pick(content, "errorInformation")) or mapping(content)
    code = text(pick(inner, "errorCode", "code"))
    reason = text(pick(inner, "reason", "errorMessage", "message")) if code else None
    error = read_error(reason or words, code=code)
    said = StepReport(step=Step.SCOPING, verdict=Verdict.SKIPPED, text=words[:4000])
    reason = skip_reason((), error)
    row = LogEvent(id="", at=NEVER, action="other", verdict=Verdict.FAILURE, error=error)
    if not words.strip():
        return "empty", replace(row, verdict=Verdict.UNKNOWN, error=None)
    if reason:
        row = replace(row, verdict=Verdict.SKIPPED, steps=(said,), skip_reason=reason)
    return "error_text", row


def _cause(row: LogEvent) -> tuple[Cause, Step | None]:
    """The cause and, where the text says it, the step."""
    step = failed_step(row)
    where = step.step if step else None
    if row.verdict is Verdict.SUCCESS:
        return (Cause.UNEXPLAINED if row.action in REMOVING else Cause.PROVISIONED), None
    if row.skip_reason == REDUNDANT:
        return Cause.IN_SYNC, None
    if _quarantine_reason(row):
        return Cause.JOB_QUARANTINED, None
    family = kind_of(row)
    if family is Kind.MISSING:
        about_matching = row.error is not None and canonical(row.error.code) in MATCHING_CODES
        return Cause.MISSING_ATTRIBUTE, where or (Step.IMPORT if about_matching else None)
    if family is Kind.TAKEN:
        return Cause.VALUE_TAKEN_IN_APP, where
    if row.verdict is Verdict.SKIPPED and (cause := _skipped(row)):
        return cause, None
    named = row.skip_reason or (row.error and (row.error.code or row.error.http))
    return (Cause.UNKNOWN_CODE if named else Cause.UNEXPLAINED), where


def _skipped(row: LogEvent) -> Cause | None:
    """Which of the flags says no, in the order in which mending makes sense."""
    if was_active(row.steps) is False:
        return Cause.ACCOUNT_DISABLED
    if was_assigned(row.steps) is False:
        return Cause.NOT_ASSIGNED
    return Cause.FILTERED_OUT if was_in_scope(row.steps) is False or failed_clauses(row.steps) else None


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
    words = f"{row.error.code or ''} {row.error.text or ''}" if row.error else ""
    return next((reason for reason in _QUARANTINES if reason in words), None)


def _facts(shape: str, row: LogEvent) -> dict[str, Fact]:
    error, clauses = row.error, failed_clauses(row.steps)
    facts: dict[str, Fact | None] = {
        "shape": shape,
        "verdict": row.verdict.value,
        "action": row.action,
        "skip_reason": row.skip_reason,
        "scim_type": error.scim_type if error else None,
        "retried": str(error.retried) if error and error.retried is not None else None,
        "reason": _quarantine_reason(row),
        "clause": clauses[0] if clauses else None,
        "clauses": clauses,
        "at": row.at.isoformat() if row.at != NEVER else None,
        "target": row.target_name,
        "entitled": "False" if was_entitled(row.steps) is False else None,
    }
    return {name: fact for name, fact in facts.items() if fact}
