"""Calls are spread, and a slot that nobody uses is not lost."""

import asyncio
from itertools import pairwise

import pytest

from bot.evenly import Evenly, until


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_each_call_takes_the_next_slot() -> None:
    even = Evenly(10)
    slots = [even.take() for _ in range(4)]
    assert None not in slots
    gaps = [float(after or 0) - float(before or 0) for before, after in pairwise(slots)]
    assert gaps == pytest.approx([0.1, 0.1, 0.1])


async def test_a_slot_that_is_too_far_away_is_not_taken() -> None:
    even = Evenly(1)
    assert even.take(within=0.0) is not None
    assert even.take(within=0.5) is None
    slot = even.take(within=1.5)
    assert slot is not None
    assert 0.9 < slot - now() <= 1.0, "the one before it was not taken"


async def test_what_is_given_back_is_taken_by_the_next() -> None:
    even = Evenly(1)
    first = even.take()
    even.give_back()
    second = even.take(within=0.0)
    assert second is not None
    assert first is not None
    assert second - first < 0.5


async def test_who_stops_waiting_gives_the_slot_back() -> None:
    even = Evenly(1)
    even.take()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await even.wait()
    slot = even.take()
    assert slot is not None
    assert slot - now() <= 1.0


async def test_another_process_that_sends_takes_half() -> None:
    even = Evenly(10)
    even.share(1)
    assert even._gap == pytest.approx(0.2)
    for _ in range(5):
        even.share(0)
    assert even._gap == pytest.approx(0.1)


async def test_a_slot_whose_time_has_come_is_not_waited_for() -> None:
    began = now()
    await until(began - 1)
    await until(began + 0.05)
    assert 0.04 <= now() - began < 5
