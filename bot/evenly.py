"""Calls spread over time: each takes the next slot. The limit is the tenant's, so it is shared with other processes."""

import asyncio
import math
from collections import deque

_LOOKS = 5  # for which a process that was seen sending counts


class Evenly:
    """One process's share of ``per_second`` calls."""

    def __init__(self, per_second: float) -> None:
        self._alone = self._gap = 1 / per_second
        self._next = 0.0
        self._others: deque[int] = deque(maxlen=_LOOKS)

    def share(self, others: int) -> None:
        """So many other processes were seen sending just now; one that pauses for a moment still counts."""
        self._others.append(others)
        self._gap = self._alone * (1 + max(self._others))

    async def wait(self) -> None:
        """Take the next slot, and wait for it."""
        slot = self.take()
        assert slot is not None
        try:
            await until(slot)
        except asyncio.CancelledError:
            self.give_back()
            raise

    def take(self, *, within: float = math.inf) -> float | None:
        """The next slot, as the event loop's time; None, and none is taken, if it is more than so many seconds away."""
        now = asyncio.get_running_loop().time()
        slot = max(now, self._next)
        if slot - now > within:
            return None
        self._next = slot + self._gap
        return slot

    def give_back(self) -> None:
        """A slot that was taken is not used."""
        self._next -= self._gap


async def until(slot: float) -> None:
    """Wait for a slot; not at all when its time has come."""
    wait = slot - asyncio.get_running_loop().time()
    if wait > 0:
        await asyncio.sleep(wait)
