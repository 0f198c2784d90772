"""One ticket's life as both sides see it, picture by picture: asked, told, changed, answered, closed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_the_first_conversation import newest_card, open_room, picture, say

pytestmark = pytest.mark.browser
WORDS = "the door of room seven knows nobody"


def test_a_ticket_lives_on_two_cards(page: Page, artifacts: Path) -> None:
    say(page, f"I need a human: {WORDS}")
    expect(newest_card(page)).to_contain_text(re.compile(r"SD-\d+"))
    expect(newest_card(page)).to_contain_text("has been told")
    picture(page, artifacts, "ticket-1-asked")
    open_room(page, "General")
    desk = page.locator(".ac-adaptiveCard", has_text=WORDS).last
    expect(desk.get_by_role("button", name="Take it")).to_be_visible()
    picture(page, artifacts, "ticket-2-helpdesk")
    desk.get_by_role("button", name="Take it").click()
    expect(desk).to_contain_text("taken by Aisha Khan")
    desk.get_by_role("button", name="Note or change").click()
    picture(page, artifacts, "ticket-3-form")
    desk.get_by_role("button", name="Close", exact=True).click()
    desk.get_by_role("button", name="Close it").click()
    expect(desk).to_contain_text("closed")
    picture(page, artifacts, "ticket-4-closed")
