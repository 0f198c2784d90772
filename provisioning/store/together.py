"""Questions that come at the same time are asked together: one statement, one transaction, one wait for the disk.

What comes while all lanes are busy waits for one and goes as one statement; alone, nothing waits for anything.
So the busier a process is, the less each question costs, and none is answered before what it wrote is durable.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psycopg import Error as DatabaseError

from provisioning.store.database import Cursor
from provisioning.store.lanes import Lanes

Values = Mapping[str, Any]
Row = tuple[Any, ...]

_MOST = 32  # questions in one: what they lock, they hold until the last of them is done
_GOING_AWAY = ("08", "57P")  # SQLSTATE classes of connections and of a server that stops


class Together:
    """One statement over many questions. Its one parameter is a JSON list of their values, each with its number ``n``;
    it answers each by one row that begins with that number, in any order.

    ``dump`` writes JSON. ``order``: everybody who locks several things has to lock them in the same order.
    ``gives_way`` s: for so long, what came later and does not give way goes first where lanes are short.
    """

    def __init__(
        self,
        lanes: Lanes,
        statement: bytes,
        *,
        dump: Callable[[Any], str],
        order: Callable[[Values], Any],
        gives_way: float = 0.0,
        most: int = _MOST,
    ) -> None:
        self._lanes = lanes
        self._statement = statement
        self._dump = dump
        self._order = order
        self._gives_way = gives_way
        self._most = most
        self._waiting: list[tuple[float, Values, asyncio.Future[Row]]] = []
        lanes.serve(self)

    async def ask(self, values: Values, *, meanwhile: Callable[[], None] | None = None) -> Row:
        """The row of one question, once it is durable. Raises what psycopg raises, for this question alone.

        ``meanwhile`` is done as soon as a free lane has the question.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Row] = loop.create_future()
        self._waiting.append((loop.time() + self._gives_way, values, answer))
        self._lanes.wake()
        if meanwhile is not None:
            loop.call_soon(meanwhile)
        return await answer

    @property
    def due(self) -> float | None:
        """As Lanes asks it."""
        return self._waiting[0][0] if self._waiting else None

    def fail(self, problem: Exception) -> None:
        """As Lanes tells it."""
        waiting, self._waiting = self._waiting, []
        _fail(waiting, problem)

    async def ask_some(self, cursor: Cursor) -> None:
        """Those who have waited longest, on one of the lanes."""
        asked, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        asked.sort(key=lambda one: self._order(one[1]))
        try:
            rows = await self._rows(cursor, [values for _, values, _ in asked])
        except DatabaseError as problem:
            await self._ask_singly(cursor, asked, problem)
        except Exception as problem:  # noqa: BLE001 – whatever it was, those who wait have to hear of it
            _fail(asked, problem)
        else:
            for (*_, answer), row in zip(asked, rows, strict=True):
                if not answer.done():
                    answer.set_result(row)

    async def _ask_singly(
        self, cursor: Cursor, asked: Sequence[tuple[float, Values, asyncio.Future[Row]]], problem: DatabaseError
    ) -> None:
        """What the server refused did not happen at all, and may be the fault of one among many. Where the server is
        going away or gone, nobody knows, and nothing is asked again."""
        if len(asked) == 1 or not problem.sqlstate or problem.sqlstate.startswith(_GOING_AWAY):
            _fail(asked, problem)
            return
        for one in asked:
            _, values, answer = one
            try:
                (row,) = await self._rows(cursor, [values])
            except DatabaseError as again:
                _fail([one], again)
            else:
                if not answer.done():
                    answer.set_result(row)

    async def _rows(self, cursor: Cursor, questions: Sequence[Values]) -> list[Row]:
        """Their rows, in the order of the questions."""
        numbered = self._dump([{**values, "n": number} for number, values in enumerate(questions)])
        await cursor.execute(self._statement, [numbered], prepare=True)
        by_number = {row[0]: row[1:] for row in await cursor.fetchall()}
        return [by_number[number] for number in range(len(questions))]


def _fail(asked: Sequence[tuple[float, Values, asyncio.Future[Row]]], problem: Exception) -> None:
    for *_, answer in asked:
        if not answer.done():
            answer.set_exception(problem)
