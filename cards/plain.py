"""A card as text, with numbered buttons: for the terminal, for notifications, and for anybody without a screen."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from cards._kit import Block, Card, undo_markdown, walk
from cards.times import drawn
from cards.words import _

_AT = re.compile(r"<at>(.*?)</at>")
_BOLD = re.compile(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*")


@dataclass(frozen=True, slots=True)
class Button:
    """One numbered button. ``verb`` is "" for a button that only opens ``url`` or shows the block ``shows``."""

    title: str
    verb: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    shows: str = ""
    asks: str = ""  # the id of the text input whose value has to be put into ``data`` first


def plain_text(card: Card, *, zone: tzinfo = UTC) -> str:
    """The card as a reader sees it, hidden blocks left out, buttons numbered from 1 as in ``buttons(card)``."""
    lines = body_lines(card, zone=zone)
    numbered = [f"[{n}] {button.title}{_target(button)}" for n, button in enumerate(buttons(card), start=1)]
    return "\n".join([*lines, *([""] if numbered else []), *numbered]).strip()


def body_lines(card: Card, *, zone: tzinfo = UTC) -> list[str]:
    """What the card says, without its buttons."""
    return [line for block in card["body"] for line in _lines(block, zone)]


def shown_text(card: Card, block_id: str, *, zone: tzinfo = UTC) -> str:
    """The text of one hidden block, for a button that shows it; "" if the card has no such block."""
    for block in card["body"]:
        if block.get("id") == block_id:
            return "\n".join(_lines({**block, "isVisible": True}, zone)).strip()
    return ""


def buttons(card: Card) -> tuple[Button, ...]:
    """Every button, the card's own before those inside it. A list to pick from becomes one button a choice."""
    inputs = {block["id"]: block for block in card["body"] if block["type"].startswith("Input.")}
    inside = [action for part in walk(card["body"]) if part.get("type") == "ActionSet" for action in part["actions"]]
    return tuple(button for action in [*card.get("actions", []), *inside] for button in _buttons(action, inputs))


def summary(card: Card) -> str:
    """The one sentence that a notification shows."""
    return str(card["fallbackText"])


def _buttons(action: Block, inputs: Mapping[str, Block]) -> Iterator[Button]:
    kind, title = action["type"], action["title"]
    if kind == "Action.OpenUrl":
        yield Button(title, url=action["url"])
        return
    if kind == "Action.ToggleVisibility":
        yield Button(title, shows=str(action["targetElements"][0]))
        return
    if kind == "Action.ShowCard":
        yield from _form(action)
        return
    data, pickers = action["data"], [block for block in inputs.values() if block["type"] == "Input.ChoiceSet"]
    fields = [block for block in inputs.values() if block["type"] == "Input.Text"]
    if pickers and not fields and action.get("associatedInputs") != "none":
        picker = pickers[0]
        for choice in picker["choices"]:
            yield Button(choice["title"], action["verb"], data | {picker["id"]: choice["value"]})
        return
    if action.get("associatedInputs") == "none":
        yield Button(title, action["verb"], data)
        return
    asks = next((block["id"] for block in fields if not block.get("value")), fields[0]["id"] if fields else "")
    kept = {name: block["value"] for name, block in inputs.items() if block.get("value") and name != asks}
    yield Button(title, action["verb"], data | kept, asks=asks)


def _form(action: Block) -> Iterator[Button]:
    """A form that unfolds: its first field is asked for, the others stay as they stand."""
    fields = [part for part in walk(action["card"]) if str(part.get("type", "")).startswith("Input.")]
    asks = next((field["id"] for field in fields if field["type"] == "Input.Text"), "")
    values = {field["id"]: field["value"] for field in fields if "value" in field}
    for part in walk(action["card"]):
        if part.get("type") == "Action.Execute":
            title = _("{form}: {button}").format(form=action["title"], button=part["title"])
            yield Button(title, part["verb"], part["data"] | values, asks=asks)


def _lines(block: Block, zone: tzinfo) -> Iterator[str]:
    """One block as lines, a chart as its words; an unknown kind of block is a fault of ours and raises KeyError."""
    if block.get("isVisible") is False:
        return
    if block["type"].startswith("Chart."):
        yield from _lines(block["fallback"], zone)
        return
    if block.get("separator"):
        yield ""
    yield from _DRAWN[block["type"]](block, zone)


def _text(block: Block, zone: tzinfo) -> Iterator[str]:
    yield _clean(block["text"], zone)


def _container(block: Block, zone: tzinfo) -> Iterator[str]:
    for item in block["items"]:
        yield from _lines(item, zone)


def _input(block: Block, _zone: tzinfo) -> Iterator[str]:
    if block["type"] == "Input.Text":
        yield _("{label}: {value}").format(label=block["label"], value=block.get("value", ""))


def _nothing(_block: Block, _zone: tzinfo) -> Iterator[str]:
    """Buttons are drawn once, at the end."""
    return iter(())


_DRAWN: dict[str, Callable[[Block, tzinfo], Iterator[str]]] = {
    "TextBlock": _text,
    "ActionSet": _nothing,
    "Container": _container,
    "Input.Text": _input,
    "Input.ChoiceSet": _input,
    "Input.Toggle": _input,
}


def _target(button: Button) -> str:
    return f" → {button.url}" if button.url else ""


def _clean(words: str, zone: tzinfo) -> str:
    return undo_markdown(_BOLD.sub(r"\1", _AT.sub(r"\1", drawn(words, zone))))
