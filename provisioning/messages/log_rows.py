"""Rows of the provisioning log (provisioningObjectSummary v1.0; beta and Azure Monitor names are tolerated)."""

from collections.abc import Mapping
from typing import Any

from provisioning.attempts import LogEvent, Verdict
from provisioning.messages import events
from provisioning.messages.lenient import NEVER, instant, mapping, pick, rows, text


def read_log_row(row: Mapping[str, Any]) -> LogEvent:
    """One row. Never raises: a row without a readable instant is dated NEVER and thus is never the newest."""
    info = mapping(pick(row, "provisioningStatusInfo", "statusInfo"))
    wrong = mapping(pick(info, "errorInformation", "errorInfo")) or info
    reports = events.steps(pick(row, "provisioningSteps"))
    code, reason = _code_and_reason(row, wrong)
    error = events.error(code, reason, pick(wrong, "additionalDetails"))
    target = mapping(pick(row, "targetIdentity"))
    status = pick(info, "status")
    said = events.verdict(pick(row, "status", "resultType") if status is None else status)
    if said is Verdict.UNKNOWN:
        said = events.worst(report.verdict for report in reports)
    return LogEvent(
        id=text(pick(row, "id")) or "",
        at=instant(pick(row, "activityDateTime", "time", "timeGenerated", "timeGenerated [UTC]")) or NEVER,
        action=events.action(pick(row, "provisioningAction", "action")),
        verdict=said,
        steps=reports,
        error=error,
        skip_reason=events.skip_reason(reports, error) if said is Verdict.SKIPPED else None,
        changes=events.changes(pick(row, "modifiedProperties")),
        job_id=text(pick(row, "jobId")),
        cycle_id=text(pick(row, "cycleId")),
        change_id=text(pick(row, "changeId")),
        target_id=text(pick(target, "id")),
        target_name=text(pick(target, "displayName", "name")),
        initiated_by=_initiator(row),
    )


def _code_and_reason(row: Mapping[str, Any], wrong: Mapping[str, Any]) -> tuple[Any, Any]:
    """From the row's own part, else from the columns of an export, which say "None" for nothing."""
    code = pick(wrong, "errorCode")
    reason = pick(wrong, "reason", "errorMessage")
    if code is None and reason is None and events.verdict(pick(row, "resultType")) is Verdict.FAILURE:
        code, reason = text(pick(row, "resultSignature")), pick(row, "resultDescription")
    return (None if text(code) in {"None", "0"} else code), reason


def service_principal_id(row: Mapping[str, Any]) -> str | None:
    """The enterprise app that a row belongs to; Graph sends one object, its reference a list of them."""
    return next((text(pick(sp, "id")) for sp in rows(pick(row, "servicePrincipal"))), None)


def _initiator(row: Mapping[str, Any]) -> str | None:
    """Who caused it; without a name the kind (user, application, system), whose key Graph spells two ways."""
    who = mapping(pick(row, "initiatedBy"))
    return text(pick(who, "displayName", "name")) or text(pick(who, "initiatorType", "initiatingType", "type"))
