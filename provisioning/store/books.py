"""The desk's memory in PostgreSQL: cases, tickets and audit lines, and the work that is queued with them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from psycopg import errors

from provisioning.cases import Case, Ticket
from provisioning.errors import ConflictError, NotThereError
from provisioning.model import Actor
from provisioning.store.database import Connection, Pool
from provisioning.store.documents import read_case, read_ticket, write
from provisioning.store.statements import statements

_MOST = 500  # tickets in one answer; a list that people read is far shorter
_SQL = statements(Path(__file__).with_suffix(".sql"))

_CaseRow = tuple[str, int, datetime, datetime]  # document, version, created, updated
_TicketRow = tuple[str, int, int, datetime, datetime]  # document, number, version, opened, updated


class Deferrer(Protocol):
    """Queues work on a connection of ours, so that it exists when the transaction does."""

    async def defer(
        self, connection: Connection, work: str, arguments: dict[str, str | int], *, after: timedelta
    ) -> None:
        """Queue ``work`` to start ``after`` the commit or later."""


class PostgresBooks:
    """``Books`` over one pool. The database's clock stamps every write."""

    def __init__(self, pool: Pool, queue: Deferrer) -> None:
        self._pool = pool
        self._queue = queue

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresLedger"]:
        """One connection, one transaction. Nothing of ours waits for the network inside."""
        async with self._pool.connection() as connection, connection.transaction():
            yield PostgresLedger(connection, self._queue)

    async def read_case(self, case_id: str) -> Case:
        """A case without a lock. NotThereError if there is none."""
        async with self._pool.connection() as connection:
            return await _one_case(connection, "read_case", case_id)

    async def read_ticket(self, number: int) -> Ticket:
        """A ticket without a lock. NotThereError if there is none."""
        async with self._pool.connection() as connection:
            return await _one_ticket(connection, "read_ticket", number)

    async def tickets(self, *, requester_id: str | None = None, open_only: bool = True) -> Sequence[Ticket]:
        """Tickets, oldest first; of one requester if named. At most 500."""
        wanted = {"requester_id": requester_id, "open_only": open_only, "limit": _MOST}
        async with self._pool.connection() as connection:
            rows: list[_TicketRow] = await (await connection.execute(_SQL["tickets"], wanted)).fetchall()
        return [_ticket(row) for row in rows]


class PostgresLedger:
    """``Ledger`` on one connection, inside one transaction."""

    def __init__(self, connection: Connection, queue: Deferrer) -> None:
        self._connection = connection
        self._queue = queue

    async def add_case(self, case: Case) -> Case:
        """Store a new case in version 1."""
        return _stamped(case, await self._written("add_case", _case_columns(case)))

    async def case(self, case_id: str) -> Case:
        """Read and lock a case until the transaction ends."""
        return await _one_case(self._connection, "lock_case", case_id)

    async def save_case(self, case: Case) -> Case:
        """Write a case; ConflictError when it was written since, or when its pair has other work under way."""
        try:
            return _stamped(case, await self._written("save_case", _case_columns(case)))
        except errors.UniqueViolation as problem:
            raise ConflictError("Work for this person in this app is under way already.") from problem

    async def waiting_case(self, person_id: str, app_id: str) -> Case | None:
        """The case whose work is under way for this pair; nobody else gets the pair before this transaction ends."""
        pair = {"person_id": person_id, "app_id": app_id}
        await self._connection.execute(_SQL["lock_pair"], pair)
        row: _CaseRow | None = await (await self._connection.execute(_SQL["waiting_case"], pair)).fetchone()
        return _case(row) if row else None

    async def add_ticket(self, ticket: Ticket, *, key: str = "") -> tuple[Ticket, bool]:
        """Store a new ticket; the sequence gives its number, and gaps in it mean nothing.

        A ``key`` that the requester has used already gives the ticket of then, also when another transaction uses
        it at this moment: its end is awaited. The flag says whether the ticket is new.
        """
        columns = _ticket_columns(ticket) | {"key": key or None}
        row = await (await self._connection.execute(_SQL["add_ticket"], columns)).fetchone()
        if row is not None:
            return _numbered(ticket, row), True
        first: _TicketRow | None = await (await self._connection.execute(_SQL["ticket_of"], columns)).fetchone()
        if first is None:
            raise ConflictError("Somebody else changed it first.")
        return _ticket(first), False

    async def ticket(self, number: int) -> Ticket:
        """Read and lock a ticket."""
        return await _one_ticket(self._connection, "lock_ticket", number)

    async def save_ticket(self, ticket: Ticket) -> Ticket:
        """As ``save_case``."""
        return _numbered(ticket, await self._written("save_ticket", _ticket_columns(ticket)))

    async def audit(self, *, what: str, by: Actor, about: str, facts: dict[str, str]) -> None:
        """One line that stays as it is."""
        line = {"what": what, "by_id": by.id, "by_upn": by.upn, "about": about, "facts": write(facts)}
        await self._connection.execute(_SQL["audit"], line)

    async def defer(self, work: str, *, after: timedelta = timedelta(0), **arguments: str | int) -> None:
        """Queue work in this transaction."""
        await self._queue.defer(self._connection, work, arguments, after=after)

    async def _written(self, statement: str, columns: dict[str, object]) -> tuple[Any, ...]:
        row = await (await self._connection.execute(_SQL[statement], columns)).fetchone()
        if row is None:
            raise ConflictError("Somebody else changed it first.")
        return row


async def _one_case(connection: Connection, statement: str, case_id: str) -> Case:
    row: _CaseRow | None = None
    if _is_uuid(case_id):
        row = await (await connection.execute(_SQL[statement], {"id": case_id})).fetchone()
    if row is None:
        raise NotThereError("There is no such case.")
    return _case(row)


async def _one_ticket(connection: Connection, statement: str, number: int) -> Ticket:
    row: _TicketRow | None = None
    if 0 < number < 2**63:
        row = await (await connection.execute(_SQL[statement], {"number": number})).fetchone()
    if row is None:
        raise NotThereError(f"There is no ticket SD-{number}.")
    return _ticket(row)


def _case(row: _CaseRow) -> Case:
    return _stamped(read_case(row[0]), row[1:])


def _ticket(row: _TicketRow) -> Ticket:
    return _numbered(read_ticket(row[0]), row[1:])


def _stamped(case: Case, columns: tuple[Any, ...]) -> Case:
    version, created, updated = columns
    return replace(case, version=version, created=created, updated=updated)


def _numbered(ticket: Ticket, columns: tuple[Any, ...]) -> Ticket:
    number, version, opened, updated = columns
    return replace(ticket, number=number, version=version, opened=opened, updated=updated)


def _case_columns(case: Case) -> dict[str, object]:
    return {
        "id": case.id,
        "version": case.version,
        "state": case.state.value,
        "person_id": case.diagnosis.person.id,
        "app_id": case.diagnosis.app.id,
        "actor_id": case.actor.id,
        "waiting": case.waiting,
        "ticket": case.ticket,
        "document": write(case),
    }


def _ticket_columns(ticket: Ticket) -> dict[str, object]:
    return {
        "number": ticket.number,
        "version": ticket.version,
        "state": ticket.state.value,
        "requester_id": ticket.requester.id,
        "case_id": ticket.case_id,
        "document": write(ticket),
    }


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
