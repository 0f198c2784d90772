"""Answers in the response: the channel asks for them, they are as durable as any, and nothing goes out beside them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.patience import Patience
from dialogs.talk import Reply, Seal

Bots = Callable[..., Awaitable[Any]]


def wanted(bot: Any, text: str, **more: Any) -> dict[str, Any]:
    """A message whose answer is wanted in the response."""
    return dict(bot.activity(text, deliveryMode="expectReplies", **more))


async def test_the_answer_comes_in_the_response_and_not_by_the_connector(bot: Any, teams: Any) -> None:
    message = wanted(bot, "hello")
    status, body = await bot.post(message)
    assert status == 200
    (activity,) = body["activities"]
    assert (activity["type"], activity["text"], activity["replyToId"]) == ("message", "re: hello", message["id"])
    assert (activity["from"], activity["recipient"]) == (message["recipient"], message["from"])
    assert activity["conversation"] == message["conversation"]
    await bot.settled()
    assert teams.calls == []
    assert await bot.rows(b"SELECT 1 FROM outbox") == []


async def test_a_repeated_delivery_gets_the_same_words_and_is_heard_once(bot: Any, desk: Any) -> None:
    message = wanted(bot, "hello")
    answers = await asyncio.gather(*(bot.post(message) for _ in range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert await bot.post(message) == answers[0]
    assert len(desk.heard) == 1


async def test_another_process_hands_over_what_the_first_one_wrote(bots: Bots, desk: Any) -> None:
    first, second = await bots(), await bots()
    message = wanted(first, "hello")
    answer = await first.post(message)
    assert await second.post(message) == answer
    assert len(desk.heard) == 1


async def test_another_process_waits_for_the_one_that_works_on_it(bots: Bots, desk: Any) -> None:
    first, second = await bots(), await bots()
    desk.gates["slow"] = asyncio.Event()
    message = wanted(first, "slow")
    waiting = asyncio.create_task(first.post(message))
    await first.until(lambda: desk.heard)
    also = asyncio.create_task(second.post(message))
    await second.rows(b"SELECT 1")
    desk.gates["slow"].set()
    assert await waiting == await also
    assert len(desk.heard) == 1


async def test_an_answer_that_takes_too_long_is_fetched_by_the_next_delivery(
    bots: Bots, desk: Any, teams: Any, caplog: pytest.LogCaptureFixture
) -> None:
    bot = await bots(patience=Patience(replies=0.05, typing=0.01, sweep=0.05))
    desk.gates["slow"] = asyncio.Event()
    message = wanted(bot, "slow")
    async with bot.session.post(f"{bot.url}/api/messages", json=message) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
    assert "the channel is asked to come again for it" in caplog.text
    desk.gates["slow"].set()
    await bot.settled()
    status, body = await bot.post(message)
    assert (status, body["activities"][0]["text"]) == (200, "re: slow")
    assert teams.calls == [], "no typing sign either"


async def test_a_killed_process_leaves_the_answer_to_its_successor(bots: Bots, desk: Any) -> None:
    first = await bots(patience=Patience(replies=0.05, sweep=0.05))
    desk.gates["lost"] = asyncio.Event()
    message = wanted(first, "lost")
    assert (await first.post(message))[0] == 503
    await first.until(lambda: desk.heard)
    await first.kill()
    del desk.gates["lost"]
    second = await bots()
    await second.expire_leases()
    status, body = await second.post(message)
    assert (status, body["activities"][0]["text"]) == (200, "re: lost")


async def test_a_card_comes_in_the_response_too(bot: Any, desk: Any) -> None:
    desk.replies["card"] = Reply(card={"type": "AdaptiveCard", "text": "x"})
    _, body = await bot.post(wanted(bot, "card"))
    assert body["activities"][0]["attachments"][0]["content"]["text"] == "x"


async def test_trouble_is_told_in_the_response(bot: Any, desk: Any) -> None:
    desk.problems["bad"] = RuntimeError("secret detail")
    status, body = await bot.post(wanted(bot, "bad"))
    assert status == 200
    assert "Something went wrong" in body["activities"][0]["text"]


async def test_a_message_that_was_answered_by_the_connector_is_not_answered_again(bot: Any, teams: Any) -> None:
    message = bot.activity("hello")
    await bot.post(message)
    await teams.said(1)
    await bot.settled()
    assert await bot.post({**message, "deliveryMode": "expectReplies"}) == (200, {"activities": []})


@pytest.mark.parametrize("mode", [None, "normal", "notification", "ephemeral", 7, ["expectReplies"], "EXPECTREPLIES"])
async def test_any_other_mode_is_answered_by_the_connector(bot: Any, teams: Any, mode: Any) -> None:
    assert await bot.post(bot.activity("hello", deliveryMode=mode)) == (202, None)
    await teams.said(1)


async def test_buttons_in_the_response_are_sealed_and_stay_so_when_it_is_repeated(bot: Any, desk: Any) -> None:
    button = {"type": "Action.Execute", "verb": "provision", "data": {"case": "1", "version": 3}}
    desk.replies["hello"] = Reply(card={"type": "AdaptiveCard", "actions": [button]})
    message = wanted(bot, "hello")
    _, body = await bot.post(message)
    (sealed,) = body["activities"][0]["attachments"][0]["content"]["actions"]
    await bot.click("provision", data=sealed["data"])
    assert [click.seal for click in desk.clicked] == [Seal.GOOD]
    assert await bot.post(message) == (200, body)
