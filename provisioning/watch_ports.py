"""What watches need from the world beside ``ports``, as promises."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from provisioning.attempts import LogEvent
from provisioning.crowds import Crowd
from provisioning.errors import DeskError
from provisioning.evidence import Evidence
from provisioning.model import Actor, App, Job
from provisioning.ports import Ledger
from provisioning.watches import Watch


class WatchReader(Protocol):
    """Reads what is waited for, sparing the provisioning log."""

    async def now(self) -> datetime:
        """As ``TenantReader``."""

    async def actor(self, person_id: str) -> Actor:
        """As ``TenantReader``."""

    async def evidence(self, person_id: str, app: App) -> Evidence:
        """As ``TenantReader``."""

    async def job(self, app: App) -> Job | None:
        """As ``TenantReader``."""

    async def jobs(self, apps: Sequence[App]) -> Mapping[str, Job | DeskError | None]:
        """Each app's job by the app's id; an error in its place where it could not be read."""

    async def logs(self, person_ids: Sequence[str], app: App, *, since: datetime) -> Mapping[str, Sequence[LogEvent]]:
        """The rows of at most fifteen people after ``since`` in one read, newest first each."""


class WatchLedger(Ledger, Protocol):
    """One transaction that may change watches as well."""

    async def add_watch(self, watch: Watch) -> tuple[Watch, bool]:
        """Store a new watch; the flag says whether it is new, or the open one for the same wish in the same place."""

    async def watch(self, number: int) -> Watch:
        """Read and lock a watch. NotThereError if there is none."""

    async def save_watch(self, watch: Watch) -> Watch:
        """As ``save_case``."""

    async def now(self) -> datetime:
        """The database's clock."""


class WatchBooks(Protocol):
    """The desk's memory of watches."""

    def transaction(self) -> AbstractAsyncContextManager[WatchLedger]:
        """As ``Books``."""

    async def read_watch(self, number: int) -> Watch:
        """One watch without a lock. NotThereError if there is none."""

    async def read_crowd(self, number: int) -> Crowd:
        """One crowd without a lock. NotThereError if there is none."""

    async def mine(self, actor_id: str) -> Sequence[Watch]:
        """The open ones of one person, oldest first."""

    async def due(self, most: int) -> Sequence[Watch]:
        """Open ones; whichever was looked at longest ago comes first. They count as looked at from now on."""

    async def overdue(self) -> Sequence[Watch]:
        """Open ones whose time is over."""
