"""Microsoft's pace, kept in one row of the database that all replicas reserve their turns in."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from provisioning.pace import SPACING, Turn
from provisioning.store.database import Pool
from provisioning.store.statements import statements

ON_DEMAND = "on_demand"
MISSED = 0.5  # s after which a turn counts as missed: the call would come too close to the next one's
_SQL = statements(Path(__file__).with_suffix(".sql"))


class PostgresPace:
    """``Pace`` over one pool. The database's clock says what it is for all replicas."""

    def __init__(
        self,
        pool: Pool,
        *,
        what: str = ON_DEMAND,
        spacing: timedelta = SPACING,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._what = what
        self._spacing = spacing
        self._sleep = sleep
        self._monotonic = monotonic

    async def reserve(self, *, crowd: bool = False) -> Turn:
        """As ``Pace``. Crowds together hold one turn ahead at most, so a single click waits for two at the longest."""
        wanted = {"what": self._what, "spacing": self._spacing, "ahead": self._spacing if crowd else None}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["reserve"], wanted)).fetchone()
            ours = row is not None
            if row is None:
                row = await (await connection.execute(_SQL["next"], wanted)).fetchone()
        assert row is not None, "nobody removes the row"
        at, now = row
        return Turn(at=at, wait=max(0.0, (at - now).total_seconds()), ours=ours)

    async def reached(self, at: datetime) -> bool:
        """As ``Pace``. A process that was stopped meanwhile, or a machine that slept, finds its turn missed."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["until"], {"at": at})).fetchone()
        assert row is not None
        wait = float(row[0])
        begins = self._monotonic() + wait
        if wait > 0:
            await self._sleep(wait)
        return self._monotonic() - begins <= MISSED

    async def hold(self, seconds: float) -> None:
        """As ``Pace``."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["hold"], {"what": self._what, "wait": timedelta(seconds=seconds)})
