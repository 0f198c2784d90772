"""Buttons: what they do, for whom, and that nothing in them is believed."""

import re
from dataclasses import replace
from typing import Any

import pytest

from dialogs.clicks import CHANGING
from dialogs.redraw import Redraw
from dialogs.talk import Seal
from provisioning.cases import CaseState
from provisioning.errors import DeskError, NotAllowedError, NotThereError, RefusedError, TryLaterError
from provisioning.tickets import TicketState
from tests.dialogs.desk import AISHA, INES, OLLE, Desk, actions


def verbs(reply: Any) -> list[str]:
    return [action["verb"] for action in actions(reply.card) if "verb" in action]


async def test_provision_promises_and_shows_the_case_as_it_is_then(desk: Desk) -> None:
    await desk.ask("status jose in zoom")
    reply = await desk.press("provision", case="case-1", version=1)
    assert desk.world.promised == ["case-1"]
    assert desk.world.cases["case-1"].state is CaseState.PROMISED
    assert (reply.about, reply.voice) == ("case:case-1", "agent")
    assert "provision" not in verbs(reply)


@pytest.mark.parametrize("version", [2, 0, "2", "-1", True, None])
async def test_a_button_of_another_version_of_the_case_provisions_nobody_and_shows_the_case(
    desk: Desk, version: object
) -> None:
    await desk.ask("status jose in zoom")
    reply = await desk.press("provision", case="case-1", version=version)
    assert desk.world.cases["case-1"].state is CaseState.LOOKED
    assert reply.about == "case:case-1"


async def test_the_same_click_under_a_new_id_provisions_once(desk: Desk) -> None:
    (button,) = [a for a in (await desk.ask("status jose in zoom")).actions if a.get("verb") == "provision"]
    await desk.press("provision", key="1", **button["data"])
    ended = replace(desk.world.cases["case-1"], state=CaseState.NOT_DONE, version=3)
    desk.world.cases["case-1"] = ended
    await desk.press("provision", key="2", **button["data"])
    assert desk.world.cases["case-1"] == ended


async def test_a_form_opens_one_ticket_for_each_who_sends_it(desk: Desk) -> None:
    (send,) = actions((await desk.press("ask", by=OLLE, text="I need a human")).card)
    for key in ("1", "2"):
        reply = await desk.press("write_ticket", by=OLLE, key=key, **(send["data"] | {"text": "the printer"}))
        assert reply.about == "ticket:1"
    other = await desk.press("write_ticket", by=INES, key="3", **(send["data"] | {"text": "mine too"}))
    assert other.about == "ticket:2"
    (another,) = actions((await desk.press("ask", by=OLLE, text="I need a human")).card)
    assert another["data"]["once"] != send["data"]["once"]


async def test_a_message_whose_turn_runs_again_opens_no_second_ticket(desk: Desk) -> None:
    for _ in range(2):
        (answer,) = await desk.say("I need a human: the printer", by=OLLE, key="t/19:here/17")
        assert answer.about == "ticket:1"
    await desk.say("I need a human: the printer", by=OLLE, key="t/19:here/18")
    assert sorted(desk.world.tickets) == [1, 2]


async def test_a_card_that_offers_a_human_opens_one_ticket_however_often_it_is_pressed(desk: Desk) -> None:
    (button,) = [a for a in (await desk.ask("flurbish wompel", by=OLLE)).actions if a.get("verb") == "write_ticket"]
    for key in ("1", "2"):
        assert (await desk.press("write_ticket", by=OLLE, key=key, **button["data"])).about == "ticket:1"
    assert [ticket.question for ticket in desk.world.tickets.values()] == ["flurbish wompel"]


async def test_an_older_cards_button_for_a_human_opens_nothing_and_brings_the_form_with_its_text(desk: Desk) -> None:
    for remember in (True, False):
        form = await desk.press("ask", by=OLLE, text="I need a human: the printer", remember=remember)
        assert "sent nothing" in form.note
        assert form.card is not None
        assert form.card["body"][1]["value"] == "the printer"
    assert desk.world.tickets == {}


async def test_a_person_who_presses_provision_is_told_who_may(desk: Desk) -> None:
    await desk.ask("status jose in zoom")
    with pytest.raises(NotAllowedError, match="Only the helpdesk"):
        await desk.press("provision", by=OLLE, case="case-1")
    assert desk.world.promised == []


async def test_a_card_keeps_the_voice_of_who_asked(desk: Desk) -> None:
    await desk.ask("why am I not in Zoom", by=OLLE)
    reply = await desk.press("refresh", by=AISHA, case="case-1")
    assert reply.voice == "person"


async def test_a_stranger_cannot_refresh_somebodys_card(desk: Desk) -> None:
    await desk.ask("status jose in zoom")
    with pytest.raises(NotAllowedError):
        await desk.press("refresh", by=OLLE, case="case-1")


async def test_open_ticket_takes_the_case_along(desk: Desk) -> None:
    await desk.ask("why am I not in Zoom", by=OLLE)
    reply = await desk.press("open_ticket", by=OLLE, case="case-1")
    assert (reply.about, reply.voice) == ("case:case-1", "person"), "the answer stays, and names its ticket"
    assert desk.world.tickets[1].diagnosis == desk.world.cases["case-1"].diagnosis


async def test_a_stranger_cannot_open_a_ticket_on_somebodys_case(desk: Desk) -> None:
    await desk.ask("status jose in zoom")
    with pytest.raises(NotAllowedError):
        await desk.press("open_ticket", by=OLLE, case="case-1")
    assert desk.world.tickets == {}


async def test_agents_take_and_close_tickets(desk: Desk) -> None:
    await desk.ask("I need a human: printer", by=OLLE)
    taken = await desk.press("take_ticket", ticket=1, step=1)
    assert (taken.about, taken.voice, taken.note) == ("ticket:1", "agent", "")
    assert desk.world.tickets[1].taker == AISHA
    closed = await desk.press("close_ticket", ticket="1", step="2")
    assert (desk.world.tickets[1].state, closed.note) == (TicketState.CLOSED, "")


@pytest.mark.parametrize(
    ("verb", "data", "what"),
    [
        ("provision", {"case": "case-1", "version": 1}, "case:case-1"),
        ("open_ticket", {"case": "case-1"}, "case:case-1"),
        ("take_ticket", {"ticket": 1, "step": 1}, "ticket:1"),
        ("close_ticket", {"ticket": 1, "step": 1}, "ticket:1"),
        ("write_ticket", {"text": "mine", "once": "x"}, None),
    ],
)
@pytest.mark.parametrize("seal", [Seal.MISSING, Seal.EXPIRED, Seal.FORGED])
async def test_a_button_without_a_good_seal_does_nothing_says_why_and_shows_how_it_stands(
    desk: Desk, verb: str, data: Any, what: str | None, seal: Seal
) -> None:
    await desk.ask("status jose in zoom")
    await desk.ask("I need a human: printer", by=OLLE)
    before = (dict(desk.world.cases), dict(desk.world.tickets))
    reply = await desk.press(verb, seal=seal, **data)
    assert (desk.world.cases, desk.world.tickets, desk.world.promised) == (*before, [])
    assert reply.about == what
    assert re.search("did nothing|sent nothing", reply.note)


async def test_each_reason_has_its_own_words(desk: Desk) -> None:
    await desk.ask("status jose in zoom")
    said = {(await desk.press("provision", seal=seal, case="case-1", version=1)).note for seal in Seal}
    assert len(said) == 4
    assert "" in said


@pytest.mark.parametrize(("verb", "data"), [("provision", {}), ("open_ticket", {}), ("take_ticket", {"ticket": 1})])
async def test_who_may_not_press_it_is_shown_nothing_by_a_bad_seal_either(desk: Desk, verb: str, data: Any) -> None:
    await desk.ask("status jose in zoom")
    await desk.ask("I need a human: printer", by=INES)
    with pytest.raises(NotAllowedError):
        await desk.press(verb, by=OLLE, seal=Seal.MISSING, case="case-1", **data)


async def test_an_agent_whose_card_was_overtaken_closes_nothing_and_is_told(desk: Desk) -> None:
    await desk.ask("I need a human: printer", by=OLLE)
    await desk.press("take_ticket", by=INES, ticket=1, step=1)
    reply = await desk.press("close_ticket", by=AISHA, ticket=1, step=1)
    assert desk.world.tickets[1].state is TicketState.TAKEN
    assert "changed since" in reply.note
    late = await desk.press("take_ticket", by=AISHA, ticket=1, step=1)
    assert desk.world.tickets[1].taker == INES
    assert "Ines Berg has it already" in late.note


@pytest.mark.parametrize(("verb", "event"), [("take_ticket", "taken"), ("close_ticket", "closed")])
async def test_the_same_button_twice_by_the_same_person_acts_once_and_shows_how_it_stands(
    desk: Desk, verb: str, event: str
) -> None:
    await desk.ask("I need a human: printer", by=OLLE)
    for key in ("1", "2"):
        assert (await desk.press(verb, key=key, ticket=1, step=1)).note == ""
    assert [each.what for each in desk.world.tickets[1].history] == ["opened", event]


async def test_a_run_that_somebody_else_began_is_shown_with_a_word(desk: Desk) -> None:
    await desk.ask("status jose in zoom")
    assert (await desk.press("provision", case="case-1", version=1)).note == ""
    assert (await desk.press("provision", key="2", case="case-1", version=1)).note == ""
    assert "changed since" in (await desk.press("provision", by=INES, case="case-1", version=1)).note


async def test_a_case_whose_ticket_is_closed_gets_no_second_one_from_an_older_card(desk: Desk) -> None:
    await desk.ask("why am I not in Zoom", by=OLLE)
    await desk.press("open_ticket", by=OLLE, key="1", case="case-1")
    await desk.press("close_ticket", ticket=1, step=1)
    await desk.press("open_ticket", by=OLLE, key="2", case="case-1")
    assert sorted(desk.world.tickets) == [1]


@pytest.mark.parametrize("verb", ["take_ticket", "close_ticket"])
async def test_a_card_in_a_persons_voice_keeps_it_when_an_agent_moves_the_ticket(desk: Desk, verb: str) -> None:
    await desk.ask("I need a human: printer", by=OLLE)
    assert (await desk.press(verb, voice="person", ticket=1, step=1)).voice == "person"


@pytest.mark.parametrize("verb", ["take_ticket", "close_ticket"])
async def test_persons_do_not(desk: Desk, verb: str) -> None:
    await desk.ask("I need a human: printer", by=OLLE)
    with pytest.raises(NotAllowedError):
        await desk.press(verb, by=OLLE, ticket=1)
    assert desk.world.tickets[1].state is TicketState.OPEN


async def test_a_ticket_is_refreshed_for_its_requester_in_their_voice(desk: Desk) -> None:
    await desk.ask("I need a human: printer", by=OLLE)
    assert (await desk.press("refresh_ticket", by=OLLE, ticket=1)).voice == "person"
    assert (await desk.press("refresh_ticket", by=AISHA, ticket=1)).voice == "agent"


async def test_somebody_elses_ticket_does_not_exist_for_a_person(desk: Desk) -> None:
    await desk.ask("I need a human: printer", by=INES)
    for number in (1, 7):
        with pytest.raises(NotThereError, match=f"There is no ticket SD-{number}"):
            await desk.press("refresh_ticket", by=OLLE, ticket=number)


async def test_a_chosen_person_is_asked_about_with_the_question_kept(desk: Desk) -> None:
    card = (await desk.ask("why can't Maja get into Zoom")).card
    reply = await desk.press("choose_person", **actions(card)[1]["data"])
    case = desk.world.cases["case-1"]
    assert (reply.about, case.diagnosis.person.id, case.question) == (
        "case:case-1",
        "p-maja2",
        "why can't Maja get into Zoom",
    )


async def test_a_chosen_person_without_an_app_leads_to_the_question_for_the_app(desk: Desk) -> None:
    card = (await desk.ask("why can't Maja get in")).card
    reply = await desk.press("choose_person", **actions(card)[0]["data"])
    assert verbs(reply) == ["choose_app"] * 3
    assert (await desk.press("choose_app", **actions(reply.card)[1]["data"])).about == "case:case-1"


async def test_a_chosen_app_completes_the_question(desk: Desk) -> None:
    card = (await desk.ask("why can't José get in")).card
    reply = await desk.press("choose_app", **actions(card)[0]["data"])
    assert reply.about == "case:case-1"


@pytest.mark.parametrize("remember", [True, False])
async def test_a_person_cannot_choose_somebody_else_and_the_card_stays(desk: Desk, remember: bool) -> None:
    data: dict[str, Any] = {"person": "p-jose", "app": "a-zoom", "intent": "status", "question": "x"}
    with pytest.raises(NotAllowedError, match="your own access"):
        await desk.press("choose_person", by=OLLE, remember=remember, **data)
    with pytest.raises(NotAllowedError, match="other people's tickets"):
        await desk.press("ask", by=OLLE, remember=remember, text="open tickets")
    assert desk.world.cases == {}


async def test_an_asking_button_is_like_the_message(desk: Desk) -> None:
    reply = await desk.press("ask", text="why can't José get into AskCody")
    assert reply.about == "case:case-1"


async def test_an_asking_button_for_a_human_brings_a_form_and_waits_for_no_message(desk: Desk) -> None:
    form = await desk.press("ask", by=OLLE, text="I need a human")
    assert verbs(form) == ["write_ticket"]
    await desk.ask("asdf qwer", by=OLLE)
    assert desk.world.tickets == {}
    (send,) = actions(form.card)
    ticket = await desk.press("write_ticket", by=OLLE, **(send["data"] | {"text": " my badge is broken "}))
    assert (ticket.about, desk.world.tickets[1].question) == ("ticket:1", "my badge is broken")


async def test_a_click_is_remembered_for_a_follow_up(desk: Desk) -> None:
    card = (await desk.ask("why can't Maja get into Zoom")).card
    await desk.press("choose_person", **actions(card)[1]["data"])
    await desk.ask("and in AskCody?")
    assert [case.diagnosis.person.id for case in desk.world.cases.values()] == ["p-maja2", "p-maja2"]


async def test_without_a_memory_a_button_is_answered_on_its_own(desk: Desk) -> None:
    card = (await desk.ask("why can't Maja get in")).card
    apps = await desk.press("choose_person", remember=False, **actions(card)[1]["data"])
    case = await desk.press("choose_app", remember=False, **actions(apps.card)[1]["data"])
    assert case.about == "case:case-1"
    asked = await desk.press("ask", remember=False, text="status jose in zoom")
    assert asked.about == "case:case-2"


async def test_an_asking_button_takes_the_place_of_what_waits(desk: Desk) -> None:
    await desk.ask("I need a human", by=OLLE)
    await desk.press("ask", by=OLLE, text="my tickets")
    await desk.ask("asdf", by=OLLE)
    assert desk.world.tickets == {}


async def test_while_a_person_is_to_be_chosen_half_a_question_is_not_taken_for_a_name(desk: Desk) -> None:
    await desk.ask("why can't Maja get into Zoom")
    answer = await desk.ask("and in AskCody?")
    assert "Whom" in answer.words


async def test_trouble_under_a_click_goes_up_and_leaves_the_card(desk: Desk) -> None:
    desk.tenant.trouble = TryLaterError("Microsoft Graph is busy.")
    with pytest.raises(TryLaterError):
        await desk.press("ask", text="why can't José get into AskCody")


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("dance", {}),
        ("provision", {}),
        ("provision", {"case": 7}),
        ("provision", {"case": "../../etc"}),
        ("provision", {"case": ["case-1"]}),
        ("refresh", {"case": ""}),
        ("take_ticket", {"ticket": "one"}),
        ("take_ticket", {"ticket": True}),
        ("take_ticket", {"ticket": -1}),
        ("close_ticket", {"ticket": 10**12}),
        ("choose_person", {"person": "p-jose", "app": "", "intent": "use_room", "question": ""}),
        ("choose_person", {"person": {}, "app": "", "intent": "status", "question": ""}),
        ("choose_app", {"person": "", "app": "", "intent": "status", "question": "x"}),
        ("ask", {"text": 5}),
        ("write_ticket", {"text": "  "}),
        ("write_ticket", {"text": "x", "once": ["1"]}),
        ("write_ticket", {"text": "x", "once": "a b"}),
    ],
)
async def test_a_button_that_makes_no_sense_is_refused_in_a_sentence(desk: Desk, verb: str, data: Any) -> None:
    with pytest.raises(RefusedError, match=r"^[A-Z].*\.$"):
        await desk.press(verb, **data)
    assert (desk.world.cases, desk.world.promised, desk.world.tickets) == ({}, [], {})


@pytest.mark.parametrize(("verb", "data"), [("provision", {"case": "no-such"}), ("take_ticket", {"ticket": 4})])
async def test_a_button_about_something_that_is_gone_says_so(desk: Desk, verb: str, data: Any) -> None:
    with pytest.raises(DeskError, match="no such"):
        await desk.press(verb, **data)


async def test_cases_and_tickets_are_drawn_again_in_the_voice_of_their_place(desk: Desk) -> None:
    await desk.ask("status jose in zoom")
    await desk.ask("I need a human: printer", by=OLLE)
    redraw = Redraw(desk.world)
    case = await redraw.case("case-1", "agent")
    ticket = await redraw.ticket(1, "person")
    assert (case.about, case.voice, ticket.about, ticket.voice) == ("case:case-1", "agent", "ticket:1", "person")
    assert case.card != (await redraw.case("case-1", "person")).card
    with pytest.raises(NotThereError):
        await redraw.ticket(5, "agent")


BROUGHT_BY_FEATURES = {
    "agree_order",
    "drop_order",
    "fill",
    "provision_group",
    "stop_group",
    "watch",
    "unwatch",
    "tell_me",
} | {f"crowd_{what}" for what in ("app", "start", "pause", "resume", "stop", "ticket", "file")}
BROUGHT_BY_FEATURES |= {"snooze_news", "mute_news", "wake_news"}


def test_every_button_is_known_to_change_something_or_not_to(desk: Desk) -> None:
    known = set(desk.conversations._clicks._by_verb)
    looking = {"refresh", "refresh_ticket", "ticket_form", "drop_ticket_form"}
    assert known - CHANGING == looking, "a new verb that changes something belongs to CHANGING"
    assert known | BROUGHT_BY_FEATURES >= CHANGING
