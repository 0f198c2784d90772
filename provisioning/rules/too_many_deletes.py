"""Whether the job is held back because it would remove too many accounts."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, JobState
from provisioning.remedies import finding
from provisioning.works import HELD, about


def too_many_deletes(seen: Evidence) -> Finding | None:
    """Fire when the job waits for somebody to allow, or to prevent, more removals than its limit takes."""
    job = seen.job if seen.knows("job") else None
    if job is None or job.state is not JobState.QUARANTINE or job.quarantine is None:
        return None
    if job.quarantine.reason.casefold() != HELD:
        return None
    return finding(Cause.TOO_MANY_DELETES, more=about(job))
