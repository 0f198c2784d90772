"""A click: answered in time, answered once, and seen by everybody in the conversation."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from psycopg import OperationalError

from bot.patience import Patience
from dialogs.talk import Reply
from provisioning.errors import NotAllowedError, NotThereError, RefusedError, TryLaterError
from provisioning.model import Actor

Bots = Callable[..., Awaitable[Any]]
HURRIED = Patience(click=0.02, settle=0.05, sweep=0.05, typing=30)


def card(text: str) -> dict[str, Any]:
    return {"type": "AdaptiveCard", "version": "1.5", "text": text}


async def test_a_click_is_answered_by_the_card_that_takes_its_place(bot: Any, desk: Any) -> None:
    body = await bot.click("refresh", data={"case": "7"})
    assert body == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.card.adaptive",
        "value": {"type": "AdaptiveCard", "text": "re: refresh"},
    }
    (click,) = desk.clicked
    assert (click.verb, click.data, click.actor.name, click.conversation) == (
        "refresh",
        {"case": "7"},
        "Aisha Khan",
        "a:1",
    )


@pytest.mark.alone
async def test_everybody_else_sees_the_card_by_an_edit_that_comes_after_the_answer(bots: Bots, teams: Any) -> None:
    bot = await bots(patience=Patience(settle=0.5, sweep=0.05))
    await bot.hear("question", kind="groupChat")
    await teams.said(1)
    await bot.settled()  # nobody clicks before it is noted where the card stands
    await bot.click("refresh", on="m1", kind="groupChat")
    answered = asyncio.get_running_loop().time()
    await teams.until(lambda: teams.edits)
    (edit,) = teams.edits
    assert (edit.target, edit.text) == ("m1", "re: refresh")
    assert edit.body["id"] == "m1"
    assert edit.at - answered > 0.3, "a client needs a moment to draw the answer first"


async def test_a_repeated_click_gets_the_same_answer_and_does_nothing_again(bot: Any, desk: Any) -> None:
    click = bot.invoke("provision")
    _, first = await bot.post(click)
    desk.replies["provision"] = Reply(card=card("another"))
    assert await bot.post(click) == (200, first)
    assert len(desk.clicked) == 1


async def test_a_click_that_comes_again_while_it_is_worked_on_waits_for_the_same_end(bot: Any, desk: Any) -> None:
    desk.gates["provision"] = asyncio.Event()
    click = bot.invoke("provision")
    both = [asyncio.create_task(bot.post(click)) for _ in range(2)]
    await bot.until(lambda: desk.clicked)
    desk.gates["provision"].set()
    one, two = await asyncio.gather(*both)
    assert one == two
    assert len(desk.clicked) == 1


async def test_the_answer_is_remembered_for_other_processes_too(bots: Bots, desk: Any) -> None:
    one, two = await bots(), await bots()
    click = one.invoke("provision")
    assert await one.post(click) == await two.post(click)
    assert len(desk.clicked) == 1


async def test_a_click_that_takes_long_is_told_to_wait_and_its_card_follows(bots: Bots, teams: Any, desk: Any) -> None:
    bot = await bots(patience=HURRIED)
    desk.gates["provision"] = asyncio.Event()
    click = bot.invoke("provision", on="m9")
    status, body = await bot.post(click)
    assert (status, body["type"]) == (200, "application/vnd.microsoft.activity.message")
    assert "Still working" in body["value"]
    assert await bot.post(click) == (200, body), "a repeated one is told the same"
    desk.gates["provision"].set()
    await teams.until(lambda: teams.edits)
    assert [(edit.target, edit.text) for edit in teams.edits] == [("m9", "re: provision")]
    assert len(desk.clicked) == 1


FULL: dict[str, Any] = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "text": "as it stands",
    "body": [
        {"type": "TextBlock", "text": "José is not in AskCody."},
        {"type": "ActionSet", "actions": [{"type": "Action.Execute", "verb": "provision"}]},
        {"type": "Container", "items": [{"type": "TextBlock", "text": "mail is empty"}], "selectAction": {"type": "x"}},
    ],
    "actions": [{"type": "Action.Execute", "verb": "provision"}],
}


async def shown(bot: Any, teams: Any, desk: Any, **more: Any) -> None:
    """Message m1 is a card that stands in the chat."""
    desk.replies["question"] = Reply(card=FULL, **more)
    await bot.hear("question")
    await teams.said(1)
    await bot.settled()
    desk.gates["provision"] = asyncio.Event()


async def test_meanwhile_the_card_says_that_it_is_worked_on_and_cannot_be_pressed_again(
    bots: Bots, teams: Any, desk: Any
) -> None:
    bot = await bots(patience=HURRIED)
    await shown(bot, teams, desk)
    click = bot.invoke("provision", on="m1")
    status, body = await bot.post(click)
    assert (status, body["type"]) == (200, "application/vnd.microsoft.card.adaptive")
    said, first, second = body["value"]["body"]
    assert said["text"].endswith("Still working on it; this card changes by itself.")
    assert (first, second["items"]) == (FULL["body"][0], FULL["body"][2]["items"])
    assert not any(word in str(body) for word in ("Action", "selectAction", "verb"))
    assert await bot.post(click) == (200, body), "a repeated one is told the same"
    desk.gates["provision"].set()
    await teams.until(lambda: teams.edits)
    assert [(edit.target, edit.text) for edit in teams.edits] == [("m1", "re: provision")]


@pytest.mark.parametrize("end", [RefusedError("This job cannot be started."), None])
async def test_when_nothing_comes_in_its_place_the_card_is_put_back_as_it_was(
    bots: Bots, teams: Any, desk: Any, end: Exception | None
) -> None:
    bot = await bots(patience=HURRIED)
    await shown(bot, teams, desk)
    if end is not None:
        desk.problems["provision"] = end
    else:
        desk.replies["provision"] = Reply(text="There is nothing to do.")
    await bot.click("provision", on="m1")
    desk.gates["provision"].set()
    await teams.until(lambda: teams.edits and len(teams.messages) == 2)
    assert [(edit.target, edit.text) for edit in teams.edits] == [("m1", "as it stands")]
    assert teams.messages[1].text == (str(end) if end else "There is nothing to do.")


async def test_a_card_that_is_kept_up_to_date_is_drawn_anew_instead(bots: Bots, teams: Any, desk: Any) -> None:
    later: list[str] = []

    async def redraw_later(connection: Any, about: str) -> None:
        later.append(about)

    bot = await bots(patience=HURRIED, redraw_later=redraw_later)
    await shown(bot, teams, desk, about="case:1")
    desk.problems["provision"] = RefusedError("This job cannot be started.")
    body = await bot.click("provision", on="m1")
    assert body["type"] == "application/vnd.microsoft.card.adaptive"
    desk.gates["provision"].set()
    await teams.said(2)
    await bot.settled()
    assert later == ["case:1"]
    assert await bot.rows(b"SELECT digest FROM places") == [(None,)], "the drawing is sent even if it looks the same"
    assert teams.edits == []


async def test_a_card_on_which_processes_die_is_put_back(bots: Bots, teams: Any, desk: Any) -> None:
    first = await bots(patience=HURRIED)
    await shown(first, teams, desk)
    await first.click("provision", on="m1")
    await first.until(lambda: desk.clicked)
    await first.kill()
    await first.rows(b"UPDATE inbox SET attempts = 3 WHERE kind = 'click'")
    second = await bots()
    await second.expire_leases()
    await teams.until(lambda: teams.edits and len(teams.messages) == 2)
    assert [(edit.target, edit.text) for edit in teams.edits] == [("m1", "as it stands")]


async def test_late_bad_news_comes_as_a_message(bots: Bots, teams: Any, desk: Any) -> None:
    bot = await bots(patience=HURRIED)
    desk.gates["provision"] = asyncio.Event()
    desk.problems["provision"] = RefusedError("This job cannot be started.")
    await bot.click("provision")
    desk.gates["provision"].set()
    (answer,) = await teams.said(1)
    assert answer.text == "This job cannot be started."


async def test_a_card_that_was_promised_follows_even_when_the_process_dies(bots: Bots, teams: Any, desk: Any) -> None:
    first = await bots(patience=HURRIED)
    desk.gates["provision"] = asyncio.Event()
    await first.click("provision", on="m9")
    await first.kill()
    del desk.gates["provision"]
    second = await bots()
    await second.expire_leases()
    await teams.until(lambda: teams.edits)
    assert teams.edits[0].target == "m9"
    await second.settled()
    assert await second.rows(b"SELECT state FROM inbox") == [("done",)]


async def test_a_click_whose_process_died_without_an_answer_is_not_done_behind_anybodys_back(
    bots: Bots, teams: Any, desk: Any
) -> None:
    first = await bots()
    desk.gates["provision"] = asyncio.Event()
    waiting = asyncio.create_task(first.post(first.invoke("provision")))
    await first.until(lambda: desk.clicked)
    await first.kill()
    waiting.cancel()
    await first.close()
    second = await bots()
    await second.expire_leases()
    async with asyncio.timeout(60):
        while await second.rows(b"SELECT state FROM inbox") != [("failed",)]:
            pass
    assert len(desk.clicked) == 1


@pytest.mark.parametrize("given_up", [False, True])
async def test_a_click_that_comes_again_after_its_process_died_is_worked_on(
    bots: Bots, desk: Any, given_up: bool
) -> None:
    first = await bots()
    desk.gates["provision"] = asyncio.Event()
    click = first.invoke("provision")
    waiting = asyncio.create_task(first.post(click))
    await first.until(lambda: desk.clicked)
    await first.kill()
    waiting.cancel()
    del desk.gates["provision"]
    second = await bots()
    await second.expire_leases()
    while given_up and await second.rows(b"SELECT state FROM inbox") != [("failed",)]:
        pass
    _, body = await second.post(click)
    assert body["value"]["text"] == "re: provision"


async def test_who_delivers_a_click_again_elsewhere_and_is_told_to_wait_is_owed_the_card(
    bots: Bots, teams: Any, desk: Any
) -> None:
    first, second = await bots(), await bots()
    desk.gates["provision"] = asyncio.Event()
    click = first.invoke("provision", on="m9")
    waiting = asyncio.create_task(first.post(click))
    await first.until(lambda: desk.clicked)
    _, body = await second.post(click)
    assert "Still working" in body["value"]
    await first.kill()  # and with it the second: they share a loop
    waiting.cancel()
    del desk.gates["provision"]
    third = await bots()
    await third.expire_leases()
    await teams.until(lambda: teams.edits)
    assert teams.edits[0].target == "m9"


async def test_who_was_told_elsewhere_to_wait_hears_bad_news_too(bots: Bots, teams: Any, desk: Any) -> None:
    first, second = await bots(), await bots()
    desk.gates["provision"] = asyncio.Event()
    desk.problems["provision"] = RefusedError("This job cannot be started.")
    click = first.invoke("provision")
    waiting = asyncio.create_task(first.post(click))
    await first.until(lambda: desk.clicked)
    await second.post(click)
    desk.gates["provision"].set()
    (answer,) = await teams.said(1)
    assert answer.text == "This job cannot be started."
    await waiting


@pytest.mark.parametrize(
    ("problem", "status", "words"),
    [
        (NotAllowedError("Only agents may do this."), 403, "Only agents may do this."),
        (NotThereError("This case does not exist."), 404, "This case does not exist."),
        (TryLaterError("busy"), 503, "busy or does not answer"),
        (RefusedError("No."), 409, "No."),
        (RuntimeError("secret"), 500, "Something went wrong"),
    ],
)
async def test_trouble_is_an_error_that_the_client_shows(
    bot: Any, teams: Any, desk: Any, problem: Exception, status: int, words: str
) -> None:
    desk.problems["provision"] = problem
    body = await bot.click("provision")
    assert body["statusCode"] == status
    assert body["type"] == "application/vnd.microsoft.error"
    assert words in body["value"]["message"]
    assert "secret" not in str(body)
    await bot.settled()
    assert teams.calls == [], "the card stays as it was"


async def test_a_stranger_may_not_click(bot: Any, desk: Any) -> None:
    body = await bot.click("provision", **{"from": {"id": "29:x"}})
    assert (body["statusCode"], body["type"]) == (403, "application/vnd.microsoft.error")
    assert desk.clicked == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"action": None},
        {"action": {"data": {}}},
        {"action": {"verb": 7}},
        {"action": {"verb": ""}},
        {"action": {"verb": "x", "data": [1]}},
    ],
)
async def test_a_click_that_makes_no_sense_is_refused_with_a_reason(bot: Any, desk: Any, value: Any) -> None:
    status, body = await bot.post(bot.invoke("x") | {"value": value})
    assert (status, body["statusCode"]) == (200, 400)
    assert desk.clicked == []


@pytest.mark.parametrize("name", ["application/search", "message/submitAction", "", 7])
async def test_an_invoke_that_nothing_answers_is_501(bot: Any, desk: Any, name: Any) -> None:
    assert (await bot.post(bot.invoke("x") | {"name": name}))[0] == 501
    assert desk.clicked == []


async def test_a_text_is_shown_beside_the_card_which_stays(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["ask"] = Reply(text="Just a word")
    body = await bot.click("ask")
    assert (body["type"], body["value"]) == ("application/vnd.microsoft.activity.message", "Just a word")
    await bot.settled()
    assert teams.edits == []


async def test_a_message_that_has_done_its_work_is_taken_back_and_who_clicked_reads_why(
    bot: Any, teams: Any, desk: Any
) -> None:
    desk.replies["send"] = Reply(card=card("sent"), summary="It was sent.", gone=True)
    body = await bot.click("send", on="m5")
    assert (body["type"], body["value"]) == ("application/vnd.microsoft.activity.message", "It was sent.")
    await bot.settled()
    assert [(call.method, call.target) for call in teams.calls] == [("DELETE", "m5")]


async def test_what_is_gone_already_counts_as_taken_back(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["send"] = Reply(card=card("sent"), summary="It was sent.", gone=True)
    teams.refuse(404, "ActivityNotFoundInConversation")
    await bot.click("send", on="m5")
    await bot.settled()
    assert [call.method for call in teams.calls] == ["DELETE"]
    assert await bot.rows(b"SELECT state FROM outbox") == [("sent",)]


async def test_where_a_channel_takes_nothing_back_the_reply_stands_in_the_message(
    bot: Any, teams: Any, desk: Any
) -> None:
    desk.replies["send"] = Reply(card=card("sent"), summary="It was sent.", gone=True)
    teams.refuse(501, "NotImplemented")
    await bot.click("send", on="m5")
    await bot.settled()
    assert [(call.method, call.target, call.text) for call in teams.calls[1:]] == [("PUT", "m5", "sent")]


async def test_nobody_takes_back_what_was_brought_for_somebody_else(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["send"] = Reply(card=card("sent"), summary="It was sent.", gone=True)
    await bot.click("send", on="m5", conversation={"id": "19:room", "conversationType": "groupChat"})
    await teams.said(1)
    await bot.settled()
    assert not [call for call in teams.calls if call.method == "DELETE"]


async def test_a_click_does_not_wait_for_a_slow_message_in_the_same_conversation(bot: Any, desk: Any) -> None:
    desk.gates["slow"] = asyncio.Event()
    await bot.hear("slow")
    await bot.until(lambda: desk.heard)
    assert (await bot.click("refresh"))["statusCode"] == 200


async def test_the_clicked_message_shows_the_reply_from_then_on(bot: Any, teams: Any, desk: Any) -> None:
    desk.replies["choose_person"] = Reply(card=card("case"), about="case:1", voice="agent")
    await bot.click("choose_person", on="m5")

    async def draw(voice: str) -> Reply:
        return Reply(card=card(f"running, for an {voice}"), about="case:1", voice=voice)

    await bot.proactive.redraw("case:1", draw)
    await teams.until(lambda: [edit for edit in teams.edits if "running" in edit.text])
    assert {edit.target for edit in teams.edits} == {"m5"}
    assert teams.edits[-1].text == "running, for an agent"


@pytest.mark.alone
async def test_news_that_come_while_a_click_is_answered_are_drawn_after_the_answer(
    bots: Bots, teams: Any, desk: Any
) -> None:
    bot = await bots(patience=Patience(click=5, settle=0.2, sweep=0.05))
    desk.replies["question"] = Reply(card=card("case"), about="case:1")
    await bot.hear("question")
    await teams.said(1)
    await bot.settled()
    desk.replies["provision"] = Reply(card=card("promised"), about="case:1")
    drawn = Reply(card=card("running"), about="case:1")

    async def draw(voice: str) -> Reply:
        return drawn

    async def meanwhile() -> None:
        await bot.proactive.redraw("case:1", draw)

    desk.before = meanwhile
    await bot.click("provision", on="m1")
    answered = asyncio.get_running_loop().time()
    assert teams.edits == []
    drawn = Reply(card=card("done"), about="case:1")
    await bot.proactive.redraw("case:1", draw)
    await teams.until(lambda: teams.edits)
    await bot.settled()
    assert [edit.text for edit in teams.edits] == ["done"], "three drawings, one edit, the newest"
    assert teams.edits[0].at - answered > 0.1


class Remembering:
    """Clicks that are remembered like messages."""

    def __init__(self, desk: Any) -> None:
        self.hear, self.welcome = desk.hear, desk.welcome

    async def click(self, click: Any, *, turn_context: Any = None, state: Any = None) -> Reply:
        await state.set(turn_context, [*(await state.get(turn_context, list)), click.verb])
        return Reply(text="noted")


async def test_what_a_click_remembers_is_there_for_the_next_message(bot: Any, teams: Any, desk: Any) -> None:
    bot.turns._clicks._conversations = Remembering(desk)
    await bot.hear("one")
    await teams.said(1)
    await bot.settled()
    await bot.click("two")
    await bot.hear("three")
    await teams.said(2)
    await bot.settled()
    ((memory,),) = await bot.rows(b"SELECT memory FROM conversations")
    assert memory["value"] == ["one", "two", "three"]


async def test_a_message_that_is_thought_about_meanwhile_keeps_its_own_memory_and_is_heard_once(
    bot: Any, teams: Any, desk: Any
) -> None:
    bot.turns._clicks._conversations = Remembering(desk)
    desk.gates["slow"] = asyncio.Event()
    await bot.hear("slow")
    await bot.until(lambda: desk.heard)
    await bot.click("aside")
    desk.gates["slow"].set()
    await teams.said(1)
    await bot.settled()
    ((memory,),) = await bot.rows(b"SELECT memory FROM conversations")
    assert memory["value"] == ["slow"]
    assert len(desk.heard) == 1


def drawing(text: str) -> Callable[[str], Awaitable[Reply]]:
    async def draw(voice: str) -> Reply:
        return Reply(card=card(text), about="case:1", voice=voice)

    return draw


async def stands(bot: Any, teams: Any, desk: Any, reply: Reply, **where: Any) -> None:
    """A message with that reply, which Aisha asked for."""
    desk.replies["question"] = reply
    await bot.hear("question", **where)
    await teams.said(1)
    await bot.settled()


async def test_a_click_knows_its_own_name_and_the_voice_of_the_card_that_it_is_on(
    bot: Any, teams: Any, desk: Any
) -> None:
    await stands(bot, teams, desk, Reply(card=card("case"), about="case:1", voice="agent"))
    desk.replies["provision"] = Reply(card=card("promised"), about="case:1", voice="agent")
    await bot.click("provision", on="m1", id="c5")
    await bot.click("help", on="m99")
    on_it, elsewhere = desk.clicked
    assert (on_it.key, on_it.voice) == ("0f2b5a60-0000-4000-8000-000000000001/a:1/c5", "agent")
    assert elsewhere.voice is None


async def test_a_click_that_was_drawn_before_the_news_never_covers_them(bot: Any, teams: Any, desk: Any) -> None:
    await stands(bot, teams, desk, Reply(card=card("why"), about="case:1"))
    desk.replies["provision"] = Reply(card=card("about to start"), about="case:1")

    async def meanwhile() -> None:
        await bot.proactive.redraw("case:1", drawing("done"))

    desk.before = meanwhile
    body = await bot.click("provision", on="m1")
    assert body["value"]["text"] == "about to start"
    await teams.until(lambda: teams.edits)
    await bot.settled()
    assert [edit.text for edit in teams.edits] == ["done"]


async def test_who_clicked_gets_the_news_even_if_nothing_changes_for_the_others(
    bot: Any, teams: Any, desk: Any
) -> None:
    await stands(bot, teams, desk, Reply(card=card("why"), about="case:1"))
    desk.replies["provision"] = Reply(card=card("about to start"), about="case:1")

    async def meanwhile() -> None:
        await bot.proactive.redraw("case:1", drawing("why"))

    desk.before = meanwhile
    await bot.click("provision", on="m1")
    await bot.proactive.redraw("case:1", drawing("why"))
    await teams.until(lambda: teams.edits)
    assert [edit.text for edit in teams.edits] == ["why"]


OLLE = "0f2b5a60-0000-4000-8000-00000000000c"
GROUP = {"where": "19:group@thread.v2", "kind": "groupChat"}


@pytest.fixture
def by_olle(tenant: Any) -> dict[str, Any]:
    """Olle is one of us; this makes an activity his."""
    tenant.people[OLLE] = Actor(id=OLLE, upn="olle@fabrikam.example", name="Olle Svensson")
    return {"from": {"id": "29:olle", "name": "Olle Svensson", "aadObjectId": OLLE}}


@pytest.mark.parametrize("reply", [Reply(card=card("list")), Reply(card=card("his own"), about="case:2")])
async def test_a_card_in_a_shared_place_is_not_replaced_by_what_somebody_else_asks(
    bot: Any, teams: Any, desk: Any, by_olle: dict[str, Any], reply: Reply
) -> None:
    await stands(bot, teams, desk, Reply(card=card("Aisha's list")), **GROUP)
    desk.replies["ask"] = reply
    body = await bot.click("ask", on="m1", **GROUP, **by_olle)
    assert body["type"] == "application/vnd.microsoft.activity.message"
    assert "message of its own" in body["value"]
    answers = await teams.said(2)
    await bot.settled()
    assert answers[1].text == reply.card["text"]  # type: ignore[index]
    assert teams.edits == []
    desk.replies["ask"] = Reply(card=card("help"))
    body = await bot.click("ask", on="m2", **GROUP, **by_olle)
    assert ("help" in str(body)) == (reply.about is None), "a card of his own gives way unless it shows a case"


async def test_a_case_in_a_shared_place_is_not_covered_by_anything_else_even_for_who_asked(
    bots: Bots, teams: Any, desk: Any
) -> None:
    bot = await bots(patience=Patience(click=0.5, settle=0.05, sweep=0.05))
    await stands(bot, teams, desk, Reply(card=card("case"), about="case:1"), **GROUP)
    desk.replies["ask"] = Reply(card=card("list"))
    await bot.click("ask", on="m1", **GROUP)
    await teams.said(2)
    await bot.proactive.redraw("case:1", drawing("done"))
    await teams.until(lambda: teams.edits)
    assert [(edit.target, edit.text) for edit in teams.edits] == [("m1", "done")]


async def test_somebody_else_may_draw_a_shared_card_anew(
    bot: Any, teams: Any, desk: Any, by_olle: dict[str, Any]
) -> None:
    await stands(bot, teams, desk, Reply(card=card("case"), about="case:1"), **GROUP)
    desk.replies["refresh"] = Reply(card=card("fresh"), about="case:1")
    body = await bot.click("refresh", on="m1", **GROUP, **by_olle)
    assert body["value"]["text"] == "fresh"
    await teams.until(lambda: teams.edits)
    assert (teams.edits[0].target, teams.edits[0].text) == ("m1", "fresh")


async def test_a_late_answer_to_somebody_else_is_a_message_too(
    bots: Bots, teams: Any, desk: Any, by_olle: dict[str, Any]
) -> None:
    bot = await bots(patience=HURRIED)
    await stands(bot, teams, desk, Reply(card=card("Aisha's list")), **GROUP)
    desk.replies["ask"] = Reply(card=card("his list"))
    desk.gates["ask"] = asyncio.Event()
    await bot.click("ask", on="m1", **GROUP, **by_olle)
    desk.gates["ask"].set()
    answers = await teams.said(2)
    assert answers[1].text == "his list"
    assert teams.edits == []


async def test_a_strangers_click_holds_up_nothing(bot: Any, teams: Any, desk: Any) -> None:
    await stands(bot, teams, desk, Reply(card=card("case"), about="case:1"))
    await bot.click("refresh", on="m1", **{"from": {"id": "29:x"}})
    assert await bot.rows(b"SELECT quiet_until FROM places") == [(None,)]


async def test_a_ticket_that_a_click_shows_is_drawn_again_and_a_new_case_is_not(
    bots: Bots, teams: Any, desk: Any
) -> None:
    asked: list[str] = []

    async def later(connection: Any, about: str) -> None:
        asked.append(about)

    bot = await bots(redraw_later=later)
    desk.replies["write_ticket"] = Reply(card=card("open"), about="ticket:7")
    desk.replies["choose_person"] = Reply(card=card("why"), about="case:1")
    await bot.click("write_ticket", on="m8")
    await bot.click("choose_person", on="m9")
    assert asked == ["ticket:7"], "nobody else knows a new case yet"
    desk.replies["refresh"] = Reply(card=card("fresh"), about="case:1")
    await bot.click("refresh", on="m9")
    assert asked == ["ticket:7", "case:1"]


async def test_what_stands_in_the_way_of_a_click_is_said_in_the_readers_language(bot: Any, desk: Any) -> None:
    desk.problems["provision"] = NotThereError("There is no such case.")
    body = await bot.click("provision", locale="de-DE")
    assert body["value"]["message"] == "Diesen Fall gibt es nicht."
    desk.problems["provision"] = RefusedError("Microsoft refused.", code="Request_BadRequest")
    body = await bot.click("provision", locale="de-DE")
    assert body["value"]["message"] == "Microsoft hat es abgelehnt (Request_BadRequest)."


@pytest.mark.parametrize(
    ("step", "words", "began"),
    [("keep", "did nothing", False), ("recall", "do not know", False), ("answered", "do not know", True)],
)
async def test_a_click_that_the_database_goes_away_under_is_told_so(
    bot: Any, desk: Any, monkeypatch: pytest.MonkeyPatch, step: str, words: str, began: bool
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(bot.turns._clicks._inbox, step, away)
    body = await bot.click("provision")
    assert (body["statusCode"], body["type"]) == (503, "application/vnd.microsoft.error")
    assert words in body["value"]["message"]
    assert bool(desk.clicked) == began


async def test_who_waits_for_a_card_gets_it_after_the_database_was_away(bots: Bots, teams: Any, desk: Any) -> None:
    bot = await bots(patience=HURRIED)
    desk.gates["provision"] = asyncio.Event()
    desk.problems["provision"] = OperationalError("the connection is lost")
    await bot.click("provision", on="m9")
    desk.gates["provision"].set()
    await bot.until(lambda: not bot.turns._clicks._running)
    assert await bot.rows(b"SELECT state FROM inbox") == [("waiting",)]
    desk.problems.clear()
    await bot.expire_leases()
    await teams.until(lambda: teams.edits)
    assert teams.edits[0].text == "re: provision"


async def test_a_click_that_processes_die_over_again_and_again_ends_with_a_word(
    bots: Bots, teams: Any, desk: Any
) -> None:
    first = await bots(patience=HURRIED)
    desk.gates["provision"] = asyncio.Event()
    await first.click("provision", on="m9", locale="de-DE")
    await first.until(lambda: desk.clicked)
    await first.kill()
    await first.rows(b"UPDATE inbox SET attempts = 3")
    second = await bots()
    await second.expire_leases()
    (said,) = await teams.said(1)
    await second.settled()
    assert said.text.startswith("Ich konnte nicht zu Ende bringen")
    assert len(desk.clicked) == 1, "it is not tried once more"
    assert await second.rows(b"SELECT state, raw FROM inbox") == [("failed", None)]
