"""What is said about a ticket, and to whom: its card to the helpdesk, a line for each change below it, news to askers.

Everything here runs at least once, and sometimes twice: what is said has a key, and is not said again.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from bot.proactive import Proactive
from bot.whereabouts import Whereabouts
from cards.guide import lost_card
from cards.mention import mention_card
from cards.news import arrival_news, joined_words, thread_line, ticket_news, untold_line, word_card
from cards.words import use_language
from dialogs.asking import shown
from dialogs.redraw import Redraw
from dialogs.talk import Reply
from provisioning.casework.records import SHOW_TICKET
from provisioning.casework.tickets import Tickets
from provisioning.errors import NotThereError
from provisioning.model import Actor
from provisioning.ports import Books
from provisioning.tickets import Asker, Event, Ticket, TicketEvent

LOOK_AGAIN = timedelta(seconds=1)  # until a card on its way to the helpdesk is looked for again
COMMAND_LINE = "command line"  # an origin where nobody can be told anything

_log = logging.getLogger(__name__)


class Telling:
    """Keeps the helpdesk and everybody who asked up to date with tickets."""

    def __init__(
        self, *, books: Books, tickets: Tickets, proactive: Proactive, whereabouts: Whereabouts, redraw: Redraw
    ) -> None:
        self._books = books
        self._tickets = tickets
        self._proactive = proactive
        self._whereabouts = whereabouts
        self._redraw = redraw

    async def ticket(self, number: int) -> None:
        """Whatever is to be said about a ticket as it stands now."""
        ticket = await self._books.read_ticket(number)
        if not ticket.notified:
            await self._tell_the_desk(ticket)
        await self._proactive.redraw(f"ticket:{number}", lambda voice: self._redraw.ticket(number, voice))
        untold = [asker for asker in ticket.askers if not await self._tell_an_asker(ticket, asker)]
        await self._tell_the_thread(ticket, untold)

    async def unannounced(self) -> None:
        """Tell the helpdesk of open tickets that it has not heard of, or heard of where we cannot speak any more."""
        lost = await self._whereabouts.lost_rooms()
        reachable = await self._whereabouts.somewhere()
        for number in await self._books.unannounced(lost, unheard=reachable):
            await self._tickets.unannounced(number, lost)
        if lost and not reachable:
            await self._tell_who_chose(lost)

    async def _tell_who_chose(self, lost: Sequence[str]) -> None:
        """Somebody has to name another channel: who named the one that is gone."""
        person = await self._whereabouts.who_chose()
        chat = await self._whereabouts.chat_of(person) if person else None
        if chat is None:
            _log.error("the helpdesk's channel is closed to us, and nobody can be told")
            return
        with use_language(await self._proactive.language(chat)):
            card = lost_card(await self._books.waiting())
        await self._proactive.say(chat, shown(card), key=f"lost:{','.join(sorted(lost))}"[:200])

    async def _tell_the_desk(self, ticket: Ticket) -> None:
        """Nobody is told that the helpdesk knows before its card was taken by Teams."""
        if ticket.parent is not None:  # the card of the first of them speaks for all
            first = await self._books.read_ticket(ticket.parent)
            if first.notified:
                await self._tickets.notified(ticket.number, first.room)
            return
        room = await self._whereabouts.room_for(ticket)
        if room is None:
            return
        key = f"ticket:{ticket.number}:desk:{room}"
        fate = await self._proactive.fate(key)
        if fate is None:
            with use_language(await self._proactive.language(room)):
                card = await self._redraw.ticket(ticket.number, "agent")
            await self._proactive.say(room, card, key=key)
        if fate == "sent":
            await self._tickets.notified(ticket.number, room)  # queues this work again, which draws the askers' cards
        elif fate in {None, "pending", "sending"}:
            async with self._books.transaction() as ledger:
                await ledger.defer(SHOW_TICKET, after=LOOK_AGAIN, number=ticket.number)
        else:  # ambiguous or failed: the ticket stays listed as not announced, and a newly named channel gets it
            _log.error("the helpdesk's card of a ticket did not certainly arrive: %s", fate)

    async def _tell_an_asker(self, ticket: Ticket, asker: Asker) -> bool:
        """Their card, where no message of theirs was answered by it, and what others did since; False: nobody can."""
        first = asker.actor.id == ticket.requester.id and asker.origin == ticket.origin
        behind = "" if first else f":{asker.actor.id}"
        with use_language(await self._proactive.language(asker.origin)):
            told = await self._for_an_asker(ticket, asker, first=first)
        try:
            for key, reply in told.items():
                await self._proactive.say(asker.origin, reply, key=f"ticket:{ticket.number}:{key}{behind}")
        except NotThereError:  # asked on the command line, or the bot was removed: the ticket keeps the history
            _log.warning("somebody who asked cannot be told: there is no such chat (any more)")
            return asker.origin == COMMAND_LINE or not any(key.startswith("news") for key in told)
        return True

    async def _for_an_asker(self, ticket: Ticket, asker: Asker, *, first: bool) -> dict[str, Reply]:
        told: dict[str, Reply] = {}
        if not first:
            told["joined"] = Reply(text=joined_words(ticket))
        if ticket.case_id is not None or not first:
            told["card"] = await self._redraw.ticket(ticket.number, "person")
        since = ticket.heard_since(asker)
        for n, event in enumerate(ticket.history[since:], start=since):
            if event.by.id != asker.actor.id and (news := _news(ticket, event, asker)):
                told[f"news:{n}"] = news
        return told

    async def _tell_the_thread(self, ticket: Ticket, untold: Sequence[Asker]) -> None:
        """A line for each change, below the card; nothing where there is no card (any more)."""
        thread = await self._whereabouts.thread_of(ticket)
        if thread is None:
            return
        lines: dict[str, Reply] = {}
        with use_language(await self._proactive.language(thread)):
            for n, event in enumerate(ticket.history):
                if line := thread_line(ticket, event):
                    lines[f"line:{n}"] = _to(line, _who_must_act(ticket, event))
            for asker in untold:
                lines[f"untold:{asker.actor.id}:{ticket.step}"] = Reply(text=untold_line(ticket, asker))
        for key, reply in lines.items():
            await self._proactive.say(thread, reply, key=f"ticket:{ticket.number}:{key}")


def _news(ticket: Ticket, event: TicketEvent, asker: Asker) -> Reply | None:
    """A word of the helpdesk comes with a field to answer; everything else is a line."""
    if event.what == Event.ARRIVED and ticket.mended is None:
        words = arrival_news(ticket, event, asker.actor.id)
        return Reply(text=words) if words else None
    if event.what == Event.NOTED and not event.internal and event.text:
        return shown(word_card(ticket, event))
    words = ticket_news(ticket, event)
    return Reply(text=words) if words else None


def _who_must_act(ticket: Ticket, event: TicketEvent) -> Actor | None:
    """Who has it, when the change asks something of them that they did not do themselves."""
    asks = {Event.HANDED_OVER, Event.REPLIED, Event.NOT_SOLVED, Event.MENDED}
    owner = ticket.taker
    return owner if owner and event.what in asks and ticket.is_open and owner.id != event.by.id else None


def _to(line: str, owner: Actor | None) -> Reply:
    return shown(mention_card(line, [owner])) if owner else Reply(text=line)
