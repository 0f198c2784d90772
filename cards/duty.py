"""Who is on call, what a new shift takes over, which tickets go where, and reminders."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cards._kit import Block, Card, Tone, cut, execute, listing, make, safe, text, title
from cards.history import about_words, severity_words
from cards.times import distance, span
from cards.words import _, ngettext
from provisioning.model import Actor
from provisioning.roster import Shift
from provisioning.routing import Route
from provisioning.tickets import Severity, Ticket, TicketState

MOST_TICKETS = 8


def roster_card(shifts: Sequence[Shift], now_on_call: Sequence[Actor], zone: str, said: str = "") -> Card:
    """The week; ``said``: what was just changed."""
    names = ", ".join(safe(person.name) for person in now_on_call)
    lead = said or (_("{names} is on call now.").format(names=names) if names else _("Nobody is on call now."))
    lines = [
        _("{name}: {days}, {begins}–{ends}").format(
            name=safe(shift.person.name),
            days=_days(shift.days),
            begins=shift.begins.strftime("%H:%M"),
            ends=shift.ends.strftime("%H:%M"),
        )
        for shift in shifts
    ]
    body: list[Block] = [title(lead), *listing(lines)]
    body.append(text(_("Times are those of {zone}.").format(zone=zone), subtle=True, small=True))
    hint = _("Admins write: roster add Aisha Khan Mon-Fri 08:00-16:00, or: roster remove Aisha Khan")
    body.append(text(hint, subtle=True, small=True))
    return make(body, summary=lead)


def handover_card(
    shift: Shift, before: Sequence[Actor], tickets: Sequence[Ticket], waiting: int, now: datetime
) -> Card:
    """What somebody takes over whose shift begins."""
    names = ", ".join(safe(person.name) for person in before if person.id != shift.person.id)
    ends = shift.ends.strftime("%H:%M")
    said = (
        _("{name} is on call until {ends}, after {names}.").format(name=safe(shift.person.name), ends=ends, names=names)
        if names
        else _("{name} is on call until {ends}.").format(name=safe(shift.person.name), ends=ends)
    )
    count = ngettext("{n} ticket is open.", "{n} tickets are open.", waiting).format(n=waiting)
    body = [
        title(said, Tone.NEUTRAL, text(count)),
        *listing([_ticket_line(one, now) for one in tickets[:MOST_TICKETS]]),
    ]
    more = waiting - MOST_TICKETS
    if more > 0 and tickets:
        body.append(text(ngettext("… and {n} more.", "… and {n} more.", more).format(n=more), subtle=True))
    show = execute(_("Open tickets"), "ask", {"text": "open tickets"})
    return make(body, summary=f"{said} {count}", actions=[show] if waiting else [])


def most_pressing(tickets: Sequence[Ticket]) -> list[Ticket]:
    """What a new shift reads first: the most severe, then what nobody has, then the oldest."""
    order = list(Severity)
    return sorted(tickets, key=lambda one: (-order.index(one.severity), one.state is not TicketState.OPEN, one.number))


def reminder_words(ticket: Ticket, waited: timedelta, level: int) -> str:
    """One line; the second and third say that they are."""
    names = {"ticket": ticket.name, "span": span(waited), "severity": severity_words(ticket.severity)}
    about = about_words(ticket) or safe(cut(ticket.question, 80))
    if ticket.state is TicketState.OPEN:
        words = _("nobody has taken {ticket} for {span} ({severity}): {about}")
    else:
        words = _("nothing has happened on {ticket} for {span} ({severity}): {about}")
    said = words.format(about=about, **names)
    return said if level < 2 else _("Reminder {n}: {said}").format(n=level, said=said)


def routes_card(routes: Sequence[Route], said: str = "") -> Card:
    """Which tickets go elsewhere than to the usual channel."""
    lead = said or (_("These tickets go elsewhere:") if routes else _("All tickets go to the helpdesk's channel."))
    lines = [
        _("{words}: {place}").format(
            words=safe(route.words),
            place=_("their own channel")
            if route.live
            else _("the usual channel, because I cannot write to theirs any more"),
        )
        for route in routes
    ]
    hint = _("Admins write, where they belong: send urgent tickets here, or: send AskCody tickets here")
    body = [title(lead), *listing(lines), text(hint, subtle=True, small=True)]
    return make(body, summary=lead)


def _ticket_line(ticket: Ticket, now: datetime) -> str:
    who = safe(ticket.taker.name) if ticket.taker else _("nobody has it")
    about = about_words(ticket) or safe(cut(ticket.question, 80))
    return _("{ticket} ({severity}, {age}): {about} – {who}").format(
        ticket=ticket.name,
        severity=severity_words(ticket.severity),
        age=distance(ticket.opened, now),
        about=about,
        who=who,
    )


def _days(days: Sequence[int]) -> str:
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
        return _("{first}–{last}").format(first=names[days[0]], last=names[days[-1]])
    return ", ".join(names[day] for day in days)
