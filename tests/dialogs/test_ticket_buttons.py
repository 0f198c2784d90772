"""The buttons of a ticket: what each does, for whom, and what is kept when the ticket has moved on."""

from typing import Any

import pytest

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
