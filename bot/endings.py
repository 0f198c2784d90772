"""Ending tasks that may not notice the first time."""

import asyncio
from collections.abc import Collection
from typing import Any

_PATIENCE = 1.0  # s until a task that still runs is cancelled again


async def end(tasks: Collection[asyncio.Task[Any]], *, grace: float) -> bool:
    """Give tasks ``grace`` seconds, then cancel the rest until they have ended; False if that was needed.

    More than once, because psycopg's pool can swallow a cancellation while it checks a connection. What the tasks
    raise is left to whoever watches them.
    """
    if not tasks:
        return True
    _, late = await asyncio.wait(tasks, timeout=grace)
    running = late
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_PATIENCE)
    return not late
