"""Run until somebody says stop: Ctrl-C, SIGTERM or a closed terminal. What was started is then ended in order."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_STOP = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows knows the first two


async def until_stopped(work: Coroutine[Any, Any, None], *, stopping: Callable[[], None]) -> None:
    """Run ``work`` until it ends by itself or is told to; then it is cancelled, and everything it opened is closed.

    ``stopping`` is called once when it is told to. What ``work`` raises by itself comes out.
    """
    told = asyncio.Event()
    with _setting(told):
        running, waiting = asyncio.create_task(work), asyncio.create_task(told.wait())
        try:
            await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not running.done():
                stopping()
                running.cancel()
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await running


@contextmanager
def _setting(told: asyncio.Event) -> Iterator[None]:
    """Signals set the event; a second one changes nothing, all is ending already."""
    loop = asyncio.get_running_loop()
    numbers = [getattr(signal, name) for name in _STOP if hasattr(signal, name)]
    # Windows has no such handlers: there Ctrl-C cancels the main task, which ends everything the same way.
    with suppress(NotImplementedError):
        for number in numbers:
            loop.add_signal_handler(number, told.set)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)
