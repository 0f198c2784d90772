"""Blocks and limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards._kit import MOST_ACTIONS, broken_limits, execute, fitted, group, make, row, safe, text, toggle, undo_markdown


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("José García", "José García"),
        ("first_last@fabrikam.example", "first_last@fabrikam.example"),
        ("*bold* _em_", r"\*bold\* \_em\_"),
        ("[click](https://evil.example)", r"\[click\](https://evil.example)"),
        ("a\n\n# heading", "a # heading"),
        ("- list", r"\- list"),
        ("{{DATE(2026-03-02T09:30:00Z)}}", "{ {DATE(2026-03-02T09:30:00Z)}}"),
        ("<at>Ines</at>", r"\<at\>Ines\</at\>"),
    ],
)
def test_a_foreign_value_has_no_effect_as_markdown(value: str, written: str) -> None:
    assert safe(value) == written


@given(st.text(max_size=400))
def test_a_foreign_value_reads_as_it_came(value: str) -> None:
    shown = undo_markdown(safe(value, longest=1000))
    assert shown == undo_markdown(" ".join(value.split()).replace("{{", "{ {").replace("\\", "\\\\")) or "\\" in value
    assert "\n" not in shown


def test_a_long_value_is_cut_where_it_shows() -> None:
    assert safe("x" * 50, longest=10) == "xxxxxxxxx…"


def test_a_card_with_too_many_buttons_is_not_made() -> None:
    buttons = [execute(str(n), "ask", {"text": str(n)}) for n in range(MOST_ACTIONS)]
    assert len(make([text("fine")], summary="fine", actions=buttons)["actions"]) == MOST_ACTIONS
    with pytest.raises(ValueError, match="7 actions, 6 are allowed"):
        make([row([toggle("one more", "x")])], summary="too many", actions=buttons)


def test_a_card_that_is_too_large_is_not_made() -> None:
    with pytest.raises(ValueError, match="bytes of UTF-16"):
        make([text("é" * 41_000)], summary="too large")


def test_a_doubled_id_and_an_image_without_words_are_told_together() -> None:
    body = [group([], id="same"), group([], id="same"), {"type": "Image", "url": "data:,"}]
    with pytest.raises(ValueError, match="the id same is used twice; an image without alternative text"):
        make(body, summary="wrong twice")


def test_what_a_button_carries_is_no_part_of_the_card() -> None:
    actions = [execute("a", "ask", {"text": "x", "id": "1", "type": "Image"}) for _ in range(2)]
    assert make([], summary="fine", actions=actions)


def test_the_summary_is_plain() -> None:
    assert make([], summary=r"\*José\* cannot")["fallbackText"] == "*José* cannot"


def test_a_card_that_is_too_large_loses_its_end_and_says_so() -> None:
    details = group([text("é" * 9_000) for _n in range(8)], id="details", visible=False)
    card = make([text("The answer"), details], summary="The answer", actions=[toggle("Details", "details")])
    assert list(broken_limits(card)) == []
    assert card["body"][0]["text"] == "The answer"
    assert len(card["body"][1]["items"]) == 4, "as much as fits"
    assert card["body"][2]["text"] == "The rest is left out: it is too long for Teams."
    assert [action["title"] for action in card["actions"]] == ["Details"]
    assert len(details["items"]) == 8, "what was handed in is not touched"


def test_a_button_that_showed_what_is_left_out_goes_with_it() -> None:
    details = group([text("é" * 41_000)], id="details", visible=False)
    card = make([text("The answer"), details], summary="The answer", actions=[toggle("Details", "details")])
    assert "actions" not in card
    assert len(card["body"]) == 2


def test_a_card_that_fits_is_left_as_it_is() -> None:
    card = make([text("The answer"), text("x")], summary="The answer")
    assert fitted(card) is card
