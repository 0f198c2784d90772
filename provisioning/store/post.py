"""What is owed to other desks, in PostgreSQL: claimed by one process at a time, taken over from the dead."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row

from provisioning.errors import DeskError, NotThereError
from provisioning.handover import Delivery, Link
from provisioning.store.database import Connection, Pool
from provisioning.store.statements import statements

LEASE = timedelta(seconds=90)  # longer than anybody is allowed to take for one delivery
_SQL = statements(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """A delivery that an operator has to look at. ``behind``: the ticket's later steps, which wait for it."""

    id: int
    desk: str
    ticket: int
    step: int
    attempts: int
    tried: datetime
    called: datetime
    why: str
    behind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskStanding:
    """How a desk stands that is owed something; ``rests_until`` while it is left alone."""

    desk: str
    waiting: int
    dead: int
    since: datetime
    rests_until: datetime | None
    why: str | None


class PostgresPost:
    """``Post`` over one pool."""

    def __init__(self, pool: Pool, *, lease: timedelta = LEASE) -> None:
        self._pool = pool
        self._lease = lease

    async def claim(self, desk: str, *, most: int) -> Sequence[Delivery]:
        """As the port says."""
        wanted = {"desk": desk, "most": most, "lease": self._lease}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["claim"], wanted)).fetchall()
        names = ("id", "desk", "ticket", "step", "attempts", "again", "since", "now")
        found = [Delivery(**dict(zip(names, row, strict=True))) for row in rows]
        return sorted(found, key=lambda one: one.id)

    async def link(self, desk: str, ticket: int) -> Link | None:
        """As the port says."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["link"], {"desk": desk, "ticket": ticket})).fetchone()
        return Link(id=row[0], name=row[1], url=row[2]) if row else None

    async def linked(self, desk: str, record: str) -> int | None:
        """As the port says."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["linked"], {"desk": desk, "record": record})).fetchone()
        return int(row[0]) if row else None

    async def delivered(self, delivery: Delivery, link: Link | None) -> None:
        """As the port says."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["delivered"], asdict(delivery))
            if link is not None:
                await connection.execute(
                    _SQL["keep_link"], {"desk": delivery.desk, "ticket": delivery.ticket, **asdict(link)}
                )
                await connection.execute(_SQL["awake"], {"desk": delivery.desk})

    async def put_off(self, delivery: Delivery, *, wait: float, why: str, counts: bool) -> None:
        """As the port says."""
        more = {"wait": timedelta(seconds=wait), "why": why, "counts": counts}
        await self._do("put_off", asdict(delivery) | more)

    async def rest(self, desk: str, *, wait: float, why: str) -> None:
        """As the port says."""
        await self._do("rest", {"desk": desk, "wait": wait, "why": why})

    async def give_up(self, delivery: Delivery, why: str) -> None:
        """As the port says."""
        await self._do("give_up", asdict(delivery) | {"why": why})

    async def dead(self) -> Sequence[Dead]:
        """Everything that was given up, oldest first."""
        async with self._pool.connection() as connection:
            return await _dead(connection, None)

    async def standings(self) -> Sequence[DeskStanding]:
        """Every desk that is owed something."""
        async with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(_SQL["standing"])
            return [DeskStanding(**row) for row in await cursor.fetchall()]

    async def retry(self, number: int) -> Dead:
        """Put a dead one in line again. NotThereError when none has the number."""
        return await self._end("retry", number)

    async def drop(self, number: int) -> Dead:
        """Let a dead one be; what waits behind it goes on. NotThereError when none has the number."""
        return await self._end("drop", number)

    async def now(self) -> float:
        """The database's clock, in seconds since 1970."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["now"])).fetchone()
        assert row is not None
        return float(row[0])

    async def source(self) -> str:
        """The name of this database among all desks that may write into another one."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["source"])).fetchone()
        if row is None:
            raise DeskError("This database belongs to nobody yet.")
        return str(row[0])

    async def _end(self, statement: str, number: int) -> Dead:
        async with self._pool.connection() as connection, connection.transaction():
            found = await _dead(connection, number)
            if not found:
                raise NotThereError(f"No delivery with the number {number} is dead.")
            await connection.execute(_SQL[statement], {"id": number})
        return found[0]

    async def _do(self, statement: str, values: dict[str, Any]) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(_SQL[statement], values)


async def owe(connection: Connection, desks: Sequence[str], *, ticket: int, steps: int) -> None:
    """In the caller's transaction: these desks are told of the ticket's first ``steps`` steps."""
    if desks:
        await connection.execute(_SQL["owe"], {"desks": list(desks), "ticket": ticket, "steps": steps})


async def use(connection: Connection, key: str) -> bool:
    """In the caller's transaction: whether the key is used for the first time. Another one's end is awaited."""
    return await (await connection.execute(_SQL["use"], {"key": key})).fetchone() is not None


async def _dead(connection: Connection, number: int | None) -> list[Dead]:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(_SQL["dead"], {"id": number})
    return [Dead(**row) for row in await cursor.fetchall()]
