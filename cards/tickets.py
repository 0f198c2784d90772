"""Cards about tickets: one ticket for the helpdesk or for who asked, and lists of them."""

from collections.abc import Sequence
from datetime import datetime

from cards import causes
from cards._kit import Block, Card, Tone, cut, execute, facts, group, heading, make, row, safe, text, title, toggle
from cards.events import error_words, event_words
from cards.steps import steps_block
from cards.times import distance, instant
from cards.voice import Voice
from cards.words import _, ngettext
from provisioning.tickets import Ticket, TicketEvent, TicketState

MOST_LISTED = 15
MOST_BUTTONS = 5
LONGEST_QUESTION = 1000


def ticket_card(ticket: Ticket, voice: Voice) -> Card:
    """One ticket: the helpdesk's view (``AGENT``) can take and close it, the requester's tells how it stands."""
    if voice is Voice.PERSON:
        return _for_the_requester(ticket)
    tone, said = _headline(ticket)
    body = [title(said, tone), text(_("“{question}”").format(question=safe(ticket.question, longest=LONGEST_QUESTION)))]
    body.append(facts(_who(ticket)))
    if ticket.diagnosis:
        body += _found(ticket)
    body.append(_history(ticket.history))
    return make(body, summary=said, actions=_desk_buttons(ticket))


def ticket_list_card(
    tickets: Sequence[Ticket], *, title: str, now: datetime, voice: Voice = Voice.AGENT, empty: str = ""
) -> Card:
    """Tickets, oldest first: number, requester, person, app, age. ``title`` and ``empty`` come translated."""
    body: list[Block] = [_list_title(title)]
    if not tickets:
        body.append(text(empty or _("There are none.")))
    for n, ticket in enumerate(tickets[:MOST_LISTED]):
        lines = [text(_row_head(ticket, now), bold=True), text(_row(ticket, voice), spacing="None")]
        buttons = [row([_show(ticket)])] if n < MOST_BUTTONS else []
        body.append(group([*lines, *buttons], separator=True, spacing="Small"))
    more = len(tickets) - MOST_LISTED
    if more > 0:
        body.append(text(ngettext("… and {n} more.", "… and {n} more.", more).format(n=more), subtle=True))
    return make(body, summary=title)


def _show(ticket: Ticket) -> Block:
    return execute(_("Show {ticket}").format(ticket=ticket.name), "refresh_ticket", {"ticket": ticket.number})


def _list_title(words: str) -> Block:
    return title(words)


def _for_the_requester(ticket: Ticket) -> Card:
    said = {
        TicketState.OPEN: _("Your ticket {ticket} is open."),
        TicketState.TAKEN: _("Somebody of the helpdesk is working on your ticket {ticket}."),
        TicketState.CLOSED: _("Your ticket {ticket} is closed."),
    }[ticket.state].format(ticket=ticket.name)
    next_line = {
        TicketState.OPEN: _("The helpdesk has been told; you hear from me when somebody takes it.")
        if ticket.notified
        else _(
            "It is stored, but nobody has been notified yet: the helpdesk sees it when it looks at its open tickets."
        ),
        TicketState.TAKEN: _("You hear from me when it is closed."),
        TicketState.CLOSED: _("If you still need help, just ask again."),
    }[ticket.state]
    body = [
        title(said, Tone.GOOD if ticket.state is TicketState.CLOSED else Tone.ACCENT, text(next_line)),
        text(_("“{question}”").format(question=safe(ticket.question, longest=LONGEST_QUESTION))),
        facts([(_("Opened"), instant(ticket.opened)), (_("Last change"), instant(ticket.updated))]),
    ]
    refresh = execute(_("Refresh"), "refresh_ticket", {"ticket": ticket.number})
    return make(body, summary=said, actions=[] if ticket.state is TicketState.CLOSED else [refresh])


def _headline(ticket: Ticket) -> tuple[Tone, str]:
    names = {"ticket": ticket.name, "name": safe(ticket.requester.name or ticket.requester.upn)}
    if ticket.state is TicketState.OPEN:
        return Tone.WARNING, _("{ticket}: {name} asks for help, and nobody has taken it yet.").format(**names)
    taker = safe(ticket.taker.name) if ticket.taker else _("somebody")
    if ticket.state is TicketState.TAKEN and ticket.taker and ticket.taker.id == ticket.requester.id:
        return Tone.ACCENT, _("{ticket}: {name} is working on it.").format(**names)
    if ticket.state is TicketState.TAKEN:
        return Tone.ACCENT, _("{ticket}: {taker} helps {name}.").format(taker=taker, **names)
    return Tone.GOOD, _("{ticket}: closed.").format(**names)


def _who(ticket: Ticket) -> list[tuple[str, str]]:
    pairs = [
        (_("State"), _state(ticket)),
        (_("Requester"), safe(f"{ticket.requester.name} ({ticket.requester.upn})")),
        (_("Opened"), instant(ticket.opened)),
    ]
    if ticket.diagnosis:
        person = ticket.diagnosis.person
        pairs += [(_("Person"), safe(f"{person.name} ({person.upn})")), (_("App"), safe(ticket.diagnosis.app.name))]
    return pairs


def _state(ticket: Ticket) -> str:
    if ticket.state is TicketState.OPEN:
        return _("○ open, nobody has it")
    if ticket.state is TicketState.CLOSED:
        return _("✓ closed")
    return _("… taken by {taker}").format(taker=safe(ticket.taker.name) if ticket.taker else _("somebody"))


def _found(ticket: Ticket) -> list[Block]:
    """The diagnosis and its evidence as they were when the ticket was opened."""
    seen = ticket.diagnosis
    if seen is None:
        return []
    others = [causes.also(finding, seen) for finding in seen.findings[1:]]
    error = error_words(ticket.answer.error) if ticket.answer else ""
    lines = [
        text(causes.answer(seen, Voice.AGENT), bold=True),
        text(causes.who(seen, Voice.AGENT)),
        *([text(_("Also found: {findings}.").format(findings="; ".join(others)))] if others else []),
        *([text(_("The error says: “{error}”").format(error=error))] if error else []),
    ]
    evidence = [(_("Read"), instant(seen.as_of)), (_("Cause"), seen.root.cause.value)]
    if seen.last_event:
        evidence.append((_("Last log row"), event_words(seen.last_event, seen.as_of)))
    steps = ticket.answer.steps if ticket.answer and ticket.answer.steps else seen.steps
    hidden = [steps_block(steps, Voice.AGENT), facts(evidence)]
    show = row([toggle(_("Evidence"), "evidence")])
    return [heading(_("What was found then")), *lines, show, group(hidden, id="evidence", visible=False)]


def _history(events: Sequence[TicketEvent]) -> Block:
    words = {"opened": _("Opened by {by}"), "taken": _("Taken by {by}"), "closed": _("Closed by {by}")}
    lines = [
        text(
            _("{when}: {what}").format(
                when=instant(event.at), what=words.get(event.what, "{by}").format(by=safe(event.by.name))
            ),
            subtle=True,
            small=True,
            spacing="None",
        )
        for event in events[-8:]
    ]
    return group(lines, separator=True)


def _desk_buttons(ticket: Ticket) -> list[Block]:
    about = {"ticket": ticket.number}
    now = about | {"step": len(ticket.history)}  # a move that was offered at another step is not made
    buttons = []
    if ticket.state is TicketState.OPEN:
        buttons.append(execute(_("Take it"), "take_ticket", now, main=True))
    if ticket.state is not TicketState.CLOSED:
        buttons += [execute(_("Close"), "close_ticket", now), execute(_("Refresh"), "refresh_ticket", about)]
    return buttons


def _row_head(ticket: Ticket, now: datetime) -> str:
    return _("{ticket} · {state} · {age}").format(
        ticket=ticket.name, state=_state(ticket), age=distance(ticket.opened, now)
    )


def _row(ticket: Ticket, voice: Voice) -> str:
    asked = safe(cut(ticket.question, 120))
    if voice is Voice.PERSON:
        return asked
    who = safe(ticket.requester.name or ticket.requester.upn)
    if ticket.diagnosis is None:
        return _("{requester}: “{question}”").format(requester=who, question=asked)
    return _("{requester} about {person} in {app}").format(
        requester=who, person=safe(ticket.diagnosis.person.name), app=safe(ticket.diagnosis.app.name)
    )
