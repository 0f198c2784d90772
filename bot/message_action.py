"""*Open ticket* on any message in Teams: a form with the message's words, and a ticket in the name of who sends it.

The message comes from the client with the click, so its words are only what the sender could have typed themselves.
"""

import html
import logging
import re
from collections.abc import Mapping
from typing import Any

from bot.apologies import apology, write_to_me
from bot.channel.wire import Arrival
from bot.identity import who_speaks
from bot.invokes import Handler
from bot.patience import Answer
from bot.proactive import Proactive
from bot.whereabouts import Whereabouts
from cards._kit import ask_text, make, safe, text, title
from cards.words import _, use_language
from dialogs.talk import CARD_TYPE
from dialogs.ticket import for_requester
from provisioning.casework.tickets import Tickets
from provisioning.errors import DeskError, NotThereError
from provisioning.ports import TenantReader

COMMAND = "openTicket"
LONGEST = 4000
_TAG = re.compile(r"<[^>]*>")

_log = logging.getLogger(__name__)


class MessageAction:
    """The two invokes of the action."""

    def __init__(
        self, *, reader: TenantReader, tickets: Tickets, whereabouts: Whereabouts, proactive: Proactive
    ) -> None:
        self._reader = reader
        self._tickets = tickets
        self._whereabouts = whereabouts
        self._proactive = proactive

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """By the invoke's name."""
        return {"composeExtension/fetchTask": self.form, "composeExtension/submitAction": self.send}

    async def form(self, arrival: Arrival) -> Answer:
        """A form with the message's words in it."""
        with use_language(arrival.locale):
            value = _object(arrival.raw.get("value"))
            if value.get("commandId") != COMMAND:
                return _told(write_to_me())
            words, author = _message(value)
            said = _("What shall the helpdesk look at?")
            field = ask_text(
                "text", _("Your words to the helpdesk"), value=words, lines=True, longest=LONGEST, isRequired=True
            ) | {"errorMessage": _("Please write what it is about.")}
            by = [text(_("From a message of {name}.").format(name=safe(author)), subtle=True)] if author else []
            submit = {"type": "Action.Submit", "title": _("Send to the helpdesk"), "style": "positive"}
            card = make([title(said), *by, field], summary=said, actions=[submit])
            info = {"title": _("Open ticket"), "width": "medium", "height": "medium"}
            shown = {**info, "card": {"contentType": CARD_TYPE, "content": card}}
            return Answer(200, {"task": {"type": "continue", "value": shown}})

    async def send(self, arrival: Arrival) -> Answer:
        """The ticket: one for each message and sender, however often it is sent."""
        with use_language(arrival.locale):
            value = _object(arrival.raw.get("value"))
            if value.get("commandId") != COMMAND:
                return _told(write_to_me())
            words = _object(value.get("data")).get("text")
            if not isinstance(words, str) or not words.strip():
                return await self.form(arrival)
            try:
                return _told(await self._opened(arrival, words[:LONGEST], _key(value, arrival)))
            except DeskError as problem:
                return _told(apology(problem))

    async def _opened(self, arrival: Arrival, words: str, key: str) -> str:
        actor = await who_speaks(arrival, self._reader)
        chat = await self._whereabouts.chat_of(actor.id)
        ticket = await self._tickets.open(actor, origin=chat or arrival.conversation, text=words, key=key)
        if chat is None:
            return _("{ticket} is open. Write to me once, so that I can tell you what follows.").format(
                ticket=ticket.name
            )
        try:
            await self._proactive.say(chat, for_requester(ticket), key=f"ticket:{ticket.number}:card")
        except NotThereError:
            _log.info("whoever opened a ticket from a message has closed their chat with us")
        return _("{ticket} is open. You hear what follows in our chat.").format(ticket=ticket.name)


def _message(value: Mapping[str, Any]) -> tuple[str, str]:
    """The words of the message, and who wrote it."""
    payload = _object(value.get("messagePayload"))
    content = _object(payload.get("body")).get("content")
    name = _object(_object(payload.get("from")).get("user")).get("displayName")
    plain = html.unescape(_TAG.sub(" ", content)) if isinstance(content, str) else ""
    return " ".join(plain.split())[:LONGEST], name if isinstance(name, str) else ""


def _key(value: Mapping[str, Any], arrival: Arrival) -> str:
    """Names the message; one without an id counts by the invoke itself."""
    found = _object(value.get("messagePayload")).get("id")
    return f"message:{found[:200]}" if isinstance(found, str) and found.isprintable() else arrival.key


def _told(words: str) -> Answer:
    return Answer(200, {"task": {"type": "message", "value": words}})


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
