"""Whether a job that should be running comes round."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, Job, JobState
from provisioning.remedies import finding
from provisioning.works import about, connection_fault, stale_after


def job_stale(seen: Evidence) -> Finding | None:
    """Fire when a running job has ended no cycle for three rounds, or when its cycles fail altogether.

    The last execution counts, whatever its outcome: "last successful" means a cycle without a single error.
    """
    job = seen.job
    if not seen.knows("job") or job is None or job.state is not JobState.ACTIVE or not job.scheduled:
        return None
    because = "failing" if _fails(job) else "silent" if _is_silent(seen, job) else None
    if because is None or job.last is None:
        return None
    last = job.last.ended or job.last.began
    return finding(
        Cause.JOB_STALE,
        more=about(job),
        because=because,
        last_cycle=last.isoformat() if last else None,
    )


def _fails(job: Job) -> bool:
    """Cycles that fail as a whole, for a reason that no other rule knows."""
    failed = job.last is not None and job.last.state.casefold() == "failed"
    return failed and job.successive_failures > 0 and connection_fault(job) is None


def _is_silent(seen: Evidence, job: Job) -> bool:
    last = (job.last.ended or job.last.began) if job.last else None
    return last is not None and job.progress is None and seen.as_of - last > stale_after(job)
