"""``python -m tests.cards.draw``: pictures of golden cards, of the causes and of the news, for the pages about them.

A small reader of Adaptive Cards: texts, groups and buttons, as much as our cards use. It needs a Chromium.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from provisioning.rules.table import FAMILIES
from tests.chromium import FLAGS, find_chromium

HERE = Path(__file__).parent
IMAGES = HERE.parents[1] / "docs" / "images"
WATCHING = {  # by picture: what stands above each card, and its golden file
    "watching-1-begins": {"watch AskCody": "watching-one", "digest daily, the next morning": "news-digest-daily"},
    "watching-2-news": {
        "Quarantine": "news-quarantine-begun",
        "… and its end": "news-quarantine-over",
        "Silence": "news-silent-begun",
        "Quiet log": "news-log_quiet-begun",
        "Failures": "news-failures-begun",
        "… and their end": "news-failures-over",
        "Credentials": "news-certificate",
        "Mappings": "news-mappings-few",
    },
}
_STYLE = """body{margin:0;background:#f0f0f0;color:#242424;width:900px;
font:13px/1.35 'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
.pair{display:flex;gap:12px;padding:10px 14px}
h2{font:600 13px monospace;margin:0;padding:12px 14px 0}
.one{flex:1;min-width:0;overflow-wrap:anywhere}.one h2{padding:2px 0 6px}
.card{flex:1;background:#fff;border:1px solid #d1d1d1;border-radius:6px;padding:10px;align-self:flex-start}
.card p{margin:3px 0}
.big{font-weight:600;font-size:14px}.subtle{color:#616161;font-size:11px}
.attention{background:#fdf3f4}.good{background:#f1faf1}
.warning{background:#fdf9ef}.accent{background:#ebf3fc}
.box{padding:6px 8px;border-radius:4px}
.b{display:inline-block;border:1px solid #c7c7c7;border-radius:4px;
padding:2px 9px;margin:6px 6px 0 0;font-weight:600;font-size:12px}"""
_WHEN = re.compile(r"\{\{(DATE|TIME)\(([^,)]+)(?:,[^)]*)?\)\}\}")


def sheet(family: str) -> str:
    """The page of one family: each cause as the agent and as the person sees it."""
    pairs = [(cause, _card(f"cause-{cause}-agent", 1), _card(f"cause-{cause}-person")) for cause in FAMILIES[family]]
    rows = "".join(f"<h2>{cause}</h2><div class=pair>{agent}{person}</div>" for cause, agent, person in pairs)
    return _page(rows)


def watching(picture: str) -> str:
    """The page of one picture about watching: two cards beside each other."""
    cards = [
        f"<div class=one><h2>{html.escape(said)}</h2>{_card(name)}</div>" for said, name in WATCHING[picture].items()
    ]
    return _page("".join(f"<div class=pair>{''.join(cards[at : at + 2])}</div>" for at in range(0, len(cards), 2)))


def _page(rows: str) -> str:
    return f"<meta charset=utf-8><style>{_STYLE}</style>{rows}"


def _card(name: str, most: int | None = None) -> str:
    """``most``: so many of its parts."""
    card = json.loads((HERE / "golden" / f"{name}.json").read_text(encoding="utf-8"))
    shown = card["body"][:most]
    buttons = "".join(f"<span class=b>{html.escape(each['title'])}</span>" for each in card.get("actions", ()))
    return f"<div class=card>{''.join(map(_part, shown))}<div>{buttons}</div></div>"


def _part(part: dict[str, Any]) -> str:
    if part.get("isVisible") is False:
        return ""
    if part["type"] == "TextBlock":
        kind = "big" if part.get("weight") == "Bolder" else "subtle" if part.get("isSubtle") else ""
        return f"<p class='{kind}'>{_words(part['text'])}</p>"
    inner = "".join(_part(each) for each in part.get("items", ()))
    buttons = "".join(f"<span class=b>{html.escape(each.get('title', ''))}</span>" for each in part.get("actions", ()))
    return f"<div class='box {part.get('style', '')}'>{inner}{buttons}</div>"


def _words(text: str) -> str:
    dated = _WHEN.sub(lambda found: found[2][:10] if found[1] == "DATE" else found[2][11:16], text)
    plain = html.escape(re.sub(r"\\(.)", r"\1", dated))
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", plain).replace("\n", "<br>")


def draw() -> None:
    """Write every sheet."""
    pages = {f"rules/{family}": sheet(family) for family in FAMILIES} | {name: watching(name) for name in WATCHING}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 900, "height": 400})
        for name, drawn in pages.items():
            page.set_content(drawn)
            page.screenshot(path=IMAGES / f"{name}.jpg", type="jpeg", quality=62, full_page=True)
        browser.close()


if __name__ == "__main__":
    draw()
