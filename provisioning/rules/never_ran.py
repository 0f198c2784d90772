"""Whether the job has ever run."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, JobState
from provisioning.remedies import finding


def never_ran(seen: Evidence) -> Finding | None:
    """Fire when the job has not run once and shows no sign of its first cycle.

    Graph shows a failed cycle of the year 1 then; that one never was.
    """
    job = seen.job
    if not seen.knows("job") or job is None or job.state is not JobState.NOT_RUN:
        return None
    if job.progress is not None or job.last is not None:
        return None
    return finding(Cause.NEVER_RAN, state=job.raw_state, scheduled="True" if job.scheduled else "False")
