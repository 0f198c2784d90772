"""What a person sees and clicks in the demo: asked, explained, provisioned, handed over. One story, told in order."""

import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.bot.demos import Demo

pytestmark = pytest.mark.browser


def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox").last
    box.click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def newest_card(page: Page) -> Locator:
    return page.locator(".ac-adaptiveCard").last


def button(page: Page, name: str) -> Locator:
    return newest_card(page).get_by_role("button", name=name)


def picture(page: Page, artifacts: Path, name: str) -> None:
    page.screenshot(path=artifacts / f"{name}.png")


def open_room(page: Page, name: str) -> None:
    page.get_by_text(name, exact=True).first.click()


def set_mail(demo: Demo, mail: str) -> None:
    """What an identity admin does in Entra; the demo's one-liner."""
    order = urllib.request.Request(
        f"{demo.tenant}/play/users/jose@fabrikam.example",
        data=json.dumps({"mail": mail}).encode(),
        headers={"Content-Type": "application/json"},
        method="PATCH",
    )
    assert urllib.request.urlopen(order, timeout=30).status == 200


def test_the_question_is_answered_on_one_card(page: Page, artifacts: Path) -> None:
    say(page, "why can't José get into AskCody")
    expect(newest_card(page)).to_contain_text("José García cannot get into AskCody: the mail address is empty.")
    for step in ("1 Import", "2 In scope", "3 Match", "4 Act"):
        expect(newest_card(page)).to_contain_text(step)
    for name in ("Provision now", "Refresh", "Open ticket"):
        expect(button(page, name)).to_be_visible()
    expect(newest_card(page).get_by_role("link", name="Open in Entra (leaves Teams)")).to_be_visible()
    picture(page, artifacts, "1-answer")
    newest_card(page).screenshot(path=artifacts / "card.png")  # the README's picture


def test_provision_now_runs_and_says_in_place_what_came_of_it(page: Page, artifacts: Path) -> None:
    say(page, "status jose@fabrikam.example in AskCody")
    expect(button(page, "Provision now")).to_be_visible()
    before = page.locator(".ac-adaptiveCard").count()
    button(page, "Provision now").click()
    expect(newest_card(page)).to_contain_text("José García was not provisioned to AskCody: the mail address is empty.")
    assert page.locator(".ac-adaptiveCard").count() == before
    picture(page, artifacts, "2-not-provisioned")


def test_once_the_mail_is_filled_in_the_same_button_mends_it(page: Page, demo: Demo, artifacts: Path) -> None:
    say(page, "why can't José get into AskCody")
    expect(button(page, "Provision now")).to_be_visible()
    set_mail(demo, "jose@fabrikam.example")
    button(page, "Provision now").click()
    # Graph's yes is not the proof: the log is looked at again after five seconds.
    expect(newest_card(page)).to_contain_text("José García is provisioned to AskCody.", timeout=90_000)
    picture(page, artifacts, "3-provisioned")


def test_a_ticket_reaches_the_helpdesks_channel_and_can_be_taken_there(page: Page, artifacts: Path) -> None:
    say(page, "I need a human: the badge printer knows nobody")
    expect(newest_card(page)).to_contain_text(re.compile(r"SD-\d+"))
    picture(page, artifacts, "4-ticket")
    open_room(page, "General")
    ticket = page.locator(".ac-adaptiveCard", has_text="the badge printer knows nobody").last
    ticket.get_by_role("button", name="Take it").click()
    expect(ticket).to_contain_text("taken by Aisha Khan")
    page.wait_for_timeout(2000)  # ms; what would follow the click has followed by then
    expect(page.locator(".ac-adaptiveCard", has_text="the badge printer knows nobody")).to_have_count(1)
    picture(page, artifacts, "5-taken")


def test_nonsense_gets_another_answer_than_help(page: Page, artifacts: Path) -> None:
    say(page, "help")
    expect(newest_card(page)).to_contain_text("why can't José get into AskCody")
    helped = newest_card(page).inner_text()
    say(page, "colourless green ideas")
    expect(newest_card(page)).not_to_have_text(helped)
    expect(newest_card(page)).to_contain_text("colourless green ideas")
    picture(page, artifacts, "6-nonsense")
