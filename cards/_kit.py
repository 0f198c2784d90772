"""Blocks of an Adaptive Card as small functions, and the limits that Teams sets, checked where a card is finished.

Nothing here knows what a card is about. Blocks wrap, use semantic styles instead of colours (so dark mode and
high contrast work), and every visible sign has its word beside it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from cards.times import drawn
from cards.words import _, current_language, use_language

Block = dict[str, Any]
Card = dict[str, Any]

VERSION = "1.5"  # the newest that Teams renders on desktop and on phones; a higher one shows fallbackText
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
MOST_ACTIONS = 6  # Teams' validation rules for a card
MOST_BYTES = 80_000  # of UTF-16; Teams refuses somewhat larger messages, and the rest of the activity needs room
LONGEST_VALUE = 300  # characters of foreign text shown in one place
# What Markdown would act on; an underscore inside a word (first_last@…) has no effect and stays as it is.
_MARKDOWN = re.compile(r"([\\`*\[\]<>~]|(?<!\w)_|_(?!\w)|^[#+\-])")


class Tone(StrEnum):
    """The style of the leading block. Colour only underlines what the sentence already says."""

    NEUTRAL = "emphasis"
    GOOD = "good"
    WARNING = "warning"
    ATTENTION = "attention"
    ACCENT = "accent"


def safe(value: object, *, longest: int = LONGEST_VALUE) -> str:
    """A value that is not ours, fit to stand in a text: one line, cut, without effect as Markdown or macro."""
    line = cut(" ".join(str(value).split()), longest).replace("{{", "{ {")
    return _MARKDOWN.sub(r"\\\1", line)


def cut(words: str, longest: int) -> str:
    """At most ``longest`` characters; what is missing shows as an ellipsis."""
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def text(words: str, *, subtle: bool = False, bold: bool = False, small: bool = False, **more: Any) -> Block:
    """One paragraph. It wraps: phones are 360 px wide."""
    block: Block = {"type": "TextBlock", "text": words, "wrap": True}
    if subtle:
        block["isSubtle"] = True
    if bold:
        block["weight"] = "Bolder"
    if small:
        block["size"] = "Small"
    return block | more


def title(words: str, tone: Tone = Tone.NEUTRAL, *below: Block) -> Block:
    """The block that leads a card: the answer in one bold sentence, and what belongs right under it."""
    lead = text(words, bold=True, size="Medium", style="heading")
    return {"type": "Container", "style": tone.value, "bleed": True, "items": [lead, *below]}


def heading(words: str) -> Block:
    """A small heading inside a card."""
    return text(words, bold=True, spacing="Medium")


def facts(pairs: Sequence[tuple[str, str]], **more: Any) -> Block:
    """Name and value, one pair a line. No FactSet: one long error code in it pushes every value off a phone."""
    lines = [text(f"**{name}:** {value}", spacing="None" if n else "Default") for n, (name, value) in enumerate(pairs)]
    return group(lines, **more)


def listing(lines: Sequence[str]) -> list[Block]:
    """Lines with a dot before each. No Markdown list: a phone cuts its longer lines."""
    return [text(f"• {line}", spacing="None" if n else "Small") for n, line in enumerate(lines)]


def group(items: Sequence[Block], *, id: str | None = None, visible: bool = True, **more: Any) -> Block:  # noqa: A002
    """Blocks that belong together, perhaps hidden until a toggle shows them."""
    block: Block = {"type": "Container", "items": list(items)}
    if id:
        block["id"] = id
    if not visible:
        block["isVisible"] = False
    return block | more


def execute(words: str, verb: str, values: Mapping[str, Any], *, main: bool = False, **more: Any) -> Block:
    """A button that comes back to the bot. ``values`` travel through the client: they are hints, never proof."""
    action: Block = {"type": "Action.Execute", "title": words, "verb": verb, "data": dict(values)}
    if main:
        action["style"] = "positive"
    return action | more


def open_url(words: str, url: str) -> Block:
    """A button that leaves Teams; ``words`` have to say so."""
    return {"type": "Action.OpenUrl", "title": words, "url": url}


def row(buttons: Sequence[Block]) -> Block:
    """Buttons of lesser weight inside the body, so that the card's own row stays short enough for a phone."""
    return {"type": "ActionSet", "actions": list(buttons)}


def toggle(words: str, target: str) -> Block:
    """A button that shows or hides the block with the id ``target``."""
    return {"type": "Action.ToggleVisibility", "title": words, "targetElements": [target]}


def show_card(words: str, body: Sequence[Block], *actions: Block) -> Block:
    """A button that unfolds a small form below the card; its buttons count towards the card's."""
    return {"type": "Action.ShowCard", "title": words, "card": {"type": "AdaptiveCard", "body": [*body, row(actions)]}}


def ask_text(id: str, label: str, *, value: str = "", lines: bool = False, longest: int = 4000, **more: Any) -> Block:  # noqa: A002
    """A field to write in; ``more``: isRequired with its errorMessage, placeholder."""
    field: Block = {"type": "Input.Text", "id": id, "label": label, "maxLength": longest}
    if value:
        field["value"] = value
    return field | ({"isMultiline": True} if lines else {}) | more


def ask_choice(id: str, label: str, choices: Sequence[tuple[str, str]], *, value: str) -> Block:  # noqa: A002
    """One of several; ``choices`` are (value, words), ``value`` is chosen from the start."""
    options = [{"title": words, "value": key} for key, words in choices]
    return {"type": "Input.ChoiceSet", "id": id, "label": label, "choices": options, "value": value, "wrap": True}


def tick(id: str, words: str, *, on: bool) -> Block:  # noqa: A002
    """A box to tick; it comes back as "true" or "false"."""
    return {"type": "Input.Toggle", "id": id, "title": words, "value": "true" if on else "false", "wrap": True}


def make(body: Sequence[Block], *, summary: str, actions: Sequence[Block] = ()) -> Card:
    """The finished card. ``summary`` is one plain sentence: for notifications and clients that cannot draw it.

    One that is too large for Teams is shortened from its end, and says so.

    Raises ValueError when a limit of Teams is broken: that is a fault of the card's author.
    """
    card: Card = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": VERSION,
        "lang": current_language(),
        "fallbackText": drawn(undo_markdown(summary)),
        "body": list(body),
    }
    if actions:
        card["actions"] = list(actions)
    size = weight(card)
    if size >= MOST_BYTES:
        card = fitted(card)
        size = weight(card)
    complaints = list(broken_limits(card, size))
    if complaints:
        raise ValueError(f"this card cannot be sent: {'; '.join(complaints)}")
    return card


def broken_limits(card: Card, size: int | None = None) -> Iterator[str]:
    """Every limit that the card breaks, in words for its author. ``size``: its ``weight``, where that is known."""
    parts = list(walk(card))
    actions = [part for part in parts if str(part.get("type", "")).startswith("Action.")]
    if len(actions) > MOST_ACTIONS:
        yield f"{len(actions)} actions, {MOST_ACTIONS} are allowed"
    size = weight(card) if size is None else size
    if size >= MOST_BYTES:
        yield f"{size} bytes of UTF-16, {MOST_BYTES} are allowed"
    ids = [part["id"] for part in parts if "id" in part and "type" in part]
    for doubled in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"the id {doubled} is used twice"
    for part in parts:
        if part.get("type") == "Image" and not part.get("altText"):
            yield "an image without alternative text"


def weight(part: object) -> int:
    """Bytes of UTF-16, as Teams counts a message."""
    return len(json.dumps(part, ensure_ascii=False).encode("utf-16-le", "surrogatepass"))


def fitted(card: Card, most: int = MOST_BYTES) -> Card:
    """The card itself, or as much of it from the top as weighs less than ``most`` bytes, with a word about the rest.

    The leading block always stays, and so do the buttons but those that showed what is gone.
    """
    shorter, body = card, list(card["body"])
    while weight(shorter) >= most and len(body) > 1:
        body = _one_less(body)
        shorter = _without_the_rest(card, body)
    return shorter


def _without_the_rest(card: Card, body: list[Block]) -> Card:
    with use_language(card.get("lang")):
        rest = text(_("The rest is left out: it is too long for Teams."), subtle=True, separator=True)
    there = {part.get("id") for part in walk(body)}
    actions = [one for one in card.get("actions", ()) if set(one.get("targetElements", ())) <= there]
    shorter = {key: part for key, part in card.items() if key != "actions"} | {"body": [*body, rest]}
    return shorter | {"actions": actions} if actions else shorter


def _one_less(body: list[Block]) -> list[Block]:
    """Without the last line of the last block."""
    *before, last = body
    items = last.get("items")
    if isinstance(items, list) and len(items) > 1:
        return [*before, last | {"items": _one_less(items)}]
    return before


def walk(part: object) -> Iterator[dict[str, Any]]:
    """Every object inside a card, the card itself first; what a button carries (``data``) is not part of it."""
    if isinstance(part, dict):
        yield part
        for key, value in part.items():
            if key != "data":
                yield from walk(value)
    elif isinstance(part, list):
        for value in part:
            yield from walk(value)


def undo_markdown(words: str) -> str:
    """Text as a reader sees it: the backslashes that ``safe`` put in are taken out."""
    return re.sub(r"\\([\\`*_\[\]<>~#+\-])", r"\1", words)
