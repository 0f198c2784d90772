"""The helpdesk's numbers as they are drawn: a chart, and its words for who cannot see it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_the_first_conversation import button, newest_card, picture, say

pytestmark = pytest.mark.browser


def test_the_numbers_come_with_a_chart_that_also_reads_as_text(page: Page, artifacts: Path) -> None:
    say(page, "why can't José get into AskCody")
    expect(newest_card(page)).to_contain_text("José García cannot get into AskCody")
    say(page, "helpdesk numbers")
    expect(newest_card(page)).to_contain_text("No ticket is open.")
    expect(newest_card(page)).to_contain_text("Time to the first answer")
    button(page, "Chart as text").click()
    expect(newest_card(page)).to_contain_text("attribute missing: 1")
    picture(page, artifacts, "numbers")
