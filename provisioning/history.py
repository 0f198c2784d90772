"""What the desk itself has seen of jobs over time: their cycles, and when their schema changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from provisioning.model import Execution, Job


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """The schema that was seen first at ``by`` was not there yet at ``after``: somebody saved another in between."""

    after: datetime
    by: datetime


class History(Protocol):
    """The desk's own memory of jobs. Everything is safe to write twice."""

    async def observe(self, jobs: Sequence[Job]) -> None:
        """Keep the last cycle of each job, unless it is kept already."""

    async def cycles(self, app_id: str, *, most: int = 30) -> Sequence[Execution]:
        """The newest cycles that were seen, oldest first."""

    async def schema_seen(self, app_id: str, job_id: str, fingerprint: str, at: datetime) -> None:
        """Say which schema a job has at an instant of Graph's clock."""

    async def schema_changes(self, app_id: str, *, since: datetime) -> Sequence[SchemaChange]:
        """When the schema changed, oldest first."""
