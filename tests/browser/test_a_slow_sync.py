"""The slow sync of AskCody as an administrator sees it: question, figures, confirmation, filter written, next cycle."""

import json
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.bot.demos import Demo
from tests.browser.test_the_first_conversation import newest_card, say

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def speaker() -> str:
    """Ines is an identity administrator."""
    return "ines@fabrikam.example"


def button(page: Page, name: str) -> Locator:
    return newest_card(page).get_by_role("button", name=name, exact=True)


def advance(demo: Demo, span: str) -> None:
    """Let time pass in the company, and with it every cycle that falls due."""
    order = urllib.request.Request(
        f"{demo.tenant}/play/clock",
        data=json.dumps({"advance": span}).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    assert urllib.request.urlopen(order, timeout=30).status == 200


def picture(page: Page, artifacts: Path, name: str) -> None:
    newest_card(page).screenshot(path=artifacts / f"slow-sync-{name}.png")


def test_from_the_question_to_the_figures_of_the_next_cycle(page: Page, demo: Demo, artifacts: Path) -> None:
    page.set_viewport_size({"width": 1366, "height": 2400})  # the whole card on one picture
    say(page, "why is the AskCody sync slow")
    expect(newest_card(page)).to_contain_text("AskCody takes in")
    expect(newest_card(page)).to_contain_text("José García (person): lacks mail")
    picture(page, artifacts, "1-figures")
    button(page, "Write this filter").click()
    expect(newest_card(page)).to_contain_text("the next cycle is being watched", timeout=90_000)
    picture(page, artifacts, "2-written")
    advance(demo, "PT2M")
    button(page, "Refresh").click()
    expect(newest_card(page)).to_contain_text("done.", timeout=90_000)
    expect(newest_card(page)).to_contain_text("After:")
    expect(button(page, "Undo …")).to_be_visible()
    picture(page, artifacts, "3-before-and-after")


def test_who_is_failing_and_how_it_is_syncing(page: Page, artifacts: Path) -> None:
    say(page, "who is failing in AskCody")
    expect(newest_card(page)).to_contain_text("in AskCody, over")
    picture(page, artifacts, "4-failing")
    say(page, "how is AskCody syncing")
    expect(newest_card(page)).to_contain_text("Last cycle")
    expect(button(page, "Pause …")).to_be_visible()
    picture(page, artifacts, "5-health")
