"""Every card as it is sent, compared with the file that a person has looked at.

``UPDATE_GOLDEN=1 pytest tests/cards`` writes the files anew; look at the difference before you commit it.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cards._kit import broken_limits, walk
from cards.plain import plain_text, summary
from provisioning.model import Cause
from tests import worlds
from tests.cards.examples import CASE_ID, EXAMPLES, FORBIDDEN_FILTER_VALUE
from tests.cards.schema import breach

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
VERBS = {
    "provision": {"case", "version"},
    "call_off": {"case", "version"},
    "provision_group": {"id", "version"},
    "stop_group": {"id"},
    "refresh_group": {"id"},
    "fill_in": {"case"},
    "fill": {"case", "version"},
    "refresh": {"case"},
    "tell_me": {"case"},
    "open_ticket": {"case"},
    "choose_person": {"person", "app", "intent", "question"},
    "choose_app": {"person", "app", "intent", "question"},
    "ask": {"text"},
    "write_ticket": {"text", "once"},
    "ticket_form": {"ticket"},
    "drop_ticket_form": {"ticket"},
    "take_ticket": {"ticket", "step"},
    "close_ticket": {"ticket", "step"},
    "refresh_ticket": {"ticket"},
    "update_ticket": {"ticket", "step"},
    "reopen_ticket": {"ticket", "step"},
    "reply_ticket": {"ticket", "step"},
    "doubt_ticket": {"ticket", "step"},
    "settle_ticket": {"ticket", "step"},
    "withdraw_ticket": {"ticket", "step"},
    "failing_cluster": {"app", "id", "page"},
    "show_failures": {"app"},
    "retry_these": {"app", "id"},
    "plan_order": {"app", "kind"},
    "plan_undo": {"id"},
    "agree_order": {"id", "version"},
    "drop_order": {"id", "version"},
    "refresh_order": {"id"},
    "order_people": {"id", "page"},
    "watch": {"id", "version"},
    "unwatch": {"id", "version"},
    "snooze_news": {"id"},
    "mute_news": {"id"},
    "wake_news": {"id"},
    "crowd_app": {"id", "version", "app"},
    "crowd_start": {"id", "version", "everybody"},
    "crowd_pause": {"id", "version"},
    "crowd_resume": {"id", "version"},
    "crowd_stop": {"id", "version"},
    "crowd_people": {"id", "page"},
    "crowd_csv": {"id", "page"},
    "crowd_file": {"id", "once"},
    "crowd_ticket": {"id", "group"},
}
FILLED_IN = {"reset"}  # by an input that stands on the same card
SOMETIMES = {"anyway", "mended", "form"}
every_card = pytest.mark.parametrize("name", sorted(EXAMPLES))
every_card_for_a_person = pytest.mark.parametrize("name", sorted(n for n in EXAMPLES if n.endswith("-person")))


def parts(name: str) -> list[dict[str, Any]]:
    """Every object of a card."""
    return list(walk(EXAMPLES[name]()))


def without_charts(part: Any) -> Any:
    """The card as a client draws it that knows no charts: each gives way to its words."""
    if isinstance(part, list):
        return [without_charts(one) for one in part]
    if not isinstance(part, dict):
        return part
    if str(part.get("type", "")).startswith("Chart."):
        return part["fallback"]
    return {key: without_charts(value) for key, value in part.items()}


@every_card
def test_a_card_is_drawn_as_it_was_looked_at(name: str) -> None:
    file = GOLDEN / f"{name}.json"
    card = json.dumps(EXAMPLES[name](), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(card, encoding="utf-8")
    assert file.exists(), f"{file.name} is missing: run with UPDATE_GOLDEN=1 and look at it"
    assert card == file.read_text(encoding="utf-8")


def test_no_golden_file_is_left_without_its_card() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(EXAMPLES)


def test_every_cause_has_a_card_in_both_voices() -> None:
    assert {f"cause-{cause.value}-{voice}" for cause in Cause for voice in ("person", "agent")} <= set(EXAMPLES)


@every_card
def test_a_card_obeys_the_schema_of_version_1_5(name: str) -> None:
    card = without_charts(EXAMPLES[name]())
    card.pop("msteams", None)
    assert card["version"] == "1.5"
    assert breach(card) == ""


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"type": "Nonsense"}, "any definition"),
        ({"wrap": "yes"}, "any definition"),
        ({"isSubtle": 3}, "any definition"),
    ],
)
def test_the_schema_is_one_that_can_refuse(spoilt: dict[str, Any], words: str) -> None:
    block = {"type": "TextBlock", "text": "hello"}
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [block]}
    assert breach(card) == ""
    assert "any definition" in breach(card | {"body": [block | spoilt]})


@every_card
def test_a_card_stays_within_the_limits_of_teams(name: str) -> None:
    assert list(broken_limits(EXAMPLES[name]())) == []


@every_card
def test_every_text_wraps_and_none_has_a_fixed_colour(name: str) -> None:
    for part in parts(name):
        if part.get("type") == "TextBlock":
            assert part["wrap"] is True
        assert part.get("type") not in {"FactSet", "Table", "ColumnSet"}, "too wide for a phone"
        assert "backgroundImage" not in part
        assert "color" not in part, "colour alone says nothing; the container's style goes with a sentence"


@every_card
def test_every_button_carries_what_its_verb_needs(name: str) -> None:
    for part in parts(name):
        if part.get("type") == "Action.Execute":
            assert set(part["data"]) - FILLED_IN - SOMETIMES == VERBS[part["verb"]]
            assert part["title"]


@every_card
def test_a_button_that_leaves_teams_says_so(name: str) -> None:
    for part in parts(name):
        if part.get("type") == "Action.OpenUrl":
            assert part["url"].startswith("https://entra.microsoft.com/")
            assert "leaves Teams" in part["title"]


@every_card
def test_the_notification_is_one_plain_sentence(name: str) -> None:
    said = summary(EXAMPLES[name]())
    assert 3 < len(said) < 400
    assert not set("{}\\\n*") & set(said.replace("*sandwich*", ""))


@every_card_for_a_person
def test_a_person_reads_no_codes_no_ids_no_filter_values_and_nobody_elses_name(name: str) -> None:
    words = plain_text(EXAMPLES[name]())
    forbidden = [
        worlds.SERVICE_INCOMPATIBLE,
        worlds.FILTERING,
        "ContosoMoonPhaseMismatch",
        "RedundantExport",
        "NotEffectivelyEntitled",
        "EncounteredQuarantineException",
        "InvalidCredentials",
        "HTTP",
        "scim",
        "emails[",
        worlds.JOSE_ID,
        worlds.APP_ID,
        CASE_ID,
        FORBIDDEN_FILTER_VALUE,
        "department EQUALS",
        "AskCody users",
        "Sales Málaga",
        "Aisha",
        "Ines",
        "row-",
        "https://",
    ]
    assert [word for word in forbidden if word in words] == []


@every_card_for_a_person
def test_a_person_is_never_offered_to_provision(name: str) -> None:
    assert "provision" not in {part.get("verb") for part in parts(name)}
