"""What one question may cost and what it did cost: patience in seconds, calls, sequential rounds.

A question is whatever runs inside ``asking()``; context variables carry it into every task that is started there.
The count is honest: retries, pages and the parts of a batch are calls. Who reads things at the same time does it in
``side_by_side()``, so that what follows counts as a later round.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from provisioning.errors import DeskError

T = TypeVar("T")

_round: ContextVar[int] = ContextVar("graph_round", default=0)  # rounds that this task has behind it


@dataclass(slots=True, kw_only=True)
class Tally:
    """One question. ``deadline`` is on the monotonic clock that was given to ``asking``."""

    deadline: float
    calls: int = 0
    rounds: int = 0  # the longest chain of calls that had to wait for one another
    _before: int = 0
    _outer: "Tally | None" = None

    def start(self, calls: int = 1) -> None:
        """A request leaves, ``calls`` of Graph's own counting; what this task asks next is a round later."""
        _round.set(_round.get() + 1)
        self._count(calls)

    def _count(self, calls: int) -> None:
        self.calls += calls
        self.rounds = max(self.rounds, _round.get() - self._before)
        if self._outer is not None:
            self._outer._count(calls)


_current: ContextVar[Tally | None] = ContextVar("graph_question", default=None)


def current() -> Tally | None:
    """The question that this task belongs to."""
    return _current.get()


@contextmanager
def asking(*, patience: float, clock: Callable[[], float] = time.monotonic) -> Iterator[Tally]:
    """Open a question with ``patience`` seconds. Inside another one it cannot outlive that one, and counts for both."""
    outer = _current.get()
    deadline = clock() + patience
    tally = Tally(deadline=min(deadline, outer.deadline) if outer else deadline, _before=_round.get(), _outer=outer)
    token = _current.set(tally)
    try:
        yield tally
    finally:
        _current.reset(token)


async def settled(question: Awaitable[T]) -> T | DeskError:
    """The answer, or the error as a value: for reads that may fail without ending the others."""
    try:
        return await question
    except DeskError as error:
        return error


class side_by_side:  # noqa: N801 - read as a verb: async with side_by_side() as run
    """Run coroutines at the same time: ``async with side_by_side() as run: task = run(coroutine)``.

    Leaving waits for all of them. A refusal of one ends the others and comes out as itself; a mistake of ours comes
    out as an ExceptionGroup.
    """

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        self._rounds: list[int] = []

    async def __aenter__(self) -> "side_by_side":
        await self._group.__aenter__()
        return self

    def __call__(self, question: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        return self._group.create_task(self._counted(question))

    async def _counted(self, question: Coroutine[Any, Any, T]) -> T:
        try:
            return await question
        finally:
            self._rounds.append(_round.get())

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._group.__aexit__(kind, error, traceback)
        except ExceptionGroup as group:
            if isinstance(group.exceptions[0], DeskError):
                raise group.exceptions[0] from None
            raise
        finally:
            _round.set(max([_round.get(), *self._rounds]))
