"""Whether the job's schedule is switched off."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, JobState
from provisioning.remedies import finding
from provisioning.works import about


def job_disabled(seen: Evidence) -> Finding | None:
    """Fire when the schedule is off though nobody paused the job: four weeks of quarantine end like that."""
    job = seen.job
    if not seen.knows("job") or job is None or job.scheduled or job.state in _SAY_MORE:
        return None
    last = job.last.began if job.last else None
    return finding(
        Cause.JOB_DISABLED,
        more=about(job),
        state=job.raw_state,
        last_cycle=last.isoformat() if last else None,
    )


_SAY_MORE = frozenset({JobState.PAUSED, JobState.NOT_CONFIGURED})  # their own rules explain the stop
