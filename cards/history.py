"""What happened to a ticket, in words: for the helpdesk's card and thread, and for who asked."""

from cards._kit import safe
from cards.words import _
from provisioning.model import Actor
from provisioning.tickets import CloseReason, Event, Severity, Ticket, TicketEvent

LONGEST = 1000  # characters of somebody's words in one line
MOST_NAMES = 5


def severity_words(severity: Severity) -> str:
    """How soon somebody has to look at it."""
    return {
        Severity.LOW: _("low"),
        Severity.NORMAL: _("normal"),
        Severity.HIGH: _("high"),
        Severity.URGENT: _("urgent"),
    }[severity]


def reason_words(reason: CloseReason) -> str:
    """Why a ticket was closed."""
    return {
        CloseReason.SOLVED: _("solved"),
        CloseReason.BY_ITSELF: _("the cause went away by itself"),
        CloseReason.NO_FAULT: _("nothing was wrong"),
        CloseReason.NOT_OURS: _("somebody else has to mend it, and knows"),
        CloseReason.NO_REPLY: _("no answer came"),
        CloseReason.WITHDRAWN: _("withdrawn"),
        CloseReason.MERGED: _("merged"),
    }[reason]


def who(actor: Actor) -> str:
    """A name that is safe on a card."""
    return safe(actor.name or actor.upn or _("somebody"))


def event_line(event: TicketEvent) -> str:
    """One event for the helpdesk, with the words that were written."""
    words = _happened(event)
    return _("{what}: “{words}”").format(what=words, words=safe(event.text, longest=LONGEST)) if event.text else words


def _happened(event: TicketEvent) -> str:
    names = {"by": who(event.by), "value": safe(event.value)}
    if event.what == Event.NOTED:
        said = _("{by} noted for the helpdesk") if event.internal else _("{by} told who asked")
    elif event.what == Event.HANDED_OVER and not event.value:
        said = _("{by} gave it back")
    elif event.what == Event.GRADED:
        said = _("{by} set the severity to {value}")
        names["value"] = severity_words(Severity(event.value)) if event.value in set(Severity) else names["value"]
    elif event.what == Event.ARRIVED:
        said = _("The provisioning log shows newer successes: {names}. {done} of {n} have arrived")
        done, _slash, n = event.value.partition("/")
        names |= {"names": arrived_words(event), "done": done, "n": n}
    elif event.what == Event.CLOSED and event.value in set(CloseReason):
        said = _("{by} closed it ({value})")
        names["value"] = reason_words(CloseReason(event.value))
    else:
        said = _phrases().get(event.what, _("{by}: something changed"))
    return said.format(**names)


def _phrases() -> dict[str, str]:
    return {
        Event.OPENED: _("Opened by {by}"),
        Event.JOINED: _("{by} asks about the same and has joined"),
        Event.TAKEN: _("{by} has taken it"),
        Event.HANDED_OVER: _("{by} handed it over to {value}"),
        Event.REPLIED: _("{by} wrote"),
        Event.CLUSTERED: _("{value} of {by} fails for the same reason and follows this one"),
        Event.MERGED: _("{by} merged it into {value}"),
        Event.ABSORBED: _("{by} merged {value} into it"),
        Event.CLOSED: _("{by} closed it"),
        Event.REOPENED: _("{by} opened it again"),
        Event.WITHDRAWN: _("{by} does not need it any more"),
        Event.NOT_SOLVED: _("{by} says that it is not solved"),
        Event.MENDED: _("The provisioning log shows a newer success; it can be closed when who asked agrees"),
    }


def arrived_words(event: TicketEvent) -> str:
    """Who has arrived by it, a few of them by name."""
    there = [safe(one.name or one.person) for one in event.arrivals]
    more = [_("{n} more").format(n=len(there) - MOST_NAMES)] if len(there) > MOST_NAMES else []
    return ", ".join([*there[:MOST_NAMES], *more])


def about_words(ticket: Ticket) -> str:
    """Whom and what it concerns in a few words; "" where only a text was given."""
    people, apps = [safe(one.name) for one in ticket.people], [safe(one.name) for one in ticket.apps]
    if ticket.diagnosis and not people:  # a ticket of an older desk
        people, apps = [safe(ticket.diagnosis.person.name)], [safe(ticket.diagnosis.app.name)]
    if len(people) > 3:
        people = [*people[:3], _("{n} more").format(n=len(people) - 3)]
    if people and apps:
        return _("{people} in {apps}").format(people=", ".join(people), apps=", ".join(apps))
    return ", ".join([*people, *apps])
