"""The buttons of a ticket: what each does, for whom, and what is kept when the ticket has moved on."""

from typing import Any

import pytest

from cards.plain import plain_text
from dialogs.talk import Seal
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.model import Actor, Person
from provisioning.tickets import CloseReason, Severity, Ticket, TicketState
from tests.dialogs import desk as small
from tests.dialogs.desk import AISHA, INES, OLLE, Desk


@pytest.fixture
async def opened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Olle has asked for help; Ines and Olle can be found by name."""
    await desk.ask("I need a human: printer", by=OLLE)

    async def actor(person_id: str) -> Actor:
        return {"p-olle": OLLE, "p-ines": INES}[person_id]

    people = {**small.PEOPLE, "ines": Person(id="p-ines", upn=INES.upn, name=INES.name, enabled=True)}
    monkeypatch.setattr(small, "PEOPLE", people)
    monkeypatch.setattr(desk.tenant, "actor", actor)
    return desk


def ticket(desk: Desk) -> Ticket:
    return desk.world.tickets[1]


async def test_one_form_notes_grades_and_hands_over(opened: Desk) -> None:
    wish: dict[str, Any] = {"note": "ask the vendor", "for": "desk", "severity": "urgent", "owner": "ines", "into": ""}
    reply = await opened.press("update_ticket", ticket=1, step=1, **wish)
    assert (reply.note, reply.about) == ("", "ticket:1")
    assert (ticket(opened).severity, ticket(opened).taker) == (Severity.URGENT, INES)
    assert (ticket(opened).history[1].text, ticket(opened).history[1].internal) == ("ask the vendor", True)


async def test_a_note_for_who_asked_is_no_internal_one(opened: Desk) -> None:
    wish: dict[str, Any] = {"note": "we are at it", "for": "askers", "severity": "normal"}
    await opened.press("update_ticket", ticket=1, step=1, **wish)
    assert not ticket(opened).history[1].internal
    assert [event.what for event in ticket(opened).history] == ["opened", "noted"], "what stood as it was is no change"


async def test_an_empty_form_says_so_and_changes_nothing(opened: Desk) -> None:
    with pytest.raises(RefusedError, match="at least one field"):
        await opened.press("update_ticket", ticket=1, step=1, note=" ", severity="normal", owner="", into="")
    assert ticket(opened).step == 1


async def test_what_was_typed_is_kept_when_somebody_was_quicker(opened: Desk) -> None:
    await opened.press("take_ticket", by=INES, ticket=1, step=1)
    reply = await opened.press("update_ticket", ticket=1, step=1, note="call him", severity="high")
    assert "changed since" in reply.note
    assert (ticket(opened).history[-1].text, ticket(opened).severity) == ("call him", Severity.NORMAL)


@pytest.mark.parametrize(
    ("words", "why"), [("nobody at all", "found nobody"), ("maja", "Several people"), ("olle", "does not belong")]
)
async def test_it_is_handed_only_to_one_of_the_helpdesk(opened: Desk, words: str, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        await opened.press("update_ticket", ticket=1, step=1, owner=words)
    assert ticket(opened).taker is None


async def test_it_is_given_back_by_a_dash(opened: Desk) -> None:
    await opened.press("take_ticket", ticket=1, step=1)
    await opened.press("update_ticket", ticket=1, step=2, owner="-")
    assert (ticket(opened).state, ticket(opened).taker) == (TicketState.OPEN, None)


async def test_merging_brings_the_asker_along_and_says_when_it_cannot(opened: Desk) -> None:
    await opened.ask("I need a human: the other printer", by=INES)
    reply = await opened.press("update_ticket", ticket=2, step=1, into="sd-1")
    assert (reply.note, opened.world.tickets[2].merged_into) == ("", 1)
    assert [asker.actor for asker in ticket(opened).askers] == [OLLE, INES]
    again = await opened.press("update_ticket", ticket=1, step=2, into="2")
    assert "could not be merged" in again.note


async def test_a_word_that_is_no_number_merges_nothing(opened: Desk) -> None:
    with pytest.raises(RefusedError, match="no ticket number"):
        await opened.press("update_ticket", ticket=1, step=1, into="the printer one")


async def test_closing_says_why_and_a_reason_that_is_not_offered_is_none(opened: Desk) -> None:
    await opened.press("close_ticket", ticket=1, step=1, reason="not_ours", why="the vendor knows")
    assert (ticket(opened).reason, ticket(opened).history[-1].text) == (CloseReason.NOT_OURS, "the vendor knows")
    await opened.press("reopen_ticket", ticket=1, step=2)
    assert ticket(opened).is_open
    await opened.press("close_ticket", ticket=1, step=3, reason="merged")
    assert ticket(opened).reason is CloseReason.SOLVED


async def test_who_asked_replies_withdraws_and_doubts(opened: Desk) -> None:
    reply = await opened.press("reply_ticket", by=OLLE, ticket=1, step=1, reply="it smells of smoke", voice="person")
    assert (ticket(opened).history[-1].text, reply.voice) == ("it smells of smoke", "person")
    await opened.press("withdraw_ticket", by=OLLE, ticket=1, step=2)
    assert ticket(opened).reason is CloseReason.WITHDRAWN
    await opened.press("doubt_ticket", by=OLLE, ticket=1, step=3, doubt="it is back")
    assert (ticket(opened).is_open, ticket(opened).history[-1].text) == (True, "it is back")


async def test_nothing_is_sent_without_words(opened: Desk) -> None:
    with pytest.raises(RefusedError, match="nothing to send"):
        await opened.press("reply_ticket", by=OLLE, ticket=1, step=1, reply="  ")


@pytest.mark.parametrize("verb", ["update_ticket", "reopen_ticket"])
async def test_who_asked_does_not_do_the_helpdesks_part(opened: Desk, verb: str) -> None:
    with pytest.raises(NotAllowedError):
        await opened.press(verb, by=OLLE, ticket=1, step=1, note="x")


@pytest.mark.parametrize("verb", ["reply_ticket", "withdraw_ticket", "doubt_ticket", "settle_ticket"])
async def test_nobody_speaks_for_who_asked(opened: Desk, verb: str) -> None:
    with pytest.raises(NotThereError):
        await opened.press(verb, by=AISHA, ticket=1, step=1, reply="x")
    assert ticket(opened).step == 1


@pytest.mark.parametrize("verb", ["update_ticket", "reopen_ticket", "close_ticket", "reply_ticket", "withdraw_ticket"])
@pytest.mark.parametrize("seal", [Seal.MISSING, Seal.FORGED, Seal.EXPIRED])
async def test_a_button_without_a_good_seal_does_nothing_and_says_so(opened: Desk, verb: str, seal: Seal) -> None:
    by = OLLE if verb in {"reply_ticket", "withdraw_ticket"} else AISHA
    reply = await opened.press(verb, by=by, seal=seal, ticket=1, step=1, note="x", reply="x")
    assert "did nothing" in reply.note
    assert ticket(opened).step == 1


async def test_fields_that_a_client_spoils_are_refused(opened: Desk) -> None:
    spoilt: list[dict[str, Any]] = [{"note": ["x"]}, {"severity": 3}, {"owner": {"a": 1}}]
    for spoiled in spoilt:
        with pytest.raises(RefusedError):
            await opened.press("update_ticket", ticket=1, step=1, **spoiled)
    await opened.press("update_ticket", ticket=1, step=1, note="x", severity=None, owner=None, into=None)
    assert ticket(opened).history[-1].text == "x"


def fields(card: dict[str, Any] | None) -> dict[str, str]:
    assert card is not None
    return {one["id"]: one.get("value", "") for one in card["body"] if one["type"].startswith("Input.")}


@pytest.mark.parametrize("form", ["change", "close"])
async def test_a_form_is_a_message_of_its_own_that_no_change_of_the_ticket_redraws(opened: Desk, form: str) -> None:
    reply = await opened.press("ticket_form", ticket=1, form=form, voice="agent")
    assert (reply.about, reply.note) == (None, ""), "what is about a ticket is drawn anew with it"
    assert fields(reply.card)
    assert ticket(opened).step == 1


async def test_a_form_that_was_sent_goes_and_says_that_it_was(opened: Desk) -> None:
    reply = await opened.press("update_ticket", ticket=1, step=1, form="change", note="ask the vendor")
    assert (reply.about, reply.note, reply.gone) == (None, "", True)
    assert "SD-1: that is written down." in plain_text(reply.card or {})
    closed = await opened.press("close_ticket", ticket=1, step=2, form="close", why="done")
    assert "SD-1: closed." in plain_text(closed.card or {})


async def test_a_form_is_left_without_a_change(opened: Desk) -> None:
    reply = await opened.press("drop_ticket_form", ticket=1)
    assert reply.gone
    assert "left as it was" in plain_text(reply.card or {})
    assert ticket(opened).step == 1


async def test_a_form_that_came_too_late_shows_the_ticket_and_keeps_the_words(opened: Desk) -> None:
    await opened.press("take_ticket", by=INES, ticket=1, step=1)
    reply = await opened.press("update_ticket", ticket=1, step=1, form="change", note="call him", severity="high")
    assert ("changed since" in reply.note, reply.about, reply.gone) == (True, "ticket:1", False)
    assert ticket(opened).history[-1].text == "call him"


async def test_a_form_that_lay_open_for_too_long_comes_back_with_what_was_typed(opened: Desk) -> None:
    reply = await opened.press(
        "update_ticket", seal=Seal.EXPIRED, ticket=1, step=1, form="change", note="call him", severity="high"
    )
    assert "sent nothing yet" in reply.note
    assert fields(reply.card) | {"note": "call him", "severity": "high"} == fields(reply.card)
    assert ticket(opened).step == 1


async def test_there_is_no_form_for_what_cannot_be_done_any_more(opened: Desk) -> None:
    await opened.press("close_ticket", ticket=1, step=1)
    reply = await opened.press("ticket_form", ticket=1, form="close")
    assert ("changed since" in reply.note, reply.about) == (True, "ticket:1")
    open_again = await opened.press("ticket_form", by=OLLE, ticket=1, form="doubt", voice="person")
    assert fields(open_again.card) == {"doubt": ""}


@pytest.mark.parametrize(("by", "form"), [(OLLE, "change"), (OLLE, "close"), (AISHA, "reply"), (AISHA, "doubt")])
async def test_nobody_gets_a_form_that_is_not_theirs(opened: Desk, by: Actor, form: str) -> None:
    with pytest.raises((NotAllowedError, NotThereError)):
        await opened.press("ticket_form", by=by, ticket=1, form=form)


@pytest.mark.parametrize("form", ["", "no such form", None, 3])
async def test_a_form_that_does_not_exist_is_refused(opened: Desk, form: Any) -> None:
    with pytest.raises(RefusedError):
        await opened.press("ticket_form", ticket=1, form=form)
