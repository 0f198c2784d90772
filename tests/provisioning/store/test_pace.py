"""The shared pace: turns that never come closer than Microsoft allows, whoever reserves them, and who goes first."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from provisioning.pace import SPACING
from provisioning.store.database import Pool
from provisioning.store.pace import PostgresPace

MOMENT = timedelta(seconds=1)
WINDOW = timedelta(seconds=10)  # in which Microsoft takes five calls


class Slept:
    """A sleep that takes no time but on its own clock."""

    def __init__(self, *, late: float = 0.0) -> None:
        self.now = 100.0
        self.slept: list[float] = []
        self._late = late

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds + self._late

    def monotonic(self) -> float:
        return self.now


async def test_the_first_turn_is_at_once(pool: Pool) -> None:
    turn = await PostgresPace(pool).reserve()
    assert (turn.ours, turn.wait) == (True, 0.0)


async def test_turns_follow_each_other_at_the_spacing(pool: Pool) -> None:
    pace = PostgresPace(pool)
    turns = [await pace.reserve() for _ in range(4)]
    assert [later.at - earlier.at for earlier, later in itertools.pairwise(turns)] == [SPACING] * 3


async def test_many_replicas_at_once_get_turns_of_their_own_and_never_six_in_the_window(pool: Pool) -> None:
    replicas = [PostgresPace(pool) for _ in range(5)]
    turns = await asyncio.gather(*(replicas[number % 5].reserve() for number in range(25)))
    at = sorted(turn.at for turn in turns)
    assert all(later - earlier >= SPACING for earlier, later in itertools.pairwise(at))
    assert all(sixth - first > WINDOW for first, sixth in zip(at, at[5:], strict=False))


async def test_a_pause_is_not_made_up_for_by_a_burst(pool: Pool) -> None:
    pace = PostgresPace(pool)
    first = await pace.reserve()
    async with pool.connection() as connection:
        await connection.execute("UPDATE pace SET free = free - interval '1 hour'")
    second, third = await pace.reserve(), await pace.reserve()
    assert second.at > first.at
    assert third.at - second.at == SPACING


async def test_a_crowd_holds_one_turn_ahead_at_most_and_is_told_when_to_ask_again(pool: Pool) -> None:
    pace = PostgresPace(pool)
    now, ahead, refused = [await pace.reserve(crowd=True) for _ in range(3)]
    assert (now.ours, ahead.ours, refused.ours) == (True, True, False)
    assert ahead.at - now.at == SPACING
    assert refused.at == ahead.at, "when the turn that it holds begins, the next one is near enough"
    assert 0 < refused.wait <= SPACING.total_seconds()


async def test_a_crowd_that_was_told_to_wait_has_reserved_nothing(pool: Pool) -> None:
    pace = PostgresPace(pool)
    taken = [await pace.reserve(crowd=True) for _ in range(5)]
    click = await pace.reserve()
    assert click.at - taken[1].at == SPACING


async def test_a_single_click_overtakes_two_crowds(pool: Pool) -> None:
    """However many wait, it is behind the call that goes out now and the one after it."""
    pace = PostgresPace(pool)
    for _ in range(20):
        await pace.reserve(crowd=True)
    click = await pace.reserve()
    assert click.wait <= 2 * SPACING.total_seconds()
    assert not (await pace.reserve(crowd=True)).ours


async def test_kinds_of_calls_have_turns_of_their_own(pool: Pool) -> None:
    await PostgresPace(pool).reserve()
    assert (await PostgresPace(pool, what="another").reserve()).wait == 0.0


async def test_when_microsoft_asks_to_wait_everybody_does(pool: Pool) -> None:
    pace = PostgresPace(pool)
    await pace.hold(30)
    assert not (await pace.reserve(crowd=True)).ours
    assert (await pace.reserve()).wait > 25


async def test_asking_for_less_patience_shortens_nothing(pool: Pool) -> None:
    pace = PostgresPace(pool)
    await pace.hold(30)
    await pace.hold(1)
    assert (await pace.reserve()).wait > 25


async def test_a_turn_is_waited_for(pool: Pool) -> None:
    slept = Slept()
    pace = PostgresPace(pool, sleep=slept, monotonic=slept.monotonic)
    await pace.reserve()
    assert await pace.reached((await pace.reserve()).at)
    assert len(slept.slept) == 1
    assert 0 < slept.slept[0] <= SPACING.total_seconds()


async def test_a_turn_that_is_now_needs_no_waiting(pool: Pool) -> None:
    slept = Slept()
    pace = PostgresPace(pool, sleep=slept, monotonic=slept.monotonic)
    at = (await pace.reserve()).at
    await pace.reached(at)
    assert slept.slept == []


@pytest.mark.parametrize(
    "late",
    [lambda pace: _passed(pace), lambda pace: _overslept(pace)],
    ids=["it passed before anybody came", "whoever waited for it slept too long"],
)
async def test_a_turn_that_was_missed_is_not_used(pool: Pool, late: Callable[[Pool], Awaitable[bool]]) -> None:
    assert await late(pool) is False


async def _passed(pool: Pool) -> bool:
    pace = PostgresPace(pool)
    return await pace.reached((await pace.reserve()).at - MOMENT)


async def _overslept(pool: Pool) -> bool:
    slept = Slept(late=0.6)
    pace = PostgresPace(pool, sleep=slept, monotonic=slept.monotonic)
    await pace.reserve()
    return await pace.reached((await pace.reserve()).at)
