"""What the desk remembers of jobs: each cycle once, whole as soon as it has ended, and which looked at everybody."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.history import looked_at_everybody
from provisioning.store.database import open_database
from provisioning.store.history import PostgresHistory
from tests import worlds

HOUR = timedelta(hours=1)
BEGAN = worlds.NOW - 5 * HOUR
FULL = worlds.cycle(cycle_id="full", began=BEGAN, ended=BEGAN + 2 * HOUR, imported=900)
LEVEL = FULL.ended
LATER = worlds.cycle(cycle_id="later", began=worlds.NOW - HOUR, ended=worlds.NOW - HOUR, imported=3)


@pytest.fixture
async def history(database_url: str) -> AsyncIterator[PostgresHistory]:
    async with open_database(database_url) as pool:
        yield PostgresHistory(pool)


def test_the_cycle_with_which_a_job_became_level_looked_at_everybody_and_none_after_it() -> None:
    assert looked_at_everybody(worlds.job(last=FULL, first_steady=LEVEL))
    assert not looked_at_everybody(worlds.job(last=LATER, first_steady=LEVEL))
    assert not looked_at_everybody(worlds.job(last=FULL, first_steady=None)), "it has not become level yet"
    assert not looked_at_everybody(worlds.job(last=replace(FULL, ended=None), first_steady=BEGAN)), "it still runs"
    assert not looked_at_everybody(worlds.job(last=None, first_steady=LEVEL))


async def test_cycles_that_looked_at_everybody_are_kept_apart(history: PostgresHistory) -> None:
    await history.observe([worlds.job(last=FULL, first_steady=LEVEL)])
    await history.observe([worlds.job(last=LATER, first_steady=LEVEL)])
    assert [cycle.cycle_id for cycle in await history.cycles(worlds.APP_ID)] == ["full", "later"]
    assert [cycle.cycle_id for cycle in await history.full_cycles(worlds.APP_ID)] == ["full"]


async def test_a_cycle_that_was_seen_while_it_ran_is_whole_once_it_has_ended(history: PostgresHistory) -> None:
    await history.observe([worlds.job(last=replace(FULL, ended=None, imported=10), first_steady=None)])
    assert [cycle.ended for cycle in await history.cycles(worlds.APP_ID)] == [None]
    for _ in range(2):
        await history.observe([worlds.job(last=FULL, first_steady=LEVEL)])
    (seen,) = await history.full_cycles(worlds.APP_ID)
    assert (seen.ended, seen.imported) == (FULL.ended, 900)
    await history.observe([worlds.job(last=replace(FULL, imported=1), first_steady=None)])
    assert [cycle.imported for cycle in await history.full_cycles(worlds.APP_ID)] == [900], "what has ended stays"
