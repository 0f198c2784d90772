"""A process that is gone at a step of somebody's choice, for tests that kill at every one of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from provisioning.cases import Case
from provisioning.ports import Ledger
from provisioning.store.books import PostgresBooks


class Crash(BaseException):
    """The process is gone: nothing catches this."""


@dataclass(slots=True)
class Fuse:
    """Kills at the ``left``-th step from now; None: never. ``steps`` names what was passed."""

    left: int | None
    steps: list[str]

    def __call__(self, step: str) -> None:
        self.steps.append(step)
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise Crash(step)


class KilledBooks(PostgresBooks):
    """Books that pass the fuse around every transaction and before its commit."""

    def __init__(self, books: PostgresBooks, fuse: Fuse) -> None:
        super().__init__(books._pool, books._queue)
        self._fuse = fuse

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Ledger]:  # type: ignore[override]
        self._fuse("before a transaction")
        async with super().transaction() as ledger:
            yield ledger
            self._fuse("before the commit")
        self._fuse("after the commit")

    async def read_case(self, case_id: str) -> Case:
        self._fuse("before reading the case")
        return await super().read_case(case_id)
