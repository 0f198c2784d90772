"""What processes die over is found by trying it alone; what lay beside it is answered, and what nobody died over counts
for nothing."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from psycopg import OperationalError
from psycopg.errors import DiskFull

from bot.patience import Patience
from dialogs.talk import Reply

Bots = Callable[..., Awaitable[Any]]
LATE = Patience(typing=30, click=0.05, settle=0.05, sweep=0.05, lookup=2, grace=2)


async def died_with(bots: Bots, desk: Any, words: list[str], *, times: int, waiting: bool = False) -> Any:
    """The successor of so many processes that died over these messages, each in a conversation of its own.

    ``waiting``: it, too, gets no further with them until their gates are opened.
    """
    first = await bots()
    for word in words:
        desk.gates[word] = asyncio.Event()
        await first.hear(word, where=f"a:{word}")
    await first.until(lambda: len(desk.heard) == len(words))
    await first.kill()
    await first.rows(b"UPDATE inbox SET attempts = %s", times)
    desk.gates = {word: asyncio.Event() for word in words} if waiting else {}
    desk.heard.clear()
    desk.running = desk.side_by_side = 0
    second = await bots()
    await second.expire_leases()
    return second


async def test_after_one_death_everything_goes_on_side_by_side(bots: Bots, teams: Any, desk: Any) -> None:
    second = await died_with(bots, desk, ["one", "two", "three"], times=1, waiting=True)
    await second.until(lambda: desk.running == 3)
    for gate in desk.gates.values():
        gate.set()
    await teams.said(3)


async def test_after_two_deaths_each_is_tried_alone_and_the_innocent_are_answered(
    bots: Bots, teams: Any, desk: Any
) -> None:
    async def take_a_moment() -> None:
        await asyncio.sleep(0.05)

    desk.before = take_a_moment
    second = await died_with(bots, desk, ["one", "two", "three", "four"], times=2)
    answers = await teams.said(4)
    await second.settled()
    assert desk.side_by_side == 1
    assert {call.text for call in answers} == {"re: one", "re: two", "re: three", "re: four"}
    assert await _states(second) == ["done"] * 4


async def test_while_one_is_tried_alone_what_comes_waits_and_is_answered_after_it(
    bots: Bots, teams: Any, desk: Any
) -> None:
    second = await died_with(bots, desk, ["suspect"], times=2, waiting=True)
    await second.until(lambda: desk.running == 1)
    await second.hear("later", where="a:later")
    await second.rows(b"SELECT pg_sleep(0.3)")
    assert [speech.text for speech in desk.heard] == ["suspect"]
    desk.gates["suspect"].set()
    await teams.said(2)
    assert [speech.text for speech in desk.heard] == ["suspect", "later"]


async def test_between_two_trials_whoever_waits_has_a_turn(bots: Bots, teams: Any, desk: Any) -> None:
    second = await died_with(bots, desk, ["one", "two"], times=2, waiting=True)
    await second.until(lambda: desk.running == 1)
    await second.hear("later", where="a:later")
    for gate in desk.gates.values():
        gate.set()
    await teams.said(3)
    assert [speech.text for speech in desk.heard] == ["one", "later", "two"]


async def test_what_was_begun_before_ends_before_something_is_tried_alone(bots: Bots, teams: Any, desk: Any) -> None:
    second = await bots()
    desk.gates["long"] = asyncio.Event()
    await second.hear("long", where="a:long")
    await second.until(lambda: desk.running == 1)
    await _left(second, "other", like="in1", where="a:other")
    await second.until(lambda: second.turns._alone.trial is not None)
    await second.rows(b"SELECT pg_sleep(0.2)")
    assert [speech.text for speech in desk.heard] == ["long"]
    desk.gates["long"].set()
    await teams.said(2)
    assert [speech.text for speech in desk.heard] == ["long", "other"]


async def _left(bot: Any, word: str, *, like: str, where: str) -> None:
    """A message like that one, which two processes have died over."""
    ((raw, tenant, room),) = await bot.rows(b"SELECT raw, tenant, conversation FROM inbox WHERE activity = %s", like)
    activity = json.loads(raw) | {"text": word, "id": word}
    activity["conversation"]["id"] = where
    await bot.rows(
        b"INSERT INTO conversations (id, tenant, channel, kind, service_url, bot)"
        b" SELECT %s, tenant, channel, kind, service_url, bot FROM conversations WHERE id = %s",
        where,
        room,
    )
    await bot.rows(
        b"INSERT INTO inbox (tenant, conversation, activity, kind, raw, attempts)"
        b" VALUES (%s, %s, %s, 'message', %s, 2)",
        tenant,
        where,
        word,
        json.dumps(activity),
    )


@pytest.mark.parametrize("problem", [OperationalError("the connection is lost"), DiskFull("no space left on device")])
async def test_however_often_the_database_goes_away_no_message_is_put_aside(
    bot: Any, teams: Any, desk: Any, problem: Exception
) -> None:
    desk.problems["hello"] = problem
    await bot.hear("hello")
    await bot.until(lambda: len(desk.heard) >= 6)
    del desk.problems["hello"]
    (answer,) = await teams.said(1)
    assert answer.text == "re: hello"


async def test_a_process_that_is_told_to_stop_has_not_died_over_what_it_leaves(bots: Bots, desk: Any) -> None:
    first = await bots()
    desk.gates["long"] = asyncio.Event()
    await first.hear("long")
    await first.until(lambda: desk.running)
    first.turns._patience = LATE
    await first.turns.stop()
    assert await first.rows(b"SELECT attempts FROM inbox") == [(0,)]


async def test_clicks_that_processes_died_over_are_tried_one_at_a_time(bots: Bots, teams: Any, desk: Any) -> None:
    first = await bots(patience=LATE)
    for verb in ("provision", "refresh"):
        desk.gates[verb] = asyncio.Event()
        await first.click(verb, on="m9", where=f"a:{verb}")
    await first.until(lambda: desk.running == 2)
    await first.kill()
    await first.rows(b"UPDATE inbox SET attempts = 2")
    desk.gates.clear()
    desk.running = desk.side_by_side = 0

    async def take_a_moment() -> None:
        await asyncio.sleep(0.05)

    desk.before = take_a_moment
    desk.replies["provision"] = desk.replies["refresh"] = Reply(text="done")
    second = await bots()
    await second.expire_leases()
    await teams.said(2)
    await second.settled()
    assert desk.side_by_side == 1
    assert await _states(second) == ["done"] * 2


async def _states(bot: Any) -> list[str]:
    return [state for (state,) in await bot.rows(b"SELECT state FROM inbox")]
