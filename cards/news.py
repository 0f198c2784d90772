"""What somebody who asked for help hears when their ticket moves, and what stands in the helpdesk's thread."""

from cards._kit import Card, Tone, ask_text, execute, make, safe, show_card, text, title
from cards.history import LONGEST, event_line, reason_words, who
from cards.words import _
from provisioning.tickets import THREAD, Asker, CloseReason, Event, Ticket, TicketEvent

_CLUSTER_LINES = frozenset({1, 2, 3, 5, 10})  # of repetitions, these are told; then each twenty-fifth


def ticket_news(ticket: Ticket, event: TicketEvent) -> str:
    """One event as a sentence to those who asked; "" for what is not theirs to know, or no news."""
    names = {"ticket": ticket.name, "name": event.by.name, "value": event.value}
    if event.internal:
        return ""
    if event.what == Event.CLOSED:
        return _closed(ticket, event)
    if event.what == Event.HANDED_OVER and not event.value:
        return ""
    if event.what == Event.MENDED and len(ticket.awaited) > 1:
        said = _("All {n} that {ticket} waits for have arrived by the provisioning log. Please try.")
        return said.format(n=len(ticket.awaited), ticket=ticket.name)
    words = _sentences().get(event.what, "")
    return words.format(**names)


def arrival_news(ticket: Ticket, event: TicketEvent, person: str) -> str:
    """To somebody (an object id) who has arrived by it, though others are missing yet; "" to everybody else."""
    apps = ", ".join(safe(one.app_name or one.app) for one in event.arrivals if one.person == person)
    if not apps:
        return ""
    words = _("You should be in {app} now: the provisioning log shows a newer success. Please try ({ticket}).")
    return words.format(app=apps, ticket=ticket.name)


def _sentences() -> dict[str, str]:
    return {
        Event.TAKEN: _("{name} of the helpdesk is working on your ticket {ticket} now."),
        Event.HANDED_OVER: _("{value} of the helpdesk is working on your ticket {ticket} now."),
        Event.REOPENED: _("{name} has opened your ticket {ticket} again."),
        Event.MERGED: _("Your ticket {ticket} goes on as {value}; you hear from me there."),
        Event.MENDED: _("It should work now: the provisioning log shows a newer success. Please try ({ticket})."),
    }


def _closed(ticket: Ticket, event: TicketEvent) -> str:
    names = {"ticket": ticket.name, "name": event.by.name}
    said = _("{name} has closed your ticket {ticket}.").format(**names)
    if event.value in set(CloseReason) and event.value not in {CloseReason.SOLVED, ""}:
        said += " " + _("Why: {reason}.").format(reason=reason_words(CloseReason(event.value)))
    if event.text:
        said += " " + _("{name} writes: “{words}”").format(words=event.text, **names)
    return said + " " + _("If you still need help, press Not solved on its card, or just ask again.")


def joined_words(ticket: Ticket) -> str:
    """To somebody whose question others had before."""
    return _("{ticket} is about this already, so I have added you to it: you hear what follows.").format(
        ticket=ticket.name
    )


def word_card(ticket: Ticket, event: TicketEvent) -> Card:
    """What somebody of the helpdesk wrote, with a field to answer."""
    said = _("{name} of the helpdesk writes about {ticket}:").format(name=who(event.by), ticket=ticket.name)
    answer = show_card(
        _("Answer"),
        [ask_text("reply", _("Your words to the helpdesk"), lines=True)],
        execute(_("Send"), "reply_ticket", {"ticket": ticket.number, "step": ticket.step}),
    )
    body = [title(said, Tone.ACCENT), text(safe(event.text, longest=4 * LONGEST))]
    return make(body, summary=f"{said} {safe(event.text)}", actions=[answer])


def thread_line(ticket: Ticket, event: TicketEvent) -> str:
    """One event as a line below the helpdesk's card; "" for what stands there anyway, or says nothing new."""
    if event.what == Event.OPENED or event.value == THREAD:
        return ""
    if event.what == Event.CLUSTERED and not _worth_a_line(ticket, event):
        return ""
    return _("{ticket}: {what}").format(ticket=ticket.name, what=event_line(event))


def untold_line(ticket: Ticket, asker: Asker) -> str:
    """The helpdesk must not believe that somebody has heard what nobody could tell them."""
    return _("{ticket}: {name} cannot be told here: there is no chat with them (any more).").format(
        ticket=ticket.name, name=safe(asker.actor.name)
    )


def _worth_a_line(ticket: Ticket, event: TicketEvent) -> bool:
    nth = [e.value for e in ticket.history if e.what == Event.CLUSTERED].index(event.value) + 1
    return nth in _CLUSTER_LINES or nth % 25 == 0
