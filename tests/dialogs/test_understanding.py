"""Every utterance of the tables in tests/understanding means what stands beside it, and nothing more."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dialogs.grammar import grammar, languages
from dialogs.meaning import Intent, LastAnswer, Meaning, Who, WhoKind
from dialogs.talk import Mention
from dialogs.understanding import understand
from provisioning.model import Actor, App, Role

TABLES = Path(__file__).parents[1] / "understanding"
NAMES = ["AskCody", "Zoom", "Salesforce (Production)", "Workday", "Miro", "ServiceNow"]
APPS = tuple(App(id=f"app-{name}", app_id=f"client-{name}", name=name) for name in NAMES)
ACTORS = {
    "agent": Actor(id="A", upn="aisha@fabrikam.example", name="Aisha Khan", roles=frozenset({Role.PERSON, Role.AGENT})),
    "person": Actor(id="O", upn="olle@fabrikam.example", name="Olle Svensson"),
}


def utterances() -> list[Any]:
    """Every case of every table; one of the must-not-act table may not mean provision whatever else it says."""
    found = []
    for path in sorted(TABLES.glob("*.toml")):
        for case in tomllib.loads(path.read_text("utf-8"))["case"]:
            if path.stem == "must_not_act":
                case["intent_not"] = "provision"
            found.append(pytest.param(case, id=f"{path.stem}: {case['say'] or '(nothing)'}"))
    return found


def said(case: dict[str, Any]) -> Meaning:
    last = None
    if "after" in case:
        last = LastAnswer(intent=Intent(case["after"]), person_id="J", app_id="app-AskCody")
    mentions = [Mention(**case["mention"])] if "mention" in case else []
    actor = ACTORS[case.get("as", "agent")]
    return understand(case["say"], apps=APPS, actor=actor, mentions=mentions, last=last)


def name(who: Who) -> str:
    return who.kind if who.kind in (WhoKind.ME, WhoKind.LAST) else who.words


@pytest.mark.parametrize("case", utterances())
def test_an_utterance_means_what_its_table_says(case: dict[str, Any]) -> None:
    meaning = said(case)
    seen = {
        "intent": meaning.intent.value,
        "people": [name(who) for who in meaning.people],
        "ids": [who.id for who in meaning.people],
        "apps": [app.name for app in meaning.apps],
    }
    plain = ("app_words", "corrected", "text", "somebody", "negated", "elsewhere", "follows", "everybodys", "ticket")
    seen |= {key: getattr(meaning, key) for key in plain}
    about_somebody = case.get("intent") in {"status", "provision", "health"} and "as" not in case
    wanted = {key: value for key, value in case.items() if key in seen}
    if about_somebody and "must_not" not in case and "intent_not" not in case:
        wanted = {"people": [], "apps": [], "app_words": "", "corrected": "", "somebody": False} | wanted
    assert {key: seen[key] for key in wanted} == wanted
    assert seen["intent"] != case.get("intent_not")


def test_there_are_enough_utterances() -> None:
    assert len(utterances()) >= 120


@pytest.mark.parametrize("language", languages())
def test_every_language_words_every_intent_that_english_does(language: str) -> None:
    labels = {rule.intent for rule in grammar(language).rules}
    assert {rule.intent for rule in grammar("en").rules} - {"provision_group"} <= labels


def test_several_apps_that_a_word_begins_are_all_named() -> None:
    apps = (*APPS, App(id="s2", app_id="c2", name="Salesforce (Test)"))
    meaning = understand("why can't Maja get into Salesforce", apps=apps, actor=ACTORS["agent"])
    assert {app.name for app in meaning.apps} == {"Salesforce (Production)", "Salesforce (Test)"}


def test_an_app_called_like_a_common_word_is_found_after_a_cue_alone() -> None:
    apps = (*APPS, App(id="h", app_id="c", name="Status"))
    assert [a.name for a in understand("why can't Maja get into Status", apps=apps, actor=ACTORS["agent"]).apps] == [
        "Status"
    ]
    assert understand("status Maja", apps=apps, actor=ACTORS["agent"]).apps == ()


def test_nothing_is_understood_from_a_very_long_rambling_without_taking_long() -> None:
    meaning = understand("lorem ipsum dolor " * 300, apps=APPS, actor=ACTORS["agent"])
    assert meaning.intent is Intent.UNCLEAR
