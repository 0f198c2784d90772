"""A crowd as a person sees it: the list pasted, the table, the progress on one card, the end."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_the_first_conversation import newest_card, picture

pytestmark = pytest.mark.browser

PEOPLE = ("olle", "carmen", "pia", "omar", "jose", "greta", "elin", "bea", "maja.lind")


def test_a_list_becomes_a_table_and_one_card_follows_everybody(page: Page, artifacts: Path) -> None:
    addresses = ", ".join(f"{name}@fabrikam.example" for name in PEOPLE)
    page.get_by_role("textbox").last.click()
    page.keyboard.insert_text(f"provision these in AskCody: {addresses}, Xaver Nobody")
    page.keyboard.press("Enter")
    card = page.locator(".ac-adaptiveCard").last
    expect(card).to_contain_text("in AskCody?")
    expect(card).to_contain_text("I found nobody of this name")
    picture(page, artifacts, "6-crowd-table")
    also = newest_card(page).get_by_role("button", name="whom it cannot harm")
    (also if also.count() else newest_card(page).get_by_role("button", name="Provision")).first.click()
    live = page.locator(".ac-adaptiveCard").filter(has_text="are through").last
    expect(live).to_contain_text("are through", timeout=60_000)
    expect(live.get_by_role("button", name="Pause")).to_be_visible()
    picture(page, artifacts, "7-crowd-half-way")
    ended = page.locator(".ac-adaptiveCard").filter(has_text="are in the app").last
    expect(ended).to_contain_text("are in the app", timeout=120_000)
    expect(page.get_by_text("C-1 has ended").last).to_be_visible(timeout=60_000)
    picture(page, artifacts, "8-crowd-end")
