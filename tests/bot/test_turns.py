"""A message from the door to the answer: once, in order, whole or not at all."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from psycopg import OperationalError

from bot.patience import Patience
from bot.work import redraw_later
from dialogs.talk import Reply
from provisioning.errors import RefusedError, TryLaterError
from provisioning.store.queue import Queue
from tests.bot.conftest import AISHA, QUICK

Bots = Callable[..., Awaitable[Any]]


async def test_a_message_is_acknowledged_and_answered_in_its_conversation(bot: Any, teams: Any) -> None:
    assert await bot.post(bot.activity("hello")) == (202, None)
    (answer,) = await teams.said(1)
    assert (answer.conversation, answer.text) == ("a:1", "re: hello")
    assert answer.body["from"]["id"] == "28:sync-desk"
    assert answer.body["conversation"]["conversationType"] == "personal"
    assert "channelData" not in answer.body, "the note for the outbox is never sent"


async def test_it_is_acknowledged_before_it_is_thought_about(bot: Any, teams: Any, desk: Any) -> None:
    desk.gates["slow"] = asyncio.Event()
    await bot.hear("slow")
    assert not teams.messages
    desk.gates["slow"].set()
    await teams.said(1)


async def test_a_message_delivered_twice_is_heard_once(bot: Any, teams: Any, desk: Any) -> None:
    message = bot.activity("once")
    answers = await asyncio.gather(*(bot.post(message) for _ in range(5)))
    assert {status for status, _ in answers} == {202}
    await teams.said(1)
    assert await bot.post(message) == (202, None)
    await bot.hear("next")
    await teams.said(2)
    assert [speech.text for speech in desk.heard] == ["once", "next"]


async def test_a_message_that_comes_again_under_another_id_while_it_waits_is_heard_once(
    bot: Any, teams: Any, desk: Any
) -> None:
    """Teams delivers again after some 15 s what it heard nothing of, and may give it a new id then."""
    desk.gates["hello"] = asyncio.Event()
    await bot.hear("hello")
    await bot.until(lambda: desk.running)
    await bot.rows(b"UPDATE inbox SET received = received - interval '15 seconds'")
    await bot.hear("hello")
    await bot.hear("hello", **{"from": {"id": "29:somebody", "aadObjectId": AISHA}})
    desk.gates["hello"].set()
    await teams.said(2)
    await bot.settled()
    assert [speech.text for speech in desk.heard] == ["hello", "hello"], "once for each sender"


async def test_who_says_the_same_again_after_the_answer_is_answered_again(bot: Any, teams: Any) -> None:
    await bot.hear("hello")
    await teams.said(1)
    await bot.settled()
    await bot.rows(b"UPDATE inbox SET received = received - interval '15 seconds'")
    await bot.hear("hello")
    await teams.said(2)


async def test_what_a_dead_process_took_and_the_channel_delivers_under_another_id_is_answered_once(
    bots: Bots, teams: Any, desk: Any
) -> None:
    first = await bots()
    desk.gates["hello"] = asyncio.Event()
    await first.hear("hello")
    await first.until(lambda: desk.running)
    await first.kill()
    desk.gates["hello"].set()
    second = await bots()
    await second.expire_leases()
    await teams.said(1)
    await second.settled()
    await second.hear("hello", id="new")
    await second.hear("next")
    await teams.said(2)
    await second.settled()
    assert [call.text for call in teams.messages] == ["re: hello", "re: next"]
    await second.rows(b"UPDATE inbox SET received = received - interval '61 seconds'")
    await second.hear("hello")
    await teams.said(3)


async def test_a_successor_that_first_hears_of_what_was_left_by_its_repetition_answers_it_once(
    bots: Bots, teams: Any, desk: Any
) -> None:
    first = await bots()
    desk.gates["hello"] = asyncio.Event()
    await first.hear("hello")
    await first.until(lambda: desk.running)
    await first.kill()
    desk.gates["hello"].set()
    second = await bots(patience=replace(QUICK, sweep=30))  # it does not look by itself
    await second.expire_leases()
    await second.rows(b"UPDATE inbox SET received = received - interval '15 seconds'")
    await second.hear("hello", id="new")
    await teams.said(1)
    await second.settled()
    await second.hear("next")
    await teams.said(2)
    assert [call.text for call in teams.messages] == ["re: hello", "re: next"]


async def test_a_response_that_nobody_hears_makes_the_next_delivery_a_repetition(
    bot: Any, teams: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.endpoints._LATE", -1)  # every response is too late
    await bot.hear("hello")
    await teams.said(1)
    await bot.settled()
    await bot.hear("hello", id="new")
    monkeypatch.undo()
    await bot.hear("next")
    await teams.said(2)
    assert [call.text for call in teams.messages] == ["re: hello", "re: next"]


async def test_a_sender_who_is_gone_before_the_response_may_come_again(bot: Any, teams: Any) -> None:
    begin, gate = bot.turns._inbox.begin, asyncio.Event()

    async def slow(*given: Any) -> Any:
        await gate.wait()
        return await begin(*given)

    bot.turns._inbox.begin = slow
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await bot.hear("hello")
    gate.set()
    await teams.said(1)
    await bot.until(lambda: not bot.turns._workers)
    async with asyncio.timeout(60):
        while await bot.rows(b"SELECT unheard FROM inbox") != [(True,)]:
            pass


async def test_the_same_id_in_another_conversation_is_another_message(bot: Any, teams: Any) -> None:
    await bot.post(bot.activity("one", id="x"))
    await bot.post(bot.activity("two", id="x", where="a:2"))
    assert {call.text for call in await teams.said(2)} == {"re: one", "re: two"}


async def test_messages_of_one_conversation_neither_overlap_nor_reorder(bot: Any, teams: Any, desk: Any) -> None:
    words = [f"w{number}" for number in range(8)]
    for word in words:
        await bot.hear(word)
    answers = await teams.said(len(words))
    assert [call.text for call in answers] == [f"re: {word}" for word in words]
    assert desk.side_by_side == 1


async def test_nor_do_they_on_several_processes(bots: Bots, teams: Any, desk: Any) -> None:
    one, two = await bots(), await bots()
    words = [f"w{number}" for number in range(8)]
    for number, word in enumerate(words):
        chosen = one if number % 2 else two
        status, _ = await chosen.post(chosen.activity(word, id=f"id{number}"))
        assert status == 202
    answers = await teams.said(len(words))
    assert [call.text for call in answers] == [f"re: {word}" for word in words]
    assert desk.side_by_side == 1
    assert [speech.text for speech in desk.heard] == words


async def test_conversations_do_not_wait_for_each_other(bot: Any, teams: Any, desk: Any) -> None:
    desk.gates["slow"] = asyncio.Event()
    await bot.hear("slow", where="a:1")
    await bot.hear("quick", where="a:2")
    (answer,) = await teams.said(1)
    assert answer.conversation == "a:2"


async def test_a_message_waits_for_a_database_that_goes_away_while_it_is_thought_about(
    bot: Any, teams: Any, desk: Any
) -> None:
    desk.problems["hello"] = OperationalError("the connection is lost")
    await bot.hear("hello")
    await bot.until(lambda: desk.heard)
    del desk.problems["hello"]
    (answer,) = await teams.said(1)
    assert answer.text == "re: hello"
    await bot.settled()
    assert await bot.rows(b"SELECT state FROM inbox") == [("done",)]


async def test_no_database_connection_is_held_while_an_answer_is_thought_about(bot: Any, teams: Any, desk: Any) -> None:
    desk.gates["slow"] = asyncio.Event()
    for number in range(12):  # more than the pool has connections
        await bot.hear("slow", where=f"a:{number}")
    await bot.until(lambda: desk.running == 12)
    desk.gates["slow"].set()
    await teams.said(12)


async def test_what_a_turn_remembers_is_there_in_the_next(bot: Any, teams: Any) -> None:
    await bot.hear("one")
    await bot.hear("two")
    await teams.said(2)
    await bot.settled()
    ((memory,),) = await bot.rows(b"SELECT memory FROM conversations WHERE id = 'a:1'")
    assert memory == {"dialogs": "1", "value": ["one", "two"]}


async def test_another_version_of_the_dialogs_says_that_it_forgot(bots: Bots, teams: Any) -> None:
    old = await bots()
    await old.hear("one")
    await teams.said(1)
    await old.close()
    new = await bots(version="2")
    await new.post(new.activity("two", id="later"))
    answers = await teams.said(3)
    assert "forgotten where we were" in answers[1].text
    assert answers[2].text == "re: two"
    await new.settled()
    ((memory,),) = await new.rows(b"SELECT memory FROM conversations WHERE id = 'a:1'")
    assert memory == {"dialogs": "2", "value": ["two"]}


async def test_what_a_killed_process_was_thinking_about_is_thought_about_again(
    bots: Bots, teams: Any, desk: Any
) -> None:
    first = await bots()
    desk.gates["lost"] = asyncio.Event()
    await first.hear("lost")
    await first.until(lambda: desk.heard)
    await first.kill()
    del desk.gates["lost"]
    second = await bots()
    await second.expire_leases()
    (answer,) = await teams.said(1)
    assert answer.text == "re: lost"
    assert len(desk.heard) > 1
    await second.settled()
    assert len(teams.messages) == 1, "however often it was thought about"


async def test_a_living_process_keeps_its_conversation_however_long_it_thinks(
    bots: Bots, teams: Any, desk: Any, pool: Any
) -> None:
    first = await bots()
    desk.gates["long"] = asyncio.Event()
    await first.hear("long")
    await bots()
    await first.until(lambda: desk.heard)
    before = await first.rows(b"SELECT turn_by, turn_until FROM conversations")
    async with asyncio.timeout(60):
        while (await first.rows(b"SELECT turn_by, turn_until FROM conversations"))[0][1] == before[0][1]:
            await asyncio.sleep(0)
    assert (await first.rows(b"SELECT turn_by FROM conversations"))[0][0] == before[0][0]
    desk.gates["long"].set()
    await teams.said(1)
    assert len(desk.heard) == 1


async def test_a_turn_whose_conversation_was_taken_over_commits_nothing(bots: Bots, teams: Any, desk: Any) -> None:
    first = await bots(sending=False)
    desk.gates["slow"] = asyncio.Event()
    await first.hear("slow")
    await first.until(lambda: desk.heard)
    await first.rows(
        b"UPDATE conversations SET turn_by = gen_random_uuid(), turn_until = clock_timestamp() + interval '1 hour'"
    )
    desk.gates["slow"].set()
    await first.settled()
    assert await first.rows(b"SELECT 1 FROM outbox") == []
    assert await first.rows(b"SELECT state FROM inbox") == [("waiting",)]
    assert await first.rows(b"SELECT memory FROM conversations") == [(None,)]


async def test_an_answer_that_was_committed_and_not_sent_is_sent_by_a_successor(
    bots: Bots, teams: Any, desk: Any
) -> None:
    first = await bots(sending=False)
    await first.hear("committed")
    await first.settled()
    await first.close()
    assert teams.calls == []
    await bots()
    (answer,) = await teams.said(1)
    assert answer.text == "re: committed"
    assert len(desk.heard) == 1


async def test_a_message_that_three_processes_died_over_is_put_aside(bot: Any, teams: Any, desk: Any) -> None:
    desk.gates["deadly"] = asyncio.Event()
    await bot.hear("deadly")
    await bot.hear("next")
    await bot.until(lambda: desk.heard)
    await bot.kill()
    await bot.rows(b"UPDATE inbox SET attempts = 3 WHERE activity = 'in1'")
    await bot.expire_leases()
    await bot.turns.start()
    await bot.sender.start()
    answers = await teams.said(2)
    assert "could not work on your last message" in answers[0].text
    assert [speech.text for speech in desk.heard] == ["deadly", "next"]


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (TryLaterError("busy"), "busy or does not answer"),
        (RefusedError("This job cannot be started."), "This job cannot be started."),
        (RuntimeError("secret detail"), "Something went wrong on my side"),
    ],
)
async def test_trouble_is_told_and_the_conversation_goes_on(
    bot: Any, teams: Any, desk: Any, problem: Exception, words: str
) -> None:
    desk.problems["bad"] = problem
    await bot.hear("bad")
    await bot.hear("good")
    answers = await teams.said(2)
    assert words in answers[0].text
    assert "secret" not in answers[0].text
    assert answers[1].text == "re: good"
    assert (await bot.rows(b"SELECT state FROM inbox ORDER BY seq"))[0] == ("failed",)


async def test_an_unknown_fault_makes_the_dialogs_begin_anew_and_a_known_one_does_not(
    bot: Any, teams: Any, desk: Any
) -> None:
    desk.problems |= {"known": RefusedError("No."), "unknown": RuntimeError("?")}
    for number, (word, left) in enumerate([("a", ["a"]), ("known", ["a"]), ("b", ["a", "b"]), ("unknown", None)]):
        await bot.hear(word)
        await teams.said(number + 1)
        await bot.settled()
        ((memory,),) = await bot.rows(b"SELECT memory FROM conversations")
        assert (memory and memory["value"]) == left


async def test_a_turn_that_takes_too_long_is_given_up_and_says_so(bots: Bots, teams: Any, desk: Any) -> None:
    bot = await bots(patience=Patience(turn=0.05, sweep=0.05, typing=30))
    desk.gates["endless"] = asyncio.Event()
    await bot.hear("endless")
    (answer,) = await teams.said(1)
    assert "took too long" in answer.text


async def test_a_long_answer_is_announced_by_typing_and_a_short_one_is_not(bots: Bots, teams: Any, desk: Any) -> None:
    bot = await bots(patience=Patience(typing=0.01, sweep=0.05))
    desk.gates["slow"] = asyncio.Event()
    await bot.hear("slow")
    await teams.until(lambda: [call for call in teams.calls if call.body.get("type") == "typing"])
    desk.gates["slow"].set()
    await teams.said(1)
    patient = await bots(patience=Patience(typing=30, sweep=0.05))
    await patient.post(patient.activity("quick", id="q", where="a:2"))
    await teams.said(2)
    assert [call.body["type"] for call in teams.calls] == ["typing", "message", "message"]


def test_the_typing_sign_is_there_within_two_seconds() -> None:
    assert 0.5 <= Patience().typing <= 1.8, "Teams wants an answer or a sign within 2 s, and the call takes a moment"


async def test_an_answer_that_fails_leaves_no_typing_sign_behind(bots: Bots, teams: Any, desk: Any) -> None:
    bot = await bots(patience=Patience(typing=0.05, sweep=0.05))
    desk.problems["bad"] = RuntimeError("a fault")
    await bot.hear("bad")
    (said,) = await teams.said(1)
    await bot.settled()
    await bot.rows(b"SELECT pg_sleep(0.1)")
    assert "Something went wrong" in said.text
    assert teams.calls[-1] is said


async def test_the_typing_sign_never_comes_after_the_answer(bots: Bots, teams: Any, desk: Any) -> None:
    bot = await bots(patience=Patience(typing=0.01, sweep=0.05))
    teams.gate.clear()
    desk.gates["slow"] = asyncio.Event()
    await bot.hear("slow")
    await teams.until(lambda: teams.calls)  # the sign is on its way and the channel takes its time
    desk.gates["slow"].set()
    await bot.until(lambda: not desk.running)
    await bot.rows(b"SELECT pg_sleep(0.1)")
    assert await bot.rows(b"SELECT state FROM inbox") == [("waiting",)], "nothing is committed before the sign is taken"
    assert [call.body["type"] for call in teams.calls] == ["typing"]
    teams.gate.set()
    await teams.said(1)
    await bot.settled()
    assert [call.body["type"] for call in teams.calls] == ["typing", "message"]


async def test_what_was_said_is_cleaned_and_mentions_are_told(bot: Any, teams: Any, desk: Any) -> None:
    jose = "0f2b5a60-0000-4000-8000-00000000000b"
    teams.members["29:jose"] = {"id": "29:jose", "aadObjectId": jose}
    entities = [
        {"type": "mention", "mentioned": {"id": "28:sync-desk", "name": "Sync Desk"}, "text": "<at>Sync Desk</at>"},
        {"type": "mention", "mentioned": {"id": "29:jose", "name": "José García"}, "text": "<at>José García</at>"},
    ]
    await bot.hear(
        "<at>Sync Desk</at>&nbsp;status <at>José García</at> in R&amp;D", kind="groupChat", entities=entities
    )
    await teams.said(1)
    (speech,) = desk.heard
    assert speech.text == "status José García in R&D"
    assert [(who.id, who.name, who.text) for who in speech.mentions] == [(jose, "José García", "José García")]
    assert speech.kind == "groupChat"
    assert speech.actor.name == "Aisha Khan"


async def test_a_mention_that_the_channel_does_not_explain_has_no_id(bot: Any, teams: Any, desk: Any) -> None:
    entities = [{"type": "mention", "mentioned": {"id": "29:who", "name": "Who"}, "text": "<at>Who</at>"}]
    await bot.hear("status <at>Who</at>", entities=entities)
    await teams.said(1)
    assert [who.id for who in desk.heard[0].mentions] == [""]


@pytest.mark.parametrize("sender", [{"id": "29:x"}, {"id": "29:x", "aadObjectId": "no-guid"}])
async def test_a_sender_without_an_entra_account_is_told_so(bot: Any, teams: Any, desk: Any, sender: Any) -> None:
    await bot.hear("status", **{"from": sender})
    (answer,) = await teams.said(1)
    assert "did not tell me which account" in answer.text
    assert desk.heard == []


async def test_a_sender_that_the_tenant_does_not_know_is_told_so(bot: Any, teams: Any, desk: Any) -> None:
    await bot.hear("status", **{"from": {"id": "29:x", "aadObjectId": "0f2b5a60-0000-4000-8000-0000000000ff"}})
    (answer,) = await teams.said(1)
    assert "cannot find your account" in answer.text
    assert desk.heard == []


async def test_we_introduce_ourselves_once_in_a_conversation(bot: Any, teams: Any, desk: Any) -> None:
    added = {"membersAdded": [{"id": "28:sync-desk"}, {"id": "29:aisha"}]}
    for activity in (
        bot.activity(type="installationUpdate", action="add"),
        bot.activity(type="conversationUpdate", **added),
        bot.activity(type="installationUpdate", action="add"),
    ):
        assert (await bot.post(activity))[0] == 202
    await bot.hear("hello")
    answers = await teams.said(2)
    assert [call.text for call in answers] == ["Hello Aisha Khan", "re: hello"]
    assert len(desk.welcomed) == 1


async def test_somebody_else_who_joins_is_not_greeted(bot: Any, teams: Any, desk: Any) -> None:
    joined = bot.activity(type="conversationUpdate", membersAdded=[{"id": "29:aisha"}])
    assert (await bot.post(joined))[0] == 200
    await bot.hear("hello")
    await teams.said(1)
    assert desk.welcomed == []


async def test_after_a_removal_nothing_is_sent_until_we_are_back_and_then_we_say_hello_again(
    bot: Any, teams: Any, desk: Any
) -> None:
    await bot.post(bot.activity(type="installationUpdate", action="add"))
    await teams.said(1)
    await bot.settled()
    assert (await bot.post(bot.activity(type="installationUpdate", action="remove")))[0] == 200
    assert await bot.rows(b"SELECT retired_why FROM conversations") == [("removed",)]
    await bot.post(bot.activity(type="installationUpdate", action="add"))
    answers = await teams.said(2)
    assert answers[1].text == "Hello Aisha Khan"


@pytest.mark.parametrize("kind", ["messageDelete", "messageReaction", "typing", "event", "whatever"])
async def test_what_needs_no_answer_is_taken_and_left_alone(bot: Any, teams: Any, desk: Any, kind: str) -> None:
    assert await bot.post(bot.activity("edited", type=kind)) == (200, None)
    await bot.hear("hello")
    await teams.said(1)
    assert [speech.text for speech in desk.heard] == ["hello"]


async def test_a_conversation_under_another_tenant_starts_from_nothing(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["one"] = Reply(card={"type": "AdaptiveCard", "text": "card"}, about="case:1")
    await bot.hear("one")
    await teams.said(1)
    await bot.settled()
    other = "0f2b5a60-0000-4000-8000-0000000000ee"
    conversation = {"id": "a:1", "conversationType": "personal", "tenantId": other}
    await bot.hear("two", conversation=conversation, channelData={"tenant": {"id": other}})
    await teams.said(2)
    await bot.settled()
    ((memory, tenant),) = await bot.rows(b"SELECT memory, tenant FROM conversations")
    assert (memory["value"], tenant) == (["two"], other)
    assert await bot.rows(b"SELECT 1 FROM places") == []


async def test_a_message_is_not_kept_longer_than_it_is_needed(bot: Any, teams: Any) -> None:
    await bot.hear("private")
    await teams.said(1)
    await bot.settled()
    assert await bot.rows(b"SELECT raw, state FROM inbox") == [(None, "done")]


async def test_stopping_gives_unfinished_work_to_a_successor_at_once(bots: Bots, teams: Any, desk: Any) -> None:
    first = await bots(patience=Patience(grace=0.01, typing=30))
    desk.gates["slow"] = asyncio.Event()
    await first.hear("slow")
    await first.until(lambda: desk.heard)
    await first.close()
    del desk.gates["slow"]
    await bots()
    (answer,) = await teams.said(1)
    assert answer.text == "re: slow"


async def test_a_message_knows_its_own_name(bot: Any, teams: Any, desk: Any) -> None:
    await bot.hear("hello", id="m77")
    await teams.said(1)
    assert desk.heard[0].key == "0f2b5a60-0000-4000-8000-000000000001/a:1/m77"


async def test_stopping_begins_no_new_turn_and_leaves_the_rest_to_a_successor(
    bots: Bots, teams: Any, desk: Any
) -> None:
    first = await bots()
    desk.gates["one"] = asyncio.Event()
    for word in ("one", "two", "three"):
        await first.hear(word)
    await first.until(lambda: desk.heard)
    stopping = asyncio.create_task(first.turns.stop())
    await first.until(first.turns._stopping.is_set)
    desk.gates["one"].set()
    await stopping
    assert [speech.text for speech in desk.heard] == ["one"]
    await bots()
    answers = await teams.said(3)
    assert [call.text for call in answers] == ["re: one", "re: two", "re: three"]


async def test_stopping_does_not_wait_for_a_turn_that_swallows_its_end(bots: Bots, teams: Any, desk: Any) -> None:
    bot = await bots(patience=Patience(grace=0.01, typing=30))
    swallowed = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed.set()
        await asyncio.Event().wait()

    desk.before = stubborn
    await bot.hear("one")
    await bot.until(lambda: desk.heard)
    async with asyncio.timeout(60):
        await bot.turns.stop()
    assert swallowed.is_set()
    assert not bot.turns._workers


async def test_a_fault_does_not_end_the_looking_for_what_was_left(bot: Any, teams: Any, caplog: Any) -> None:
    look, faults = bot.turns._inbox.left_behind, 0

    async def faulty() -> Any:
        nonlocal faults
        faults += 1
        if faults == 1:
            raise RuntimeError("something nobody thought of")
        return await look()

    bot.turns._inbox.left_behind = faulty
    await bot.until(lambda: faults >= 2)
    assert "something nobody thought of" in caplog.text
    assert not bot.turns._loop.done()


async def test_nobody_begins_a_left_click_before_the_sdk_is_there(
    bots: Bots, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = threading.Event()
    first = await bots()
    await first.hear("hello")
    await first.settled()
    await first.close()
    old = first.invoke("provision", id="old")
    await first.rows(
        b"INSERT INTO inbox (tenant, conversation, activity, kind, raw, answer, taken_until)"
        b" SELECT tenant, id, 'old', 'click', %s, '{}', clock_timestamp() FROM conversations",
        json.dumps(old),
    )
    monkeypatch.setattr("bot.turns.warm", there.wait)
    try:
        second = await bots()
        look, looked = second.turns._inbox.left_behind, 0

        async def counted() -> Any:
            nonlocal looked
            looked += 1
            return await look()

        second.turns._inbox.left_behind = counted
        await second.until(lambda: looked >= 3)
        assert await second.rows(b"SELECT attempts FROM inbox WHERE activity = 'old'") == [(0,)]
    finally:
        there.set()
    await second.until(lambda: desk.clicked)


async def test_a_ticket_that_changed_before_its_card_was_stored_is_drawn_again(
    bots: Bots, teams: Any, desk: Any
) -> None:
    asked: list[tuple[str, int]] = []

    async def later(connection: Any, about: str) -> None:
        found = await connection.execute("SELECT count(*) FROM outbox WHERE about = %s", [about])
        (stored,) = await found.fetchone()
        asked.append((about, stored))

    bot = await bots(redraw_later=later)
    desk.replies["ticket"] = Reply(card={"type": "AdaptiveCard", "text": "open"}, about="ticket:7")
    desk.replies["status"] = Reply(card={"type": "AdaptiveCard", "text": "why"}, about="case:1")
    await bot.hear("ticket")
    await bot.hear("status")
    await teams.said(2)
    assert asked == [("ticket:7", 1)], "on the turn's own transaction; nobody else knows a new case yet"


async def test_redrawing_is_queued_when_and_only_when_the_turn_commits(bots: Bots, pool: Any, desk: Any) -> None:
    bot = await bots(redraw_later=redraw_later(Queue(pool)), sending=False)
    desk.replies["ticket"] = Reply(card={"type": "AdaptiveCard", "text": "open"}, about="ticket:7")
    desk.gates["ticket"] = asyncio.Event()
    await bot.hear("ticket")
    await bot.until(lambda: desk.heard)
    await bot.rows(b"UPDATE conversations SET version = version + 1")
    desk.gates["ticket"].set()
    jobs = b"SELECT task_name, args FROM procrastinate_jobs"
    await bot.until(lambda: len(desk.heard) == 2)  # the first one lost its conversation, and it is heard again
    await bot.turns.idle()
    assert await bot.rows(jobs) == [("show_ticket", {"number": 7})]
