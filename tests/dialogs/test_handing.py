"""*Open ticket* from every answer: it carries what the answer said, and whoever presses it is looked at anew."""

import json
from typing import Any

import pytest

from cards._kit import MOST_ACTIONS, execute, make, text, walk
from dialogs.asking import Concerned, shown
from dialogs.handing import HAND_OVER, Told, with_ticket
from dialogs.talk import Click, Seal
from provisioning.errors import NotAllowedError, RefusedError, TryLaterError
from provisioning.tickets import Severity, Subject, Ticket
from tests.dialogs.desk import AISHA, INES, OLLE, Answer, Desk


def button(answer: Answer) -> dict[str, Any]:
    """The one that hands the answer over."""
    (found,) = [part for part in walk(answer.card) if part.get("verb") == HAND_OVER]
    return found


async def press(desk: Desk, data: dict[str, Any], *, by: Any = AISHA, seal: Seal = Seal.GOOD) -> Any:
    click = Click(verb=HAND_OVER, data=data, actor=by, conversation="chat-1", kind="personal", key="k", seal=seal)
    return await desk.conversations.click(click)


def only(desk: Desk) -> Ticket:
    (ticket,) = desk.world.tickets.values()
    return ticket


@pytest.mark.parametrize(
    ("question", "said", "subjects", "severity"),
    [
        (
            "everything about José",
            "In 2 of 2 apps something is wrong for José García.",
            [("p-jose", "a-askcody", "missing_attribute"), ("p-jose", "a-zoom", "missing_attribute")],
            Severity.NORMAL,
        ),
        ("how is AskCody syncing", "its job is in quarantine", [("", "a-askcody", "quarantine")], Severity.HIGH),
        ("status of all apps", "AskCody", [("", "a-askcody", "credentials")], Severity.HIGH),
    ],
)
async def test_an_answer_about_several_things_becomes_one_ticket_about_all_of_them(
    desk: Desk, question: str, said: str, subjects: list[tuple[str, str, str]], severity: Severity
) -> None:
    answer = await desk.ask(question)
    await press(desk, button(answer)["data"])
    ticket = only(desk)
    assert ticket.question == question
    assert said in ticket.found
    assert "Open ticket" not in ticket.found
    assert [(one.person, one.app, one.cause) for one in ticket.subjects] == subjects
    assert ticket.severity is severity


async def test_of_several_people_only_those_for_whom_something_is_wrong_are_handed_over(desk: Desk) -> None:
    answer = await desk.ask("José and Olle in AskCody")
    reply = await press(desk, button(answer)["data"])
    ticket = only(desk)
    assert (ticket.people, ticket.apps) == ((), ()), "one of them is wrong: it became a case of its own"
    assert ticket.case_id is not None
    assert ticket.diagnosis is not None
    assert ticket.diagnosis.person.id == "p-jose"
    assert "Olle Svensson" in ticket.found
    assert "SD-1 is about this" in reply.summary


async def test_when_the_directory_cannot_be_read_what_the_answer_said_is_enough(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await desk.ask("José and Olle in AskCody")

    async def busy(*_: Any, **__: Any) -> Any:
        raise TryLaterError("busy")

    monkeypatch.setattr(desk.inquiries, "open", busy)
    await press(desk, button(answer)["data"])
    assert only(desk).subjects == (Subject(person="p-jose", app="a-askcody", cause="missing_attribute"),)


async def test_people_hand_over_what_they_were_told_about_themselves(desk: Desk) -> None:
    answer = await desk.ask("my apps", by=OLLE)
    reply = await press(desk, button(answer)["data"], by=OLLE)
    assert only(desk).requester == OLLE
    assert "Your ticket SD-1" in reply.summary


async def test_nobody_hands_over_an_answer_about_somebody_whom_they_may_not_ask_about(desk: Desk) -> None:
    answer = await desk.ask("everything about José")
    with pytest.raises(NotAllowedError):
        await press(desk, button(answer)["data"], by=OLLE)
    assert desk.world.tickets == {}


@pytest.mark.parametrize("seal", [Seal.MISSING, Seal.EXPIRED, Seal.FORGED])
async def test_words_that_the_seal_does_not_vouch_for_become_no_evidence(desk: Desk, seal: Seal) -> None:
    answer = await desk.ask("how is AskCody syncing")
    reply = await press(desk, button(answer)["data"], seal=seal)
    assert desk.world.tickets == {}
    assert reply.note


@pytest.mark.parametrize("told", ["", "[]", "null", '{"question": "x"}', '{"about": [{"x": 1}]}', "{"])
async def test_a_button_that_carries_something_else_is_refused(desk: Desk, told: str) -> None:
    with pytest.raises(RefusedError):
        await press(desk, {"told": told, "once": "x"}, by=INES)


async def test_the_same_answer_is_handed_over_once(desk: Desk) -> None:
    data = button(await desk.ask("how is AskCody syncing"))["data"]
    await press(desk, data)
    await press(desk, json.loads(json.dumps(data)))
    assert len(desk.world.tickets) == 1


async def test_a_question_of_ours_and_a_no_have_no_such_button(desk: Desk) -> None:
    for question, by in (
        ("status José", AISHA),
        ("everything about José", OLLE),
        ("help", AISHA),
        ("my tickets", OLLE),
    ):
        answer = await desk.ask(question, by=by)
        assert not [part for part in walk(answer.card) if part.get("verb") == HAND_OVER], question


def test_on_a_full_card_a_question_that_can_be_typed_gives_way() -> None:
    buttons = [execute("A", "do", {}), execute("B", "ask", {"text": "b"}), execute("C", "ask", {"text": "c"})]
    buttons += [execute("D", "do", {})] * 3
    full = make([text("words")], summary="words", actions=buttons)
    reply = with_ticket(shown(full), "what?", [Concerned(app_id="a", app="A")])
    assert reply.card is not None
    titles = [action["title"] for action in reply.card["actions"]]
    assert titles == ["A", "B", "D", "D", "D", "Open ticket"]
    assert len(titles) <= MOST_ACTIONS


def test_what_a_button_carries_can_be_read_again() -> None:
    told = Told(question="q", found="a\nb", about=(Concerned(app_id="a", app="Ä", cause="c"),), urgent=True)
    assert Told.read(told.written()) == told
