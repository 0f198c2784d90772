"""The newest cycle as proof: only one that ended after a trouble was seen last says that it is over."""

from datetime import datetime

from provisioning.model import Job
from provisioning.watches import runs_well
from provisioning.watching.news import Facts, Trouble


def newest_end(job: Job) -> datetime | None:
    """When the newest cycle ended that was reported."""
    return job.last.ended if job.last else None


def ended_well_since(trouble: Trouble, job: Job) -> Facts | None:
    """When and how a newer cycle ended well; None: none has, or the job does not run."""
    last = job.last
    if not runs_well(job) or last is None or last.ended is None or last.ended <= (trouble.cycle or trouble.since):
        return None
    return {"ended": last.ended.isoformat(), "failed": str(last.escrowed)}
