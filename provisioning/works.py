"""How a job is doing, beyond its state: what its own error says, and whether it comes round at all."""

from dataclasses import replace
from datetime import timedelta

from provisioning.attempts import ForeignError
from provisioning.evidence import Evidence
from provisioning.failures import cause_of
from provisioning.messages import read_error
from provisioning.model import Cause, Finding, Job, JobState
from provisioning.remedies import Fact, finding

USUAL_INTERVAL = timedelta(minutes=40)
ROUNDS = 3  # that a job may miss before it counts as stale: two hours, as a rule
HELD = "toomanydeletes"  # the quarantine that waits for a human's word
_CONNECTION = frozenset({Cause.CREDENTIALS_REJECTED, Cause.ENDPOINT_UNREACHABLE, Cause.WRONG_ENDPOINT})


def job_error(job: Job) -> ForeignError | None:
    """The error that stopped the job as a whole: of its quarantine, else of a last cycle that failed altogether."""
    why = job.quarantine if job.state is JobState.QUARANTINE else None
    if why and (why.error_code or why.error_message):
        return read_error(why.error_message, code=why.error_code)
    last = job.last if job.last and job.last.state.casefold() == "failed" else None
    if last and (last.error_code or last.error_message):
        return read_error(last.error_message, code=last.error_code)
    return None


def connection_fault(job: Job) -> Cause | None:
    """What is wrong with the connection to the app, if the job's own error says so."""
    error = job_error(job)
    held = job.quarantine is not None and job.quarantine.reason.casefold() == HELD
    if error is None or held:
        return None
    found = cause_of(error)
    if found is Cause.UNKNOWN_CODE:
        found = cause_of(replace(error, code=None))
    return found if found in _CONNECTION else None


def of_the_job(seen: Evidence, cause: Cause) -> Finding | None:
    """A finding about the job's connection."""
    job = seen.job if seen.knows("job") else None
    if job is None or connection_fault(job) is not cause:
        return None
    return finding(cause, more=about(job))


def about(job: Job) -> dict[str, Fact | int | None]:
    """What a job says about its trouble."""
    why, error = job.quarantine if job.state is JobState.QUARANTINE else None, job_error(job)
    return {
        "reason": why.reason if why else None,
        "since": why.since.isoformat() if why and why.since else None,
        "next_attempt": why.next_attempt.isoformat() if why and why.next_attempt else None,
        "error_code": error.code if error else None,
        "error_message": error.text if error else None,
        "code": error.code if error else None,
        "http": error.http if error else None,
        "detail": error.detail if error else None,
        "escrows_pruned": "True" if job.escrows_pruned else None,
    }


def stale_after(job: Job) -> timedelta:
    """How long after its last cycle a running job counts as stuck."""
    return max(ROUNDS * (job.interval or USUAL_INTERVAL), ROUNDS * USUAL_INTERVAL)
