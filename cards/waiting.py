"""A card while something on it is worked on: the same facts, a word about it on top, and nothing more to press."""

from collections.abc import Mapping
from typing import Any

from cards._kit import Card, text

_PRESSED = frozenset({"actions", "selectAction", "refresh"})


def waiting_card(card: Mapping[str, Any], said: str) -> Card:
    """``card`` as it stands, headed by ``said``."""
    still = _without_buttons(card)
    return {**still, "body": [text(f"⏳ {said}", bold=True), *still["body"]]}


def _without_buttons(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_buttons(one) for one in part if not (isinstance(one, dict) and one.get("type") == "ActionSet")]
    if not isinstance(part, Mapping):
        return part
    return {name: _without_buttons(value) for name, value in part.items() if name not in _PRESSED}
