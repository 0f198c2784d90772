"""Whether the app has a provisioning job at all."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, JobState
from provisioning.remedies import finding


def not_configured(seen: Evidence) -> Finding | None:
    """Fire when the app has no provisioning job, or one that was never given its credentials."""
    if not seen.knows("job") or (seen.job and seen.job.state is not JobState.NOT_CONFIGURED):
        return None
    return finding(Cause.NOT_CONFIGURED, state=seen.job.raw_state if seen.job else None)
