"""What somebody pasted, made into one log row: a row of the log in any of its shapes, an answer, a job, or words.

Law: nothing in here raises on foreign content, and nothing is claimed that the content does not say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from provisioning.attempts import LogEvent, OnDemandAnswer, Step, StepReport, Verdict
from provisioning.messages import read_error, read_log_row, read_on_demand
from provisioning.messages.events import failed_alike, skip_reason
from provisioning.messages.lenient import NEVER, from_json, mapping, pick, rows, text

_MOST_LINES = 2000
_MARKS = ("provisioningStatusInfo", "provisioningSteps", "statusInfo", "provisioningAction")
_EXPORTED = ("resultType", "resultSignature", "resultDescription")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipping:
    """``shape``: log_row, on_demand, job, error_text or empty. ``earlier``: further rows, the newest first."""

    shape: str
    row: LogEvent
    earlier: tuple[LogEvent, ...] = ()


def read_clipping(words: str) -> Clipping:
    """The content of a text; the newest row, where there are several."""
    content = from_json(words.strip().lstrip("\ufeff"))
    if content is None:
        content = list(_lines(words)) or None
    if isinstance(content, Mapping) and isinstance(pick(content, "key", "value"), str):
        return Clipping(shape="on_demand", row=_from_answer(read_on_demand(content)))
    if found := [row for row in _log_rows(content) if _looks_like_a_row(row)]:
        events = sorted(map(read_log_row, found), key=lambda row: row.at, reverse=True)
        return Clipping(shape="log_row", row=events[0], earlier=tuple(events[1:]))
    if isinstance(content, list) and rows(content):
        return Clipping(shape="on_demand", row=_from_answer(read_on_demand({"value": words})))
    if status := _job_status(content):
        return Clipping(shape="job", row=_from_job(status))
    return _from_words(words, content)


def _lines(words: str) -> Iterator[Mapping[str, Any]]:
    """One JSON object a line, as an export to storage writes them."""
    for line in words.splitlines()[:_MOST_LINES]:
        found = from_json(line.strip().rstrip(","))
        if isinstance(found, Mapping):
            yield found


def _log_rows(content: Any) -> list[Mapping[str, Any]]:
    """One row, a list of them, Graph's page around them, or an export that keeps them under ``properties``."""
    if isinstance(content, Mapping) and isinstance(listed := pick(content, "value", "records", "rows"), list):
        content = listed
    return [{**mapping(pick(row, "properties")), **row} for row in rows(content)]


def _looks_like_a_row(row: Mapping[str, Any]) -> bool:
    return any(pick(row, mark) is not None for mark in _MARKS) or all(pick(row, name) is not None for name in _EXPORTED)


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


def _job_status(content: Any) -> Mapping[str, Any]:
    """The status of a synchronizationJob, or its quarantine alone."""
    status = mapping(pick(content, "status")) if isinstance(content, Mapping) else {}
    if pick(status, "quarantine") is not None or pick(status, "lastExecution") is not None:
        return status
    if isinstance(content, Mapping) and pick(content, "reason") and pick(content, "currentBegan", "nextAttempt"):
        return {"quarantine": content}
    return mapping(content) if isinstance(content, Mapping) and pick(content, "quarantine") is not None else {}


def _from_job(status: Mapping[str, Any]) -> LogEvent:
    """A job has no row of its own; its error and the reason of its quarantine are what can be explained."""
    aside = mapping(pick(status, "quarantine"))
    wrong = mapping(pick(aside, "error")) or mapping(pick(mapping(pick(status, "lastExecution")), "error"))
    code = text(pick(wrong, "code"))
    words = [text(pick(wrong, "message")), text(pick(aside, "reason"))]
    error = read_error("\n".join(filter(None, words)), code=None if code == "None" else code)
    return LogEvent(id="", at=NEVER, action="other", verdict=Verdict.FAILURE, error=error)


def _from_words(words: str, content: Any) -> Clipping:
    """An error text; Graph's own ``{"error": {"code", "message"}}`` and ``errorInformation`` count as one."""
    inner = mapping(pick(content, "error")) or mapping(pick(content, "errorInformation")) or mapping(content)
    code = text(pick(inner, "errorCode", "code"))
    reason = text(pick(inner, "reason", "errorMessage", "message")) if code else None
    error = read_error(reason or words, code=code)
    row = LogEvent(id="", at=NEVER, action="other", verdict=Verdict.FAILURE, error=error)
    if not words.strip():
        return Clipping(shape="empty", row=replace(row, verdict=Verdict.UNKNOWN, error=None))
    if skipped := skip_reason((), error):
        where = Step.SCOPING if skipped == "NotEffectivelyEntitled" else Step.EXPORT
        said = StepReport(step=where, verdict=Verdict.SKIPPED, text=words[:4000])
        row = replace(row, verdict=Verdict.SKIPPED, steps=(said,), skip_reason=skipped)
    return Clipping(shape="error_text", row=row)


def failed_in_a_row(clipping: Clipping) -> int:
    """How many of the newest rows failed with the same code and the same words."""
    return failed_alike((clipping.row, *clipping.earlier))
