"""Messages that are edited, deleted and brought back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dialogs.talk import Reply

Bots = Callable[..., Awaitable[Any]]
ASIDE = "You changed your message"


def edit(bot: Any, text: str, *, of: str = "q1", event: str = "editMessage", **more: Any) -> dict[str, Any]:
    """What Teams sends when the message ``of`` is changed."""
    data = {"tenant": {"id": "0f2b5a60-0000-4000-8000-000000000001"}, "eventType": event}
    made: dict[str, Any] = bot.activity(text, type="messageUpdate", id=of, channelData=data, **more)
    return made


def delete(bot: Any, *, of: str = "q1") -> dict[str, Any]:
    return edit(bot, "", of=of, event="softDeleteMessage") | {"type": "messageDelete"}


async def texts(bot: Any, teams: Any) -> list[str]:
    await bot.settled()
    return [call.text for call in teams.messages]


async def test_an_edited_question_is_answered_anew_and_the_answer_says_so(bot: Any, teams: Any, desk: Any) -> None:
    await bot.hear("one", id="q1")
    await teams.said(1)
    assert (await bot.post(edit(bot, "two")))[0] == 202
    answers = await teams.said(3)
    assert answers[1].text.startswith(ASIDE)
    assert answers[2].text == "re: two"
    assert [(speech.text, speech.edited) for speech in desk.heard] == [("one", False), ("two", True)]
    assert desk.heard[0].key == desk.heard[1].key, "what the message opened, its edit does not open again"


async def test_each_wording_is_answered_once_however_often_it_is_reported(bots: Bots, teams: Any, desk: Any) -> None:
    one, two = await bots(), await bots()
    await one.hear("one", id="q1")
    await teams.said(1)
    await asyncio.gather(*(bot.post(edit(bot, "two")) for bot in (one, two, one, two)))
    await teams.said(3)
    await one.settled()
    await two.settled()
    assert [speech.text for speech in desk.heard] == ["one", "two"]
    for number, text in enumerate(("one", "two", "two", "three")):
        await one.post(edit(one, text))
        await teams.said(5 + 2 * min(number, 1) + 2 * (number == 3))  # a newer one would take the place of what waits
    await one.settled()
    await two.settled()
    assert [speech.text for speech in desk.heard] == ["one", "two", "one", "two", "three"]


async def test_an_edit_of_the_formatting_alone_is_no_news(bot: Any, teams: Any) -> None:
    await bot.hear("why  not\nZoom", id="q1")
    await teams.said(1)
    await bot.post(edit(bot, "why not Zoom ", textFormat="xml"))
    assert await texts(bot, teams) == ["re: why not\nZoom"]


async def test_a_message_that_is_edited_before_anybody_begins_is_answered_as_it_reads_now(
    bot: Any, teams: Any, desk: Any
) -> None:
    desk.gates["slow"] = asyncio.Event()
    await bot.hear("slow")
    await bot.until(lambda: desk.heard)
    await bot.hear("one", id="q1")
    await bot.post(edit(bot, "two"))
    await bot.post(edit(bot, "three"))
    desk.gates["slow"].set()
    await teams.said(2)
    assert await texts(bot, teams) == ["re: slow", "re: three"]


async def test_an_edit_while_it_is_thought_about_is_answered_after_it(bot: Any, teams: Any, desk: Any) -> None:
    desk.gates["one"] = asyncio.Event()
    await bot.hear("one", id="q1")
    await bot.until(lambda: desk.heard)
    await bot.post(edit(bot, "two"))
    desk.gates["one"].set()
    await teams.said(3)
    assert [word for word in await texts(bot, teams) if not word.startswith(ASIDE)] == ["re: one", "re: two"]


async def test_an_edit_of_something_that_was_never_heard_is_answered(bot: Any, teams: Any) -> None:
    await bot.post(edit(bot, "now with your name in it", of="q9"))
    await teams.said(2)


async def test_edits_of_one_message_are_not_those_of_another_whose_name_begins_alike(bot: Any, desk: Any) -> None:
    await bot.hear("one", id="q1")
    await bot.hear("other", id="q12")
    await bot.settled()
    await bot.post(edit(bot, "one", of="q12"))
    await bot.settled()
    assert [speech.text for speech in desk.heard] == ["one", "other", "one"]


async def test_what_is_deleted_before_anybody_begins_is_not_answered(bot: Any, teams: Any, desk: Any) -> None:
    desk.gates["slow"] = asyncio.Event()
    await bot.hear("slow")
    await bot.until(lambda: desk.heard)
    await bot.hear("oh no", id="q1")
    await bot.hear("and this", id="q2")
    assert (await bot.post(delete(bot)))[0] == 200
    desk.gates["slow"].set()
    await teams.said(2)
    assert await texts(bot, teams) == ["re: slow", "re: and this"]


async def test_what_is_brought_back_is_answered_if_it_was_not(bot: Any, teams: Any, desk: Any) -> None:
    desk.gates["slow"] = asyncio.Event()
    await bot.hear("slow")
    await bot.until(lambda: desk.heard)
    await bot.hear("back", id="q1")
    await bot.post(delete(bot))
    await bot.post(edit(bot, "back", event="undeleteMessage"))
    desk.gates["slow"].set()
    await teams.said(2)
    assert await texts(bot, teams) == ["re: slow", "re: back"]
    await bot.post(delete(bot))
    await bot.post(edit(bot, "back", event="undeleteMessage"))
    assert await texts(bot, teams) == ["re: slow", "re: back"]


@pytest.mark.parametrize("data", [None, [], {"eventType": 7}, {"eventType": "somethingNew"}])
async def test_whatever_else_stands_in_an_edit_it_is_an_edit(bot: Any, teams: Any, desk: Any, data: Any) -> None:
    tenant = {"tenant": {"id": "0f2b5a60-0000-4000-8000-000000000001"}}
    await bot.hear("one", id="q1")
    await teams.said(1)
    wire = {**data, **tenant} if isinstance(data, dict) else data
    await bot.post(edit(bot, "two") | {"channelData": wire})
    await bot.settled()
    assert [speech.text for speech in desk.heard] == ["one", "two"]


async def test_an_edit_outlives_its_process(bots: Bots, teams: Any, desk: Any) -> None:
    first = await bots()
    await first.hear("one", id="q1")
    await teams.said(1)
    await first.settled()
    desk.gates["two"] = asyncio.Event()
    await first.post(edit(first, "two"))
    await first.until(lambda: len(desk.heard) == 2)
    await first.kill()
    del desk.gates["two"]
    desk.replies["two"] = Reply(text="after all")
    second = await bots()
    await second.expire_leases()
    answers = await teams.said(3)
    assert [call.text for call in answers][2] == "after all"
