"""A demo and a headless Chromium before it; skipped with the reason where one of them cannot be had."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect, sync_playwright

from tests.bot.demos import Demo, data_folder, running_demo
from tests.bot.nodes import node_or_skip
from tests.chromium import FLAGS, chromium_or_skip

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
expect.set_options(timeout=60_000)  # ms; two slow cores also run the bot, the database and the Playground
WIDE: ViewportSize = {"width": 1366, "height": 1000}


@pytest.fixture(scope="module")
def program() -> str:
    return chromium_or_skip()


@pytest.fixture(scope="module")
def speaker() -> str:
    """Whose browser it is; a file may be somebody else's."""
    return "aisha@fabrikam.example"


@pytest.fixture(scope="module")
def demo(program: str, speaker: str) -> Iterator[Demo]:
    node_or_skip()
    with data_folder() as data, running_demo(data, "--as", speaker) as started:
        if started.chat == "none":
            pytest.skip(f"the Playground could not be had: {started.told}")
        yield started


@pytest.fixture(scope="module")
def chromium(program: str, demo: Demo) -> Iterator[Browser]:
    """One browser for a file: while it is open, Playwright keeps an event loop running that no other test may meet."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


def opened(chromium: Browser, url: str, size: ViewportSize = WIDE) -> Page:
    """A Playground's page, connected to the bot. It wants fonts from the internet; they are refused."""

    def only_this_machine(route: Route) -> None:
        if route.request.url.startswith((url, "data:", "blob:")):
            route.continue_()
        else:
            route.abort()

    page = chromium.new_page(viewport=size)
    page.set_default_timeout(60_000)  # ms
    page.route("**/*", only_this_machine)
    page.goto(url)
    page.get_by_text("Connected.").wait_for()
    return page


@pytest.fixture
def page(chromium: Browser, demo: Demo) -> Iterator[Page]:
    """The speaker's."""
    page = opened(chromium, demo.chat)
    yield page
    page.close()


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where screenshots are kept for people to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS
