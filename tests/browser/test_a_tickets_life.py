"""One ticket's life as both sides see it, in two browsers: Olle asks in his chat, Aisha helps him in the channel."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.bot.demos import Demo, data_folder, running_demo
from tests.bot.nodes import node_or_skip
from tests.browser.conftest import WIDE, opened
from tests.browser.test_the_first_conversation import newest_card, open_room, say
from tests.browser.two_people import second_playground

pytestmark = pytest.mark.browser
WORDS = "the door of room seven knows nobody"
SETTLED = 4000  # ms; a line or an edit may follow a click
AGAIN = "the lift stops at the wrong floor"


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def demo(program: str, data: Path) -> Iterator[Demo]:
    node_or_skip()
    with running_demo(data, "--as", "olle@fabrikam.example") as started:
        if started.chat == "none":
            pytest.skip(f"the Playground could not be had: {started.told}")
        yield started


@pytest.fixture
def aisha(chromium: Browser, demo: Demo, data: Path) -> Iterator[Page]:
    """The browser of somebody of the helpdesk."""
    with second_playground(data, demo.bot, demo.tenant, "aisha@fabrikam.example") as url:
        page = opened(chromium, url)
        yield page
        page.close()


def conversation(page: Page, artifacts: Path, name: str) -> None:
    """A picture without the Playground's log."""
    page.screenshot(path=artifacts / f"{name}.png", clip={"x": 0, "y": 0, "width": 1036, "height": WIDE["height"]})


def ticket_in(page: Page) -> Locator:
    return page.locator(".ac-adaptiveCard", has_text=WORDS).last


def test_a_ticket_lives_on_both_sides(page: Page, aisha: Page, artifacts: Path) -> None:
    olle = page
    say(olle, f"I need a human: {WORDS}")
    expect(newest_card(olle)).to_contain_text(re.compile(r"SD-\d+"))
    expect(newest_card(olle)).to_contain_text("The helpdesk has been told")
    conversation(olle, artifacts, "ticket-1-asked")

    open_room(aisha, "General")
    desk = ticket_in(aisha)
    expect(desk.get_by_role("button", name="Take it")).to_be_visible()
    conversation(aisha, artifacts, "ticket-2-helpdesk")
    desk.get_by_role("button", name="Take it").click()
    expect(desk).to_contain_text("Aisha Khan helps Olle Svensson")
    expect(olle.get_by_text("Aisha Khan of the helpdesk is working on your ticket").last).to_be_visible()

    expect(aisha.get_by_text("SD-1001: Aisha Khan has taken it").last).to_be_visible()
    note = opened_form(aisha, desk, "Note or change")
    note.get_by_label("Note", exact=True).fill("The reader was replaced this morning. Please try again.")
    choose(aisha, note, "the helpdesk alone", "who asked")
    conversation(aisha, artifacts, "ticket-3-form")
    note.get_by_role("button", name="Save").click()
    expect(aisha.get_by_role("button", name="Save")).to_have_count(0)

    answer = olle.locator(".ac-adaptiveCard", has_text="The reader was replaced").last
    expect(answer).to_contain_text("Aisha Khan")
    answer.get_by_role("button", name="Answer").click()
    answer.get_by_role("textbox").fill("Still red, I am afraid.")
    conversation(olle, artifacts, "ticket-4-answered")
    answer.get_by_role("button", name="Send").click()
    expect(aisha.get_by_text("Still red, I am afraid.").last).to_be_visible()

    note = opened_form(aisha, desk, "Note or change")
    note.get_by_label("Note", exact=True).fill("Badge 4711 is on the wrong list.")
    note.get_by_role("button", name="Save").click()
    expect(desk).to_contain_text("Badge 4711")
    close = opened_form(aisha, desk, "Close")
    close.get_by_label("A word to who asked").fill("Your badge was on the wrong list. It opens now.")
    close.get_by_role("button", name="Close it").click()
    expect(desk).to_contain_text("closed")
    conversation(aisha, artifacts, "ticket-5-closed")
    expect(olle.get_by_text("It opens now").last).to_be_visible()
    expect(ticket_in(olle).get_by_role("button", name="Not solved")).to_be_visible()
    expect(olle.get_by_text("Badge 4711")).to_have_count(0)  # notes of the helpdesk stay there
    conversation(olle, artifacts, "ticket-6-told")


def test_what_somebody_types_outlives_that_the_card_is_drawn_anew(page: Page, aisha: Page) -> None:
    """In the chat: in a channel the Playground itself draws every card of a thread anew with whatever happens there."""
    olle = page
    say(olle, f"I need a human: {AGAIN}")
    own = olle.locator(".ac-adaptiveCard", has_text=AGAIN).last
    open_room(aisha, "General")
    desk = aisha.locator(".ac-adaptiveCard", has_text=AGAIN).last
    desk.get_by_role("button", name="Take it").click()
    expect(own).to_contain_text("is working on your ticket")
    expect(olle.get_by_text("Aisha Khan of the helpdesk is working on your ticket").last).to_be_visible()

    form = opened_form(olle, own, "Add something")
    form.get_by_role("textbox").fill("It is the old li")
    back = opened_form(aisha, desk, "Note or change")
    back.get_by_label("Hand over to").fill("-")
    back.get_by_role("button", name="Save").click()
    expect(own).to_contain_text(re.compile(r"Your ticket SD-\d+ is open"))  # it was drawn anew
    expect(form.get_by_role("textbox")).to_have_value("It is the old li")

    form.get_by_role("textbox").fill("It is the old lift.")
    form.get_by_role("button", name="Send").click()
    expect(olle.get_by_text(re.compile(r"SD-\d+: that is written down")).last).to_be_visible()  # it takes nothing back
    expect(desk).to_contain_text("It is the old lift.")


def opened_form(page: Page, card: Locator, button: str) -> Locator:
    """Press a button that brings a form; the message of its own that it is, when nothing more follows the click.

    With whatever comes into a channel's thread, the Playground draws all cards of the thread anew.
    """
    forms = page.locator(".ac-adaptiveCard", has=page.get_by_role("button", name="Never mind"))
    before = forms.count()
    card.get_by_role("button", name=button, exact=True).click()
    expect(forms).to_have_count(before + 1)
    page.wait_for_timeout(SETTLED)
    return forms.last


def choose(page: Page, card: Locator, shown: str, wanted: str) -> None:
    """Pick another one of a list."""
    box = card.get_by_role("combobox").first
    if box.evaluate("one => one.tagName") == "SELECT":
        box.select_option(label=wanted)
        return
    box.click()
    page.get_by_role("option", name=wanted).click()
