"""What the use cases about groups need from the world, as promises."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from provisioning.attempts import LogEvent, OnDemandAnswer
from provisioning.errors import DeskError
from provisioning.evidence import Evidence
from provisioning.groups import GroupRun, GroupSeen
from provisioning.model import Actor, App, Group
from provisioning.ports import Ledger


class GroupReader(Protocol):
    """Reads groups. Errors as ``TenantReader``."""

    async def now(self) -> datetime:
        """Graph's clock."""

    async def actor(self, person_id: str) -> Actor:
        """As ``TenantReader``."""

    async def find_groups(self, words: str) -> tuple[Group, ...]:
        """Groups of exactly this name, else those whose name begins so; at most ten."""

    async def group(self, group: Group, app: App) -> GroupSeen:
        """The group in the app, read side by side."""

    def census(self, person_ids: Sequence[str], app: App) -> AsyncGenerator[tuple[str, Evidence | DeskError], None]:
        """As ``Census``: of each member what a check of one person reads, the log and the app's roles among it."""

    async def logs(self, person_ids: Sequence[str], app: App, *, since: datetime) -> Mapping[str, Sequence[LogEvent]]:
        """Log rows of some people since then, newest first."""


class GroupLevers(Protocol):
    """What changes the tenant. Errors as ``Levers``."""

    async def provision_group(
        self, *, app: App, job_id: str, rule_id: str, group_id: str, member_ids: Sequence[str]
    ) -> tuple[OnDemandAnswer, Mapping[str, OnDemandAnswer]]:
        """One run for a group with up to five members: the group's own answer, and those of whoever it names."""


class GroupLedger(Ledger, Protocol):
    """One transaction, with runs of groups in it."""

    async def add_run(self, run: GroupRun) -> GroupRun:
        """Store a new run."""

    async def run(self, run_id: str) -> GroupRun:
        """Read and lock it. NotThereError if there is none."""

    async def save_run(self, run: GroupRun) -> GroupRun:
        """Write it; ConflictError when it was written since."""


class GroupBooks(Protocol):
    """The memory of runs."""

    def transaction(self) -> AbstractAsyncContextManager[GroupLedger]:
        """As ``Books``."""

    async def read_run(self, run_id: str) -> GroupRun:
        """Without a lock. NotThereError if there is none."""
