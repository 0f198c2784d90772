"""The desk's memory in PostgreSQL: cases, tickets and audit lines, and the work that is queued with them."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from psycopg import errors

from provisioning.cases import Case
from provisioning.errors import ConflictError, NotThereError
from provisioning.model import Actor
from provisioning.ports import AuditLine
from provisioning.reminders import patience
from provisioning.store.database import Connection, Pool
from provisioning.store.documents import read_case, read_ticket, write
from provisioning.store.post import owe, use
from provisioning.store.statements import statements
from provisioning.tickets import Subject, Ticket

_MOST = 500  # tickets in one answer; a list that people read is far shorter
_SQL = statements(Path(__file__).with_suffix(".sql"))

_CaseRow = tuple[str, int, datetime, datetime]  # document, version, created, updated
_AuditRow = tuple[datetime, str, str, str, str, str]  # at, what, by_id, by_upn, about, facts
_TicketRow = tuple[str, int, int, datetime, datetime]  # document, number, version, opened, updated


class Deferrer(Protocol):
    """Queues work on a connection of ours, so that it exists when the transaction does."""

    async def defer(
        self, connection: Connection, work: str, arguments: dict[str, str | int], *, after: timedelta
    ) -> None:
        """Queue ``work`` to start ``after`` the commit or later."""


class PostgresBooks:
    """``Books`` over one pool. The database's clock stamps every write."""

    def __init__(self, pool: Pool, queue: Deferrer, *, desks: Sequence[str] = ()) -> None:
        """``desks``: the other desks that are owed every step of a ticket."""
        self._pool = pool
        self._queue = queue
        self._desks = desks

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresLedger"]:
        """One connection, one transaction. Nothing of ours waits for the network inside."""
        async with self._pool.connection() as connection, connection.transaction():
            yield PostgresLedger(connection, self._queue, desks=self._desks)

    async def read_case(self, case_id: str) -> Case:
        """A case without a lock. NotThereError if there is none."""
        async with self._pool.connection() as connection:
            return await _one_case(connection, "read_case", case_id)

    async def read_ticket(self, number: int) -> Ticket:
        """A ticket without a lock. NotThereError if there is none."""
        async with self._pool.connection() as connection:
            return await _one_ticket(connection, "read_ticket", number)

    async def tickets(
        self, *, requester_id: str | None = None, open_only: bool = True, limit: int = _MOST
    ) -> Sequence[Ticket]:
        """Tickets, oldest first; of one asker if named. At most 500."""
        wanted = {"requester_id": requester_id, "open_only": open_only, "limit": min(limit, _MOST)}
        async with self._pool.connection() as connection:
            return await _tickets(connection, "tickets", wanted)

    async def waiting(self) -> int:
        """How many tickets are not closed."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["waiting"])).fetchone()
        return int(row[0]) if row else 0

    async def unannounced(self, lost: Sequence[str] = (), *, unheard: bool = True) -> Sequence[int]:
        """Open tickets that the helpdesk heard of in a ``lost`` conversation, and (``unheard``) those it knows not."""
        async with self._pool.connection() as connection:
            wanted = {"lost": list(lost), "unheard": unheard}
            rows = await (await connection.execute(_SQL["unannounced"], wanted)).fetchall()
        return [int(number) for (number,) in rows]

    async def to_look_at(self, *, limit: int, rest: timedelta) -> Sequence[Ticket]:
        """Open tickets whose cause may have gone away, not looked at for ``rest``; each counts as looked at now."""
        async with self._pool.connection() as connection:
            return await _tickets(connection, "to_look_at", {"limit": limit, "rest": rest})

    async def to_remind(self, *, limit: int, urgent_only: bool) -> Sequence[tuple[Ticket, int]]:
        """Tickets that waited too long, with how often somebody was reminded since their last change."""
        async with self._pool.connection() as connection:
            rows = await (
                await connection.execute(_SQL["to_remind"], {"limit": limit, "urgent_only": urgent_only})
            ).fetchall()
        return [(_ticket(row[:5]), int(row[5])) for row in rows]

    async def reminded(self, ticket: Ticket, reminded: int, *, most: int) -> None:
        """Somebody was reminded once more; nothing when the ticket has changed since."""
        values = {"number": ticket.number, "version": ticket.version, "reminded": reminded}
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["reminded"], values | {"most": most, "patience": patience(ticket)})

    async def mended(self) -> Sequence[Ticket]:
        """Open tickets whose cause has gone away, oldest first; at most 500."""
        async with self._pool.connection() as connection:
            return await _tickets(connection, "mended", {"limit": _MOST})

    async def about_person(self, person_id: str, *, limit: int) -> Sequence[AuditLine]:
        """Audit lines about somebody's cases and their tickets, newest first."""
        async with self._pool.connection() as connection:
            wanted = {"person": person_id, "limit": limit}
            rows = await (await connection.execute(_SQL["about_person"], wanted)).fetchall()
        return [_line(row) for row in rows]

    async def trail(self, *abouts: str) -> Sequence[AuditLine]:
        """Every audit line about these, oldest first."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["trail"], {"abouts": list(abouts)})).fetchall()
        return [_line(row) for row in rows]


class PostgresLedger:
    """``Ledger`` on one connection, inside one transaction."""

    def __init__(self, connection: Connection, queue: Deferrer, *, desks: Sequence[str] = ()) -> None:
        self._connection = connection
        self._queue = queue
        self._desks = desks

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

    async def held_by(self, person_id: str, app_id: str) -> str | None:
        """As the port says. The lock is a statement of its own, so that the look sees what its holder has written."""
        pair = {"person_id": person_id, "app_id": app_id}
        await self._connection.execute(_SQL["lock_pair"], pair)
        row = await (await self._connection.execute(_SQL["held_by"], pair)).fetchone()
        return str(row[0]) if row else None

    async def add_ticket(self, ticket: Ticket, *, key: str = "") -> tuple[Ticket, bool]:
        """Store a new ticket; the sequence gives its number, and gaps in it mean nothing.

        A ``key`` that the requester has used already gives the ticket of then, also when another transaction uses
        it at this moment: its end is awaited. The flag says whether the ticket is new.
        """
        columns = _ticket_columns(ticket) | {"key": key or None}
        row = await (await self._connection.execute(_SQL["add_ticket"], columns)).fetchone()
        if row is not None:
            return await self._owed(_numbered(ticket, row)), True
        first: _TicketRow | None = await (await self._connection.execute(_SQL["ticket_of"], columns)).fetchone()
        if first is None:
            raise ConflictError("Somebody else changed it first.")
        return _ticket(first), False

    async def ticket(self, number: int) -> Ticket:
        """Read and lock a ticket."""
        return await _one_ticket(self._connection, "lock_ticket", number)

    async def save_ticket(self, ticket: Ticket) -> Ticket:
        """As ``save_case``."""
        return await self._owed(_numbered(ticket, await self._written("save_ticket", _ticket_columns(ticket))))

    async def tickets_about(self, person_id: str, app_id: str) -> Sequence[Ticket]:
        """The open tickets with a diagnosis of somebody in an app, locked."""
        return await _tickets(self._connection, "tickets_about", {"person_id": person_id, "app_id": app_id})

    async def tickets_on(self, subjects: Sequence[Subject]) -> Sequence[Ticket]:
        """As the port says."""
        for app_id, cause in sorted({(one.app.casefold(), one.cause) for one in subjects}):  # all in one order
            await self._connection.execute(_SQL["lock_subject"], {"app_id": app_id, "cause": cause})
        return await _tickets(self._connection, "tickets_on", {"subjects": [one.key for one in subjects]})

    async def head_of(self, kin: str) -> Ticket | None:
        """The oldest open ticket of a failure that follows no other, locked."""
        return next(iter(await _tickets(self._connection, "head_of", {"kin": kin})), None)

    async def children(self, number: int) -> Sequence[Ticket]:
        """The tickets that follow this one, locked."""
        return await _tickets(self._connection, "children", {"number": number})

    async def use(self, key: str) -> bool:
        """Whether the key is used for the first time; another one's transaction is waited for."""
        return await use(self._connection, key)

    async def audit(self, *, what: str, by: Actor, about: str, facts: dict[str, str]) -> None:
        """One line that stays as it is."""
        line = {"what": what, "by_id": by.id, "by_upn": by.upn, "about": about, "facts": write(facts)}
        await self._connection.execute(_SQL["audit"], line)

    async def defer(self, work: str, *, after: timedelta = timedelta(0), **arguments: str | int) -> None:
        """Queue work in this transaction."""
        await self._queue.defer(self._connection, work, arguments, after=after)

    async def _owed(self, ticket: Ticket) -> Ticket:
        await owe(self._connection, self._desks, ticket=ticket.number, steps=ticket.step)
        return ticket

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


async def _tickets(connection: Connection, statement: str, values: dict[str, Any]) -> list[Ticket]:
    rows: list[_TicketRow] = await (await connection.execute(_SQL[statement], values)).fetchall()
    return [_ticket(row) for row in rows]


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
        "cause": case.diagnosis.root.cause.value,
        "document": write(case),
    }


def _ticket_columns(ticket: Ticket) -> dict[str, object]:
    seen = ticket.diagnosis
    return {
        "number": ticket.number,
        "version": ticket.version,
        "state": ticket.state.value,
        "requester_id": ticket.requester.id,
        "case_id": ticket.case_id,
        "severity": ticket.severity.value,
        "person_id": seen.person.id if seen else None,
        "app_id": seen.app.id if seen else None,
        "cause": ticket.cause or None,
        "kin": ticket.kin or None,
        "subjects": sorted({one.key for one in ticket.about}),
        "awaits": bool(ticket.awaited),
        "parent": ticket.parent,
        "taker_id": ticket.taker.id if ticket.taker else None,
        "askers": sorted({ticket.requester.id, *(asker.actor.id for asker in ticket.also)}),
        "mended": ticket.mended is not None,
        "notified": ticket.notified,
        "room": ticket.room or None,
        "answered": ticket.first_answer is not None,
        "reason": ticket.reason.value if ticket.reason else None,
        "patience": patience(ticket),
        "document": write(ticket),
    }


def _line(row: _AuditRow) -> AuditLine:
    at, what, by_id, by_upn, about, facts = row
    return AuditLine(at=at, what=what, by_id=by_id, by_upn=by_upn, about=about, facts=json.loads(facts))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
