"""The queue: nothing without its commit, everything at least once, soon, in order, and after its process died."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import OperationalError

from provisioning.errors import TryLaterError
from provisioning.store.database import Pool
from provisioning.store.queue import ATTEMPTS, LONGEST_WAIT, Queue

_PATIENCE = 15.0  # s until a test gives up; what it waits for takes a fraction of it


class Done:
    """What was run, and a way to wait for it."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self._more = asyncio.Condition()

    async def note(self, value: object) -> None:
        async with self._more:
            self.seen.append(value)
            self._more.notify_all()

    async def until(self, enough: Callable[[list[object]], bool]) -> None:
        async with asyncio.timeout(_PATIENCE), self._more:
            await self._more.wait_for(lambda: enough(self.seen))


async def _defer(pool: Pool, queue: Queue, work: str, after: float = 0.0, **arguments: str | int) -> None:
    async with pool.connection() as connection, connection.transaction():
        await queue.defer(connection, work, arguments, after=timedelta(seconds=after))


async def _jobs(pool: Pool) -> list[tuple[str, int]]:
    async with pool.connection() as connection:
        found = await connection.execute("SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id")
        return [(status, attempts) for status, attempts in await found.fetchall()]


async def _until_jobs(pool: Pool, wanted: list[tuple[str, int]]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while await _jobs(pool) != wanted:
            await asyncio.sleep(0.01)


async def test_work_starts_at_once_when_it_is_committed(pool: Pool) -> None:
    queue, done = Queue(pool), Done()
    queue.register("greet", lambda name: done.note(name))
    async with queue.working():
        await _defer(pool, queue, "greet", name="warm")
        await done.until(lambda seen: len(seen) == 1)
        began = time.perf_counter()
        for number in range(10):
            await _defer(pool, queue, "greet", name=f"n{number}")
            await done.until(lambda seen, wanted=number + 2: len(seen) == wanted)  # type: ignore[misc]
        assert time.perf_counter() - began < 5  # ten looks at the pace of the polling would take ten seconds


async def test_a_rollback_queues_nothing(pool: Pool) -> None:
    queue = Queue(pool)
    with pytest.raises(ZeroDivisionError):
        async with pool.connection() as connection, connection.transaction():
            await queue.defer(connection, "greet", {"name": "nobody"})
            raise ZeroDivisionError
    assert await _jobs(pool) == []


async def test_a_connection_that_is_lost_is_told_as_by_any_other_statement(pool: Pool) -> None:
    queue = Queue(pool)
    async with pool.connection() as connection:
        await connection.close()
        with pytest.raises(OperationalError):
            await queue.defer(connection, "greet", {"name": "Jo"})


async def test_finished_work_leaves_no_row(pool: Pool) -> None:
    queue, done = Queue(pool), Done()
    queue.register("greet", lambda name: done.note(name))
    async with queue.working():
        await _defer(pool, queue, "greet", name="José")
        await done.until(lambda seen: seen == ["José"])
        await _until_jobs(pool, [])


async def test_work_for_later_waits_for_its_time(pool: Pool) -> None:
    queue, done = Queue(pool), Done()
    queue.register("greet", lambda name: done.note(name))
    async with queue.working():
        await _defer(pool, queue, "greet", after=3600, name="later")
        await _defer(pool, queue, "greet", after=0.2, name="soon")
        await done.until(lambda seen: seen == ["soon"])
        await _until_jobs(pool, [("todo", 0)])


async def test_what_is_due_when_is_said_by_the_databases_clock(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procrastinate.utils.utcnow", lambda: datetime.now(UTC) + timedelta(hours=5))
    queue, done = Queue(pool), Done()

    async def busy(name: str) -> None:
        await done.note(name)
        raise TryLaterError("Graph is busy.", wait=1000)

    queue.register("call", busy)
    async with queue.working():
        await _defer(pool, queue, "call", after=0.2, name="soon")
        await done.until(lambda seen: seen == ["soon"])
        await _until_jobs(pool, [("todo", 1)])
    async with pool.connection() as connection:
        found = await connection.execute(
            "SELECT extract(epoch FROM scheduled_at - now())::float FROM procrastinate_jobs"
        )
        ((wait,),) = await found.fetchall()
    assert 900 < wait <= 1000


async def test_the_same_work_on_the_same_thing_never_overlaps_and_keeps_its_order(pool: Pool) -> None:
    queue, done = Queue(pool), Done()
    inside = 0

    async def show(case: str) -> None:
        nonlocal inside
        inside += 1
        assert inside == 1
        await asyncio.sleep(0)
        inside -= 1
        await done.note(case)

    queue.register("show", show)
    for _ in range(5):
        await _defer(pool, queue, "show", case="a")
    async with queue.working():
        began = time.perf_counter()
        await done.until(lambda seen: len(seen) == 5)
        assert time.perf_counter() - began < 4  # each is woken by the one before it, not by the next look


async def test_work_for_later_does_not_hold_up_the_same_work_for_now(pool: Pool) -> None:
    queue, done = Queue(pool), Done()
    queue.register("check", lambda case: done.note(case))
    await _defer(pool, queue, "check", after=3600, case="a")
    await _defer(pool, queue, "check", case="a")
    async with queue.working():
        await done.until(lambda seen: seen == ["a"])


async def test_work_that_breaks_is_tried_again(pool: Pool) -> None:
    queue, done = Queue(pool), Done()

    async def break_once(case: str) -> None:
        await done.note(case)
        if len(done.seen) == 1:
            raise ZeroDivisionError

    queue.register("break", break_once)
    async with queue.working():
        await _defer(pool, queue, "break", case="a")
        await done.until(lambda seen: seen == ["a", "a"])
        await _until_jobs(pool, [])


async def test_work_that_breaks_too_often_is_given_up_and_kept_for_a_look(pool: Pool) -> None:
    queue = Queue(pool)

    async def always_break(case: str) -> None:
        raise ZeroDivisionError

    queue.register("break", always_break)
    await _defer(pool, queue, "break", case="a")
    await _set_attempts(pool, ATTEMPTS - 1)
    async with queue.working():
        await _until_jobs(pool, [("failed", ATTEMPTS)])


async def test_work_that_is_told_to_come_later_is_never_given_up(pool: Pool) -> None:
    queue = Queue(pool)

    async def busy(case: str) -> None:
        raise TryLaterError("Graph is busy.", wait=120)

    queue.register("busy", busy)
    await _defer(pool, queue, "busy", case="a")
    await _set_attempts(pool, 10 * ATTEMPTS)
    async with queue.working():
        await _until_jobs(pool, [("todo", 10 * ATTEMPTS + 1)])
    async with pool.connection() as connection:
        query = "SELECT extract(epoch FROM scheduled_at - now())::float8 FROM procrastinate_jobs"
        row = await (await connection.execute(query)).fetchone()
    assert row is not None
    assert LONGEST_WAIT < row[0] <= 120


async def test_stopping_lets_running_work_finish(pool: Pool) -> None:
    queue, done, begun, go = Queue(pool, grace=_PATIENCE), Done(), asyncio.Event(), asyncio.Event()

    async def slow(case: str) -> None:
        begun.set()
        await go.wait()
        await done.note(case)

    queue.register("slow", slow)
    async with queue.working():
        await _defer(pool, queue, "slow", case="a")
        await asyncio.wait_for(begun.wait(), _PATIENCE)
        asyncio.get_running_loop().call_later(0.1, go.set)
    assert done.seen == ["a"]
    assert await _jobs(pool) == []


async def test_work_that_outlasts_the_grace_is_left_to_the_next_process(pool: Pool) -> None:
    queue, begun = Queue(pool, grace=0.1), asyncio.Event()

    async def endless(case: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    queue.register("work", endless)
    async with queue.working():
        await _defer(pool, queue, "work", case="a")
        await asyncio.wait_for(begun.wait(), _PATIENCE)
    assert await _jobs(pool) == [("todo", 1)]

    successor, done = Queue(pool), Done()
    successor.register("work", lambda case: done.note(case))
    async with successor.working():
        await done.until(lambda seen: seen == ["a"])


async def test_what_a_dead_process_was_running_is_taken_over_within_seconds(pool: Pool) -> None:
    await _dead_process(pool, seconds_ago=3600)
    queue, done = Queue(pool, patience=0.5), Done()
    queue.register("work", lambda case: done.note(case))
    async with queue.working():
        await done.until(lambda seen: seen == ["a"])


async def test_a_process_that_is_alone_takes_over_at_once(pool: Pool) -> None:
    await _dead_process(pool, seconds_ago=0)
    queue, done = Queue(pool, patience=3600, alone=True), Done()
    queue.register("work", lambda case: done.note(case))
    async with queue.working():
        await done.until(lambda seen: seen == ["a"])


async def test_the_work_of_a_process_that_lives_is_left_to_it(pool: Pool) -> None:
    await _dead_process(pool, seconds_ago=0)
    queue = Queue(pool, patience=3600)
    await queue._revive(3600)
    assert await _jobs(pool) == [("doing", 0)]


async def test_work_that_keeps_killing_its_process_is_given_up(pool: Pool) -> None:
    await _dead_process(pool, seconds_ago=3600)
    await _set_attempts(pool, ATTEMPTS - 1)
    await Queue(pool)._revive(1)
    assert await _jobs(pool) == [("failed", ATTEMPTS)]


async def test_a_worker_whose_connections_break_begins_again(pool: Pool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    queue, done = Queue(pool), Done()
    queue.register("greet", lambda name: done.note(name))
    async with queue.working():
        await _defer(pool, queue, "greet", name="before")
        await done.until(lambda seen: seen == ["before"])
        async with pool.connection() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        while True:
            with suppress(OperationalError):  # the pool may lend a connection that it does not know to be broken
                await _defer(pool, queue, "greet", name="after")
                break
        await done.until(lambda seen: seen == ["before", "after"])


async def _set_attempts(pool: Pool, attempts: int) -> None:
    async with pool.connection() as connection:
        await connection.execute("UPDATE procrastinate_jobs SET attempts = %s", [attempts])


async def _dead_process(pool: Pool, *, seconds_ago: int) -> None:
    """Leave a job as a process leaves it that was killed while it ran the job; its last sign of life is that old."""
    await _defer(pool, Queue(pool), "work", case="a")
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
            [seconds_ago],
        )
        await connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        )


async def test_a_round_comes_again_by_itself(pool: Pool) -> None:
    queue, done = Queue(pool), Done()
    queue.go_round("watch", lambda: done.note("looked"), every=timedelta(seconds=0.1))
    async with queue.working():
        await done.until(lambda seen: len(seen) == 3)


async def test_a_round_that_breaks_is_followed_by_the_next(pool: Pool) -> None:
    queue, done = Queue(pool), Done()

    async def break_off() -> None:
        await done.note("looked")
        raise RuntimeError("this time it went wrong")

    queue.go_round("watch", break_off, every=timedelta(seconds=0.1))
    async with queue.working():
        await done.until(lambda seen: len(seen) == 2)


async def test_two_processes_go_one_round_between_them(pool: Pool) -> None:
    done, now, most = Done(), 0, 0

    async def look() -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.05)
        now -= 1
        await done.note("looked")

    queues = [Queue(pool), Queue(pool)]
    for queue in queues:
        queue.go_round("watch", look, every=timedelta(seconds=0))
    async with queues[0].working(), queues[1].working():
        await done.until(lambda seen: len(seen) == 5)
    assert most == 1
    waiting = [status for status, _ in await _jobs(pool) if status == "todo"]
    assert len(waiting) <= 2  # the next one, and the one that was interrupted


async def test_a_round_whose_process_died_is_taken_over_and_the_next_ones_follow(pool: Pool) -> None:
    await _dead_process(pool, seconds_ago=3600)  # it was running "work", and had queued the next round
    queue, done = Queue(pool, patience=0.5), Done()
    queue.go_round("work", lambda: done.note("looked"), every=timedelta(seconds=0.1))
    await queue._begin_round("work", timedelta(hours=1))
    async with pool.connection() as connection:
        await connection.execute("UPDATE procrastinate_jobs SET args = '{}', lock = 'round:work'")
    async with queue.working():
        await done.until(lambda seen: seen == ["looked"])  # the dead one's; the next is due in an hour
        await _until_jobs(pool, [("todo", 0)])
