"""Whether Microsoft has put the job into quarantine."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, JobState
from provisioning.remedies import finding
from provisioning.works import about


def job_quarantined(seen: Evidence) -> Finding | None:
    """Fire when the job is in quarantine: it concerns everybody in the app, and nobody new gets in.

    What led there may be known better: that finding then stands before this one.
    """
    job = seen.job
    if not seen.knows("job") or job is None or job.state is not JobState.QUARANTINE:
        return None
    if job.quarantine is None:
        return finding(Cause.JOB_QUARANTINED, reason="Unknown")
    return finding(Cause.JOB_QUARANTINED, more=about(job))
