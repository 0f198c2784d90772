"""Orders in PostgreSQL, and the schemas that were there before and after them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from psycopg import errors

from provisioning.errors import ConflictError, DeskError, NotThereError
from provisioning.orders import KEPT, Order
from provisioning.schemas import RawSchema
from provisioning.store.books import Deferrer, PostgresLedger
from provisioning.store.database import Connection, Pool
from provisioning.store.documents import write_any
from provisioning.store.statements import statements

KEPT_DAYS = 90  # an order that is over; its audit lines stay
_SQL = statements(Path(__file__).with_suffix(".sql"))
_orders = msgspec.json.Decoder(Order)
_schemas = msgspec.json.Decoder(dict[str, Any])

_Row = tuple[str, int, datetime, datetime]  # document, version, created, updated


class PostgresOrders:
    """``OrderBooks`` over one pool."""

    def __init__(self, pool: Pool, queue: Deferrer) -> None:
        self._pool = pool
        self._queue = queue

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresOrderLedger"]:
        """One connection, one transaction."""
        async with self._pool.connection() as connection, connection.transaction():
            yield PostgresOrderLedger(connection, self._queue)

    async def read(self, order_id: str) -> Order:
        """See ``OrderBooks``."""
        async with self._pool.connection() as connection:
            return await _one(connection, "read", order_id)

    async def of_app(self, app_id: str, *, most: int = 10) -> Sequence[Order]:
        """See ``OrderBooks``."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["of_an_app"], {"app_id": app_id, "most": most})
            return [_order(row) for row in await found.fetchall()]

    async def kept_schema(self, order_id: str, which: str) -> RawSchema | None:
        """See ``OrderBooks``."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["kept"], {"id": order_id, "which": which})
            row = await found.fetchone()
        return _schemas.decode(row[0]) if row else None

    async def forget(self) -> None:
        """Let go of schemas whose time has passed, and of orders that are long over."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["forget_schemas"])
            await connection.execute(_SQL["forget_orders"], {"days": KEPT_DAYS})


class PostgresOrderLedger(PostgresLedger):
    """``OrderLedger``: what a ledger does for cases and tickets, and orders beside."""

    async def add_order(self, order: Order) -> Order:
        """Store a new order in version 1."""
        return await self._save("add", order)

    async def order(self, order_id: str) -> Order:
        """Read and lock an order. NotThereError if there is none."""
        return await _one(self._connection, "lock", order_id)

    async def save_order(self, order: Order) -> Order:
        """Write an order that was read in its version; ConflictError if not, or if another is under way."""
        return await self._save("save", order)

    async def order_under_way(self, app_id: str) -> Order | None:
        """The order that holds this app; nobody else gets the app before this transaction ends."""
        await self._connection.execute(_SQL["lock_app"], {"app_id": app_id})
        found = await self._connection.execute(_SQL["under_way"], {"app_id": app_id})
        row: _Row | None = await found.fetchone()
        return _order(row) if row else None

    async def keep_schema(self, order_id: str, which: str, schema: RawSchema) -> None:
        """Keep a schema for thirty days."""
        body = msgspec.json.encode(schema).decode()
        values = {"id": order_id, "which": which, "body": body, "days": KEPT.days}
        await self._connection.execute(_SQL["keep"], values)

    async def _save(self, statement: str, order: Order) -> Order:
        columns = {
            "id": order.id,
            "version": order.version,
            "kind": order.kind.value,
            "app_id": order.app.id,
            "state": order.state.value,
            "under_way": order.under_way,
            "document": write_any(order),
        }
        try:
            row = await (await self._connection.execute(_SQL[statement], columns)).fetchone()
        except errors.UniqueViolation as problem:
            raise ConflictError("Another order for this app is under way already.") from problem
        if row is None:
            raise ConflictError("Somebody else changed it first.")
        return replace(order, version=row[0], created=row[1], updated=row[2])


async def _one(connection: Connection, statement: str, order_id: str) -> Order:
    row: _Row | None = None
    if _is_uuid(order_id):
        row = await (await connection.execute(_SQL[statement], {"id": order_id})).fetchone()
    if row is None:
        raise NotThereError("There is no such order (any more).")
    return _order(row)


def _order(row: _Row) -> Order:
    try:
        order = _orders.decode(row[0])
    except msgspec.DecodeError as problem:
        raise DeskError("A stored order was written by another version and cannot be read.") from problem
    return replace(order, version=row[1], created=row[2], updated=row[3])


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
