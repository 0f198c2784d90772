"""The passport, the answer for several people and the list of apps: within a card's limits, true, and to be opened."""

import json
from dataclasses import replace

import pytest

from cards._kit import Card, broken_limits, walk
from cards.apps import apps_card
from cards.passport import passport_card
from cards.plain import plain_text
from cards.several import Unsettled, several_card
from cards.voice import Voice
from provisioning.diagnosis import diagnose
from provisioning.errors import DeskError, TryLaterError
from provisioning.model import App, Cause, Diagnosis, Job, Person
from provisioning.survey import Survey
from tests import worlds
from tests.cards.examples import by_cause
from tests.cards.schema import breach


def app(name: str) -> App:
    return App(id=f"id-{name}", app_id=name, name=name)


def survey(*evidence: object, **changes: object) -> Survey:
    seen = [worlds.healthy(app=app("Zoom")), worlds.lacking("mail", app=app("AskCody"))]
    usual: dict[str, object] = {"as_of": worlds.NOW, "person": worlds.jose(), "seen": tuple(evidence or seen)}
    return Survey(**{**usual, **changes})  # type: ignore[arg-type]


def sound(card: Card) -> Card:
    assert list(broken_limits(card)) == []
    assert breach(card) == ""
    return card


def test_the_passport_leads_with_how_many_are_broken_and_lists_the_worst_first() -> None:
    words = plain_text(sound(passport_card(survey(), voice=Voice.AGENT, question="everything about José")))
    assert words.startswith("In 1 of 2 apps something is wrong for José García.")
    assert words.index("AskCody") < words.index("Zoom")


@pytest.mark.parametrize("voice", list(Voice))
def test_a_passport_of_twenty_apps_fits_on_a_card(voice: Voice) -> None:
    many = [worlds.lacking("mail", app=app(f"Application number {n} of Fabrikam")) for n in range(20)]
    card = sound(passport_card(survey(*many), voice=voice, question="x" * 4000))
    (picker,) = [part for part in walk(card) if part.get("type") == "Input.ChoiceSet"]
    assert len(picker["choices"]) == 20
    (button,) = card["actions"]
    assert button["data"]["app"] == ""


def test_a_passport_for_the_person_names_no_address_and_says_you() -> None:
    card = passport_card(survey(), voice=Voice.PERSON, question="my apps")
    assert "jose@fabrikam.example" not in json.dumps(card)
    assert "of your 2 apps" in card["fallbackText"]


def test_a_passport_without_an_app_says_whether_everything_was_read() -> None:
    none = replace(survey(), seen=())
    assert "holds no app that I can see" in passport_card(none, voice=Voice.AGENT, question="")["fallbackText"]
    unread = replace(none, unread={"grants": "not_allowed"})
    assert "could not read everything" in passport_card(unread, voice=Voice.AGENT, question="")["fallbackText"]


def test_what_is_left_out_of_a_passport_is_named() -> None:
    card = passport_card(
        survey(left_out=(app("Box"),), not_held=(app("Miro"),), unread={"others": "too_many"}),
        voice=Voice.AGENT,
        question="",
    )
    words = plain_text(card)
    assert "Not looked at in this answer: Box." in words
    assert "Not assigned: Miro." in words
    assert "groups within groups may lead to more apps" in words


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("voice", list(Voice))
def test_every_cause_has_a_line(cause: Cause, voice: Voice) -> None:
    if cause not in by_cause():
        pytest.skip("no example of this cause yet")
    from cards.passport import row_words

    assert row_words(by_cause()[cause], voice)


def test_several_people_have_a_line_each_whatever_became_of_them() -> None:
    broken = diagnose(worlds.lacking("mail"))
    other = replace(worlds.jose(), id="o", name="Olle Svensson")
    answers: list[Diagnosis | tuple[Person, DeskError] | Unsettled] = [
        broken,
        (other, TryLaterError("Microsoft Graph is busy.")),
        Unsettled(words="Xaver"),
    ]
    card = sound(several_card(worlds.askcody(), answers, as_of=worlds.NOW, question="", more=3))
    words = plain_text(card)
    assert "AskCody: for 1 of 1 person something has to be mended." in words
    assert "Olle Svensson: Microsoft Graph is busy." in words
    assert "Xaver: I found nobody of this name." in words
    assert "3 more people were named" in words


def test_apps_are_listed_with_what_is_known_of_their_jobs() -> None:
    apps = [app("Zoom"), app("Box"), app("Miro"), app("Trello"), app("Slack")]
    jobs: dict[str, Job | DeskError | None] = {
        "id-Zoom": worlds.job(),
        "id-Box": worlds.quarantined_job(),
        "id-Miro": TryLaterError("busy"),
        "id-Trello": None,
    }
    card = sound(apps_card(apps, jobs, as_of=worlds.NOW, question="apps"))
    words = plain_text(card)
    assert words.startswith("3 apps are provisioned; in trouble: 1.")
    assert (
        words.index("Box: the app rejects the credentials")
        < words.index("Miro: could not be read")
        < words.index("Zoom: syncing")
    )
    assert "Without provisioning: Trello." in words
    assert "1 more app was not looked at." in words
