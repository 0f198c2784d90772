"""Every utterance of the tables in tests/understanding means what stands beside it, and nothing more."""

import statistics
import time
from itertools import groupby

import pytest

from dialogs.grammar import grammar, languages
from dialogs.meaning import Intent, LastAnswer
from dialogs.understanding import understand
from provisioning.model import App
from tests.understanding.score import ACTORS, APPS, MUST_NOT_ACT, Utterance, share, utterances

LINES = list(utterances())
CLASSES = {
    f"{table}: {group}": list(lines)
    for (table, group), lines in groupby(LINES, key=lambda line: (line.table, line.group))
}
WORDED_WHOLE = ["de", "en"]  # languages with rules; the others find people and apps


def told(lines: list[Utterance]) -> str:
    return "\n".join(f"{line.case['say']!r}: {line.wrong()}" for line in lines if line.wrong())


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_of_utterances_is_understood(name: str) -> None:
    lines = CLASSES[name]
    missed = sum(bool(line.wrong()) for line in lines)
    assert missed <= max(1, len(lines) * 0.05), told(lines)


def test_of_all_utterances_98_in_a_hundred_are_understood() -> None:
    assert share(LINES) >= 0.98, told(LINES)


def test_nothing_is_taken_for_a_wish_to_provision_that_is_none() -> None:
    assert [line.case["say"] for line in LINES if line.acts()] == []


def test_there_are_enough_utterances() -> None:
    assert len(LINES) >= 900
    assert sum(line.table in MUST_NOT_ACT for line in LINES) >= 150


@pytest.mark.parametrize("language", WORDED_WHOLE)
def test_every_language_of_the_interface_words_every_intent_that_english_does(language: str) -> None:
    labels = {rule.intent for rule in grammar(language).rules}
    assert {rule.intent for rule in grammar("en").rules} - {"doubtful_provision"} <= labels


@pytest.mark.parametrize("language", sorted(set(languages()) - set(WORDED_WHOLE)))
def test_a_language_without_rules_takes_nothing_for_a_command(language: str) -> None:
    assert grammar(language).short


def test_several_apps_that_a_word_begins_are_all_named() -> None:
    apps = (*APPS, App(id="s2", app_id="c2", name="Salesforce (Test)"))
    meaning = understand("why can't Maja get into Salesforce", apps=apps, actor=ACTORS["agent"])
    assert {app.name for app in meaning.apps} == {"Salesforce (Production)", "Salesforce (Test)"}
    assert not meaning.each_app


def test_an_app_called_like_a_common_word_is_found_after_a_cue_alone() -> None:
    apps = (*APPS, App(id="h", app_id="c", name="Status"))
    assert [a.name for a in understand("why can't Maja get into Status", apps=apps, actor=ACTORS["agent"]).apps] == [
        "Status"
    ]
    assert understand("status Maja", apps=apps, actor=ACTORS["agent"]).apps == ()


def test_of_doubtful_words_the_directory_decides_and_of_sure_names_it_does_not() -> None:
    meaning = understand("status jose blorp in zoom and Maja Lind", apps=APPS, actor=ACTORS["agent"])
    assert [(who.words, who.doubtful) for who in meaning.people] == [("Maja Lind", False)]
    meaning = understand("does jose know blorp in zoom", apps=APPS, actor=ACTORS["agent"])
    assert [(who.words, who.doubtful) for who in meaning.people] == [("jose", True), ("blorp", True)]


def test_after_everything_about_somebody_another_name_asks_everything_about_them() -> None:
    last = LastAnswer(intent=Intent.PASSPORT, person_id="J")
    assert understand("and Maja?", apps=APPS, actor=ACTORS["agent"], last=last).intent is Intent.PASSPORT
    again = understand("check again", apps=APPS, actor=ACTORS["agent"], last=last)
    assert (again.intent, [who.id for who in again.people]) == (Intent.PASSPORT, ["J"])


def test_nothing_is_understood_from_a_very_long_rambling_without_taking_long() -> None:
    meaning = understand("lorem ipsum dolor " * 300, apps=APPS, actor=ACTORS["agent"])
    assert meaning.intent is Intent.UNCLEAR


def test_a_sentence_is_read_in_a_few_milliseconds_however_many_apps_there_are() -> None:
    apps = tuple(App(id=f"a{n}", app_id=f"c{n}", name=f"Application {n} of Fabrikam") for n in range(500))
    understand("why can't José get into Application 77", apps=apps, actor=ACTORS["agent"])  # the index is kept
    times = []
    for _ in range(9):
        begun = time.process_time()
        understand("why can't José Garcia-Lopez get into aplication 77 of fabrikam", apps=apps, actor=ACTORS["agent"])
        times.append(time.process_time() - begun)
    assert statistics.median(times) < 0.05  # 10 ms here; generous for a loaded machine


def test_a_word_of_one_apps_name_is_enough_where_nothing_else_is_called_so() -> None:
    apps = (*APPS, App(id="w", app_id="c1", name="Cisco Webex"), App(id="s", app_id="c2", name="Cisco Secure"))
    assert [a.name for a in understand("Maja webex", apps=apps, actor=ACTORS["agent"]).apps] == ["Cisco Webex"]
    both = understand("why can't Maja get into cisco", apps=apps, actor=ACTORS["agent"]).apps
    assert {app.name for app in both} == {"Cisco Webex", "Cisco Secure"}


def test_who_else_has_it_is_asked_of_the_app_of_the_last_answer() -> None:
    last = LastAnswer(intent=Intent.STATUS, person_id="J", app_id="app-Zoom")
    meaning = understand("who else has this?", apps=APPS, actor=ACTORS["agent"], last=last)
    assert (meaning.intent, [app.name for app in meaning.apps]) == (Intent.FAILURES, ["Zoom"])
    assert understand("failures", apps=APPS, actor=ACTORS["agent"], last=last).apps == ()


def test_tell_me_when_it_works_is_about_the_person_and_the_app_of_the_last_answer() -> None:
    last = LastAnswer(intent=Intent.STATUS, person_id="J", app_id="app-Zoom")
    meaning = understand("tell me when it works", apps=APPS, actor=ACTORS["agent"], last=last)
    assert (meaning.intent, [who.id for who in meaning.people]) == (Intent.WATCH, ["J"])
    assert [app.name for app in meaning.apps] == ["Zoom"]
