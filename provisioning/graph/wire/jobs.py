"""Synchronization jobs. Graph writes "never" as the year 1, as an empty text or as 29,247 years; here it is None."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from provisioning.messages.lenient import instant
from provisioning.model import Execution, Job, JobState, Progress, Quarantine

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_ENDLESS_DAYS = 3650  # .NET's TimeSpan.MaxValue is P10675199DT2H48M5.4775807S


class ErrorRow(Struct):
    """``synchronizationError``: the code ``None`` is a word, and means none."""

    code: str | None = None
    message: str | None = None


class ExecutionRow(Struct, rename="camel"):
    activity_identifier: str | None = None
    state: str | None = None
    time_began: str | None = None
    time_ended: str | None = None
    count_imported: int | None = None
    count_exported: int | None = None
    count_escrowed: int | None = None
    count_entitled: int | None = None
    error: ErrorRow | None = None


class QuarantineRow(Struct, rename="camel"):
    reason: str | None = None
    current_began: str | None = None
    series_began: str | None = None
    series_count: int | None = None
    next_attempt: str | None = None
    error: ErrorRow | None = None


class CountRow(Struct):
    key: str | None = None
    value: int | None = None


class ProgressRow(Struct, rename="camel"):
    completed_units: int | None = None
    total_units: int | None = None


class StatusRow(Struct, rename="camel"):
    code: str | None = None
    count_successive_complete_failures: int | None = None
    escrows_pruned: bool | None = None
    last_execution: ExecutionRow | None = None
    last_successful_execution: ExecutionRow | None = None
    progress: list[ProgressRow] | None = None
    quarantine: QuarantineRow | None = None
    steady_state_first_achieved_time: str | None = None
    steady_state_last_achieved_time: str | None = None
    synchronized_entry_count_by_type: list[CountRow] | None = None


class ScheduleRow(Struct):
    interval: str | None = None
    state: str | None = None


class JobRow(Struct, rename="camel"):
    id: str
    template_id: str | None = None
    schedule: ScheduleRow | None = None
    status: StatusRow | None = None


def read_job(row: JobRow, app_id: str) -> Job:
    """``app_id`` is the service principal's object id."""
    status = row.status or StatusRow()
    schedule = row.schedule or ScheduleRow()
    success = _execution(status.last_successful_execution)
    return Job(
        id=row.id,
        app_id=app_id,
        state=_state(status.code),
        raw_state=status.code or "",
        scheduled=(schedule.state or "").lower() == "active",
        interval=interval(schedule.interval),
        last=_execution(status.last_execution),
        quarantine=_quarantine(status.quarantine),
        steady_since=instant(status.steady_state_last_achieved_time),
        first_steady=instant(status.steady_state_first_achieved_time),
        last_success=(success.ended or success.began) if success else None,
        entries={row.key: row.value or 0 for row in status.synchronized_entry_count_by_type or () if row.key},
        successive_failures=status.count_successive_complete_failures or 0,
        escrows_pruned=bool(status.escrows_pruned),
        template=row.template_id or None,
        progress=_progress(status.progress or ()),
    )


def _progress(rows: Sequence[ProgressRow]) -> Progress | None:
    told = [(row.completed_units or 0, row.total_units or 0) for row in rows if row.total_units]
    return Progress(done=sum(done for done, _ in told), whole=sum(whole for _, whole in told)) if told else None


def preferred(jobs: list[Job]) -> Job | None:
    """The one that counts, where an app has several: one that works before one that once did."""
    order = (JobState.ACTIVE, JobState.QUARANTINE, JobState.NOT_RUN, JobState.PAUSED, JobState.OTHER)
    ranks = {state: rank for rank, state in enumerate(order)}
    return min(jobs, key=lambda job: (ranks.get(job.state, len(order)), not job.scheduled), default=None)


def interval(text: str | None) -> timedelta | None:
    """An ISO 8601 duration of days and smaller; None for none, nonsense, zero and .NET's longest."""
    found = _DURATION.fullmatch(text or "")
    if not found:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    if days > _ENDLESS_DAYS:
        return None
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds) or None


def _state(code: str | None) -> JobState:
    folded = (code or "").lower()
    return next((state for state in JobState if state.value.lower() == folded), JobState.OTHER)


def _execution(row: ExecutionRow | None) -> Execution | None:
    """A job that never ran shows a "failed" execution with year-1 times and the error ``None``: none, then."""
    if row is None:
        return None
    began, ended = instant(row.time_began), instant(row.time_ended)
    code, message = _error(row.error)
    if began is None and ended is None and code is None:
        return None
    return Execution(
        cycle_id=row.activity_identifier or None,
        state=row.state or "",
        began=began,
        ended=ended,
        imported=row.count_imported or 0,
        exported=row.count_exported or 0,
        escrowed=row.count_escrowed or 0,
        entitled=row.count_entitled or 0,
        error_code=code,
        error_message=message,
    )


def _quarantine(row: QuarantineRow | None) -> Quarantine | None:
    if row is None:
        return None
    code, message = _error(row.error)
    began: datetime | None = instant(row.series_began) or instant(row.current_began)
    return Quarantine(
        reason=row.reason or "Unknown",
        since=began,
        next_attempt=instant(row.next_attempt),
        error_code=code,
        error_message=message,
        attempts=row.series_count or 0,
    )


def _error(row: ErrorRow | None) -> tuple[str | None, str | None]:
    if row is None or (row.code or "None").lower() == "none":
        return None, None
    return row.code, row.message or None
