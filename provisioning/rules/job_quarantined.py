"""Whether Microsoft has put the job into quarantine."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, JobState
from provisioning.remedies import finding


def job_quarantined(seen: Evidence) -> Finding | None:
    """Fire when the job is in quarantine: it concerns everybody in the app, and nobody new gets in."""
    job = seen.job
    if not seen.knows("job") or job is None or job.state is not JobState.QUARANTINE:
        return None
    why = job.quarantine
    if why is None:
        return finding(Cause.JOB_QUARANTINED, reason="Unknown")
    return finding(
        Cause.JOB_QUARANTINED,
        reason=why.reason,
        error_code=why.error_code,
        error_message=why.error_message,
        since=why.since.isoformat() if why.since else None,
        next_attempt=why.next_attempt.isoformat() if why.next_attempt else None,
    )
