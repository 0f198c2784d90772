"""What the buttons of a ticket do. Each click is checked anew: who presses, what they may, how far the ticket has come.

What was typed is never lost: on a ticket that has moved on, words are kept and everything else is left undone and said.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from cards import unsealed
from cards.history import who
from cards.ticket_forms import FOR_ASKERS, GIVE_BACK, Form, form_done_card, ticket_form_card
from cards.tickets import ticket_card
from cards.voice import Voice
from cards.words import _
from dialogs.asking import shown
from dialogs.feature import Button
from dialogs.needs import Shelf, Tenant, Tickets
from dialogs.pressed import count, noted, number, of_no_worth, said, text
from dialogs.talk import Click, Reply, Seal
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.model import Actor
from provisioning.moves import (
    Close,
    Grade,
    HandOver,
    Move,
    Note,
    NotSolved,
    Reopen,
    Take,
    Withdraw,
    Works,
)
from provisioning.moves import Reply as Answer
from provisioning.permissions import may_handle_tickets, may_see
from provisioning.tickets import CloseReason, Severity, Ticket

_NUMBER = re.compile(r"\s*(?:SD-?)?(\d{1,9})\s*", re.IGNORECASE)


class TicketButtons:
    """Taking, changing, closing and reopening for the helpdesk; replying, withdrawing and doubting for who asked."""

    def __init__(self, *, tenant: Tenant, tickets: Tickets, shelf: Shelf) -> None:
        self._tenant = tenant
        self._tickets = tickets
        self._shelf = shelf
        self.by_verb: dict[str, Button] = {
            "ticket_form": self._form,
            "drop_ticket_form": self._drop_form,
            "take_ticket": self._take,
            "update_ticket": self._update,
            "close_ticket": self._close,
            "reopen_ticket": self._reopen,
            "reply_ticket": self._reply,
            "doubt_ticket": self._doubt,
            "settle_ticket": self._settle,
            "withdraw_ticket": self._withdraw,
        }

    async def _form(self, click: Click) -> Reply:
        """A message of its own, which nothing redraws while somebody types; what cannot be done any more has none."""
        form = _form_of(click)
        if form is None:
            raise RefusedError(_("This button does not say what it is about. Please ask anew."))
        ticket = await self._shelf.read_ticket(number(click.data, "ticket"))
        if form.is_for_the_desk and not may_handle_tickets(click.actor):
            raise NotAllowedError(_("Only the helpdesk may work on tickets."))
        if not form.is_for_the_desk and not ticket.asks(click.actor):
            raise NotThereError(_("There is no ticket SD-{number}.").format(number=ticket.number))
        if not form.fits(ticket):
            usual = Voice.AGENT if form.is_for_the_desk else Voice.PERSON
            return noted(self._shown(click, ticket, usual), unsealed.changed_since())
        return shown(ticket_form_card(ticket, form))

    async def _drop_form(self, click: Click) -> Reply:
        ticket = await self._shelf.read_ticket(number(click.data, "ticket"))
        if not may_see(click.actor, ticket):
            raise NotThereError(_("There is no ticket SD-{number}.").format(number=ticket.number))
        return replace(shown(form_done_card(ticket, dropped=True)), gone=True)

    async def _take(self, click: Click) -> Reply:
        return await self._for_the_desk(click, [Take()])

    async def _close(self, click: Click) -> Reply:
        reason = said(click.data, "reason")
        chosen = CloseReason(reason) if reason in set(CloseReason) else CloseReason.SOLVED
        if chosen in {CloseReason.MERGED, CloseReason.WITHDRAWN}:  # not among those that the form offers
            chosen = CloseReason.SOLVED
        words, others = text(click.data, "why"), said(click.data, "others") == "true"
        return await self._for_the_desk(click, [Close(reason=chosen, text=words, others=others)])

    async def _reopen(self, click: Click) -> Reply:
        return await self._for_the_desk(click, [Reopen()])

    async def _update(self, click: Click) -> Reply:
        """The form's fields as moves; those that were left as they stood are none."""
        stopped = await self._stopped(click)
        if stopped is not None:
            return stopped
        ticket = await self._shelf.read_ticket(number(click.data, "ticket"))
        moves, into = await self._wished(click, ticket), _ticket_number(said(click.data, "into"))
        if not moves and into is None:
            raise RefusedError(_("Nothing was changed: please fill in at least one field."))
        made = await self._tickets.move(click.actor, ticket.number, *moves, step=count(click.data, "step"))
        if into is None or not made.done:
            return self._after(click, made.ticket, moves=made.left)
        merged = await self._tickets.merge(click.actor, ticket.number, into, step=made.ticket.step)
        if merged.merged_into == into:
            return self._after(click, merged)
        return noted(self._shown(click, merged), _cannot_merge(into))

    async def _wished(self, click: Click, ticket: Ticket) -> list[Move]:
        moves: list[Move] = []
        if words := text(click.data, "note"):
            moves.append(Note(text=words, internal=said(click.data, "for") != FOR_ASKERS))
        severity = said(click.data, "severity")
        if severity in set(Severity) and severity != ticket.severity:
            moves.append(Grade(severity=Severity(severity)))
        if owner := text(click.data, "owner"):
            moves.append(HandOver(to=None if owner == GIVE_BACK else await self._agent(owner)))
        return moves

    async def _agent(self, words: str) -> Actor:
        """Somebody of the helpdesk by name or address; the role is read from the directory now."""
        people = await self._tenant.find_people(words)
        if len(people) != 1:
            problem = _("I found nobody called {name}.") if not people else _("Several people are called {name}.")
            raise RefusedError(problem.format(name=words) + " " + _("Please write the full mail address."))
        actor = await self._tenant.actor(people[0].id)
        if not may_handle_tickets(actor):
            raise RefusedError(_("{name} does not belong to the helpdesk.").format(name=people[0].name))
        return actor

    async def _reply(self, click: Click) -> Reply:
        words = text(click.data, "reply")
        if not words:
            raise RefusedError(_("There is nothing to send yet. Please write something."))
        return await self._for_an_asker(click, Answer(text=words), _("I pass it on to the helpdesk."))

    async def _doubt(self, click: Click) -> Reply:
        return await self._for_an_asker(click, NotSolved(text=text(click.data, "doubt")))

    async def _settle(self, click: Click) -> Reply:
        return await self._for_an_asker(click, Works())

    async def _withdraw(self, click: Click) -> Reply:
        return await self._for_an_asker(click, Withdraw(), _("The helpdesk does not work on it for you any more."))

    async def _for_the_desk(self, click: Click, moves: Sequence[Move]) -> Reply:
        stopped = await self._stopped(click)
        if stopped is not None:
            return stopped
        made = await self._tickets.move(
            click.actor, number(click.data, "ticket"), *moves, step=count(click.data, "step")
        )
        return self._after(click, made.ticket, moves=made.left)

    async def _stopped(self, click: Click) -> Reply | None:
        """Why a button of the helpdesk does nothing for this click."""
        if not may_handle_tickets(click.actor):
            raise NotAllowedError(_("Only the helpdesk may work on tickets."))
        if click.seal is Seal.GOOD:
            return None
        ticket = await self._shelf.read_ticket(number(click.data, "ticket"))
        return self._unsealed(click, ticket, Voice.AGENT)

    async def _for_an_asker(self, click: Click, move: Move, done: str = "") -> Reply:
        wanted = number(click.data, "ticket")
        ticket = await self._shelf.read_ticket(wanted)
        if not ticket.asks(click.actor):
            raise NotThereError(_("There is no ticket SD-{number}.").format(number=wanted))
        if click.seal is not Seal.GOOD:
            return self._unsealed(click, ticket, Voice.PERSON)
        made = await self._tickets.move(click.actor, wanted, move, step=count(click.data, "step"))
        reply = self._after(click, made.ticket, Voice.PERSON, moves=made.left)
        return noted(reply, done) if made.done and done else reply

    def _unsealed(self, click: Click, ticket: Ticket, usual: Voice) -> Reply:
        """Nothing is done; a form comes back with a new button and with what was typed."""
        form = _form_of(click)
        if form is None or not form.fits(ticket):
            return noted(self._shown(click, ticket, usual), of_no_worth(click.seal))
        typed = {key: value for key, value in click.data.items() if isinstance(value, str)}
        return noted(shown(ticket_form_card(ticket, form, typed)), unsealed.look_again())

    def _after(self, click: Click, ticket: Ticket, usual: Voice = Voice.AGENT, *, moves: Sequence[Move] = ()) -> Reply:
        """A form that was sent goes; else, and when something was left undone, the ticket as it is now."""
        if _form_of(click) is not None and not moves:
            return replace(shown(form_done_card(ticket)), gone=True)
        return self._shown(click, ticket, usual, moves=moves)

    def _shown(self, click: Click, ticket: Ticket, usual: Voice = Voice.AGENT, *, moves: Sequence[Move] = ()) -> Reply:
        """A card that is there keeps its voice, whoever presses; ``moves``: what was not done, which is said."""
        voice = Voice(click.voice) if click.voice else usual
        reply = shown(ticket_card(ticket, voice), about=f"ticket:{ticket.number}", voice=voice)
        return noted(reply, _not_done(ticket, moves)) if moves else reply


def _form_of(click: Click) -> Form | None:
    """The form that a button stands below."""
    name = said(click.data, "form")
    return Form(name) if name in set(Form) else None


def _not_done(ticket: Ticket, moves: Sequence[Move]) -> str:
    """The second who takes is told who has it."""
    if any(isinstance(move, Take) for move in moves) and ticket.is_open and ticket.taker is not None:
        return _("{name} has it already. Here is how it stands now.").format(name=who(ticket.taker))
    return unsealed.changed_since()


def _cannot_merge(into: int) -> str:
    return _("It could not be merged into SD-{number}: one of the two is closed, or both are the same.").format(
        number=into
    )


def _ticket_number(words: str) -> int | None:
    if not words.strip():
        return None
    found = _NUMBER.fullmatch(words)
    if found is None:
        raise RefusedError(_("{words} is no ticket number such as SD-1001.").format(words=words.strip()))
    return int(found[1])
