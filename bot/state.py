"""What a conversation remembers between two turns: the dialogs' stack, as JSON with a whitelist of types.

The SDK would pickle it (jsonpickle), and whoever can write a pickle can run code here. Nothing that is not
on the list is written, and a document that holds anything else is forgotten and logged, never guessed at.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from bot import collector
from bot.channel.wire import plain

_TAG = "$"  # {"$": type, "v": value}; a plain mapping that has the key itself is wrapped as type "map"

_log = logging.getLogger(__name__)


class UnknownTypeError(Exception):
    """A value of a type that is not on the list, to be written or read."""


@dataclass(frozen=True, slots=True)
class _Kind:
    type: type
    write: Callable[[Any], Any]  # the object's parts, encoded afterwards
    read: Callable[[Any], Any]  # from its decoded parts


def encode(value: Any) -> Any:
    """``value`` as JSON values. Raises UnknownTypeError naming a type that is not on the list."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) in (list, tuple):
        return [encode(part) for part in value]
    if isinstance(value, Mapping):
        return _encode_mapping(value)
    for tag, kind in _kinds().items():
        if type(value) is kind.type:
            return {_TAG: tag, "v": encode(kind.write(value))}
    raise UnknownTypeError(f"{type(value).__module__}.{type(value).__qualname__}")


def decode(document: Any) -> Any:
    """What ``encode`` wrote. Raises UnknownTypeError for anything else."""
    if isinstance(document, list):
        return [decode(part) for part in document]
    if not isinstance(document, dict):
        return document
    if _TAG not in document:
        return {key: decode(part) for key, part in document.items()}
    tag = document[_TAG]
    if tag == "map":
        return {key: decode(part) for key, part in document["v"].items()}
    kind = _kinds().get(tag) if isinstance(tag, str) else None
    if kind is None:
        raise UnknownTypeError(str(tag))
    return kind.read(decode(document["v"]))


def _encode_mapping(value: Mapping[Any, Any]) -> Any:
    if any(not isinstance(key, str) for key in value):
        raise UnknownTypeError("a mapping whose keys are not texts")
    parts = {key: encode(part) for key, part in value.items()}
    return {_TAG: "map", "v": parts} if _TAG in parts else parts


class Memory:
    """One conversation's memory for one turn, as the SDK's property accessor (get, set, delete).

    It was loaded before the turn and is written after it, so a dialog never waits for the database here.
    ``dialogs`` is the version of the dialogs that wrote it: steps are remembered by their number, so another
    version's memory would lead into the wrong step.
    """

    def __init__(self, document: Any, *, dialogs: str) -> None:
        self._dialogs = dialogs
        self.lost = False  # somebody was in the middle of something, and we no longer know where
        self._value = self._load(document)

    async def get(self, turn_context: object, default_value_or_factory: Any = None) -> Any:
        """The value; the default (or what a factory makes) is kept when there is none."""
        if self._value is None:
            default = default_value_or_factory
            self._value = default() if callable(default) else default
        return self._value

    async def set(self, turn_context: object, value: Any) -> None:
        """Remember ``value`` instead."""
        self._value = value

    async def delete(self, turn_context: object) -> None:
        """Forget everything."""
        self._value = None

    def document(self) -> Any:
        """What to store; None when nothing is worth remembering. Raises UnknownTypeError."""
        if self._value is None or not _stack(self._value):
            return None
        return {"dialogs": self._dialogs, "value": encode(self._value)}

    def _load(self, document: Any) -> Any:
        if document is None:
            return None
        try:
            if document["dialogs"] == self._dialogs:
                return decode(document["value"])
            _log.info("a conversation's memory is from dialogs %s, these are %s", document["dialogs"], self._dialogs)
        except (UnknownTypeError, KeyError, TypeError, ValueError, AttributeError) as problem:
            _log.warning("a conversation's memory cannot be read and is forgotten: %r", problem)
        self.lost = True
        return None


def _stack(value: Any) -> Any:
    """The dialog stack of a DialogState; anything else counts as worth keeping."""
    return getattr(value, "dialog_stack", True)


@cache
def _kinds() -> Mapping[str, _Kind]:
    """The whitelist. Imported on first use: the SDK's dialogs cost over a second."""
    from botbuilder.dialogs import DialogInstance, DialogState
    from botbuilder.dialogs.choices import Choice, ListStyle
    from botbuilder.dialogs.prompts import PromptOptions
    from botbuilder.schema import Activity, Attachment, CardAction

    return {
        "DialogState": _Kind(DialogState, lambda it: it.dialog_stack, DialogState),
        "DialogInstance": _Kind(DialogInstance, lambda it: [it.id, it.state], lambda v: DialogInstance(v[0], v[1])),
        "PromptOptions": _fields(PromptOptions),
        "Choice": _fields(Choice),
        "ListStyle": _Kind(ListStyle, lambda it: it.name, lambda name: ListStyle[name]),
        "Activity": _model(Activity),
        "Attachment": _model(Attachment),
        "CardAction": _model(CardAction),
        "datetime": _Kind(datetime, datetime.isoformat, datetime.fromisoformat),
    }


def _fields(made: type) -> _Kind:
    """An object whose constructor takes its attributes by name."""
    return _Kind(made, lambda it: dict(vars(it)), lambda parts: made(**parts))


def _model(made: Any) -> _Kind:
    """An SDK model, by the names that it has on the wire."""
    return _Kind(made, lambda it: {"json": plain(it)}, lambda parts: made.deserialize(parts["json"]))


def warm() -> None:
    """Import what the first turn needs; called off the event loop at the start."""
    _kinds()
    import bot.channel.adapter  # noqa: F401

    collector.settle()
