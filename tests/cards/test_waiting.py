"""Every card can say that it is worked on: the same facts, nothing to press."""

import pytest

from cards._kit import broken_limits
from cards.waiting import waiting_card
from tests.cards.examples import EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_card_that_waits_is_a_whole_card_without_buttons(name: str) -> None:
    card = EXAMPLES[name]()
    waits = waiting_card(card, "Wait.")
    assert waits["body"][0]["text"] == "⏳ Wait."
    assert list(broken_limits(waits)) == []
    assert "Action." not in str(waits)
    assert len(waits["body"]) > 1 or len(card["body"]) == 1
