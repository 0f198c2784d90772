"""Questions that come at the same time are asked together: one statement, one transaction, one wait for the disk.

What comes while a statement is on its way waits for that and goes with the next one; alone, nothing waits for anything.
So the busier a process is, the less each question costs, and none is answered before what it wrote is durable.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psycopg import Error as DatabaseError

from provisioning.store.database import Pool

Values = Mapping[str, Any]
Row = tuple[Any, ...]

_SIDE_BY_SIDE = 2  # statements on their way: while the one waits for the disk, the next is computed
_MOST = 32  # questions in one: what they lock, they hold until the last of them is done
_GOING_AWAY = ("08", "57P")  # SQLSTATE classes of connections and of a server that stops


class Together:
    """One statement over many questions. Its one parameter is a JSON list of their values, each with its number ``n``;
    it answers each by one row that begins with that number, in any order.

    ``dump`` writes JSON. ``order``: everybody who locks several things has to lock them in the same order.
    """

    def __init__(
        self,
        pool: Pool,
        statement: bytes,
        *,
        dump: Callable[[Any], str],
        order: Callable[[Values], Any],
        side_by_side: int = _SIDE_BY_SIDE,
        most: int = _MOST,
    ) -> None:
        self._pool = pool
        self._statement = statement
        self._dump = dump
        self._order = order
        self._side_by_side = side_by_side
        self._most = most
        self._waiting: list[tuple[Values, asyncio.Future[Row]]] = []
        self._asking: set[asyncio.Task[None]] = set()

    async def ask(self, values: Values) -> Row:
        """The row of one question, once it is durable. Raises what psycopg raises, for this question alone."""
        answer: asyncio.Future[Row] = asyncio.get_running_loop().create_future()
        self._waiting.append((values, answer))
        if len(self._asking) < self._side_by_side:
            task = asyncio.create_task(self._ask_on(), name="ask together")
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        return await answer

    async def _ask_on(self) -> None:
        """Until nobody waits. The task is its own: whoever is cancelled while he waits takes nobody else with him."""
        while self._waiting:
            asked, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            asked.sort(key=lambda one: self._order(one[0]))
            try:
                rows = await self._rows([values for values, _ in asked])
            except DatabaseError as problem:
                await self._ask_singly(asked, problem)
            except Exception as problem:  # noqa: BLE001 – whatever it was, those who wait have to hear of it
                _fail(asked, problem)
            else:
                for (_, answer), row in zip(asked, rows, strict=True):
                    if not answer.done():
                        answer.set_result(row)

    async def _ask_singly(self, asked: Sequence[tuple[Values, asyncio.Future[Row]]], problem: DatabaseError) -> None:
        """What the server refused did not happen at all, and may be the fault of one among many. Where the server is
        going away or gone, nobody knows, and nothing is asked again."""
        if len(asked) == 1 or not problem.sqlstate or problem.sqlstate.startswith(_GOING_AWAY):
            _fail(asked, problem)
            return
        for one in asked:
            try:
                (row,) = await self._rows([one[0]])
            except DatabaseError as again:
                _fail([one], again)
            else:
                if not one[1].done():
                    one[1].set_result(row)

    async def _rows(self, questions: Sequence[Values]) -> list[Row]:
        """Their rows, in the order of the questions."""
        numbered = self._dump([{**values, "n": number} for number, values in enumerate(questions)])
        async with self._pool.connection() as connection:
            found = await (await connection.execute(self._statement, [numbered])).fetchall()
        by_number = {row[0]: row[1:] for row in found}
        return [by_number[number] for number in range(len(questions))]


def _fail(asked: Sequence[tuple[Values, asyncio.Future[Row]]], problem: Exception) -> None:
    for _, answer in asked:
        if not answer.done():
            answer.set_exception(problem)
