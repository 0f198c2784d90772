"""What processes die over is found by trying it with nothing beside it.

Everything that was under way when a process died was begun by the next one as well, so after two deaths nobody knows
which of it kills. Then each is tried alone: the innocent are answered, and what a third process dies over is put aside.
A death that comes from outside counts as well, and so does a process that was held up for longer than its lease: a
message that hangs it looks no different. Three of them in a row put a message aside.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from psycopg import Error as DatabaseError
from psycopg_pool import PoolTimeout

from bot.clicks import Clicks
from bot.inbox import Inbox, Left, Turn

_log = logging.getLogger(__name__)


class Alone:
    """One trial at a time, while which the process begins on nothing else.

    ``quiet`` waits until nothing is under way, ``work`` does a turn to its end, ``over`` is told of a trial's end.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        clicks: Clicks,
        quiet: Callable[[], Awaitable[None]],
        work: Callable[[str, Turn], Awaitable[None]],
        over: Callable[[], None],
    ) -> None:
        self._inbox = inbox
        self._clicks = clicks
        self._quiet = quiet
        self._work = work
        self._over = over
        self.trial: asyncio.Task[None] | None = None

    def begin(self, left: Left) -> None:
        """Try this, as soon as what was begun before has ended."""
        self.trial = asyncio.create_task(self._try(left), name="turn")

    async def _try(self, left: Left) -> None:
        try:
            await self._quiet()
            await self._clicks.idle()
            if left.click:
                await self._clicks.resume(alone=left.conversation)
                await self._clicks.idle()
            elif (turn := await self._inbox.take(left.conversation, alone=True)) is not None:
                _log.warning("two processes have begun on a message and none has ended it: it is tried alone now")
                await self._work(left.conversation, turn)
        except (DatabaseError, PoolTimeout) as problem:
            _log.warning("nothing was tried alone, the database does not answer: %s", problem)
        finally:
            self.trial = None
            self._over()
