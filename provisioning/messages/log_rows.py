"""Rows of the provisioning log (provisioningObjectSummary v1.0; beta and Azure Monitor names are tolerated)."""

from collections.abc import Mapping
from typing import Any

from provisioning.messages import events
from provisioning.messages.lenient import NEVER, instant, mapping, pick, rows, text
from provisioning.model import LogEvent, Verdict


def read_log_row(row: Mapping[str, Any]) -> LogEvent:
    """One row. Never raises: a row without a readable instant is dated NEVER and thus is never the newest."""
    info = mapping(pick(row, "provisioningStatusInfo", "statusInfo"))
    wrong = mapping(pick(info, "errorInformation")) or info
    reports = events.steps(pick(row, "provisioningSteps"))
    error = events.error(
        pick(wrong, "errorCode"), pick(wrong, "reason", "errorMessage"), pick(wrong, "additionalDetails")
    )
    target = mapping(pick(row, "targetIdentity"))
    said = events.verdict(pick(info, "status") or pick(row, "status", "resultType"))
    if said is Verdict.UNKNOWN:
        said = events.worst(report.verdict for report in reports)
    return LogEvent(
        id=text(pick(row, "id")) or "",
        at=instant(pick(row, "activityDateTime", "time", "TimeGenerated")) or NEVER,
        action=events.action(pick(row, "provisioningAction", "action", "operationName")),
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


def service_principal_id(row: Mapping[str, Any]) -> str | None:
    """The enterprise app that a row belongs to; Graph sends one object, its reference a list of them."""
    return next((text(pick(sp, "id")) for sp in rows(pick(row, "servicePrincipal"))), None)


def _initiator(row: Mapping[str, Any]) -> str | None:
    """Who caused it; without a name the kind (user, application, system), whose key Graph spells two ways."""
    who = mapping(pick(row, "initiatedBy"))
    return text(pick(who, "displayName", "name")) or text(pick(who, "initiatorType", "initiatingType", "type"))
