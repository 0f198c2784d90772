"""Runs of groups in PostgreSQL: a document each, and the work that is queued with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import msgspec

from provisioning.errors import ConflictError, NotThereError
from provisioning.groups import GroupRun
from provisioning.store.books import Deferrer, PostgresLedger
from provisioning.store.database import Connection, Pool
from provisioning.store.statements import statements

_SQL = statements(Path(__file__).with_suffix(".sql"))
_decoder = msgspec.json.Decoder(GroupRun)


class PostgresGroups:
    """``GroupBooks`` over one pool."""

    def __init__(self, pool: Pool, queue: Deferrer, *, stored: bool = True) -> None:
        """``stored`` False: whatever is written is taken back, for a question that only wants an answer."""
        self._pool = pool
        self._queue = queue
        self._stored = stored

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresGroupLedger"]:
        """One connection, one transaction."""
        keep = self._stored
        async with self._pool.connection() as connection, connection.transaction(force_rollback=not keep):
            yield PostgresGroupLedger(connection, self._queue)

    async def read_run(self, run_id: str) -> GroupRun:
        """As ``GroupBooks``."""
        async with self._pool.connection() as connection:
            return await _one(connection, "read", run_id)


class PostgresGroupLedger(PostgresLedger):
    """``GroupLedger`` on one connection, inside one transaction."""

    async def add_run(self, run: GroupRun) -> GroupRun:
        """As ``GroupLedger``."""
        return await self._write("add", run)

    async def run(self, run_id: str) -> GroupRun:
        """As ``GroupLedger``."""
        return await _one(self._connection, "lock", run_id)

    async def save_run(self, run: GroupRun) -> GroupRun:
        """As ``GroupLedger``."""
        return await self._write("save", run)

    async def _write(self, statement: str, run: GroupRun) -> GroupRun:
        values = {"id": run.id, "version": run.version, "document": _written(run)}
        row = await (await self._connection.execute(_SQL[statement], values)).fetchone()
        if row is None:
            raise ConflictError("Somebody else changed it first.")
        return replace(run, version=row[0])


async def _one(connection: Connection, statement: str, run_id: str) -> GroupRun:
    row = None
    if _is_uuid(run_id):
        row = await (await connection.execute(_SQL[statement], {"id": run_id})).fetchone()
    if row is None:
        raise NotThereError("There is no such run of a group.")
    return replace(_decoder.decode(row[0]), version=row[1])


def _written(run: GroupRun) -> str:
    return msgspec.json.encode(run, enc_hook=dict).decode()


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
