"""The questions that Teams asks a bot and waits for, and who answers each: one table.

A kind that nothing here offers is answered 501 and one line in the log. That is said kind by kind, so that whoever adds
a message extension, a dialog or a sign-in finds the place; what is in neither list is new to us.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.apologies import write_to_me
from bot.channel.wire import Arrival
from bot.patience import Answer
from cards.words import use_language

Handler = Callable[[Arrival], Awaitable[Answer]]

CLICK = "adaptiveCard/action"
NOT_OFFERED = {
    "actionableMessage/executeAction": "cards of connectors",
    "application/search": "searching while somebody types into a card",
    "composeExtension/anonymousQueryLink": "unfurling links",
    "composeExtension/onCardButtonClicked": "buttons on an extension's cards",
    "composeExtension/queryLink": "unfurling links",
    "composeExtension/querySettingUrl": "settings of an extension",
    "composeExtension/selectItem": "an extension's search results",
    "composeExtension/setting": "settings of an extension",
    "config/fetch": "settings when the bot is added",
    "config/submit": "settings when the bot is added",
    "handoff/action": "handing a conversation over",
    "message/fetchTask": "feedback below messages",
    "message/submitAction": "feedback below messages",
    "suggestedActions/submit": "suggested actions that submit",
    "tab/fetch": "tabs",
    "tab/submit": "tabs",
}
_LONGEST = 200  # characters of a sign-in's id or connection that are handed back

_log = logging.getLogger(__name__)


class Invokes:
    """Routes an invoke by its name. ``click`` answers a button of one of our cards."""

    def __init__(self, *, click: Handler, further: Mapping[str, Handler] = MappingProxyType({})) -> None:
        """``further``: those that something else of the house answers, by name."""
        self._handlers: Mapping[str, Handler] = {
            CLICK: click,
            "task/fetch": _dialog,
            "task/submit": _dialog,
            "composeExtension/fetchTask": _dialog,
            "composeExtension/submitAction": _dialog,
            "composeExtension/query": _extension,
            "fileConsent/invoke": _no_file,
            "signin/tokenExchange": _no_exchange,
            "signin/verifyState": _no_sign_in,
            "signin/failure": _sign_in_failed,
            **further,
        }

    @property
    def answered(self) -> frozenset[str]:
        """The names that somebody answers."""
        return frozenset(self._handlers)

    async def answer(self, arrival: Arrival) -> Answer:
        """The response to an invoke; 501 for a kind that is not offered here, or not known."""
        handler = self._handlers.get(arrival.name)
        if handler is None:
            why = NOT_OFFERED.get(arrival.name, "an unknown kind")
            _log.warning("answered with 501: the invoke %.80s (%s)", arrival.name or "without a name", why)
            return Answer(501)
        return await handler(arrival)


async def _dialog(arrival: Arrival) -> Answer:
    """No card of ours opens a dialog; whoever comes to one all the same reads where to go on."""
    with use_language(arrival.locale):
        return Answer(200, {"task": {"type": "message", "value": write_to_me()}})


async def _extension(arrival: Arrival) -> Answer:
    with use_language(arrival.locale):
        return Answer(200, {"composeExtension": {"type": "message", "text": write_to_me()}})


async def _no_file(arrival: Arrival) -> Answer:
    """404: no file was offered here."""
    return Answer(404)


async def _no_exchange(arrival: Arrival) -> Answer:
    """412 tells the client that its token was not taken; the token itself is not looked at."""
    value = _object(arrival.raw.get("value"))
    named = {key: _short(value.get(key)) for key in ("id", "connectionName")}
    return Answer(412, {**named, "failureDetail": "This bot asks nobody to sign in."})


async def _no_sign_in(arrival: Arrival) -> Answer:
    """404: the code belongs to no sign-in that was begun here."""
    return Answer(404)


async def _sign_in_failed(arrival: Arrival) -> Answer:
    """A client tells that it could not sign somebody in; the code is Microsoft's word, the message stays unread."""
    code = _short(_object(arrival.raw.get("value")).get("code"))
    _log.warning("a client could not sign in: %s", code if code.isalnum() and code.isascii() else "without a code")
    return Answer(200)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _short(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= _LONGEST and value.isprintable() else ""
