"""What a question cost is counted as it was, not as it was meant."""

import asyncio

import pytest

from provisioning.errors import NotThereError
from provisioning.graph.tally import asking, current, settled, side_by_side


async def ask(times: int = 1) -> None:
    tally = current()
    assert tally is not None
    for _ in range(times):
        tally.start()
        await asyncio.sleep(0)


async def test_calls_that_follow_one_another_are_rounds() -> None:
    with asking(patience=8) as tally:
        await ask(3)
    assert (tally.calls, tally.rounds) == (3, 3)


async def test_calls_side_by_side_are_one_round() -> None:
    with asking(patience=8) as tally:
        async with side_by_side() as run:
            for _ in range(5):
                run(ask())
    assert (tally.calls, tally.rounds) == (5, 1)


async def test_the_longest_chain_side_by_side_decides_and_what_follows_comes_after_it() -> None:
    with asking(patience=8) as tally:
        async with side_by_side() as run:
            run(ask(1))
            run(ask(3))
            run(ask(2))
        assert tally.rounds == 3
        await ask()
    assert (tally.calls, tally.rounds) == (7, 4)


async def test_a_batch_is_one_round_of_many_calls() -> None:
    with asking(patience=8) as tally:
        tally.start(20)
    assert (tally.calls, tally.rounds) == (20, 1)


async def test_a_question_inside_a_question_counts_for_both() -> None:
    with asking(patience=8) as outer:
        await ask()
        with asking(patience=8) as inner:
            await ask(2)
        await ask()
    assert (inner.calls, inner.rounds) == (2, 2)
    assert (outer.calls, outer.rounds) == (4, 4)


def test_a_question_inside_a_question_cannot_outlive_it() -> None:
    with asking(patience=8, clock=lambda: 100.0) as outer, asking(patience=60, clock=lambda: 101.0) as inner:
        assert inner.deadline == outer.deadline == 108
    with asking(patience=8, clock=lambda: 100.0), asking(patience=2, clock=lambda: 101.0) as inner:
        assert inner.deadline == 103


def test_afterwards_there_is_no_question() -> None:
    with asking(patience=8):
        assert current() is not None
    assert current() is None


async def test_results_come_back_with_their_types() -> None:
    async def number() -> int:
        return 7

    async with side_by_side() as run:
        task = run(number())
    assert task.result() + 1 == 8


async def test_a_refusal_comes_out_as_itself_and_a_mistake_is_not_hidden() -> None:
    async def refused() -> int:
        raise NotThereError("gone")

    async def mistaken() -> int:
        raise KeyError("ours")

    assert isinstance(await settled(refused()), NotThereError)
    with pytest.raises(NotThereError, match="gone"):
        async with side_by_side() as run:
            run(refused())
    with pytest.raises(ExceptionGroup) as caught:
        async with side_by_side() as run:
            run(settled(mistaken()))
    assert caught.group_contains(KeyError)
