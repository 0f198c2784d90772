"""What is in the outbox goes out in order, paced, and is honest about what nobody knows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from psycopg import OperationalError

from bot.evenly import Evenly
from dialogs.talk import Reply
from provisioning.errors import TryLaterError

Bots = Callable[..., Awaitable[Any]]


def card(text: str) -> dict[str, Any]:
    return {"type": "AdaptiveCard", "version": "1.5", "text": text}


async def states(bot: Any) -> list[str]:
    return [row[0] for row in await bot.rows(b"SELECT state FROM outbox ORDER BY seq")]


@pytest.mark.alone
async def test_after_a_429_the_channel_is_left_alone_as_long_as_it_asked(bot: Any, teams: Any) -> None:
    teams.refuse(429, Retry_After="0.4")
    await bot.hear("one")
    await bot.hear("two")
    await teams.until(lambda: len(teams.messages) == 3)
    refused, first, second = teams.messages
    assert [refused.text, first.text, second.text] == ["re: one", "re: one", "re: two"]
    assert first.at - refused.at >= 0.4
    await bot.settled()
    assert await states(bot) == ["sent", "sent"]


async def test_a_412_is_tried_again_by_our_own_patience(bot: Any, teams: Any) -> None:
    teams.refuse(412)
    await bot.hear("one")
    await teams.said(2)
    await bot.settled()
    assert await states(bot) == ["sent"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
async def test_a_post_that_may_have_been_shown_is_not_repeated_and_is_visible(
    bot: Any, teams: Any, status: int
) -> None:
    teams.refuse(status)
    await bot.hear("one")
    await bot.hear("two")
    await teams.until(lambda: len(teams.messages) == 2)
    assert [call.text for call in teams.messages] == ["re: one", "re: two"]
    await bot.settled()
    assert await states(bot) == ["ambiguous", "sent"]
    assert await bot.outbox.troubles() == {"ambiguous": 1}


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_refused_post_is_given_up_and_the_next_goes_out(bot: Any, teams: Any, status: int) -> None:
    teams.refuse(status, "BadArgument")
    await bot.hear("one")
    await bot.hear("two")
    await teams.until(lambda: len(teams.messages) == 2)
    await bot.settled()
    assert await states(bot) == ["failed", "sent"]
    ((why,),) = await bot.rows(b"SELECT why FROM outbox WHERE state = 'failed'")
    assert "BadArgument" in why or "401" in why


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "BotDisabledByAdmin"),
        (403, "BotNotInConversationRoster"),
        (403, "ConversationBlockedByUser"),
        (403, "MessageWritesBlocked"),
        (404, "ConversationNotFound"),
    ],
)
async def test_a_closed_conversation_gets_nothing_more_until_somebody_speaks_there(
    bot: Any, teams: Any, status: int, code: str
) -> None:
    teams.refuse(status, code)
    await bot.hear("one")
    await teams.said(1)
    await bot.settled()
    assert (await bot.rows(b"SELECT retired_why FROM conversations"))[0][0].endswith(f"({code})")
    await bot.hear("hello again")
    await teams.said(2)
    await bot.settled()
    assert await states(bot) == ["failed", "sent"]


async def test_a_connector_that_cannot_be_reached_costs_nothing_but_time(bot: Any, teams: Any) -> None:
    await bot.hear("one", serviceUrl="http://127.0.0.1:9")  # discard: nobody listens
    async with asyncio.timeout(60):
        while not await bot.rows(b"SELECT 1 FROM outbox WHERE state = 'pending' AND attempts > 0"):
            pass
    await bot.hear("two")  # the conversation is now served from where the channel says it is
    answers = await teams.said(2)
    assert [call.text for call in answers] == ["re: one", "re: two"]


async def test_a_post_under_way_when_the_process_died_is_ambiguous_and_never_repeated(bots: Bots, teams: Any) -> None:
    first = await bots()
    teams.gate.clear()
    await first.hear("one")
    await teams.until(lambda: teams.messages)
    await first.kill()
    teams.gate.set()
    second = await bots()
    await second.expire_leases()
    await second.post(second.activity("two", id="later"))
    await teams.until(lambda: len(teams.messages) == 2)
    await second.settled()
    assert [call.text for call in teams.messages] == ["re: one", "re: two"]
    assert await states(second) == ["ambiguous", "sent"]


async def test_an_edit_under_way_when_the_process_died_is_made_again(bots: Bots, teams: Any, desk: Any) -> None:
    desk.replies["one"] = Reply(card=card("old"), about="case:1")
    first = await bots()
    await first.hear("one")
    await teams.said(1)
    await first.settled()
    teams.gate.clear()

    async def draw(voice: str) -> Reply:
        return Reply(card=card("new"), about="case:1")

    await first.proactive.redraw("case:1", draw)
    await teams.until(lambda: teams.edits)
    await first.kill()
    teams.gate.set()
    second = await bots()
    await second.expire_leases()
    await teams.until(lambda: len(teams.edits) == 2)
    await second.settled()
    assert {(edit.target, edit.text) for edit in teams.edits} == {("m1", "new")}
    assert (await states(second))[-1] == "sent"


async def test_another_process_leaves_a_living_one_alone(bots: Bots, teams: Any) -> None:
    first = await bots()
    teams.gate.clear()
    await first.hear("one")
    await teams.until(lambda: teams.messages)
    second = await bots()
    await second.post(second.activity("two", id="later"))
    await second.turns.idle()
    await second.rows(b"SELECT pg_sleep(0.2)")
    assert len(teams.messages) == 1
    teams.gate.set()
    await teams.until(lambda: len(teams.messages) == 2)
    await first.settled()
    await second.settled()
    assert await states(second) == ["sent", "sent"]


@pytest.mark.alone
async def test_more_than_seven_messages_in_a_second_are_spread(bot: Any, teams: Any) -> None:
    for number in range(9):
        await bot.hear(f"w{number}")
    answers = await teams.said(9)
    assert [call.text for call in answers] == [f"re: w{number}" for number in range(9)]
    assert answers[7].at - answers[0].at >= 0.95


@pytest.mark.parametrize(
    ("ages", "wait"),
    [
        ([], 0),
        ([0.1] * 6, 0),
        ([0.1] * 7, 0.9),
        ([0.1] * 6 + [1.2], 0),
        ([2.0 + number / 10 for number in range(59)], 0),
        ([2.0 + number / 10 for number in range(60)], 30 - 7.9),
    ],
)
async def test_the_pause_keeps_both_limits(bots: Any, ages: list[float], wait: float) -> None:
    bot = await bots(sending=False)
    await bot.hear("one")
    await bot.turns.idle()
    for age in ages:
        await bot.rows(
            b"INSERT INTO outbox (conversation, method, body, state, called) "
            b"VALUES ('a:1', 'post', '{}', 'sent', clock_timestamp() - make_interval(secs => %s))",
            age,
        )
    errand = await bot.outbox.claim("a:1")
    ((pause,),) = await bot.rows(b"SELECT extract(epoch FROM send_after - clock_timestamp())::float FROM conversations")
    assert (errand is None) == (wait > 0)
    assert (pause or 0) <= wait
    assert wait == 0 or pause > wait - 0.5, "the rows take their time to write"


@pytest.mark.alone
async def test_calls_for_the_tenant_are_spread_over_all_its_conversations(bot: Any, teams: Any) -> None:
    bot.sender._even = Evenly(10)
    begun = asyncio.get_running_loop().time()
    for number in range(5):
        await bot.hear("hello", where=f"a:{number}")
    answers = await teams.said(5)
    assert {call.conversation for call in answers} == {f"a:{number}" for number in range(5)}
    assert answers[4].at - begun >= 0.4


async def test_processes_that_send_at_the_same_time_share_the_tenants_limit(bots: Bots, teams: Any) -> None:
    first, second = await bots(sending=False), await bots()
    even = second.sender._even
    await first.hear("one", where="a:1")
    await first.turns.idle()
    assert await first.outbox.claim("a:1") is not None
    await first.rows(
        b"UPDATE conversations SET send_until = clock_timestamp() + interval '1 hour'"
    )  # however slow it is
    assert (await first.outbox.others(), await second.outbox.others()) == (0, 1)
    await second.until(lambda: second.sender._woken.set() or even._gap == 2 * even._alone)
    await first.rows(b"UPDATE outbox SET state = 'sent'")
    await second.until(lambda: second.sender._woken.set() or even._gap == even._alone)


async def test_an_eighth_call_in_a_second_and_a_ninth_in_two_wait(bots: Any) -> None:
    bot = await bots(sending=False)
    await bot.hear("one")
    await bot.turns.idle()
    for age in [0.2] * 3 + [1.5] * 4:
        await bot.rows(_CALLED, age)
    assert await bot.rows(b"SELECT desk_pace('a:1', 7, 60)") == [(0.0,)], "seven in two seconds"
    await bot.rows(_CALLED, 1.2)
    ((wait,),) = await bot.rows(b"SELECT desk_pace('a:1', 7, 60)")
    assert 0 < wait <= 0.5, "until the oldest of eight is two seconds old"


_CALLED = (
    b"INSERT INTO outbox (conversation, method, body, state, called) "
    b"VALUES ('a:1', 'post', '{}', 'sent', clock_timestamp() - make_interval(secs => %s))"
)


@pytest.mark.alone
async def test_the_channel_is_asked_for_no_more_than_sixty_calls_in_half_a_minute(bot: Any, teams: Any) -> None:
    await bot.hear("first")
    await teams.said(1)
    await bot.settled()
    begun = asyncio.get_running_loop().time()
    await bot.rows(
        b"INSERT INTO outbox (conversation, method, body, state, called) SELECT 'a:1', 'post', '{}', 'sent',"
        b" clock_timestamp() - interval '29 seconds' FROM generate_series(1, 59)"
    )
    await bot.hear("second")
    answers = await teams.said(2)
    assert answers[1].at - begun >= 0.9, "until the first of the sixty is half a minute old"


async def test_a_message_that_never_gets_through_is_given_up_in_the_end(bot: Any, teams: Any) -> None:
    await bot.rows(b"SELECT 1")
    for _ in range(10):
        teams.refuse(429, Retry_After="0")
    await bot.hear("one")
    await teams.said(10)
    await bot.settled()
    async with asyncio.timeout(60):
        while await states(bot) != ["failed"]:
            pass
    assert len(teams.messages) == 10


async def test_a_message_without_an_id_is_sent_and_has_no_place(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["one"] = Reply(card=card("x"), about="case:1")
    teams.answers.append((202, {}, {}))
    await bot.hear("one")
    await teams.said(1)
    await bot.settled()
    assert await states(bot) == ["sent"]
    assert await bot.rows(b"SELECT 1 FROM places") == []


async def test_an_edit_of_a_message_that_is_gone_forgets_the_place(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["one"] = Reply(card=card("old"), about="case:1")
    await bot.hear("one")
    await teams.said(1)
    await bot.settled()

    async def draw(voice: str) -> Reply:
        return Reply(card=card("new"), about="case:1")

    teams.refuse(404, "ActivityNotFoundInConversation")
    await bot.proactive.redraw("case:1", draw)
    await teams.until(lambda: teams.edits)
    await bot.settled()
    assert await bot.rows(b"SELECT 1 FROM places") == []
    assert (await states(bot))[-1] == "failed"


async def test_an_edit_survives_a_broken_connector(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["one"] = Reply(card=card("old"), about="case:1")
    await bot.hear("one")
    await teams.said(1)
    await bot.settled()

    async def draw(voice: str) -> Reply:
        return Reply(card=card("new"), about="case:1")

    teams.refuse(503, Retry_After="0.1")
    await bot.proactive.redraw("case:1", draw)
    await teams.until(lambda: len(teams.edits) == 2)
    await bot.settled()
    assert await states(bot) == ["sent", "sent"]


async def test_what_is_settled_is_dropped_after_a_week_and_not_before(bot: Any, teams: Any) -> None:
    await bot.hear("one")
    await teams.said(1)
    await bot.settled()
    await bot.outbox.tidy()
    assert await states(bot) == ["sent"]
    await bot.rows(b"UPDATE outbox SET created = created - interval '8 days'")
    await bot.outbox.tidy()
    assert await states(bot) == []


async def test_a_fault_does_not_end_the_looking_for_what_is_due(bot: Any, teams: Any, caplog: Any) -> None:
    due, faults = bot.outbox.due, 0

    async def faulty() -> Any:
        nonlocal faults
        faults += 1
        if faults == 1:
            raise RuntimeError("something nobody thought of")
        return await due()

    bot.outbox.due = faulty
    bot.sender._woken.set()
    await bot.until(lambda: faults >= 1)
    bot.sender._woken.set()
    await bot.until(lambda: faults >= 2)
    assert "something nobody thought of" in caplog.text
    assert not bot.sender._loop.done()


async def test_a_conversation_rests_after_a_fault_and_the_others_go_on(
    bot: Any, teams: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, faults = bot.sender._send, 0

    async def faulty(errand: Any) -> Any:
        nonlocal faults
        if errand.room.conversation != "a:broken":
            return await send(errand)
        faults += 1
        raise RuntimeError("something nobody thought of")

    bot.sender._send = faulty
    monkeypatch.setattr("bot.sender._AFTER_A_FAULT", 600.0)
    monkeypatch.setattr("bot.sender._GRACE", 0.1)
    await bot.hear("one", conversation={"id": "a:broken", "conversationType": "personal"})
    await bot.until(lambda: faults)
    for number in range(5):
        await bot.hear(f"question {number}")
        await teams.said(number + 1)
    assert faults == 1, "it is not tried over and over"


async def test_what_the_channel_refused_for_now_goes_out_though_the_database_was_away_just_then(
    bot: Any, teams: Any
) -> None:
    again, tries = bot.outbox.again, 0

    async def away(*given: Any, **named: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OperationalError("the connection is lost")
        return await again(*given, **named)

    bot.outbox.again = away
    teams.refuse(429, Retry_After="0")
    await bot.hear("one")
    await teams.said(2)
    await bot.settled()
    assert await states(bot) == ["sent"], "nobody can have seen the first, so there is no doubt"
    assert bot.sender._touched == {}


async def never_claimed(bot: Any, calls: int) -> None:
    """What waits for its call is not claimed meanwhile."""
    await bot.until(lambda: bot.desk.heard and not bot.turns._workers)
    for _ in range(calls):
        assert await bot.rows(b"SELECT state, called FROM outbox") == [("pending", None)]
        await asyncio.sleep(0.02)


@pytest.mark.alone
async def test_a_letter_is_not_claimed_before_its_slot_has_come(bot: Any, teams: Any) -> None:
    """Claimed and not sent when the process dies counts as ambiguous."""
    bot.sender._even._next = asyncio.get_running_loop().time() + 1.0
    await bot.hear("hello")
    await never_claimed(bot, 10)
    (answer,) = await teams.said(1)
    assert answer.text == "re: hello"


async def test_a_slot_that_is_near_is_waited_for_before_the_turn_ends(
    bot: Any, teams: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that turn and claim stay one statement."""
    monkeypatch.setattr("bot.sender._AT_HAND", 10.0)  # the machine may be slow
    await bot.outbox.seals.ready()
    claims, usual = [], bot.outbox.claim

    async def counted(conversation: str, **more: Any) -> Any:
        claims.append(conversation)
        return await usual(conversation, **more)

    bot.outbox.claim = counted
    for number in range(3):
        bot.sender._even._next = asyncio.get_running_loop().time() + 0.05
        await bot.hear("hello", where=f"a:{number}")
        await teams.said(number + 1)
        await bot.settled()
    assert claims == []


async def test_a_letter_is_not_claimed_before_there_is_a_token(bot: Any, teams: Any) -> None:
    signed_in = asyncio.Event()

    async def bearer() -> None:
        await signed_in.wait()

    bot.connector._tokens.bearer = bearer
    await bot.hear("hello")
    await never_claimed(bot, 10)
    signed_in.set()
    await teams.said(1)


async def test_without_a_token_a_letter_waits_and_says_why(bot: Any, teams: Any) -> None:
    async def bearer() -> None:
        raise TryLaterError("The sign-in service does not answer.", wait=0.3)

    usual, bot.connector._tokens.bearer = bot.connector._tokens.bearer, bearer
    await bot.hear("hello")
    async with asyncio.timeout(60):
        while not (rows := await bot.rows(b"SELECT state, why FROM outbox WHERE why IS NOT NULL")):
            await asyncio.sleep(0.02)
    assert rows[0] == ("pending", "The sign-in service does not answer. (sign-in)")
    assert teams.calls == []
    bot.connector._tokens.bearer = usual
    (answer,) = await teams.said(1)
    assert answer.text == "re: hello"


async def test_a_reservation_that_fails_leaves_nothing_behind(bot: Any, teams: Any) -> None:
    await bot.outbox.seals.ready()
    bot.sender._even._next = asyncio.get_running_loop().time() + 1.0
    before = bot.sender._even._next
    assert not await bot.sender.reserve("a:1")
    assert bot.sender._reserved == set()
    assert bot.sender._even._next == before
    bot.sender._even._next = 0.0
    assert await bot.sender.reserve("a:1")
    assert not await bot.sender.reserve("a:1"), "somebody else is about to claim there"
    taken = bot.sender._even._next
    bot.sender.take_over("a:1", None)
    assert bot.sender._even._next < taken, "a slot that nobody uses is free again"


async def test_what_is_not_sent_at_once_is_not_claimed_by_its_turn(bots: Bots, teams: Any) -> None:
    bot = await bots()
    await bot.outbox.seals.ready()
    bot.sender._side_by_side = 1
    teams.gate.clear()
    await bot.hear("one", where="a:1")
    await teams.until(lambda: teams.messages)
    await bot.hear("two", where="a:2")
    await bot.turns.idle()
    assert not await bot.sender.reserve("a:3")
    assert bot.sender._reserved == set()
    teams.gate.set()
    await teams.said(2)


async def test_what_everybody_saw_is_sent_and_has_its_place_though_the_database_was_away_just_then(
    bot: Any, teams: Any, desk: Any
) -> None:
    sent, tries = bot.outbox.sent, 0

    async def away(*given: Any, **named: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise OperationalError("the connection is lost")
        return await sent(*given, **named)

    bot.outbox.sent = away
    desk.replies["one"] = Reply(card=card("x"), about="case:1")
    await bot.hear("one")
    await teams.said(1)
    await bot.settled()
    assert await states(bot) == ["sent"]
    assert await bot.rows(b"SELECT activity, about FROM places") == [("m1", "case:1")]
    assert len(teams.messages) == 1


async def test_what_was_said_once_is_not_said_again_a_week_later(bot: Any, teams: Any) -> None:
    await bot.hear("hello")
    await teams.said(1)
    await bot.proactive.say("a:1", Reply(text="Your ticket was taken."), key="ticket:1:taken")
    await teams.said(2)
    await bot.settled()
    await bot.rows(b"UPDATE outbox SET created = created - interval '8 days'")
    await bot.outbox.tidy()
    assert await bot.rows(b"SELECT key, body FROM outbox") == [("ticket:1:taken", {})], "its words are gone"
    await bot.proactive.say("a:1", Reply(text="Your ticket was taken."), key="ticket:1:taken")
    await bot.hear("next")
    await teams.said(3)
    await bot.settled()
    assert [call.text for call in teams.messages] == ["re: hello", "Your ticket was taken.", "re: next"]


BIG = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "lang": "de",
    "text": "?",
    "fallbackText": "José fehlt die Mail.",
    "body": [{"type": "TextBlock", "text": "José fehlt die Mail."}]
    + [{"type": "Container", "id": f"d{n}", "items": [{"type": "TextBlock", "text": "x" * 400}]} for n in range(8)],
    "actions": [{"type": "Action.ToggleVisibility", "title": "Details", "targetElements": ["d7"]}],
}


@pytest.mark.parametrize(("status", "code"), [(413, ""), (413, "Whatever"), (400, "MessageSizeTooBig")])
async def test_a_card_that_the_channel_finds_too_big_is_shortened_and_says_so(
    bot: Any, teams: Any, desk: Any, status: int, code: str
) -> None:
    desk.replies["one"] = Reply(card=BIG, about="case:1")
    teams.refuse(status, code)
    await bot.hear("one")
    first, second = await teams.said(2)
    await bot.settled()
    whole, half = (call.body["attachments"][0]["content"] for call in (first, second))
    assert whole["body"] == BIG["body"]
    assert half["body"][0] == BIG["body"][0]
    assert 1 < len(half["body"]) < len(whole["body"])
    assert half["body"][-1]["text"].startswith("Der Rest ist weggelassen")
    assert "actions" not in half, "nothing is left that it could show"
    assert await states(bot) == ["sent"]
    assert await bot.rows(b"SELECT about FROM places") == [("case:1",)]


async def test_what_is_too_big_even_then_is_said_in_a_sentence(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["one"] = Reply(card=BIG)
    teams.refuse(413)
    teams.refuse(413)
    await bot.hear("one")
    calls = await teams.said(3)
    await bot.settled()
    assert calls[2].body["text"] == "José fehlt die Mail."
    assert "attachments" not in calls[2].body
    assert await states(bot) == ["sent"]


async def test_what_the_channel_finds_too_big_in_the_end_is_visible(bot: Any, teams: Any, desk: Any) -> None:
    for _ in range(3):
        teams.refuse(413)
    await bot.hear("one")
    await teams.said(3)
    await bot.settled()
    assert await bot.outbox.troubles() == {"failed": 1}


async def test_a_long_text_is_said_in_several_messages_with_nothing_missing(bot: Any, teams: Any, desk: Any) -> None:
    words = " ".join(f"word{n}" for n in range(6000))
    desk.replies["one"] = Reply(text=words)
    await bot.hear("one")
    await teams.until(lambda: " ".join(call.text for call in teams.messages) == words)
    assert len(teams.messages) == 3
    await bot.proactive.say("a:1", Reply(text=words), key="once")
    await bot.proactive.say("a:1", Reply(text=words), key="once")
    await teams.said(6)
    await bot.settled()
    assert len(teams.messages) == 6


@pytest.mark.parametrize("sign", ["\0", "\ud83d"])
async def test_a_sign_that_the_database_cannot_compare_stops_no_conversation(
    bot: Any, teams: Any, desk: Any, sign: str
) -> None:
    """Error texts of apps hold NULs now and then; Teams would not show them anyway."""
    desk.replies["one"] = Reply(card=card(f"Error: a{sign}b \\u0000 \\ud83d 😀"), about="case:1")
    await bot.hear("one")
    await bot.hear("two")
    first, second = await teams.said(2)
    assert first.text.replace(sign, "") == "Error: ab \\u0000 \\ud83d 😀"
    assert second.text == "re: two"
    await bot.settled()
    assert await states(bot) == ["sent", "sent"]
    kept = await bot.rows(b"SELECT body #>> '{attachments,0,content,text}' FROM outbox ORDER BY seq LIMIT 1")
    assert kept == [("Error: ab \\u0000 \\ud83d 😀",)]
