"""A few connections for what a turn asks again and again: kept while there is something to ask, the urgent first.

To be lent a connection and to give it back costs as much as a small statement, and the server works faster for one that
it knows. A lane keeps its connection until nothing was asked for a while; with another, it would begin anew.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from provisioning.store.database import Cursor, Pool

_LANES = 3  # statements on their way: while one waits for the disk, others are computed
_IDLE = 1.0  # s at most for which a connection is kept that nobody needs

_log = logging.getLogger(__name__)


class Asking(Protocol):
    """Questions that wait for a lane."""

    @property
    def due(self) -> float | None:
        """The event loop's time at which the first of them should be asked; None when nobody waits."""

    async def ask_some(self, cursor: Cursor) -> None:
        """Ask as many as go into one statement, and answer them. Raises nothing that is theirs to hear."""

    def fail(self, problem: Exception) -> None:
        """There is no connection to be had: all who wait hear of it."""


class Lanes:
    """Up to ``side_by_side`` connections, shared by all that ``serve``."""

    def __init__(self, pool: Pool, *, side_by_side: int = _LANES) -> None:
        self._pool = pool
        self._side_by_side = side_by_side
        self._served: list[Asking] = []
        self._lanes: set[asyncio.Task[None]] = set()
        self._free: list[asyncio.Future[bool]] = []  # the one that was used last is taken first
        self._look: asyncio.TimerHandle | None = None

    def serve(self, asking: Asking) -> None:
        """Questions of one more kind."""
        self._served.append(asking)

    def wake(self) -> None:
        """Somebody waits."""
        while self._free:
            free = self._free.pop()
            if not free.done():
                free.set_result(True)
                return
        if len(self._lanes) < self._side_by_side:
            lane = asyncio.create_task(self._lane(), name="ask together")
            self._lanes.add(lane)
            lane.add_done_callback(self._gone)

    async def aclose(self) -> None:
        """Wait for what is asked, and give all connections back, before the pool is closed."""
        while self._lanes:
            self._let_go()
            await asyncio.wait(self._lanes, timeout=_IDLE)
        if self._look is not None:
            self._look.cancel()
            self._look = None

    async def _lane(self) -> None:
        """A task of its own: whoever is cancelled while he waits takes nobody else with him."""
        try:
            async with self._pool.connection() as connection, connection.cursor() as cursor:
                while not connection.closed and (first := await self._first()) is not None:
                    await first.ask_some(cursor)
        except Exception as problem:  # noqa: BLE001 – whatever it was, those who wait have to hear of it
            _log.debug("no connection to ask on: %r", problem)
            for asking in self._served:
                asking.fail(problem)

    async def _first(self) -> Asking | None:
        """What should be asked next, waited for if need be; None when the lane is not needed any more. No await between
        the last look and the wait: nobody is overlooked."""
        while (first := _earliest(self._served)) is None:
            loop = asyncio.get_running_loop()
            free = loop.create_future()
            self._free.append(free)
            if self._look is None:
                self._look = loop.call_later(_IDLE, self._let_go)
            if not await free:
                return None
        return first

    def _let_go(self) -> None:
        """End the lanes that are free."""
        self._look = None
        free, self._free = self._free, []
        for one in free:
            if not one.done():
                one.set_result(False)

    def _gone(self, lane: asyncio.Task[None]) -> None:
        self._lanes.discard(lane)
        if not lane.cancelled() and _earliest(self._served) is not None:
            self.wake()


def _earliest(served: Sequence[Asking]) -> Asking | None:
    first, soonest = None, 0.0
    for asking in served:
        due = asking.due
        if due is not None and (first is None or due < soonest):
            first, soonest = asking, due
    return first
