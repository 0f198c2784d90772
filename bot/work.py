"""Background work: what each queued name does, a few lines into the use cases and the cards each.

Everything here runs at least once, and sometimes twice: saying is keyed, drawing is idempotent, carrying out is a
state machine.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from bot.patience import RedrawLater
from bot.proactive import Proactive
from cards.news import ticket_news
from cards.words import use_language
from dialogs.feature import Feature
from dialogs.redraw import Redraw
from dialogs.talk import Reply
from provisioning.casework.promises import Promises
from provisioning.casework.records import CARRY_OUT, CHECK_CASE, SHOW, SHOW_CASE, SHOW_TICKET
from provisioning.casework.tickets import Tickets
from provisioning.errors import NotThereError
from provisioning.ports import Books
from provisioning.store.database import Connection
from provisioning.store.queue import Queue
from provisioning.tickets import Ticket

Work = Callable[..., Awaitable[None]]

LOOK_AGAIN = timedelta(seconds=1)  # until a card on its way to the helpdesk is looked for again

_log = logging.getLogger(__name__)


class Shown:
    """Keeps cards and people up to date with cases and tickets."""

    def __init__(self, *, books: Books, tickets: Tickets, proactive: Proactive, redraw: Redraw) -> None:
        self._books = books
        self._tickets = tickets
        self._proactive = proactive
        self._redraw = redraw

    async def anything(self, about: str) -> None:
        """Draw ``<kind>:<key>`` again wherever it is shown."""
        await self._proactive.redraw(about, lambda voice: self._redraw.anything(about, voice))

    async def case(self, case_id: str) -> None:
        """Draw a case again wherever it is shown."""
        await self._proactive.redraw(f"case:{case_id}", lambda voice: self._redraw.case(case_id, voice))

    async def ticket(self, number: int) -> None:
        """Tell the helpdesk of a new ticket, draw it again wherever it is shown, tell its requester what happened."""
        ticket = await self._books.read_ticket(number)
        if not ticket.notified:
            await self._tell_the_desk(ticket)
        await self._proactive.redraw(f"ticket:{number}", lambda voice: self._redraw.ticket(number, voice))
        await self._tell_the_requester(ticket)

    async def unannounced(self) -> None:
        """Tell the helpdesk of every open ticket that it has not heard of: its channel has only now become known."""
        for ticket in await self._books.tickets():
            if not ticket.notified:
                async with self._books.transaction() as ledger:
                    await ledger.defer(SHOW_TICKET, number=ticket.number)

    async def _tell_the_desk(self, ticket: Ticket) -> None:
        """Nobody is told that the helpdesk knows before its card was taken by Teams."""
        room = await self._proactive.desk_room()
        if room is None:
            return
        key = f"ticket:{ticket.number}:desk:{room}"
        fate = await self._proactive.fate(key)
        if fate is None:
            with use_language(await self._proactive.language(room)):
                card = await self._redraw.ticket(ticket.number, "agent")
            await self._proactive.say(room, card, key=key)
        if fate == "sent":
            await self._tickets.notified(ticket.number)  # queues this work again, which draws the requester's card
        elif fate in {None, "pending", "sending"}:
            async with self._books.transaction() as ledger:
                await ledger.defer(SHOW_TICKET, after=LOOK_AGAIN, number=ticket.number)
        else:  # ambiguous or failed: the ticket stays listed as not announced, and a newly named channel gets it
            _log.error("the helpdesk's card of a ticket did not certainly arrive: %s", fate)

    async def _tell_the_requester(self, ticket: Ticket) -> None:
        """A ticket that came from a case's button gets its own card; then a line for everything that others did."""
        told: dict[str, Reply] = {}
        with use_language(await self._proactive.language(ticket.origin)):
            if ticket.case_id is not None:
                told["card"] = await self._redraw.ticket(ticket.number, "person")
            for number, event in enumerate(ticket.history):
                if event.by.id != ticket.requester.id:
                    told[f"news:{number}"] = Reply(text=ticket_news(ticket, event))
        try:
            for key, reply in told.items():
                await self._proactive.say(ticket.origin, reply, key=f"ticket:{ticket.number}:{key}")
        except NotThereError:  # asked on the command line, or the bot was removed: the ticket keeps the history
            _log.warning("the requester of a ticket cannot be told: there is no such chat (any more)")


def redraw_later(queue: Queue) -> RedrawLater:
    """Queues the redrawing of ``case:<id>``, ``ticket:<n>`` or whatever a feature draws."""

    async def later(connection: Connection, about: str) -> None:
        kind, _, key = about.partition(":")
        if kind == "case":
            await queue.defer(connection, SHOW_CASE, {"case_id": key})
        elif kind == "ticket":
            await queue.defer(connection, SHOW_TICKET, {"number": int(key)})
        else:
            await queue.defer(connection, SHOW, {"about": about})

    return later


def background(shown: Shown, promises: Promises, features: Sequence[Feature] = ()) -> Mapping[str, Work]:
    """Every name that may stand in the queue, but for what comes round by itself."""
    return {
        **{name: work for feature in features for name, work in feature.work.items()},
        SHOW: shown.anything,
        CARRY_OUT: promises.carry_out,
        CHECK_CASE: promises.check,
        SHOW_CASE: shown.case,
        SHOW_TICKET: shown.ticket,
    }
