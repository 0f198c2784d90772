"""Where people and teams can be reached: noted with the first message, before it is acknowledged."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.bot.conftest import AISHA, TENANT

Bots = Callable[..., Awaitable[Any]]

_SEEN = b"SELECT seen FROM chats"
_TEAMS = b"SELECT conversation, team FROM team_rooms"


async def test_whoever_writes_can_be_told_something_alone_as_soon_as_it_is_acknowledged(bots: Bots) -> None:
    bot = await bots(sending=False)
    await bot.hear("hello", where="a:9")
    assert await bot.whereabouts.chat_of(AISHA) == "a:9"


async def test_a_channel_is_known_for_its_teams_also_from_a_thread(bots: Bots) -> None:
    bot = await bots(sending=False)
    data = {"tenant": {"id": TENANT}, "team": {"id": "19:team"}}
    await bot.hear("hello", where="19:room;messageid=1", kind="channel", channelData=data)
    assert await bot.rows(_TEAMS) == [("19:room", "19:team")]


async def test_it_is_noted_once_in_a_process_s_life(bots: Bots) -> None:
    one = await bots(sending=False)
    await one.hear("hello")
    first = await one.rows(_SEEN)
    await one.hear("again")
    assert await one.rows(_SEEN) == first
    other = await bots(sending=False)
    await other.hear("hello")
    assert await other.rows(_SEEN) > first


async def test_whoever_writes_in_a_group_has_no_chat_by_that(bots: Bots) -> None:
    bot = await bots(sending=False)
    await bot.hear("hello", where="19:group", kind="groupChat")
    assert await bot.whereabouts.chat_of(AISHA) is None
