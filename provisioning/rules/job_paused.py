"""Whether somebody stopped the job."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, JobState
from provisioning.remedies import finding


def job_paused(seen: Evidence) -> Finding | None:
    """Fire when the job is paused, or its schedule is switched off."""
    job = seen.job
    if not seen.knows("job") or job is None:
        return None
    if job.state is not JobState.PAUSED and (job.scheduled or job.state in _SAY_MORE):
        return None
    last = job.last.began if job.last else None
    return finding(Cause.JOB_PAUSED, state=job.raw_state, last_cycle=last.isoformat() if last else None)


_SAY_MORE = frozenset({JobState.QUARANTINE, JobState.NOT_CONFIGURED})  # their own rules explain the stop
