"""What happens to the house while people talk to it. Each returns how often somebody met it: 0 shows nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from tests.chaos.people import Person
from tests.chaos.trial import Trial

HOURS = (5.0, -5.0, 30.0, -30.0)  # that clocks are wrong by
HELD_UP = 0.01  # s, every statement of a slow database; a conversation makes hundreds
_FULL = """
CREATE OR REPLACE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'could not extend file "base/5/16385": No space left on device'
        USING ERRCODE = 'disk_full', HINT = 'Check free disk space.';
END $$
"""


async def kills(trial: Trial, people: Sequence[Person]) -> int:
    """Processes are killed at bad moments, as many times as is planned."""
    await trial.converse(people)
    return trial.fleet.interrupted


async def slow(trial: Trial, people: Sequence[Person]) -> int:
    """Every statement takes its time; and one replica after the other hears nothing for longer than its leases last."""

    async def trouble(talk: asyncio.Task[None]) -> None:
        for number in range(trial.plan.bouts):
            await trial.answers(4)
            await trial.wires[number % len(trial.wires)].stall(trial.plan.lease + 2)

    for wire in trial.wires:
        wire.delay = HELD_UP
    await _talking(trial, people, trouble)
    for wire in trial.wires:
        wire.delay = 0
    return min(wire.statements for wire in trial.wires)


async def clock(trial: Trial, people: Sequence[Person]) -> int:
    """The replicas' clocks jump, each to another hour, again and again; the database's and Graph's are right."""

    async def trouble(talk: asyncio.Task[None]) -> None:
        jumps = 0
        while not talk.done():
            for number, replica in enumerate(trial.fleet.replicas):
                replica.set_clock(HOURS[(number + jumps) % len(HOURS)])
            jumps += 1
            await asyncio.wait({talk}, timeout=1)

    await _talking(trial, people, trouble)
    return min(replica.log.count("the clock jumped") for replica in trial.fleet.replicas)


async def disk(trial: Trial, people: Sequence[Person]) -> int:
    """The database's disk is full for some seconds."""

    async def trouble(talk: asyncio.Task[None]) -> None:
        for _ in range(trial.plan.bouts):
            await trial.answers(4)
            async with _full_disk(trial):
                await asyncio.sleep(trial.plan.lease)

    await _talking(trial, people, trouble)
    return trial.post.refused


async def restart(trial: Trial, people: Sequence[Person]) -> int:
    """The database is stopped, until somebody's delivery has failed and a second has passed, and started again."""
    met = 0

    async def trouble(talk: asyncio.Task[None]) -> None:
        nonlocal met
        for _ in range(trial.plan.bouts):
            await trial.answers(4)
            before = trial.post.redelivered
            await trial.database.stop()
            await asyncio.sleep(1)
            while trial.post.redelivered == before and not talk.done():  # who waits for an answer still writes on
                await asyncio.sleep(0.02)
            met += trial.post.redelivered - before
            await trial.database.start()

    await _talking(trial, people, trouble)
    return met


TROUBLES: dict[str, Callable[[Trial, Sequence[Person]], Awaitable[int]]] = {
    "kills": kills,
    "slow": slow,
    "clock": clock,
    "disk": disk,
    "restart": restart,
}


async def _talking(
    trial: Trial, people: Sequence[Person], trouble: Callable[[asyncio.Task[None]], Awaitable[None]]
) -> None:
    """They talk while it happens."""
    talk = asyncio.create_task(trial.converse(people))
    try:
        await trouble(talk)
        await talk
    finally:
        talk.cancel()


@asynccontextmanager
async def _full_disk(trial: Trial) -> AsyncIterator[None]:
    """Nothing new is stored anywhere, as PostgreSQL says it then (SQLSTATE 53100)."""
    await trial.database.rows(_FULL)
    found = await trial.database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = [table for (table,) in found]
    for table in tables:
        await trial.database.rows(
            f"CREATE TRIGGER disk_is_full BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION disk_is_full()"
        )
    try:
        yield
    finally:
        for table in tables:
            await trial.database.rows(f"DROP TRIGGER disk_is_full ON {table}")
