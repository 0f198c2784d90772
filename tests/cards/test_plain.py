"""Cards as text."""

from zoneinfo import ZoneInfo

from cards.fill_form import fill_form
from cards.plain import Button, buttons, plain_text, shown_text, summary
from tests.cards.examples import CASE_ID, EXAMPLES, by_state, many_people


def test_the_text_leads_with_the_answer_and_ends_with_numbered_buttons() -> None:
    lines = plain_text(EXAMPLES["cause-missing_attribute-agent"]()).splitlines()
    assert lines[0] == "José García cannot get into AskCody: the mail address is empty."
    assert "4 Act: ✗ expected to fail" in lines
    assert [line.split(" →")[0] for line in lines[-6:]] == [
        "[1] Provision now",
        "[2] Refresh",
        "[3] Tell me",
        "[4] Open ticket",
        "[5] Details",
        "[6] Open in Entra (leaves Teams)",
    ]


def test_hidden_blocks_stay_hidden_until_their_button_is_pressed() -> None:
    card = EXAMPLES["cause-missing_attribute-agent"]()
    details = next(button.shows for button in buttons(card) if button.shows)
    assert "Cause: missing_attribute" not in plain_text(card)
    assert "Cause: missing_attribute" in shown_text(card, details)
    assert shown_text(card, "nowhere") == ""


def test_instants_are_drawn_in_the_readers_zone() -> None:
    card = EXAMPLES["cause-missing_attribute-agent"]()
    assert "Read from Microsoft Graph at 2026-03-02 09:30 UTC." in plain_text(card)
    assert "Read from Microsoft Graph at 2026-03-02 10:30 CET." in plain_text(card, zone=ZoneInfo("Europe/Madrid"))


def test_a_list_to_pick_from_becomes_one_button_for_each_choice() -> None:
    found = buttons(EXAMPLES["choose-person-many"]())
    assert [button.data["person"] for button in found] == [person.id for person in many_people(9)]
    assert {button.verb for button in found} == {"choose_person"}
    assert found[0].title == "1 · José García · jose1@fabrikam.example · Sales"


def test_buttons_inside_the_body_are_numbered_too() -> None:
    assert [button.data["ticket"] for button in buttons(EXAMPLES["tickets-open"]())] == [1, 2, 3, 4, 5]


def test_a_button_that_needs_a_text_names_its_input() -> None:
    (search,) = buttons(EXAMPLES["nobody"]())
    assert search == Button("Search", "ask", {"text": ""}, asks="text")
    assert "Search again: status Jossé Garsia in AskCody" in plain_text(EXAMPLES["nobody"]())


def test_no_card_leaves_markup_in_its_text() -> None:
    for name, draw in EXAMPLES.items():
        words = plain_text(draw())
        assert "{{" not in words, name
        assert "**" not in words, name
        assert "\\" not in words, name


def test_a_summary_has_its_instants_drawn() -> None:
    assert summary(EXAMPLES["cause-soft_deleted-agent"]()).endswith("was deleted on 2026-02-27.")


def test_of_a_form_with_several_inputs_the_first_empty_one_is_asked_for_and_the_others_go_along() -> None:
    send, back = buttons(EXAMPLES["fill-form"]())
    assert (send.asks, send.data) == ("fill_mail", {"case": CASE_ID, "version": 3})
    assert (back.verb, back.asks) == ("refresh", "")


def test_a_form_that_came_back_is_filled_in_further() -> None:
    card = fill_form(by_state()["looked-fill"], {"fill_mail": "jose@fabrikam.example"})
    send, _back = buttons(card)
    assert (send.asks, send.data["fill_mail"]) == ("why", "jose@fabrikam.example")
