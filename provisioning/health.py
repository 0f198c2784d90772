"""How a job is doing, worst first: what stands, what is silent, what is held back, and what its log gives away.

Graph's status alone lies in both directions: credentials that ran out leave it Active for a while, and a job that
never ran shows a failed cycle of the year 1 (which is removed on reading). What cannot be told is no concern here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from provisioning.messages.codes import canonical
from provisioning.model import Execution, Job, JobState
from provisioning.timing import LOG_LAG, USUAL_INTERVAL

SILENT_AFTER = 3  # intervals without a cycle, or without a row while assignments change
SWITCHED_OFF_AFTER = timedelta(days=28)  # in quarantine, counted from the first failure of the series
_REJECTED = frozenset({"InvalidCredentials", "CredentialsMissing", "Unauthorized", "CredentialValidationFailure"})


class Concern(StrEnum):
    """What is to be said about a job. The order is that of a card: the first leads it."""

    NOT_SET_UP = "not_set_up"
    SWITCHED_OFF = "switched_off"  # four weeks of quarantine have passed, and the schedule is off
    CREDENTIALS = "credentials"  # the app rejects them
    DELETIONS_HELD = "deletions_held"
    QUARANTINE = "quarantine"
    PAUSED = "paused"
    CYCLES_FAIL = "cycles_fail"
    SILENT = "silent"  # no cycle for three intervals, though it should run
    LOG_QUIET = "log_quiet"  # cycles are reported, assignments change, and the log shows no row
    PRUNED = "pruned"  # errors were dropped in the first cycle, after which the job pauses itself
    UNKNOWN_STATE = "unknown_state"
    PEOPLE_FAIL = "people_fail"
    NOT_RUN = "not_run"
    FIRST_CYCLE = "first_cycle"  # it looks at everybody, which takes from minutes to days


STANDS = frozenset(
    {
        Concern.SWITCHED_OFF,
        Concern.CREDENTIALS,
        Concern.DELETIONS_HELD,
        Concern.QUARANTINE,
        Concern.PAUSED,
        Concern.CYCLES_FAIL,
    }
)  # nobody new gets in
DOUBTFUL = frozenset({Concern.SILENT, Concern.LOG_QUIET, Concern.UNKNOWN_STATE, Concern.NOT_RUN, Concern.NOT_SET_UP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What the log and the assignments say about a job. ``failing`` and ``held`` None: could not be read to the end."""

    failing: int | None = None  # people whose newest row of the week is a failure
    held: int | None = None  # objects whose removal the service holds back (stagedDelete)
    next_retry: datetime | None = None  # the earliest that the failures' own words name
    newest_row: datetime | None = None
    newest_assignment: datetime | None = None  # of the same week
    roles_twice: tuple[str, ...] = ()  # names that more than one role of the app has, over which quarantine comes back


NO_PULSE = Pulse()


def concerns(job: Job | None, as_of: datetime, pulse: Pulse = NO_PULSE) -> tuple[Concern, ...]:
    """What is to be said, the worst first; empty: the job is in order."""
    if job is None or job.state is JobState.NOT_CONFIGURED:
        return (Concern.NOT_SET_UP,)
    found = {
        Concern.SWITCHED_OFF: _is_switched_off(job, as_of),
        Concern.CREDENTIALS: _is_rejected(job),
        Concern.DELETIONS_HELD: bool(pulse.held) or _reason(job) == "TooManyDeletes",
        Concern.QUARANTINE: job.state is JobState.QUARANTINE,
        Concern.PAUSED: job.state is JobState.PAUSED or (job.state is not JobState.QUARANTINE and not job.scheduled),
        Concern.CYCLES_FAIL: job.successive_failures > 0 and job.state is not JobState.QUARANTINE,
        Concern.SILENT: is_silent(job, as_of),
        Concern.LOG_QUIET: _is_log_quiet(job, as_of, pulse),
        Concern.PRUNED: job.escrows_pruned,
        Concern.UNKNOWN_STATE: job.state is JobState.OTHER,
        Concern.PEOPLE_FAIL: bool(pulse.failing),
        Concern.NOT_RUN: job.state is JobState.NOT_RUN,
        Concern.FIRST_CYCLE: job.state is JobState.ACTIVE and job.first_steady is None and job.last is not None,
    }
    return tuple(concern for concern in Concern if found.get(concern))


def is_silent(job: Job, as_of: datetime) -> bool:
    """No cycle was reported for three intervals. One that looks at everybody may be under way: it is not silence."""
    if job.state is not JobState.ACTIVE or not job.scheduled or job.first_steady is None:
        return False
    newest = _newest(job.last)
    return newest is not None and as_of - newest > SILENT_AFTER * (job.interval or USUAL_INTERVAL)


def switched_off_on(job: Job) -> datetime | None:
    """When Microsoft switches a quarantined job off, by its own rule of four weeks."""
    since = job.quarantine.since if job.quarantine else None
    return since + SWITCHED_OFF_AFTER if since else None


def _newest(last: Execution | None) -> datetime | None:
    return max((at for at in (last.began, last.ended) if at), default=None) if last else None


def _is_switched_off(job: Job, as_of: datetime) -> bool:
    day = switched_off_on(job)
    return day is not None and as_of >= day and not job.scheduled


def _is_rejected(job: Job) -> bool:
    codes = [job.quarantine.error_code] if job.quarantine else []
    codes += [job.last.error_code] if job.last else []
    return any(canonical(code) in _REJECTED for code in codes if code)


def _reason(job: Job) -> str:
    return job.quarantine.reason if job.quarantine else ""


def _is_log_quiet(job: Job, as_of: datetime, pulse: Pulse) -> bool:
    """Somebody was assigned long enough ago for a row, and none came after it."""
    if job.state is not JobState.ACTIVE or not job.scheduled or pulse.newest_assignment is None:
        return False
    patience = SILENT_AFTER * (job.interval or USUAL_INTERVAL) + LOG_LAG
    waited = as_of - pulse.newest_assignment > patience
    return waited and (pulse.newest_row is None or pulse.newest_row < pulse.newest_assignment)
