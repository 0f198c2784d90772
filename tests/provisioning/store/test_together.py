"""Questions asked together: one statement for all that came at the same time, and to each its own answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from operator import itemgetter
from typing import Any

import pytest
from psycopg import OperationalError
from psycopg.errors import DivisionByZero, OperatorIntervention
from psycopg_pool import PoolTimeout

from provisioning.store.database import Connection, Pool
from provisioning.store.lanes import Lanes
from provisioning.store.together import Together

# A question is a word and a number; its answer the order in which it was written, what 60 comes to, the transaction.
STATEMENT = b"""
INSERT INTO noted (n, word, share)
SELECT n, word, 60 / part FROM json_to_recordset(%s::json) AS v (n integer, word text, part integer)
RETURNING n, place, share, pg_current_xact_id()::text
"""


@pytest.fixture(autouse=True)
async def noted(pool: Pool) -> AsyncIterator[None]:
    async with pool.connection() as connection:
        await connection.execute("CREATE TABLE noted (n integer, word text, share integer, place bigserial)")
    yield
    async with pool.connection() as connection:
        await connection.execute("DROP TABLE noted")


def together(pool: Any, *, side_by_side: int = 3, **settings: Any) -> Together:
    lanes = Lanes(pool, side_by_side=side_by_side)
    return Together(lanes, STATEMENT, dump=json.dumps, order=itemgetter("word"), **settings)


async def words(pool: Pool) -> list[str]:
    async with pool.connection() as connection:
        found = await connection.execute("SELECT word FROM noted ORDER BY word")
        return [row[0] for row in await found.fetchall()]


async def test_a_question_alone_is_asked_at_once(pool: Pool) -> None:
    place, share, _ = await together(pool).ask({"word": "one", "part": 2})
    assert (place, share) == (1, 30)
    assert await words(pool) == ["one"]


async def test_questions_of_one_moment_are_one_transaction_and_each_gets_its_own_answer(pool: Pool) -> None:
    notes = together(pool)
    answers = await asyncio.gather(*(notes.ask({"word": f"w{part}", "part": part}) for part in (1, 2, 3, 4, 5)))
    assert [share for _, share, _ in answers] == [60, 30, 20, 15, 12]
    assert len({transaction for *_, transaction in answers}) == 1


async def test_a_connection_that_is_kept_is_given_back_at_the_end(pool: Pool) -> None:
    lanes = Lanes(pool)
    notes = Together(lanes, STATEMENT, dump=json.dumps, order=itemgetter("word"))
    asked = asyncio.create_task(notes.ask({"word": "one", "part": 1}))
    await asyncio.sleep(0)
    await lanes.aclose()
    assert asked.done(), "what is asked is answered first"
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "ask together"]
    assert (await notes.ask({"word": "two", "part": 1}))[1] == 60, "whoever comes late is not turned away"


async def test_everybody_locks_in_the_same_order_whoever_came_first(pool: Pool) -> None:
    notes = together(pool)
    answers = await asyncio.gather(*(notes.ask({"word": word, "part": 1}) for word in "dbca"))
    assert [place for place, *_ in answers] == [4, 2, 3, 1]


async def test_what_comes_while_a_statement_is_on_its_way_goes_with_the_next(pool: Pool) -> None:
    notes = together(pool, side_by_side=1)
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("LOCK TABLE noted")
        first = asyncio.create_task(notes.ask({"word": "first", "part": 1}))
        await _until_somebody_waits(connection)
        more = [asyncio.create_task(notes.ask({"word": word, "part": 1})) for word in ("b", "c", "d")]
        await asyncio.sleep(0.05)
    (*_, alone), *others = await asyncio.gather(first, *more)
    assert len({transaction for *_, transaction in others}) == 1
    assert alone not in {transaction for *_, transaction in others}


async def test_no_statement_takes_more_than_it_may(pool: Pool) -> None:
    notes = together(pool, most=2, side_by_side=1)
    answers = await asyncio.gather(*(notes.ask({"word": str(number), "part": 1}) for number in range(5)))
    transactions = [transaction for *_, transaction in answers]
    assert [transactions.count(one) for one in sorted(set(transactions), key=int)] == [2, 2, 1]


async def test_one_that_is_refused_takes_nobody_with_it_and_nothing_is_written_twice(pool: Pool) -> None:
    notes = together(pool)
    parts = (1, 0, 2)
    answers = await asyncio.gather(
        *(notes.ask({"word": f"w{part}", "part": part}) for part in parts), return_exceptions=True
    )
    assert isinstance(answers[1], DivisionByZero)
    assert [answer[1] for answer in answers if not isinstance(answer, BaseException)] == [60, 30]
    assert await words(pool) == ["w1", "w2"]
    assert (await notes.ask({"word": "later", "part": 3}))[1] == 20


class Breaking:
    """A pool whose server breaks off in the middle: nobody knows what became of the statement."""

    closed = False

    def __init__(self, problem: Exception) -> None:
        self.asked = 0
        self._problem = problem

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        yield self

    @asynccontextmanager
    async def cursor(self) -> AsyncIterator[Any]:
        yield self

    async def execute(self, *_: Any, **__: Any) -> Any:
        self.asked += 1
        raise self._problem


class Stopping(OperatorIntervention):
    sqlstate = "57P01"


@pytest.mark.parametrize("problem", [OperationalError("the connection was lost"), Stopping("terminating connection")])
async def test_what_may_have_happened_is_not_asked_again(problem: Exception) -> None:
    broken = Breaking(problem)
    notes = together(broken)
    answers = await asyncio.gather(*(notes.ask({"word": word, "part": 1}) for word in "abc"), return_exceptions=True)
    assert answers == [problem] * 3
    assert broken.asked == 1


async def test_whoever_is_cancelled_while_waiting_takes_nobody_with_him(pool: Pool) -> None:
    notes = together(pool)
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("LOCK TABLE noted")
        gone, stays = (asyncio.create_task(notes.ask({"word": word, "part": 1})) for word in ("gone", "stays"))
        await _until_somebody_waits(connection)
        gone.cancel()
        await asyncio.wait([gone])
    assert (await stays)[1] == 60
    assert gone.cancelled()
    assert await words(pool) == ["gone", "stays"]


async def test_of_two_kinds_the_one_that_gives_no_way_goes_first_and_the_other_is_not_forgotten(pool: Pool) -> None:
    lanes = Lanes(pool, side_by_side=1)
    urgent = Together(lanes, STATEMENT, dump=json.dumps, order=itemgetter("word"), most=1)
    patient = Together(lanes, STATEMENT, dump=json.dumps, order=itemgetter("word"), most=1, gives_way=0.2)
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("LOCK TABLE noted")
        first = asyncio.create_task(urgent.ask({"word": "first", "part": 1}))
        await _until_somebody_waits(connection)
        early = asyncio.create_task(patient.ask({"word": "early", "part": 1}))
        await asyncio.sleep(0.25)
        late = asyncio.create_task(patient.ask({"word": "late", "part": 1}))
        newest = asyncio.create_task(urgent.ask({"word": "newest", "part": 1}))
        await asyncio.sleep(0)
    places = [place for place, *_ in await asyncio.gather(first, early, newest, late)]
    assert places == sorted(places)


async def test_a_lane_keeps_its_connection_while_it_is_used_and_gives_it_back_afterwards(pool: Pool) -> None:
    notes = together(pool)
    for number in range(5):
        await notes.ask({"word": str(number), "part": 1})
    lent = pool.get_stats()["requests_num"]
    for number in range(5):
        await notes.ask({"word": str(number), "part": 1})
    assert pool.get_stats()["requests_num"] == lent
    async with asyncio.timeout(5):
        while pool.get_stats()["pool_available"] != pool.get_stats()["pool_size"]:
            await asyncio.sleep(0.05)
    assert (await notes.ask({"word": "later", "part": 2}))[1] == 30


async def test_a_connection_that_the_server_ended_is_replaced(pool: Pool) -> None:
    notes = together(pool, side_by_side=1)
    await notes.ask({"word": "before", "part": 1})
    async with pool.connection() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%noted%'"
        )
    with pytest.raises(OperationalError):
        await notes.ask({"word": "lost", "part": 1})
    assert (await notes.ask({"word": "after", "part": 1}))[1] == 60
    assert await words(pool) == ["after", "before"]


async def test_whoever_waits_hears_of_it_when_there_is_no_connection_to_be_had() -> None:
    class Away:
        def connection(self) -> Any:
            raise PoolTimeout("nothing answers")

    notes = together(Away())
    answers = await asyncio.gather(*(notes.ask({"word": word, "part": 1}) for word in "ab"), return_exceptions=True)
    assert [type(answer) for answer in answers] == [PoolTimeout, PoolTimeout]


async def _until_somebody_waits(connection: Connection) -> None:
    async with asyncio.timeout(5):
        while True:
            found = await connection.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'noted'::regclass"
            )
            if await found.fetchone() != (0,):
                return
            await asyncio.sleep(0.01)
