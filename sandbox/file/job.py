"""A provisioning job as Graph's synchronizationJob shows it."""

from typing import Literal

import msgspec

from sandbox.file.base import Instant, Interval, Strict, Text
from sandbox.times import YEAR_ONE


class TaskError(Strict):
    code: Text = None
    message: Text = None
    tenant_actionable: bool = False


class TaskExecution(Strict, kw_only=True):
    activity_identifier: Text = None
    count_entitled: int = 0
    count_entitled_for_provisioning: int = 0
    count_escrowed: int = 0
    count_escrowed_raw: int = 0
    count_exported: int = 0
    count_exports: int = 0
    count_imported: int = 0
    count_imported_deltas: int = 0
    count_imported_reference_deltas: int = 0
    state: Literal["Succeeded", "Failed", "EntryLevelErrors"] = "Succeeded"
    error: TaskError | None = None
    time_began: Instant
    time_ended: Instant


class Quarantine(Strict):
    reason: str
    current_began: Instant | None = None
    next_attempt: Instant | None = None
    series_began: Instant | None = None
    series_count: int = 0
    error: TaskError | None = None


class Progress(Strict):
    completed_units: int
    total_units: int
    units: str = ""
    progress_observation_date_time: Instant | None = None


class EntryCount(Strict):
    key: str
    value: int


class JobStatus(Strict):
    code: Literal["NotConfigured", "NotRun", "Active", "Paused", "Quarantine"] = "NotRun"
    count_successive_complete_failures: int = 0
    escrows_pruned: bool = False
    last_execution: TaskExecution | None = None
    last_successful_execution: TaskExecution | None = None
    last_successful_execution_with_exports: TaskExecution | None = None
    progress: list[Progress] = msgspec.field(default_factory=list)
    quarantine: Quarantine | None = None
    steady_state_first_achieved_time: Instant = Instant(YEAR_ONE)
    steady_state_last_achieved_time: Instant = Instant(YEAR_ONE)
    synchronized_entry_count_by_type: list[EntryCount] = msgspec.field(default_factory=list)
    troubleshooting_url: Text = None


class Schedule(Strict):
    expiration: Instant | None = None
    interval: Interval = Interval("PT40M")
    state: Literal["Active", "Disabled", "Paused"] = "Active"


class KeyValue(Strict):
    key: str
    value: Text = None


class JobSetting(Strict):
    name: str
    value: Text = None


class Job(Strict):
    id: Text = None
    template_id: str = "scim"
    schedule: Schedule = msgspec.field(default_factory=Schedule)
    status: JobStatus = msgspec.field(default_factory=JobStatus)
    synchronization_job_settings: list[JobSetting] = msgspec.field(default_factory=list)
