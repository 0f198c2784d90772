"""Handing over to humans: open a ticket about a text, list one's own, list what waits, look at one."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from cards._kit import Card, execute, make, title
from cards.guide import Denial, notice_card
from cards.tickets import MOST_LISTED, ticket_card, ticket_list_card
from cards.voice import Voice
from cards.words import _
from dialogs.asking import Ask, Asker, Gap, Missing, Outcome, Said, asked, denied, shown
from dialogs.needs import Shelf, Tickets
from dialogs.talk import Reply
from provisioning.errors import NotThereError
from provisioning.model import Actor
from provisioning.permissions import may_handle_tickets, may_see
from provisioning.tickets import Ticket

LONGEST = 4000  # characters of a ticket's text that are kept; Teams itself allows far more


class TicketDesk:
    """Everything that people write about tickets."""

    def __init__(self, tickets: Tickets, shelf: Shelf) -> None:
        self._tickets = tickets
        self._shelf = shelf

    async def open(self, ask: Ask, asker: Asker) -> Outcome:
        """Open at once when the text is there, else ask what it is about."""
        if not ask.text.strip():
            said, words = _("What is it about?"), _("Your next message goes to the helpdesk. To stop, write: cancel")
            return asked(Missing(gap=Gap.TEXT, ask=ask, reply=shown(notice_card(said, words))))
        text = ask.text[:LONGEST]
        ticket = await self._tickets.open(asker.actor, origin=asker.conversation, text=text, key=asker.key)
        return Said(reply=for_requester(ticket))

    async def show(self, ask: Ask, asker: Asker) -> Outcome:
        """One's own tickets; what waits, for agents; one ticket that was named."""
        if ask.ticket is not None:
            return Said(reply=shown(await self._one(ask.ticket, asker.actor)))
        if not ask.everybodys:
            mine = await self._tickets.mine(asker.actor)
            return Said(reply=_listed(mine, _("Your tickets"), Voice.PERSON, self._tickets.now()))
        if not may_handle_tickets(asker.actor):
            return denied(Denial.TICKETS)
        waiting, total = await asyncio.gather(
            self._tickets.waiting(asker.actor, most=MOST_LISTED), self._tickets.how_many(asker.actor)
        )
        return Said(reply=_listed(waiting, _("Open tickets"), Voice.AGENT, self._tickets.now(), total=total))

    async def _one(self, number: int, actor: Actor) -> Card:
        """Somebody else's ticket and one that does not exist sound alike."""
        ticket = await self._read(number)
        if ticket is None or not may_see(actor, ticket):
            words = _("Your tickets are listed when you write: my tickets")
            return notice_card(_("You have no ticket SD-{number}.").format(number=number), words)
        return ticket_card(ticket, Voice.AGENT if may_handle_tickets(actor) else Voice.PERSON)

    async def _read(self, number: int) -> Ticket | None:
        try:
            return await self._shelf.read_ticket(number)
        except NotThereError:
            return None


def for_requester(ticket: Ticket) -> Reply:
    """The ticket as its requester sees it; this place is edited when something happens to it."""
    return shown(ticket_card(ticket, Voice.PERSON), about=f"ticket:{ticket.number}", voice=Voice.PERSON)


def ticket_form(text: str = "") -> Reply:
    """Asks for a ticket's text within the card, where no message is waited for. One form opens one ticket.

    ``text`` stands in it already.
    """
    said = _("What is it about?")
    box: dict[str, Any] = {
        "type": "Input.Text",
        "id": "text",
        "label": _("Tell the helpdesk what does not work"),
        "isMultiline": True,
        "maxLength": LONGEST,
        "isRequired": True,
        "errorMessage": _("Please write what it is about."),
    }
    if text:
        box["value"] = text[:LONGEST]
    send = execute(_("Send to the helpdesk"), "write_ticket", {"text": "", "once": str(uuid4())}, main=True)
    return shown(make([title(said), box], summary=said, actions=[send]))


def _listed(tickets: Sequence[Ticket], said: str, voice: Voice, now: datetime, *, total: int | None = None) -> Reply:
    return shown(ticket_list_card(tickets, title=said, now=now, voice=voice, total=total), voice=voice)
