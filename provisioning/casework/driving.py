"""Crowds on their way: one call after the other at Microsoft's pace, crowds in turn, and whoever was called is proven.

One process drives at a time, whichever replica it is; a second one beside it would do no harm, because every step is
a comparison with the row that it was read from. Calls overlap: the next one goes out when its turn comes, however
long the others take.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from provisioning.casework.crowd_calls import CrowdCalls
from provisioning.casework.crowd_checks import CrowdChecks
from provisioning.casework.crowd_looks import CrowdLooks
from provisioning.casework.crowd_moves import CrowdMoves
from provisioning.crowd_ports import CrowdBooks, CrowdReader
from provisioning.errors import TryLaterError
from provisioning.ports import Levers, Pace

AHEAD = 1.0  # s before the turn in which somebody is checked for it
WRITTEN = 0.15  # s before the turn in which "about to call" is written
SHOW_EVERY = 5.0  # s between two drawings of a card
LOOK_EVERY = 5.0  # s between two looks into the log: Graph lets it be read five times in ten, and others ask as well


class Driving:
    """What the background does about crowds."""

    def __init__(
        self,
        *,
        reader: CrowdReader,
        levers: Levers,
        books: CrowdBooks,
        pace: Pace,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._reader = reader
        self._levers = levers
        self._books = books
        self._pace = pace
        self._sleep = sleep

    async def drive(self) -> None:
        """Until nobody waits, is called or is checked."""
        if await self._books.anything_to_do():
            await _Drive(self._reader, self._levers, self._books, self._pace, self._sleep).run()


class _Drive:
    """One drive: whose turn it is, and the three things that go on side by side."""

    def __init__(
        self,
        reader: CrowdReader,
        levers: Levers,
        books: CrowdBooks,
        pace: Pace,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._books = books
        self._pace = pace
        self._sleep = sleep
        self._over = False
        self._moves = CrowdMoves(books)
        self._checks = CrowdChecks(reader=reader, moves=self._moves, sleep=sleep)
        self._calls = CrowdCalls(reader=reader, levers=levers, books=books, pace=pace, moves=self._moves)
        self._looks = CrowdLooks(reader=reader, books=books, moves=self._moves, in_hand=self._calls.has_in_hand)

    async def run(self) -> None:
        """Deal, look and show side by side until nothing is left."""
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(self._keep_looking()), group.create_task(self._keep_showing())]
            try:
                await self._keep_dealing(group)
            finally:
                self._over = True  # the database's driver can swallow a cancellation
                for task in beside:
                    task.cancel()
        await self._moves.show()

    async def _keep_dealing(self, group: asyncio.TaskGroup) -> None:
        while True:
            if await self._books.anybody_waits():
                await self._deal(group)
            elif self._calls.any_in_hand or await self._books.anything_to_do():
                await self._sleep(1.0)
            else:
                return

    async def _deal(self, group: asyncio.TaskGroup) -> None:
        """Take one turn; shortly before it comes, find somebody who can use it; call."""
        turn = await self._pace.reserve(crowd=True)
        if not turn.ours:  # single clicks overtake
            await self._sleep(turn.wait)
            return
        begins = monotonic() + turn.wait
        await self._sleep(max(0.0, turn.wait - AHEAD))
        while (member := await self._books.next_member()) is not None:
            crowd = await self._books.read_crowd(member.crowd)
            ready = await self._checks.ready(crowd, member)
            if ready is not None:
                break
        else:
            return
        await self._sleep(max(0.0, begins - WRITTEN - monotonic()))
        calling = await self._calls.about_to_call(crowd, member)
        if calling is None:
            return
        if await self._pace.reached(turn.at):
            group.create_task(self._calls.call(crowd, calling, *ready))
        else:
            await self._calls.missed(crowd, calling)

    async def _keep_looking(self) -> None:
        while not self._over:
            try:
                await self._looks.look()
            except TryLaterError as busy:
                await self._sleep(busy.wait)
            await self._sleep(LOOK_EVERY)

    async def _keep_showing(self) -> None:
        while not self._over:
            await self._sleep(SHOW_EVERY)
            await self._moves.show()
