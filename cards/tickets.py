"""Cards about tickets: one ticket for the helpdesk or for who asked, and lists of them."""

from collections.abc import Sequence
from datetime import datetime

from cards import causes
from cards._kit import Block, Card, Tone, cut, execute, facts, group, heading, make, row, safe, text, title
from cards.events import error_words
from cards.evidence import evidence_blocks
from cards.history import about_words, event_line, reason_words, severity_words
from cards.own_ticket import own_ticket_card
from cards.ticket_forms import desk_buttons
from cards.times import distance, instant
from cards.voice import Voice
from cards.words import _, ngettext
from provisioning.evidence_pack import pack_of
from provisioning.model import Diagnosis
from provisioning.tickets import Severity, Ticket, TicketEvent, TicketState

MOST_LISTED = 15
MOST_BUTTONS = 5
MOST_EVENTS = 10
LONGEST_QUESTION = 1000
MOST_LINES, LONGEST_LINE = 40, 400  # of the answer that was handed over


def ticket_card(ticket: Ticket, voice: Voice) -> Card:
    """One ticket: the helpdesk's view (``AGENT``) can take and close it, the requester's tells how it stands."""
    if voice is Voice.PERSON:
        return own_ticket_card(ticket)
    tone, said = _headline(ticket)
    body = [title(said, tone), text(_("“{question}”").format(question=safe(ticket.question, longest=LONGEST_QUESTION)))]
    body.append(facts(_who(ticket)))
    body += _found(ticket) + _answered(ticket)
    body += evidence_blocks(pack_of(ticket))
    body.append(_history(ticket.history))
    return make(body, summary=said, actions=desk_buttons(ticket))


def ticket_list_card(
    tickets: Sequence[Ticket],
    *,
    title: str,
    now: datetime,
    voice: Voice = Voice.AGENT,
    empty: str = "",
    total: int | None = None,
) -> Card:
    """Tickets, oldest first: number, requester, person, app, age. ``title`` and ``empty`` come translated.

    ``total``: how many there are, where ``tickets`` are only the first of them.
    """
    body: list[Block] = [_list_title(title)]
    if not tickets:
        body.append(text(empty or _("There are none.")))
    for n, ticket in enumerate(tickets[:MOST_LISTED]):
        lines = [text(_row_head(ticket, now), bold=True), text(_row(ticket, voice), spacing="None")]
        buttons = [row([_show(ticket)])] if n < MOST_BUTTONS else []
        body.append(group([*lines, *buttons], separator=True, spacing="Small"))
    more = (total or len(tickets)) - min(len(tickets), MOST_LISTED)
    if more > 0:
        body.append(text(ngettext("… and {n} more.", "… and {n} more.", more).format(n=more), subtle=True))
    return make(body, summary=title)


def _show(ticket: Ticket) -> Block:
    return execute(_("Show {ticket}").format(ticket=ticket.name), "refresh_ticket", {"ticket": ticket.number})


def _list_title(words: str) -> Block:
    return title(words)


def _headline(ticket: Ticket) -> tuple[Tone, str]:
    names = {"ticket": ticket.name, "name": safe(ticket.requester.name or ticket.requester.upn)}
    if not ticket.is_open:
        return Tone.GOOD, _("{ticket}: closed.").format(**names)
    if ticket.mended is not None and len(ticket.awaited) > 1:
        n = len(ticket.awaited)
        return Tone.GOOD, _("{ticket}: all {n} have arrived; close it when who asked agrees.").format(n=n, **names)
    if ticket.mended is not None:
        return Tone.GOOD, _("{ticket}: it should work for {name} now; close it when they agree.").format(**names)
    if ticket.state is TicketState.OPEN:
        tone = Tone.ATTENTION if ticket.severity is Severity.URGENT else Tone.WARNING
        return tone, _("{ticket}: {name} asks for help, and nobody has taken it yet.").format(**names)
    taker = safe(ticket.taker.name) if ticket.taker else _("somebody")
    if ticket.taker and ticket.taker.id == ticket.requester.id:
        return Tone.ACCENT, _("{ticket}: {name} is working on it.").format(**names)
    return Tone.ACCENT, _("{ticket}: {taker} helps {name}.").format(taker=taker, **names)


def _who(ticket: Ticket) -> list[tuple[str, str]]:
    pairs = [
        (_("State"), _state(ticket)),
        (_("Severity"), severity_words(ticket.severity)),
        (_("Requester"), safe(f"{ticket.requester.name} ({ticket.requester.upn})")),
    ]
    if len(ticket.askers) > 1:
        names = ", ".join(asker.actor.name for asker in ticket.askers if asker.actor.id != ticket.requester.id)
        pairs.append((_("Also asking"), safe(names)))
    pairs.append((_("Opened"), instant(ticket.opened)))
    if ticket.diagnosis:
        person = ticket.diagnosis.person
        pairs += [(_("Person"), safe(f"{person.name} ({person.upn})")), (_("App"), safe(ticket.diagnosis.app.name))]
    elif about := about_words(ticket):
        pairs.append((_("About"), about))
    if ticket.arrived:
        pairs.append((_("Arrived"), _("{done} of {n}").format(done=len(ticket.arrived), n=len(ticket.awaited))))
    places = ", ".join(f"[{safe(one.name)}]({one.url})" for one in ticket.elsewhere)
    return [*pairs, *_kin(ticket), *([(_("Also in"), places)] if places else [])]


def _kin(ticket: Ticket) -> list[tuple[str, str]]:
    """What it has to do with other tickets."""
    pairs = []
    if ticket.children:
        n = len(ticket.children)
        since = instant(ticket.opened)
        words = ngettext("{n} other since {when}", "{n} others since {when}", n).format(n=n, when=since)
        pairs.append((_("The same failure"), words))
    if ticket.parent is not None:
        pairs.append((_("Follows"), f"SD-{ticket.parent}"))
    return pairs


def _state(ticket: Ticket) -> str:
    if ticket.merged_into is not None:
        return _("✓ merged into {ticket}").format(ticket=f"SD-{ticket.merged_into}")
    if ticket.state is TicketState.OPEN:
        return _("○ open, nobody has it")
    if ticket.state is TicketState.CLOSED:
        return _("✓ closed: {reason}").format(reason=reason_words(ticket.reason)) if ticket.reason else _("✓ closed")
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
    return [heading(_("What was found then")), *lines, text(_read(seen), subtle=True, small=True)]


def _answered(ticket: Ticket) -> list[Block]:
    """What the answer said from which it was opened, line by line as it stood there."""
    lines = [line for line in ticket.found.splitlines() if line.strip()]
    shown = [text(safe(line, longest=LONGEST_LINE), spacing="None") for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        more = len(lines) - MOST_LINES
        shown.append(text(ngettext("… and {n} more line.", "… and {n} more lines.", more).format(n=more), subtle=True))
    return [heading(_("What the answer said")), group(shown)] if shown else []


def _read(seen: Diagnosis) -> str:
    return _("Read from Microsoft Graph at {when}.").format(when=instant(seen.as_of))


def _history(events: Sequence[TicketEvent]) -> Block:
    lines = [
        text(
            _("{when}: {what}").format(when=instant(event.at), what=event_line(event)),
            subtle=True,
            small=True,
            spacing="None",
        )
        for event in events[-MOST_EVENTS:]
    ]
    return group(lines, separator=True)


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
