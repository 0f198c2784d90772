"""Crowds in PostgreSQL: the list, who is on it, and whose turn is next, for all replicas together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from psycopg import errors

from provisioning.crowds import Crowd, CrowdState, Leftovers, Member, MemberState, Progress, fair_share
from provisioning.errors import ConflictError, NotThereError
from provisioning.store.books import Deferrer, PostgresLedger
from provisioning.store.database import Connection, Pool
from provisioning.store.statements import statements

_COLUMNS = [
    "crowd",
    "place",
    "person_id",
    "name",
    "upn",
    "why",
    "fact",
    "told",
    "tries",
    "called_at",
    "change_id",
    "proof",
]
_SQL = statements(Path(__file__).with_suffix(".sql"))
_decoder = msgspec.json.Decoder(Crowd)


class PostgresCrowds:
    """``CrowdBooks`` over one pool."""

    def __init__(self, pool: Pool, queue: Deferrer) -> None:
        self._pool = pool
        self._queue = queue

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresCrowdLedger"]:
        """One connection, one transaction. Nothing of ours waits for the network inside."""
        async with self._pool.connection() as connection, connection.transaction():
            yield PostgresCrowdLedger(connection, self._queue)

    async def read_crowd(self, number: int) -> Crowd:
        """One crowd without a lock. NotThereError if there is none."""
        async with self._pool.connection() as connection:
            return await _one(connection, "read", number)

    async def newest(self, *, actor_id: str | None = None, most: int = 20) -> Sequence[Crowd]:
        """Crowds, the newest first; of one person if named."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["newest"], {"actor_id": actor_id, "limit": most})
            return [_crowd(row) for row in await found.fetchall()]

    async def progress(self, number: int) -> Progress:
        """How it stands. NotThereError if there is none."""
        async with self._pool.connection() as connection, connection.transaction():
            crowd, key = await _one(connection, "read", number), {"crowd": number}
            counted = await (await connection.execute(_SQL["counts"], key)).fetchall()
            left = await (await connection.execute(_SQL["leftovers"], key)).fetchall()
            next_ones = await (await connection.execute(_SQL["next_ones"], key)).fetchall()
            others = await (await connection.execute(_SQL["others"], key)).fetchall()
            as_of = (await (await connection.execute(_SQL["now"])).fetchall())[0][0]
        counts = {MemberState(state): count for state, count in counted}
        waiting = counts.get(MemberState.WAITING, 0)
        return Progress(
            crowd=crowd,
            counts=counts,
            leftovers=tuple(_leftovers(row) for row in left),
            as_of=as_of,
            next_ones=tuple(name for (name,) in next_ones),
            ahead=fair_share(waiting, tuple(count for (count,) in others)),
        )

    async def members(self, number: int, *, skip: int = 0, most: int = 10_000) -> Sequence[Member]:
        """Who is on it, in the order of the list."""
        return await self._members("members", {"crowd": number, "skip": skip, "limit": most})

    async def of_group(self, number: int, why: str, fact: str) -> Sequence[Member]:
        """Everybody who was left for the same reason."""
        return await self._members("of_group", {"crowd": number, "why": why, "fact": fact})

    async def next_member(self) -> Member | None:
        """Whose turn it is: running crowds take turns. Asking again gives the next crowd's."""
        found = await self._members("next", {})
        return found[0] if found else None

    async def anything_to_do(self) -> bool:
        """Whether somebody of a running crowd waits, or somebody of any crowd was called and has no end yet."""
        return await self._is_so("anything_to_do")

    async def anybody_waits(self) -> bool:
        """Whether somebody of a running crowd has not been called yet."""
        return await self._is_so("anybody_waits")

    async def _is_so(self, statement: str) -> bool:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL[statement])).fetchone()
        return bool(row and row[0])

    async def under_way(self) -> Sequence[Member]:
        """Everybody who was (about to be) called and has no end yet, the longest ago first."""
        return await self._members("under_way", {})

    async def _members(self, statement: str, values: dict[str, object]) -> list[Member]:
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL[statement], values)
            return [_member(row) for row in await found.fetchall()]


class PostgresCrowdLedger(PostgresLedger):
    """``CrowdLedger`` on one connection, inside one transaction."""

    async def add_crowd(self, crowd: Crowd, *, key: str = "") -> tuple[Crowd, bool]:
        """Store a new crowd; the flag says whether it is new, or the one that the actor's ``key`` opened before."""
        columns = _columns(crowd) | {"key": key or None}
        row = await (await self._connection.execute(_SQL["add"], columns)).fetchone()
        if row is not None:
            return _crowd(row), True
        first = await (await self._connection.execute(_SQL["of_key"], columns)).fetchone()
        if first is None:
            raise ConflictError("Somebody else changed it first.")
        return _crowd(first), False

    async def crowd(self, number: int) -> Crowd:
        """Read and lock a crowd."""
        return await _one(self._connection, "lock", number)

    async def save_crowd(self, crowd: Crowd) -> Crowd:
        """Write a crowd that was read in version ``crowd.version``; ConflictError when it was written since."""
        row = await (await self._connection.execute(_SQL["save"], _columns(crowd))).fetchone()
        if row is None:
            raise ConflictError("Somebody else changed it first.")
        return _crowd(row)

    async def now(self) -> datetime:
        """The database's clock."""
        row = await (await self._connection.execute(_SQL["now"])).fetchone()
        assert row is not None
        instant: datetime = row[0]
        return instant

    async def put_members(self, crowd: Crowd, members: Sequence[Member]) -> None:
        """These people, and nobody else, are on the list."""
        assert crowd.app is not None, "a crowd without an app has no people yet"
        await self._connection.execute(_SQL["forget_members"], {"crowd": crowd.number})
        async with self._connection.cursor() as cursor:
            rows = [{**_values(one), "crowd": crowd.number, "app_id": crowd.app.id} for one in members]
            await cursor.executemany(_SQL["add_member"], rows)

    async def take_in(self, number: int, reasons: Sequence[str]) -> None:
        """Let those wait as well who were left out for one of these reasons."""
        await self._connection.execute(_SQL["take_in"], {"crowd": number, "reasons": list(reasons)})

    async def stop_members(self, number: int) -> None:
        """Whoever still waits is left out."""
        await self._connection.execute(_SQL["stop"], {"crowd": number})

    async def move(self, member: Member, moved: Member) -> bool:
        """Write how a person fares; False when they do not stand where ``member`` was read any more.

        False as well where the person is being called for another crowd at this moment.
        """
        values = {**_values(moved), "was": member.state.value, "tried": member.tries}
        try:
            async with self._connection.transaction():  # a savepoint: the refusal must not spoil the rest
                return (await self._connection.execute(_SQL["move"], values)).rowcount == 1
        except errors.UniqueViolation:
            return False

    async def anybody_left(self, number: int) -> bool:
        """Whether somebody has no end yet."""
        row = await (await self._connection.execute(_SQL["anybody_left"], {"crowd": number})).fetchone()
        return bool(row and row[0])


async def _one(connection: Connection, statement: str, number: int) -> Crowd:
    row = None
    if 0 < number < 2**63:
        row = await (await connection.execute(_SQL[statement], {"number": number})).fetchone()
    if row is None:
        raise NotThereError(f"There is no crowd C-{number}.")
    return _crowd(row)


def _crowd(row: Any) -> Crowd:
    document, number, version, created = row
    return replace(_decoder.decode(document), number=number, version=version, created=created)


def _columns(crowd: Crowd) -> dict[str, object]:
    return {
        "number": crowd.number,
        "version": crowd.version,
        "state": crowd.state.value,
        "actor_id": crowd.actor.id,
        "app_id": crowd.app.id if crowd.app and crowd.state is not CrowdState.NAMELESS else None,
        "document": msgspec.json.encode(crowd).decode(),
    }


def _member(row: Any) -> Member:
    crowd, place, person_id, name, upn, state, why, fact, told, tries, called_at, change_id, proof = row
    return Member(
        crowd=crowd,
        place=place,
        person_id=person_id,
        name=name,
        upn=upn,
        state=MemberState(state),
        why=why,
        fact=fact,
        told=told,
        tries=tries,
        called_at=called_at,
        change_id=change_id,
        proof=proof,
    )


def _values(member: Member) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(member, name) for name in _COLUMNS}
    return {name: _storable(value) for name, value in values.items()} | {"state": member.state.value}


def _storable(value: object) -> object:
    """PostgreSQL's text takes no NUL; foreign words may hold one."""
    return value.replace("\0", "") if isinstance(value, str) else value


def _leftovers(row: Any) -> Leftovers:
    state, why, fact, count, names, told = row
    return Leftovers(state=MemberState(state), why=why, fact=fact, count=count, names=tuple(names), told=told or "")
