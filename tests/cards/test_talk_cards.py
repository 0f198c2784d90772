"""Choices, help, health, tickets and troubles: what they offer to whom."""

from dataclasses import replace

import pytest

from cards.choose import choose_app_card, choose_person_card, nobody_card
from cards.guide import Denial, denied_card, help_card, trouble_card, unclear_card
from cards.health import health_card
from cards.news import arrival_news, thread_line, ticket_news
from cards.plain import buttons, plain_text, summary
from cards.tickets import ticket_card, ticket_list_card
from cards.voice import Voice
from cards.words import use_language
from provisioning import errors
from provisioning.errors import NotAllowedError, TryLaterError
from provisioning.health import Pulse
from provisioning.model import JobState
from provisioning.moves import Arrived, moved
from provisioning.tickets import Arrival, Named, TicketState
from tests import worlds
from tests.cards import examples

QUESTION = "why can't José get into AskCody"


@pytest.mark.parametrize("n", [2, 6, 7, 10])
def test_every_person_that_fits_can_be_chosen(n: int) -> None:
    people = examples.many_people(n)
    found = buttons(choose_person_card(people, app=worlds.askcody(), intent="status", question=QUESTION))
    assert [button.data for button in found] == [
        {"person": person.id, "app": worlds.APP_ID, "intent": "status", "question": QUESTION} for person in people
    ]


def test_people_of_one_name_are_told_apart() -> None:
    words = plain_text(choose_person_card(examples.many_people(4), app=None, intent="status", question=QUESTION))
    assert "jose2@fabrikam.example · Sales · disabled" in words
    assert "jose3@fabrikam.example · Sales · deleted" in words
    assert "jose4@fabrikam.example · Sales · guest" in words


def test_an_app_is_chosen_for_the_person_that_was_meant() -> None:
    apps = [worlds.askcody(), worlds.askcody(id="app-2", name="Zoom")]
    found = buttons(choose_app_card(apps, person_id=worlds.JOSE_ID, intent="status", question=QUESTION))
    assert [(button.data["app"], button.data["person"]) for button in found] == [
        (worlds.APP_ID, worlds.JOSE_ID),
        ("app-2", worlds.JOSE_ID),
    ]


def test_nobody_offers_a_search_that_starts_from_what_was_said() -> None:
    card = nobody_card("Jossé", worlds.askcody())
    assert plain_text(card).startswith("I found nobody for “Jossé”.")
    assert "status Jossé in AskCody" in plain_text(card)


def test_help_offers_only_what_the_actor_may() -> None:
    person, agent, admin = (plain_text(help_card(who)) for who in (worlds.olle(), worlds.aisha(), worlds.ines()))
    assert "open tickets" not in person.casefold()
    assert "open tickets" in agent.casefold()
    assert "use this channel for the helpdesk" not in agent
    assert "use this channel for the helpdesk" in admin


def test_the_welcome_greets_and_help_does_not() -> None:
    assert plain_text(help_card(worlds.olle(), welcome=True)).startswith("Hello Olle Svensson")
    assert "Hello" not in plain_text(help_card(worlds.olle()))
    assert "P1 licence" in plain_text(help_card(worlds.olle()))


def test_nonsense_gets_an_answer_of_its_own_with_ways_on() -> None:
    card = unclear_card("blah [x](y)", ["my tickets", "help me", "a", "b", "c", "d"], once="one")
    assert summary(card) == "I did not understand “blah [x](y)”."
    assert [button.data["text"] for button in buttons(card)] == [
        "my tickets",
        "help me",
        "a",
        "b",
        "help",
        "blah [x](y)",
    ]
    assert (buttons(card)[-1].verb, buttons(card)[-1].data["once"]) == ("write_ticket", "one")


def test_a_card_without_a_name_of_its_own_asks_what_the_ticket_is_about() -> None:
    for card in (unclear_card("blah", []), trouble_card(TryLaterError("Busy."), again="blah")):
        assert (buttons(card)[-1].verb, buttons(card)[-1].data) == ("ask", {"text": "I need a human"})


def test_help_is_offered_once() -> None:
    assert [button.data["text"] for button in buttons(unclear_card("", ["help"]))] == ["help"]


@pytest.mark.parametrize("denial", list(Denial))
def test_a_no_says_who_may_and_what_can_be_done_instead(denial: Denial) -> None:
    card = denied_card(denial)
    assert len(card["body"][0]["items"]) == 2
    assert buttons(card)


def test_who_asked_about_somebody_else_can_ask_about_themself() -> None:
    first = buttons(denied_card(Denial.OTHERS, app=worlds.askcody()))[0]
    assert first.data == {"text": "why can't I get into AskCody"}


def test_what_an_error_says_is_told_in_the_readers_language() -> None:
    with use_language("de"):
        assert "Diesen Fall gibt es nicht." in plain_text(trouble_card(errors.NotThereError("There is no such case.")))
        refused = plain_text(trouble_card(errors.RefusedError("Microsoft refused.", code="Request_BadRequest")))
    assert "Microsoft hat es abgelehnt (Request_BadRequest)." in refused


def test_an_error_without_a_word_is_told_without_one() -> None:
    assert plain_text(trouble_card(errors.DeskError())) == plain_text(trouble_card(errors.DeskError("")))


def test_trouble_that_passes_can_be_tried_again_and_a_no_cannot() -> None:
    assert "try again in 3 minutes" in plain_text(trouble_card(TryLaterError("Busy.", wait=170)))
    again = buttons(trouble_card(TryLaterError("Busy."), again=QUESTION))
    never = buttons(trouble_card(NotAllowedError("No."), again=QUESTION))
    assert [button.title for button in again] == ["Try again", "Ask a human"]
    assert [button.title for button in never] == ["Ask a human"]


def test_health_counts_and_tells_the_last_and_the_next_cycle() -> None:
    words = plain_text(health_card(worlds.askcody(), worlds.job(), Pulse(failing=3), worlds.NOW))
    assert words.startswith("AskCody is syncing, but 3 people fail.")
    assert "Last cycle: ✓ finished, 2026-03-02 09:17 UTC (13 minutes ago)" in words
    assert "Next cycle: about 2026-03-02 09:55 UTC (in about 25 minutes)" in words
    assert "People failing: 3" in words


def test_one_failing_person_is_singular_and_an_unread_count_is_not_zero() -> None:
    one = health_card(worlds.askcody(), worlds.job(), Pulse(failing=1), worlds.NOW)
    unread = health_card(worlds.askcody(), worlds.job(), Pulse(), worlds.NOW)
    assert summary(one) == "AskCody is syncing, but 1 person fails."
    assert "People failing: not known" in plain_text(unread)


def test_a_quarantine_is_told_in_words_with_reason_and_remedy() -> None:
    words = plain_text(
        health_card(worlds.askcody(), worlds.quarantined_job("TooManyDeletes", "TooManyDeletes"), Pulse(), worlds.NOW)
    )
    assert words.startswith("AskCody holds removals back: more accounts would go than the limit allows.")
    assert "Reason: more accounts would be removed than the limit allows" in words
    assert "I never allow removals" in words


def test_a_state_that_graph_invents_is_shown_as_it_came() -> None:
    job = worlds.job(state=JobState.OTHER, raw_state="Hibernating")
    assert "Hibernating" in plain_text(health_card(worlds.askcody(), job, Pulse(), worlds.NOW))


def test_a_person_sees_the_health_of_an_app_without_counts_and_codes() -> None:
    words = plain_text(
        health_card(worlds.askcody(), worlds.quarantined_job(), Pulse(failing=2), worlds.NOW, voice=Voice.PERSON)
    )
    assert "People failing" not in words
    assert "credentials" not in words


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (TicketState.OPEN, ["take_ticket", "ticket_form", "ticket_form"]),
        (TicketState.TAKEN, ["ticket_form", "ticket_form"]),
        (TicketState.CLOSED, ["reopen_ticket"]),
    ],
)
def test_a_ticket_offers_the_desk_only_the_moves_that_are_left(state: TicketState, verbs: list[str]) -> None:
    card = ticket_card(examples.ticket(state), Voice.AGENT)
    assert [button.verb for button in buttons(card) if button.verb] == verbs


def test_an_agent_who_takes_her_own_ticket_does_not_help_herself_by_name() -> None:
    card = ticket_card(examples.ticket(TicketState.TAKEN, requester=worlds.aisha()), Voice.AGENT)
    assert "SD-12: Aisha Khan is working on it." in plain_text(card)
    others = ticket_card(examples.ticket(TicketState.TAKEN), Voice.AGENT)
    assert "SD-12: Aisha Khan helps Olle Svensson." in plain_text(others)


def test_the_requester_never_gets_the_desks_buttons() -> None:
    for state in TicketState:
        verbs = {button.verb for button in buttons(ticket_card(examples.ticket(state), Voice.PERSON))}
        assert verbs <= {"refresh_ticket", "ticket_form", "withdraw_ticket"}


def test_the_requester_is_told_when_nobody_has_been_notified() -> None:
    assert "nobody has been notified yet" in plain_text(ticket_card(examples.bare_ticket(), Voice.PERSON))
    assert "has been told" in plain_text(ticket_card(examples.ticket(), Voice.PERSON))


def test_a_ticket_takes_the_diagnosis_along() -> None:
    words = plain_text(ticket_card(examples.ticket(), Voice.AGENT))
    assert "José García cannot get into AskCody: the mail address is empty." in words
    assert "“why can't I get into AskCody”" in words


def test_a_list_tells_number_requester_person_app_and_age() -> None:
    words = plain_text(ticket_list_card([examples.ticket()], title="Open tickets", now=worlds.NOW))
    assert "SD-12 · ○ open, nobody has it · 24 hours ago" in words
    assert "Olle Svensson about José García in AskCody" in words


def test_an_empty_list_says_so() -> None:
    assert "There are none." in plain_text(ticket_list_card([], title="Open tickets", now=worlds.NOW))


def test_of_several_people_each_hears_of_their_own_arrival_and_all_hear_of_the_last() -> None:
    at = worlds.NOW
    there = Arrival(person="p-1", app="a-1", row="row-1", at=at, name="Maja Lind", app_name="AskCody")
    people = (Named(id="p-1", name="Maja Lind"), Named(id="p-2", name="Olle Svensson"))
    several = replace(examples.bare_ticket(), people=people, apps=(Named(id="a-1", name="AskCody"),))
    one = moved(several, Arrived(arrivals=(there,)), worlds.aisha(), at)
    assert one is not None
    assert "You should be in AskCody now" in arrival_news(one, one.history[-1], "p-1")
    assert arrival_news(one, one.history[-1], "p-2") == ""
    assert "newer successes: Maja Lind. 1 of 2 have arrived" in thread_line(one, one.history[-1])
    assert "1 of 2 have arrived" in plain_text(ticket_card(one, Voice.PERSON))
    both = moved(one, Arrived(arrivals=(replace(there, person="p-2", row="row-2"),)), worlds.aisha(), at)
    assert both is not None
    assert "All 2 that SD-12 waits for have arrived" in ticket_news(both, both.history[-1])
    assert "SD-12: all 2 have arrived" in plain_text(ticket_card(both, Voice.AGENT))
