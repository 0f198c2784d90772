"""Whether somebody stopped the job."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, JobState
from provisioning.remedies import finding
from provisioning.works import about


def job_paused(seen: Evidence) -> Finding | None:
    """Fire when the job is paused.

    A first cycle that met the error limit ends like that as well (``escrows_pruned``).
    """
    job = seen.job
    if not seen.knows("job") or job is None or job.state is not JobState.PAUSED:
        return None
    last = job.last.began if job.last else None
    return finding(
        Cause.JOB_PAUSED,
        more=about(job),
        state=job.raw_state,
        last_cycle=last.isoformat() if last else None,
    )
