"""Whoever writes at the same time waits in one order, so nobody waits for somebody who waits for them."""

import asyncio
from typing import Any

import pytest

from bot.channel.wire import Letter
from bot.inbox import Inbox
from bot.outbox import Errand, View
from dialogs.talk import Reply

CASE = "case:1"
SHOWN = View(voice="agent", locale=None)


def drawing(text: str) -> dict[str, Any]:
    return {"type": "message", "text": text}


async def shown(bot: Any, teams: Any, where: str) -> str:
    """A message that shows the case; its id."""
    before = len(teams.messages)
    bot.desk.replies["case"] = Reply(text="the case", about=CASE, voice="agent")
    await bot.hear("case", where=where)
    await teams.said(before + 1)
    await bot.settled()
    ((activity,),) = await bot.rows(b"SELECT activity FROM places WHERE conversation = %s", where)
    return str(activity)


async def edit_under_way(bot: Any, where: str, activity: str) -> Errand:
    """An edit that this process has claimed and that the channel has just taken."""
    letter = Letter(method="put", target=activity, body=drawing("edited"), about=CASE, voice="agent", drawn=1)
    async with bot.pool.connection() as connection:
        await bot.outbox.add(connection, where, [letter])
    errand = await bot.outbox.claim(where)
    assert errand is not None
    return errand  # type: ignore[no-any-return]


async def waits_for_a_lock(bot: Any, name: bytes) -> None:
    """Until somebody's statement with ``name`` in it waits for a lock."""
    async with asyncio.timeout(60):
        while not await bot.rows(
            b"SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%" + name + b"%%'"
        ):
            await asyncio.sleep(0.01)


async def test_who_holds_a_conversation_holds_up_nobody_who_adds_to_it(bots: Any, teams: Any) -> None:
    """An edit that went out is noted while another transaction has drawn the same place and then adds an edit there.

    The first has the conversation and waits for the place; the second has the place, and must not wait for the first.
    """
    bot = await bots()
    activity = await shown(bot, teams, "a:1")
    await bot.sender.stop()
    errand = await edit_under_way(bot, "a:1", activity)
    async with bot.pool.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL deadlock_timeout = '10ms'")
        await connection.execute("UPDATE places SET drawn = drawn + 1 WHERE conversation = 'a:1'")
        noting = asyncio.create_task(bot.outbox.sent(errand, conversation="a:1", activity=activity))
        await waits_for_a_lock(bot, b"desk_sent")
        letter = Letter(method="put", target="other", body=drawing("new"), about=CASE, voice="agent", drawn=9)
        await bot.outbox.add(connection, "a:1", [letter])
    following = await noting
    assert following is not None
    assert following.letter.target == "other"


async def test_a_redraw_takes_the_conversations_before_what_is_in_them(bots: Any, teams: Any) -> None:
    bot = await bots()
    for where in ("a:2", "a:1"):
        await shown(bot, teams, where)
    await bot.sender.stop()
    async with bot.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT FROM conversations WHERE id = 'a:1' FOR NO KEY UPDATE")
        redraw = asyncio.create_task(bot.outbox.redrawn(CASE, 10**6, {SHOWN: drawing("anew")}))
        await waits_for_a_lock(bot, b"FOR NO KEY UPDATE")
        await connection.execute("SET LOCAL lock_timeout = '5s'")
        await connection.execute("UPDATE places SET drawn = drawn WHERE about = %s", [CASE])
        await connection.execute("SELECT FROM conversations WHERE id = 'a:2' FOR NO KEY UPDATE")
    assert sorted(await redraw) == ["a:1", "a:2"]


@pytest.mark.parametrize("verb", ["renew", "let_go"])
@pytest.mark.parametrize("box", ["inbox", "outbox"])
async def test_what_goes_over_all_conversations_of_a_process_locks_them_in_order(
    bots: Any, teams: Any, box: str, verb: str
) -> None:
    """What is asked together holds some and waits for others, in this order."""
    bot = await bots()
    for where in ("a:2", "a:1"):  # they lie in the table the other way round
        await shown(bot, teams, where)
    await bot.sender.stop()
    one = bot.outbox if box == "outbox" else Inbox(bot.pool)
    await bot.rows(b"UPDATE conversations SET turn_by = %s, send_by = %s RETURNING id", one.me, one.me)
    async with bot.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT FROM conversations WHERE id = 'a:1' FOR NO KEY UPDATE")
        over_all = asyncio.create_task(getattr(one, verb)())
        await waits_for_a_lock(bot, b"WITH mine")
        await connection.execute("SET LOCAL lock_timeout = '5s'")
        await connection.execute("SELECT FROM conversations WHERE id = 'a:2' FOR NO KEY UPDATE")
    await over_all


@pytest.mark.parametrize("function", ["desk_take", "desk_end_turn", "desk_claim", "desk_sent"])
async def test_no_function_locks_a_conversations_name(bot: Any, function: str) -> None:
    ((body,),) = await bot.rows(b"SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", function)
    assert "FOR NO KEY UPDATE" in body
    assert "FOR UPDATE" not in body
