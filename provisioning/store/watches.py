"""Watches in PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from provisioning.crowds import Crowd
from provisioning.errors import ConflictError, NotThereError
from provisioning.store.books import Deferrer, PostgresLedger
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import Connection, Pool
from provisioning.store.statements import statements
from provisioning.watches import Watch

_SQL = statements(Path(__file__).with_suffix(".sql"))
_decoder = msgspec.json.Decoder(Watch)


class PostgresWatches:
    """``WatchBooks`` over one pool."""

    def __init__(self, pool: Pool, queue: Deferrer) -> None:
        self._pool = pool
        self._queue = queue

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresWatchLedger"]:
        """One connection, one transaction. Nothing of ours waits for the network inside."""
        async with self._pool.connection() as connection, connection.transaction():
            yield PostgresWatchLedger(connection, self._queue)

    async def read_watch(self, number: int) -> Watch:
        """One watch without a lock. NotThereError if there is none."""
        async with self._pool.connection() as connection:
            return await _one(connection, "read", number)

    async def read_crowd(self, number: int) -> Crowd:
        """As ``PostgresCrowds``."""
        return await PostgresCrowds(self._pool, self._queue).read_crowd(number)

    async def mine(self, actor_id: str) -> Sequence[Watch]:
        """The open ones of one person, oldest first."""
        return await self._some("mine", {"actor_id": actor_id})

    async def due(self, most: int) -> Sequence[Watch]:
        """Open ones; whichever was looked at longest ago comes first. They count as looked at from now on."""
        return await self._some("due", {"most": most})

    async def overdue(self) -> Sequence[Watch]:
        """Open ones whose time is over."""
        return await self._some("overdue", {})

    async def _some(self, statement: str, values: dict[str, object]) -> list[Watch]:
        async with self._pool.connection() as connection:
            return [_watch(row) for row in await (await connection.execute(_SQL[statement], values)).fetchall()]


class PostgresWatchLedger(PostgresLedger):
    """``WatchLedger`` on one connection, inside one transaction."""

    async def add_watch(self, watch: Watch) -> tuple[Watch, bool]:
        """Store a new watch; the flag says whether it is new, or the open one for the same wish in the same place."""
        columns = _columns(watch)
        row = await (await self._connection.execute(_SQL["add"], columns)).fetchone()
        if row is not None:
            return _watch(row), True
        same = await (await self._connection.execute(_SQL["same"], columns)).fetchone()
        if same is None:
            raise ConflictError("Somebody else changed it first.")
        return _watch(same), False

    async def watch(self, number: int) -> Watch:
        """Read and lock a watch."""
        return await _one(self._connection, "lock", number)

    async def save_watch(self, watch: Watch) -> Watch:
        """Write a watch that was read in version ``watch.version``; ConflictError when it was written since."""
        row = await (await self._connection.execute(_SQL["save"], _columns(watch))).fetchone()
        if row is None:
            raise ConflictError("Somebody else changed it first.")
        return _watch(row)

    async def now(self) -> datetime:
        """The database's clock."""
        row = await (await self._connection.execute(_SQL["now"])).fetchone()
        assert row is not None
        instant: datetime = row[0]
        return instant


async def _one(connection: Connection, statement: str, number: int) -> Watch:
    row = None
    if 0 < number < 2**63:
        row = await (await connection.execute(_SQL[statement], {"number": number})).fetchone()
    if row is None:
        raise NotThereError(f"There is no watch W-{number}.")
    return _watch(row)


def _watch(row: Any) -> Watch:
    document, number, version, created = row
    return replace(_decoder.decode(document), number=number, version=version, created=created)


def _other(watch: Watch) -> str:
    """What is waited for that is no person, as people write it; "" for a job."""
    if watch.ticket:
        return f"SD-{watch.ticket}"
    return f"C-{watch.crowd}" if watch.crowd else ""


def _columns(watch: Watch) -> dict[str, object]:
    return {
        "number": watch.number,
        "version": watch.version,
        "state": watch.state.value,
        "kind": watch.kind.value,
        "actor_id": watch.actor.id,
        "origin": watch.origin,
        "app_id": watch.app.id if watch.app else "",
        "person_id": watch.person.id if watch.person else _other(watch),
        "expires": watch.expires,
        "document": msgspec.json.encode(watch).decode(),
    }
