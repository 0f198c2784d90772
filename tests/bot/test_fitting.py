"""Long texts in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fitting import bare, pieces


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("short", ["short"]),
        ("aaaaaaa\n\nbbb ccc", ["aaaaaaa", "bbb ccc"]),
        ("aaa bbb\nccc ddd", ["aaa bbb", "ccc ddd"]),
        ("aaa bbb ccc ddd", ["aaa bbb", "ccc ddd"]),
        ("a bcdefghijklmnop", ["a bcdefghi", "jklmnop"]),
    ],
)
def test_a_text_is_broken_where_it_hurts_least(text: str, parts: list[str]) -> None:
    assert list(pieces(text, 10)) == parts


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_no_piece_is_too_long_and_only_blanks_are_lost(text: str, longest: int) -> None:
    parts = list(pieces(text, longest))
    assert all(len(part) <= longest for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_card_without_a_sentence_still_makes_a_message() -> None:
    assert bare({"attachments": [{"content": {"body": [1]}}]})["type"] == "message"
