"""Whether the event loop is ever held up: how long each of its steps takes, without what the machine gave to others.

A step that computes, sleeps or waits for a disk or a lock counts; one that only waited for a free core does not. So a
busy machine makes no step long, and a long one is ours. On a slow machine steps may take longer, as everything does.
Linux only: the kernel says how long a thread waited for a core.
"""

import asyncio
import logging
import os
import threading
import time
from typing import Any

LONGEST = 0.020  # s, on a machine that is as fast as ``_USUAL`` says
_USUAL = 0.004  # s of CPU for ``_exercise``

_log = logging.getLogger("pulse")


def watch(longest: float = LONGEST) -> None:
    """From now on, log every step of this thread's event loop that takes longer, with what it was."""
    machine = _Machine()
    longest *= max(1.0, min(_exercise() for _ in range(5)) / _USUAL)
    step = asyncio.events.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began, waited = time.perf_counter(), machine.waited()
        step(handle)
        took = time.perf_counter() - began
        if took > longest and (held := took - (machine.waited() - waited)) > longest:
            _log.warning("held up for %.0f ms by %s", held * 1000, _name(handle))

    asyncio.events.Handle._run = timed  # type: ignore[method-assign, assignment]
    _log.warning("watching for steps over %.0f ms", longest * 1000)


def _exercise() -> float:
    """Some work of the usual kind, and the CPU that it took here, in seconds."""
    began = time.thread_time()
    for number in range(2000):
        {str(key): [key, {"x": number}] for key in range(10)}
    return time.thread_time() - began


class _Machine:
    """What the kernel says of this process's threads. One that has the interpreter and no core holds up all others."""

    def __init__(self) -> None:
        self._clocks: dict[str, int] = {}

    def waited(self) -> float:
        """Seconds that threads were ready to run and had no core, since they began."""
        if len(self._clocks) != threading.active_count():
            self._look()
        return sum(int(os.pread(clock, 100, 0).split()[1]) for clock in self._clocks.values()) / 1e9

    def _look(self) -> None:
        for clock in self._clocks.values():
            os.close(clock)
        ids = [str(thread.native_id) for thread in threading.enumerate()]
        self._clocks = {one: os.open(f"/proc/self/task/{one}/schedstat", os.O_RDONLY) for one in ids}


def _name(handle: Any) -> str:
    """The task and where it stands now, or the function."""
    owner = getattr(handle._callback, "__self__", None)
    if not isinstance(owner, asyncio.Task):
        return repr(handle)
    frames = owner.get_stack(limit=1)
    where = f"{frames[0].f_code.co_filename}:{frames[0].f_lineno}" if frames else "its end"
    return f"{owner.get_name()} ({owner.get_coro()!r}) at {where}"
