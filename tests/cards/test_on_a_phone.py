"""Every golden card, unfolded, drawn by Microsoft's reader as narrow as a phone, light and dark: read, and checked.

What Teams draws itself and the open reader does not know (charts) has a fallback, which is drawn here.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from bot.playground.node import run
from tests.bot.nodes import node_or_skip
from tests.chromium import FLAGS, chromium_or_skip

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
RENDERER = Path(__file__).parent / "renderer"
CARDS = sorted((Path(__file__).parent / "golden").glob("*.json"))
PHONE = 300  # pixels: what a narrow phone (360) leaves to a card beside the picture of who speaks
UNKNOWN_HERE = ("not understood: Unknown element type", 'not understood: Invalid value "en" for property "lang"')
# The second is the reader's own slip: it tests every other card with a pattern that remembers where it stopped.
PICTURES = ("case-looked-fill-agent", "crowd-running", "numbers-busy")


def host(*, dark: bool) -> dict[str, Any]:
    """A host configuration in the colours of Teams; buttons stand below each other, as on a phone."""
    text, subtle = ("#ffffff", "#adadad") if dark else ("#242424", "#616161")
    good, warning, bad, accent = (
        ("#92c353", "#f8d22a", "#e37d80", "#9299f7") if dark else ("#237b4b", "#835c00", "#c4314b", "#4f52b2")
    )
    words = {"default": (text, subtle), "dark": (text, subtle), "light": (text, subtle)}
    words |= {"good": (good, good), "warning": (warning, warning), "attention": (bad, bad), "accent": (accent, accent)}
    colours = {name: {"default": plain, "subtle": faint} for name, (plain, faint) in words.items()}
    grounds = (
        ("default", "#ffffff", "#292929"),
        ("emphasis", "#f5f5f5", "#1f1f1f"),
        ("good", "#f1faf1", "#0d2e0d"),
        ("attention", "#fdf3f4", "#3f1011"),
        ("warning", "#fdf9ef", "#463100"),
        ("accent", "#ebebfa", "#2f2f4a"),
    )
    return {
        "fontFamily": "'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
        "spacing": {"small": 4, "default": 8, "medium": 12, "large": 16, "extraLarge": 24, "padding": 12},
        "actions": {"maxActions": 6, "actionsOrientation": "vertical", "showCard": {"actionMode": "inline"}},
        "textBlock": {"headingLevel": 2},
        "containerStyles": {
            name: {"backgroundColor": shade if dark else bright, "foregroundColors": colours}
            for name, bright, shade in grounds
        },
    }


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """An empty page of a phone's width, with the reader and the checker in it; nothing else is fetched."""
    node, program, folder = node_or_skip(), chromium_or_skip(), tmp_path_factory.mktemp("renderer")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        copyfile(RENDERER / name, folder / name)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    code, said = asyncio.run(run(*node.npm, "ci", *quiet, folder=folder))
    if code != 0:
        pytest.skip(f"npm could not install the reader of Adaptive Cards: {said}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        page = browser.new_page(viewport={"width": PHONE, "height": 800})
        page.set_content("<html lang=en><title>A card</title><body style='margin: 0'><main></main></body></html>")
        for script in ("adaptivecards/dist/adaptivecards.js", "axe-core/axe.min.js"):
            page.add_script_tag(path=folder / "node_modules" / script)
        page.add_script_tag(path=RENDERER / "look.js")
        yield page
        browser.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_card_can_be_read_on_a_phone(reader: Page, theme: str) -> None:
    wrong = {}
    for path in CARDS:
        card = json.loads(path.read_text(encoding="utf-8"), object_hook=_unfolded)
        found = reader.evaluate("look", [card, host(dark=theme == "dark")])
        if serious := [each for each in found if not each.startswith(UNKNOWN_HERE)]:
            wrong[path.stem] = serious
        if path.stem in PICTURES:
            ARTIFACTS.mkdir(exist_ok=True)
            reader.screenshot(path=ARTIFACTS / f"phone-{path.stem}-{theme}.png", full_page=True)
    assert wrong == {}
    assert len(CARDS) > 300, "the golden cards are elsewhere"


def _unfolded(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "isVisible"}


def test_what_is_cut_off_or_too_faint_is_found(reader: Page) -> None:
    parts = [
        {"type": "TextBlock", "text": "A sentence that goes on behind the edge of the phone", "wrap": False},
        {"type": "Input.Text", "id": "why"},
        {"type": "TextBlock", "text": "faint", "wrap": True, "color": "good"},
    ]
    faint = host(dark=False)
    faint["containerStyles"]["default"]["foregroundColors"]["good"]["default"] = "#dddddd"
    found = "\n".join(reader.evaluate("look", [{"type": "AdaptiveCard", "version": "1.5", "body": parts}, faint]))
    assert "cut off: A sentence" in found
    assert "contrast" in found
    assert "Form elements must have labels" in found
