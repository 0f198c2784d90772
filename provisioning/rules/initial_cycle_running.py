"""Whether the app's first cycle is still under way."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, Job, JobState
from provisioning.remedies import finding
from provisioning.timing import newest_row


def initial_cycle_running(seen: Evidence) -> Finding | None:
    """Fire when the job works through everybody for the first time and has not come to the person yet."""
    job = seen.job
    if not seen.knows("job") or job is None or not job.scheduled or newest_row(seen) or not _is_first(job):
        return None
    return finding(
        Cause.INITIAL_CYCLE_RUNNING,
        done=str(job.progress.done) if job.progress else None,
        whole=str(job.progress.whole) if job.progress else None,
        entitled=job.last.entitled if job.last else None,
        began=job.last.began.isoformat() if job.last and job.last.began else None,
    )


def _is_first(job: Job) -> bool:
    if job.state is JobState.NOT_RUN:
        return job.progress is not None or job.last is not None
    return job.state is JobState.ACTIVE and job.steady_since is None and job.progress is not None
