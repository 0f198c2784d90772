"""What somebody who asked for help hears when their ticket moves: one line, for the chat itself."""

from cards.words import _
from provisioning.tickets import Ticket, TicketEvent


def ticket_news(ticket: Ticket, event: TicketEvent) -> str:
    """One event of the ticket's history as a sentence to its requester."""
    names = {"ticket": ticket.name, "name": event.by.name}
    if event.what == "taken":
        return _("{name} of the helpdesk is working on your ticket {ticket} now.").format(**names)
    if event.what == "closed":
        return _("{name} has closed your ticket {ticket}. If you still need help, just ask again.").format(**names)
    return _("Something changed on your ticket {ticket}.").format(**names)
