"""What is said below a ticket's card: the helpdesk's words reach who asked, theirs reach the helpdesk, notes nobody.

An agent's message in the thread is for who asked unless it begins with "note:", or is a question for the desk itself.
Who asked answers in their own chat: by the field below what was written, or with the ticket's number before the words.
"""

import re
from collections.abc import Awaitable, Callable

from cards.words import _
from dialogs.asking import Said
from dialogs.meaning import Intent, Meaning
from dialogs.needs import Shelf, Tickets
from dialogs.talk import Reply, Speech
from provisioning.errors import NotThereError
from provisioning.moves import Note
from provisioning.moves import Reply as Answer
from provisioning.permissions import may_handle_tickets
from provisioning.tickets import Ticket

_NAMED = re.compile(r"\s*(?:re|aw)?:?\s*SD-?(\d{1,9})\b\s*(note|internal|notiz|intern)?\s*[:,–-]\s*(\S.*)", re.I | re.S)
_NOTE = re.compile(r"\s*(?:note|internal|notiz|intern)\s*[:–-]\s*(\S.*)", re.I | re.S)
_REPLY = re.compile(r"\s*(?:reply|answer|tell (?:him|her|them)|antwort)\s*[:–-]\s*(\S.*)", re.I | re.S)
# Questions for the desk, wherever they are asked; with somebody and an app named, an answer is wanted from us.
_COMMANDS = frozenset({Intent.TICKETS, Intent.HELP, Intent.USE_ROOM, Intent.CANCEL})
_QUESTIONS = frozenset({Intent.STATUS, Intent.PROVISION, Intent.PASSPORT, Intent.HEALTH})

Understand = Callable[[], Awaitable[Meaning]]


class Thread:
    """Passes words on between the helpdesk and who asked."""

    def __init__(self, tickets: Tickets, shelf: Shelf) -> None:
        self._tickets = tickets
        self._shelf = shelf

    async def answer(self, speech: Speech, understand: Understand) -> Said | None:
        """What is said to a message that belongs to a ticket; None: it belongs to none, or is meant for the desk."""
        named = _NAMED.fullmatch(speech.text)
        ticket = await self._ticket(int(named[1]) if named else _number(speech.about))
        if ticket is None or not speech.text.strip():
            return None
        words, internal = (named[3], bool(named[2])) if named else (speech.text, False)
        if ticket.asks(speech.actor) and _is_own_chat(ticket, speech):
            meant = bool(named) or not _is_for_us(await understand())
            return await self._from_an_asker(ticket, speech, words) if meant else None
        if not may_handle_tickets(speech.actor):
            return None
        note, reply = _NOTE.fullmatch(words), _REPLY.fullmatch(words)
        if note or internal:
            return await self._noted(ticket, speech, note[1] if note else words, internal=True)
        if reply or named or not _is_for_us(await understand()):
            return await self._noted(ticket, speech, reply[1] if reply else words, internal=False)
        return None

    async def _noted(self, ticket: Ticket, speech: Speech, words: str, *, internal: bool) -> Said:
        here = _number(speech.about) == ticket.number
        note = Note(text=words, internal=internal, key=speech.key, here=here)
        await self._tickets.move(speech.actor, ticket.number, note)
        if internal:
            return _said(_("Noted on {ticket}, for the helpdesk alone."), ticket)
        names = ", ".join(asker.actor.name for asker in ticket.askers) or _("nobody")
        return _said(_("I pass it on to {names} ({ticket})."), ticket, names=names)

    async def _from_an_asker(self, ticket: Ticket, speech: Speech, words: str) -> Said:
        await self._tickets.move(speech.actor, ticket.number, Answer(text=words, key=speech.key))
        return _said(_("I pass it on to the helpdesk ({ticket})."), ticket)

    async def _ticket(self, number: int) -> Ticket | None:
        if number == 0:
            return None
        try:
            return await self._shelf.read_ticket(number)
        except NotThereError:
            return None


def _is_for_us(meaning: Meaning) -> bool:
    """Whether the message asks the desk itself something."""
    named = bool(meaning.people and not meaning.people[0].doubtful) or bool(meaning.apps)
    return meaning.intent in _COMMANDS or (meaning.intent in _QUESTIONS and named and meaning.asks)


def _is_own_chat(ticket: Ticket, speech: Speech) -> bool:
    return any(one.origin == speech.conversation and one.actor.id == speech.actor.id for one in ticket.askers)


def _number(about: str) -> int:
    kind, _colon, key = about.partition(":")
    return int(key) if kind == "ticket" and key.isdigit() else 0


def _said(words: str, ticket: Ticket, **names: str) -> Said:
    return Said(reply=Reply(text=words.format(ticket=ticket.name, **names)))
