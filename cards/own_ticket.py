"""A ticket as those see it who asked: how it stands, what comes next, and what they can say."""

from cards._kit import Block, Card, Tone, execute, facts, make, safe, show_card, text, title
from cards.history import LONGEST, about_words, reason_words, who
from cards.ticket_forms import Form, form_button
from cards.times import instant
from cards.words import _
from provisioning.tickets import CloseReason, Event, Ticket, TicketState

MOST_WORDS = 3  # of the helpdesk's last ones


def own_ticket_card(ticket: Ticket) -> Card:
    """One card for everybody who asked: with several, nobody's own words stand on it."""
    said, then = _said(ticket), _then(ticket)
    tone = Tone.GOOD if not ticket.is_open or ticket.mended else Tone.ACCENT
    body = [title(said, tone, text(then)), text(_about(ticket)), *_told(ticket)]
    if ticket.arrived:
        body.append(text(_arrived(ticket)))
    body.append(facts([(_("Opened"), instant(ticket.opened)), (_("Last change"), instant(ticket.updated))]))
    return make(body, summary=said, actions=_buttons(ticket))


def _said(ticket: Ticket) -> str:
    if ticket.mended and ticket.is_open:
        return _("It should work now: your ticket {ticket}.").format(ticket=ticket.name)
    said = {
        TicketState.OPEN: _("Your ticket {ticket} is open."),
        TicketState.TAKEN: _("Somebody of the helpdesk is working on your ticket {ticket}."),
        TicketState.CLOSED: _("Your ticket {ticket} is closed."),
    }
    return said[ticket.state].format(ticket=ticket.name)


def _then(ticket: Ticket) -> str:
    if ticket.merged_into is not None:
        return _("It goes on as {ticket}, and you hear from me there.").format(ticket=f"SD-{ticket.merged_into}")
    if ticket.mended and ticket.is_open:
        when = instant(ticket.mended)
        return _("The provisioning log shows a success from {when}. Please try, and tell me.").format(when=when)
    if ticket.state is TicketState.TAKEN:
        return _("You hear from me when something happens.")
    if ticket.state is TicketState.OPEN and ticket.notified:
        return _("The helpdesk has been told; you hear from me when somebody takes it.")
    if ticket.state is TicketState.OPEN:
        return _(
            "It is stored, but nobody has been notified yet: the helpdesk sees it when it looks at its open tickets."
        )
    if ticket.reason in {None, CloseReason.SOLVED}:
        return _("If it does not work, press Not solved.")
    if ticket.reason is CloseReason.WITHDRAWN:
        return _("You do not need it any more. If you do, press Not solved.")
    return _("Why: {reason}. If it does not work, press Not solved.").format(reason=reason_words(ticket.reason))


def _about(ticket: Ticket) -> str:
    about = about_words(ticket)
    if ticket.also and about:
        return _("It is about {about}; you are not the only one who asked.").format(about=about)
    return _("“{question}”").format(question=safe(ticket.question, longest=LONGEST))


def _arrived(ticket: Ticket) -> str:
    done, n = len(ticket.arrived), len(ticket.awaited)
    return _("{done} of {n} have arrived by the provisioning log.").format(done=done, n=n)


def _told(ticket: Ticket) -> list[Block]:
    """What the helpdesk wrote to who asked, the last few words of it."""
    told = [e for e in ticket.history if e.text and not e.internal and e.what in {Event.NOTED, Event.CLOSED}]
    return [
        text(_("{name}: “{words}”").format(name=who(event.by), words=safe(event.text, longest=LONGEST)))
        for event in told[-MOST_WORDS:]
    ]


def _buttons(ticket: Ticket) -> list[Block]:
    now = {"ticket": ticket.number, "step": ticket.step}
    refresh = execute(_("Refresh"), "refresh_ticket", {"ticket": ticket.number})
    if ticket.merged_into is not None:
        number = ticket.merged_into
        return [execute(_("Show SD-{n}").format(n=number), "refresh_ticket", {"ticket": number})]
    doubt = form_button(ticket, Form.DOUBT)
    if not ticket.is_open:
        return [doubt]
    add = form_button(ticket, Form.REPLY)
    if ticket.mended:
        return [execute(_("It works"), "settle_ticket", now, main=True), doubt, add]
    sure = [text(_("The helpdesk then stops working on it for you."))]
    withdraw = show_card(_("Withdraw"), sure, execute(_("Yes, withdraw it"), "withdraw_ticket", now))
    return [add, withdraw, refresh]
