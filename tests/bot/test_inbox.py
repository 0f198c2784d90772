"""The inbox by itself: one process at a time has a conversation, and no message is left lying."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from bot.channel.wire import Arrival, arrival
from bot.inbox import Ending, Inbox, Left, LostTurnError
from provisioning.store.database import Pool


def message(number: int, *, where: str = "a:1", **more: Any) -> Arrival:
    raw = {
        "type": "message",
        "id": f"m{number}",
        "channelId": "msteams",
        "serviceUrl": "http://localhost:1",
        "conversation": {"id": where, "conversationType": "channel" if "thread" in where else "personal"},
        "channelData": {"tenant": {"id": "t"}},
        "from": {"id": "29:x"},
        "recipient": {"id": "28:bot"},
        "text": f"text {number}",
        **more,
    }
    return arrival(raw, json.dumps(raw))


async def finish(inbox: Inbox, pool: Pool, turn: Any, memory: Any = None) -> None:
    async with pool.connection() as connection, connection.transaction():
        await inbox.commit(connection, turn, Ending(memory=memory))


async def test_only_the_holder_of_the_lease_gets_the_next_message(pool: Pool) -> None:
    one, two = Inbox(pool), Inbox(pool)
    _, ours = await one.keep(message(1), "message")
    assert ours
    _, ours = await two.keep(message(2), "message")
    assert not ours
    turn = await one.take("a:1")
    assert turn is not None
    assert await two.take("a:1") is None
    await finish(one, pool, turn)
    second = await one.take("a:1")
    assert second is not None
    assert second.arrival.id == "m2", "what came through another process waits for the holder"


async def test_the_lease_is_given_back_when_nothing_waits(pool: Pool) -> None:
    one, two = Inbox(pool), Inbox(pool)
    await one.keep(message(1), "message")
    turn = await one.take("a:1")
    await finish(one, pool, turn)
    assert await one.take("a:1") is None
    _, ours = await two.keep(message(2), "message")
    assert ours


async def test_a_lease_ends_by_itself(pool: Pool) -> None:
    one, two = Inbox(pool, lease=timedelta(0)), Inbox(pool)
    await one.keep(message(1), "message")
    late = await one.take("a:1")
    assert late is not None
    assert list(await two.left_behind()) == [Left("a:1", alone=False, click=False)]
    turn = await two.take("a:1")
    assert turn is not None
    assert turn.arrival.id == "m1"
    with pytest.raises(LostTurnError):
        await finish(one, pool, late, memory={"by": "one"})
    await finish(two, pool, turn, memory={"by": "two"})
    assert await two.recall("a:1") == (1, {"by": "two"})


async def test_no_message_is_left_lying_when_one_comes_as_the_lease_is_given_back(pool: Pool) -> None:
    done: list[str] = []

    async def work(inbox: Inbox) -> None:
        while turn := await inbox.take("a:1"):
            await finish(inbox, pool, turn)
            done.append(turn.arrival.id)

    async def deliver(number: int) -> None:
        inbox = Inbox(pool)  # each comes through a process of its own
        _, ours = await inbox.keep(message(number), "message")
        if ours:
            await work(inbox)

    for start in range(0, 60, 6):
        await asyncio.gather(*(deliver(number) for number in range(start, start + 6)))
        assert len(done) == start + 6, "nobody had to look for what was left"
    assert len(set(done)) == 60


async def test_a_message_that_is_being_stored_is_waited_for_before_the_lease_is_given_back(pool: Pool) -> None:
    inbox = Inbox(pool)
    await inbox.keep(message(1), "message")
    await finish(inbox, pool, await inbox.take("a:1"))
    async with pool.connection() as storing, storing.transaction():
        await storing.execute("UPDATE conversations SET seen = clock_timestamp()")
        await storing.execute(
            "INSERT INTO inbox (tenant, conversation, activity, kind, raw) VALUES ('t', 'a:1', 'm2', 'message', %s)",
            [message(2).body],
        )
        looking = asyncio.create_task(inbox.take("a:1"))
        async with pool.connection() as other:
            await other.execute("SELECT pg_sleep(0.1)")
        assert not looking.done()
    turn = await looking
    assert turn is not None
    assert turn.arrival.id == "m2"


async def test_a_thread_makes_its_channel_known(pool: Pool) -> None:
    inbox = Inbox(pool)
    await inbox.keep(message(1, where="19:x@thread.tacv2;messageid=1"), "message")
    async with pool.connection() as connection:
        found = await connection.execute("SELECT id, kind, turn_by IS NULL FROM conversations ORDER BY id")
        assert await found.fetchall() == [
            ("19:x@thread.tacv2", "channel", True),
            ("19:x@thread.tacv2;messageid=1", "channel", False),
        ]


async def test_the_newest_service_url_is_used(pool: Pool) -> None:
    inbox = Inbox(pool)
    await inbox.keep(message(1), "message")
    await inbox.keep(message(2, serviceUrl="http://localhost:2"), "message")
    async with pool.connection() as connection:
        found = await connection.execute("SELECT service_url FROM conversations")
        assert await found.fetchall() == [("http://localhost:2",)]


async def test_what_is_done_is_dropped_after_two_days_and_what_waits_is_not(pool: Pool) -> None:
    inbox = Inbox(pool)
    await inbox.keep(message(1), "message")
    await inbox.keep(message(2), "message")
    await finish(inbox, pool, await inbox.take("a:1"))
    async with pool.connection() as connection:
        await connection.execute("UPDATE inbox SET received = received - interval '3 days'")
    await inbox.tidy()
    async with pool.connection() as connection:
        found = await connection.execute("SELECT activity FROM inbox")
        assert await found.fetchall() == [("m2",)]


async def test_a_stored_message_that_nobody_can_read_is_put_aside_and_the_next_is_taken(pool: Pool) -> None:
    inbox = Inbox(pool)
    await inbox.keep(message(1), "message")
    await inbox.keep(message(2), "message")
    async with pool.connection() as connection:
        await connection.execute("UPDATE inbox SET raw = '{}' WHERE activity = 'm1'")
    turn = await inbox.take("a:1")
    assert turn is not None
    assert turn.arrival.id == "m2"
    async with pool.connection() as connection:
        found = await connection.execute("SELECT state, why FROM inbox WHERE activity = 'm1'")
        ((state, why),) = await found.fetchall()
    assert state == "failed"
    assert why.startswith("unreadable: ")


async def test_a_stored_click_that_nobody_can_read_does_not_keep_the_others_from_their_cards(pool: Pool) -> None:
    inbox = Inbox(pool)
    for number in (1, 2):
        await inbox.keep(message(number), "click")
    async with pool.connection() as connection:
        await connection.execute("UPDATE inbox SET answer = '{}', taken_until = clock_timestamp()")
        await connection.execute("UPDATE inbox SET raw = '{}' WHERE activity = 'm1'")
    assert [arrival.id for _, arrival, _ in await inbox.abandoned()] == ["m2"]
    async with pool.connection() as connection:
        found = await connection.execute("SELECT state FROM inbox ORDER BY seq")
        assert await found.fetchall() == [("failed",), ("waiting",)]
