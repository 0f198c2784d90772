"""What the desk itself has seen of jobs over time: their cycles, and when their schema changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from provisioning.model import Execution, Job

SOON_AFTER = timedelta(minutes=5)  # within which Graph notes that a job has become level


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """The schema that was seen first at ``by`` was not there yet at ``after``: somebody saved another in between."""

    after: datetime
    by: datetime


def looked_at_everybody(job: Job) -> bool:
    """Whether the job's last cycle was one that looks at everybody: with it the job became level for the first time.

    A restart or a new schema takes that instant away, so later ones are told as well.
    """
    last = job.last
    if last is None or last.began is None or last.ended is None or job.first_steady is None:
        return False
    return last.began <= job.first_steady <= last.ended + SOON_AFTER


class History(Protocol):
    """The desk's own memory of jobs. Everything is safe to write twice."""

    async def observe(self, jobs: Sequence[Job]) -> None:
        """Keep the last cycle of each job, unless it is kept already."""

    async def cycles(self, app_id: str, *, most: int = 30) -> Sequence[Execution]:
        """The newest cycles that were seen, oldest first."""

    async def full_cycles(self, app_id: str, *, most: int = 5) -> Sequence[Execution]:
        """The newest cycles that looked at everybody, oldest first."""

    async def schema_seen(self, app_id: str, job_id: str, fingerprint: str, at: datetime) -> None:
        """Say which schema a job has at an instant of Graph's clock."""

    async def schema_changes(self, app_id: str, *, since: datetime) -> Sequence[SchemaChange]:
        """When the schema changed, oldest first."""
