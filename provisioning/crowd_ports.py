"""What crowds need from the world beside ``ports``, as promises."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from provisioning.attempts import LogEvent
from provisioning.crowds import Crowd, Member, Progress
from provisioning.errors import DeskError
from provisioning.evidence import Evidence
from provisioning.model import Actor, App, Person
from provisioning.ports import Ledger


class CrowdReader(Protocol):
    """Reads what a crowd needs, sparing the provisioning log: Graph lets it be read five times in ten seconds."""

    async def now(self) -> datetime:
        """As ``TenantReader``."""

    async def actor(self, person_id: str) -> Actor:
        """As ``TenantReader``."""

    async def find_people(self, words: str) -> tuple[Person, ...]:
        """As ``TenantReader``."""

    async def evidence(self, person_id: str, app: App) -> Evidence:
        """As ``TenantReader``."""

    def census(self, person_ids: Sequence[str], app: App) -> AsyncGenerator[tuple[str, Evidence | DeskError], None]:
        """As ``Census``."""

    async def muster(self, person_id: str, app: App) -> Evidence:
        """The person and their assignments read afresh; job, schema and roles at most half a minute old; no log.

        Raises as ``evidence``.
        """

    async def logs(self, person_ids: Sequence[str], app: App, *, since: datetime) -> Mapping[str, Sequence[LogEvent]]:
        """The rows of at most fifteen people after ``since`` in one read, newest first each."""

    async def failing(self, app: App) -> tuple[str, ...]:
        """Object ids of everybody whose newest log row of the last seven days is a failure."""


class CrowdLedger(Ledger, Protocol):
    """One transaction that may change crowds as well."""

    async def add_crowd(self, crowd: Crowd, *, key: str = "") -> tuple[Crowd, bool]:
        """Store a new crowd; the flag says whether it is new, or the one that the actor's ``key`` opened before."""

    async def crowd(self, number: int) -> Crowd:
        """Read and lock a crowd. NotThereError if there is none."""

    async def save_crowd(self, crowd: Crowd) -> Crowd:
        """As ``save_case``."""

    async def now(self) -> datetime:
        """The database's clock."""

    async def put_members(self, crowd: Crowd, members: Sequence[Member]) -> None:
        """These people, and nobody else, are on the list."""

    async def take_in(self, number: int, reasons: Sequence[str]) -> None:
        """Let those wait as well who were left out for one of these reasons."""

    async def stop_members(self, number: int) -> None:
        """Whoever still waits is left out."""

    async def move(self, member: Member, moved: Member) -> bool:
        """Write how a person fares; False when they do not stand where ``member`` was read any more.

        False as well where the person is being called for another crowd at this moment.
        """

    async def anybody_left(self, number: int) -> bool:
        """Whether somebody has no end yet."""


class CrowdBooks(Protocol):
    """The desk's memory of crowds."""

    def transaction(self) -> AbstractAsyncContextManager[CrowdLedger]:
        """As ``Books``."""

    async def read_crowd(self, number: int) -> Crowd:
        """One crowd without a lock. NotThereError if there is none."""

    async def newest(self, *, actor_id: str | None = None, most: int = 20) -> Sequence[Crowd]:
        """Crowds, the newest first; of one person if named."""

    async def progress(self, number: int) -> Progress:
        """How it stands. NotThereError if there is none."""

    async def members(self, number: int, *, skip: int = 0, most: int = 10_000) -> Sequence[Member]:
        """Who is on it, in the order of the list."""

    async def of_group(self, number: int, why: str, fact: str) -> Sequence[Member]:
        """Everybody who was left for the same reason."""

    async def next_member(self) -> Member | None:
        """Whose turn it is: running crowds take turns. Asking again gives the next crowd's."""

    async def under_way(self) -> Sequence[Member]:
        """Everybody who was (about to be) called and has no end yet, the longest ago first."""

    async def anything_to_do(self) -> bool:
        """Whether somebody of a running crowd waits, or somebody of any crowd was called and has no end yet."""

    async def anybody_waits(self) -> bool:
        """Whether somebody of a running crowd has not been called yet."""
