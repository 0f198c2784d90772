"""One step of a ticket's history in the words that go to another desk: plain text, no Markdown and no buttons."""

from cards import causes
from cards._kit import cut, undo_markdown
from cards.history import about_words, event_line
from cards.times import drawn
from cards.voice import Voice
from cards.words import _, use_language
from provisioning.handover import Notice, Standing
from provisioning.tickets import Event, Ticket, TicketState

LONGEST_SUBJECT = 120
LONGEST_QUESTION = 4000

# What moves a ticket; every other step leaves it where it stands over there.
_MOVES = frozenset(
    {Event.OPENED, Event.TAKEN, Event.HANDED_OVER, Event.CLOSED, Event.MERGED, Event.REOPENED, Event.NOT_SOLVED}
)


def handover_notice(ticket: Ticket, step: int, *, source: str, language: str | None = None) -> Notice:
    """The step ``step`` of the ticket, which is told later than it happened and in the ticket's newest words.

    Where it stands is said by the step itself, not by what has happened since.
    """
    event = ticket.history[step]
    with use_language(language):
        return Notice(
            source=source,
            ticket=ticket.name,
            step=step,
            what=event.what,
            at=event.at,
            subject=_subject(ticket),
            text=_plain(event_line(event)),
            description=_description(ticket),
            standing=standing_after(ticket, step) if event.what in _MOVES or _closes(ticket, step) else None,
            severity=ticket.severity.value,
            requester=ticket.requester.name or ticket.requester.upn,
            address=ticket.requester.upn,
            public=not event.internal,
        )


def standing_after(ticket: Ticket, step: int) -> Standing:
    """How the ticket stood right after this step of its history."""
    owned, closed = False, False
    for number, event in enumerate(ticket.history[: step + 1]):
        if event.what == Event.TAKEN:
            owned = True
        elif event.what == Event.HANDED_OVER:
            owned = bool(event.value)
        elif event.what in {Event.CLOSED, Event.MERGED} or _closes(ticket, number):
            closed = True
        elif event.what in {Event.REOPENED, Event.NOT_SOLVED}:
            closed = False
    return Standing.CLOSED if closed else Standing.TAKEN if owned else Standing.OPEN


def _closes(ticket: Ticket, step: int) -> bool:
    """The last asker's withdrawal is the end of a ticket, and then its last step."""
    last = step == len(ticket.history) - 1
    return last and ticket.history[step].what == Event.WITHDRAWN and ticket.state is TicketState.CLOSED


def _subject(ticket: Ticket) -> str:
    about = about_words(ticket)
    if ticket.diagnosis is not None:
        return cut(_plain(causes.answer(ticket.diagnosis, Voice.AGENT)), LONGEST_SUBJECT)
    return cut(_plain(about) or " ".join(ticket.question.split()), LONGEST_SUBJECT)


def _description(ticket: Ticket) -> str:
    lines = [_("{requester} asks: “{question}”").format(requester=_who(ticket), question=_question(ticket))]
    seen = ticket.diagnosis
    if seen is not None:
        lines += ["", causes.answer(seen, Voice.AGENT), causes.who(seen, Voice.AGENT)]
        others = [causes.also(finding, seen) for finding in seen.findings[1:]]
        lines += [_("Also found: {findings}.").format(findings="; ".join(others))] if others else []
        lines += ["", _("Person: {person}").format(person=f"{seen.person.name} ({seen.person.upn})")]
        lines += [_("App: {app}").format(app=seen.app.name), _("Cause: {cause}").format(cause=seen.root.cause.value)]
        if ticket.answer is not None and ticket.answer.error is not None:
            lines.append(_("Error: {error}").format(error=ticket.answer.error.code))
    if ticket.found:
        lines += ["", _("What the answer said"), ticket.found]
    lines += ["", _("{ticket} of Sync Desk").format(ticket=ticket.name)]
    return "\n".join(_plain(line) for line in lines)


def _who(ticket: Ticket) -> str:
    name, upn = ticket.requester.name, ticket.requester.upn
    return f"{name} ({upn})" if name and upn else name or upn


def _question(ticket: Ticket) -> str:
    return cut(ticket.question, LONGEST_QUESTION)


def _plain(words: str) -> str:
    return undo_markdown(drawn(words)).replace("**", "")
