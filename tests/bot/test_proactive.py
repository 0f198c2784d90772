"""Speaking first: everything that shows a case is redrawn, the newest drawing stays, and nothing is said twice."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dialogs.talk import Reply
from provisioning.errors import NotThereError, TryLaterError

Bots = Callable[..., Awaitable[Any]]
ROOM = "19:general@thread.tacv2"


def shown(text: str, voice: str = "person", about: str = "case:1") -> Reply:
    return Reply(card={"type": "AdaptiveCard", "version": "1.5", "text": text}, about=about, voice=voice)


def drawing(text: str) -> Callable[[str], Awaitable[Reply]]:
    async def draw(voice: str) -> Reply:
        return shown(f"{text} for {voice}", voice)

    return draw


async def placed(bot: Any, teams: Any, desk: Any, word: str, **where: Any) -> None:
    """A message that shows case 1 stands in a conversation."""
    before = len(teams.messages)
    desk.replies.setdefault(word, shown("old"))
    await bot.hear(word, **where)
    await teams.said(before + 1)
    await bot.settled()


async def test_every_place_that_shows_it_is_edited_in_its_own_voice(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["agent's"] = shown("old", "agent")
    await placed(bot, teams, desk, "person's", where="a:1")
    await placed(bot, teams, desk, "agent's", where="a:2")
    await bot.proactive.redraw("case:1", drawing("new"))
    await teams.until(lambda: len(teams.edits) == 2)
    assert {(edit.conversation, edit.target, edit.text) for edit in teams.edits} == {
        ("a:1", "m1", "new for person"),
        ("a:2", "m2", "new for agent"),
    }


async def test_it_is_drawn_in_the_language_of_the_place(bot: Any, teams: Any, desk: Any) -> None:
    from cards import words

    await placed(bot, teams, desk, "one", where="a:1", locale="en-GB")
    await placed(bot, teams, desk, "one", where="a:2", locale="xx")
    spoken: list[str] = []

    async def draw(voice: str) -> Reply:
        spoken.append(words.current_language())
        return shown("new")

    await bot.proactive.redraw("case:1", draw)
    assert spoken == ["en", "en"], "once for each locale; both are spoken in English as long as there is nothing else"


async def test_what_shows_something_else_is_left_alone(bot: Any, teams: Any, desk: Any) -> None:
    await placed(bot, teams, desk, "one")
    await bot.proactive.redraw("case:2", drawing("new"))
    await bot.settled()
    assert teams.edits == []


async def test_a_drawing_that_looks_the_same_is_not_sent(bot: Any, teams: Any, desk: Any) -> None:
    await placed(bot, teams, desk, "one")
    for text in ("old", "new", "new"):

        async def draw(voice: str, text: str = text) -> Reply:
            return shown(text)

        await bot.proactive.redraw("case:1", draw)
        await bot.settled()
    assert [edit.text for edit in teams.edits] == ["new"]


async def test_edits_that_wait_are_replaced_by_the_newest(bot: Any, teams: Any, desk: Any) -> None:
    await placed(bot, teams, desk, "one")
    teams.gate.clear()
    for number in range(5):
        await bot.proactive.redraw("case:1", drawing(f"n{number}"))
        if number == 0:
            await teams.until(lambda: teams.edits)
    teams.gate.set()
    await teams.until(lambda: len(teams.edits) == 2)
    await bot.settled()
    assert [edit.text for edit in teams.edits] == ["n0 for person", "n4 for person"]


async def test_a_drawing_that_began_earlier_never_covers_a_newer_one(bot: Any, teams: Any, desk: Any) -> None:
    await placed(bot, teams, desk, "one")
    begun, hold = asyncio.Event(), asyncio.Event()

    async def slow(voice: str) -> Reply:
        begun.set()
        await hold.wait()
        return shown("stale")

    began = asyncio.create_task(bot.proactive.redraw("case:1", slow))
    await begun.wait()
    await bot.proactive.redraw("case:1", drawing("fresh"))
    await teams.until(lambda: teams.edits)
    hold.set()
    await began
    await bot.settled()
    assert [edit.text for edit in teams.edits] == ["fresh for person"]


async def test_an_answer_that_has_not_gone_out_is_drawn_again_where_it_stands(
    bots: Bots, teams: Any, desk: Any
) -> None:
    bot = await bots(sending=False)
    desk.replies["one"] = shown("old")
    await bot.hear("one")
    await bot.turns.idle()
    await bot.proactive.redraw("case:1", drawing("new"))
    await bot.sender.start()
    await teams.said(1)
    await bot.sender.stop()
    assert [call.text for call in teams.calls] == ["new for person"]


async def test_an_answer_that_is_on_its_way_is_followed_by_an_edit(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["one"] = shown("old")
    teams.gate.clear()
    await bot.hear("one")
    await teams.until(lambda: teams.messages)
    await bot.proactive.redraw("case:1", drawing("new"))
    teams.gate.set()
    await teams.until(lambda: teams.edits)
    assert [(call.method, call.text) for call in teams.calls] == [("POST", "old"), ("PUT", "new for person")]
    assert teams.edits[0].target == "m1"


async def test_trouble_while_drawing_comes_out_and_edits_nothing(bot: Any, teams: Any, desk: Any) -> None:
    await placed(bot, teams, desk, "one")

    async def draw(voice: str) -> Reply:
        raise TryLaterError("busy")

    with pytest.raises(TryLaterError):
        await bot.proactive.redraw("case:1", draw)
    await bot.settled()
    assert teams.edits == []


async def test_something_is_said_once_however_often_it_is_asked_for(bots: Bots, teams: Any) -> None:
    one, two = await bots(), await bots()
    await one.hear("hello")
    await teams.said(1)
    await asyncio.gather(
        *(bot.proactive.say("a:1", Reply(text="Your ticket was taken."), key="ticket:1:taken") for bot in (one, two))
    )
    await one.proactive.say("a:1", Reply(text="Your ticket was closed."), key="ticket:1:closed")
    await teams.said(3)
    await one.settled()
    await two.settled()
    assert [call.text for call in teams.messages] == [
        "re: hello",
        "Your ticket was taken.",
        "Your ticket was closed.",
    ]


async def test_nothing_can_be_said_where_we_have_never_been(bot: Any) -> None:
    with pytest.raises(NotThereError):
        await bot.proactive.say("a:unknown", Reply(text="Hello?"), key="k")


async def test_nothing_can_be_said_where_we_were_removed(bot: Any, teams: Any) -> None:
    await bot.hear("hello")
    await teams.said(1)
    await bot.post(bot.activity(type="installationUpdate", action="remove"))
    with pytest.raises(NotThereError):
        await bot.proactive.say("a:1", Reply(text="Hello?"), key="k")


async def test_a_ticket_in_the_helpdesks_channel_is_a_new_thread_and_is_edited_there(bot: Any, teams: Any) -> None:
    await bot.hear("use this channel", where=f"{ROOM};messageid=77", kind="channel")
    await teams.said(1)
    await bot.proactive.use_as_desk_room(f"{ROOM};messageid=77")
    room = await bot.proactive.desk_room()
    assert room == ROOM, "the channel, not the thread in which it was said"
    await bot.proactive.say(room, shown("open", "agent", "ticket:1001"), key="ticket:1001")
    await teams.said(2)
    await bot.settled()
    made = teams.messages[-1]
    assert made.conversation == ""
    assert made.body["channelData"] == {"channel": {"id": ROOM}, "tenant": {"id": made.body["tenantId"]}}
    assert made.body["activity"]["attachments"][0]["content"]["text"] == "open"
    await bot.proactive.redraw("ticket:1001", drawing("taken"))
    await teams.until(lambda: teams.edits)
    (edit,) = teams.edits
    assert (edit.conversation, edit.target) == (f"{ROOM};messageid=2", "m2")


async def test_a_click_in_that_thread_finds_its_place(bot: Any, teams: Any, desk: Any) -> None:
    await bot.hear("hello", where=ROOM, kind="channel")
    await bot.proactive.say(ROOM, shown("open", "agent", "ticket:1001"), key="ticket:1001")
    await teams.until(lambda: [call for call in teams.calls if not call.conversation])
    await bot.settled()
    thread = (await bot.rows(b"SELECT conversation, activity FROM places"))[0]
    desk.replies["take_ticket"] = shown("taken", "agent", "ticket:1001")
    await bot.click("take_ticket", on=thread[1], where=thread[0], kind="channel")
    await teams.until(lambda: teams.edits)
    assert teams.edits[0].conversation == thread[0]


async def test_in_the_playground_a_thread_begins_by_posting_to_the_channel(bots: Bots, teams: Any) -> None:
    bot = await bots(new_threads="post")
    await bot.post(bot.activity(type="installationUpdate", action="add", where=ROOM, kind="channel"))
    await teams.said(1)
    await bot.proactive.say(ROOM, shown("open", "agent", "ticket:1001"), key="ticket:1001")
    answers = await teams.said(2)
    assert [call.conversation for call in answers] == [ROOM, ROOM]
    await bot.settled()
    ((thread, activity),) = await bot.rows(b"SELECT conversation, activity FROM places")
    assert thread == f"{ROOM};messageid={activity}", "clicks on it come from the thread"


async def test_a_room_that_was_never_heard_of_counts_once_it_is(bot: Any, teams: Any) -> None:
    assert await bot.proactive.desk_room() is None
    await bot.proactive.use_as_desk_room(ROOM)
    assert await bot.proactive.desk_room() is None
    await bot.post(bot.activity(type="installationUpdate", action="add", where=ROOM, kind="channel"))
    assert await bot.proactive.desk_room() == ROOM
    await bot.post(bot.activity(type="installationUpdate", action="remove", where=ROOM, kind="channel"))
    assert await bot.proactive.desk_room() is None


async def test_the_helpdesk_can_move(bot: Any) -> None:
    for where in ("19:one@thread.v2", "19:two@thread.v2"):
        await bot.hear("use this", where=where, kind="groupChat")
        await bot.proactive.use_as_desk_room(where)
        assert await bot.proactive.desk_room() == where


async def test_a_redrawing_of_a_post_on_its_way_that_changes_nothing_is_no_edit(
    bot: Any, teams: Any, desk: Any
) -> None:
    desk.replies["one"] = shown("same")
    teams.gate.clear()
    await bot.hear("one")
    await teams.until(lambda: teams.messages)

    async def draw(voice: str) -> Reply:
        return shown("same")

    await bot.proactive.redraw("case:1", draw)
    teams.gate.set()
    await bot.settled()
    assert teams.edits == []


async def test_nobody_is_told_more_than_ten_things_a_minute_and_the_rest_follows(bot: Any, teams: Any) -> None:
    chat = bot.activity()["conversation"]["id"]
    await bot.hear("hello")
    for n in range(13):
        await bot.proactive.say(chat, Reply(text=f"news {n}"), key=f"news:{n}")
        await bot.proactive.say(chat, Reply(text=f"news {n}"), key=f"news:{n}")  # the same again counts once
    waits = await bot.rows(
        b"SELECT key, extract(epoch FROM due - clock_timestamp()) FROM outbox"
        b" WHERE starts_with(key, 'news:') ORDER BY seq"
    )
    assert [wait > 30 for _key, wait in waits] == [False] * 10 + [True] * 3
    assert all(wait <= 60 for _key, wait in waits)
