"""Carries what happens to tickets to other desks: each step once as far as the other side lets us know, in order.

What is owed stands in the books before anybody calls, so a killed process loses nothing; who takes over from it looks
first. A desk that is down or lets us not in is left alone for a while, and its tickets wait; a step that it refuses is
dead at once, with the reason; one whose fate stays unknown too often, or that has been tried for days, is dead as well.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from provisioning.casework.records import record_ticket
from provisioning.errors import DeskError, NotAllowedError, NotThereError, RefusedError, TryLaterError, UncertainError
from provisioning.handover import Delivery, Link, Notice
from provisioning.ports import Books, Desk, Post
from provisioning.tickets import DESK, Elsewhere, Ticket

PATIENCE = timedelta(days=3)  # a desk may be away over a weekend
MOST_DOUBTS = 8  # attempts that ended in doubt, over about an hour
SIDE_BY_SIDE = 4  # tickets at one desk
LONGEST = 60.0  # s for one delivery, below the lease of its claim
_LOOK = 1.0  # s between looks for what is due
_FIRST_DOUBT = 30.0  # s; longer than a search index of the other side usually lags behind
_LONGEST_DOUBT = 900.0  # s
_LOCKED_OUT = 300.0  # s until credentials that were refused are tried again

Compose = Callable[[Ticket, int], Notice]

_log = logging.getLogger(__name__)


class Courier:
    """One desk's."""

    def __init__(self, *, desk: Desk, post: Post, books: Books, compose: Compose) -> None:
        """``compose`` puts a step of a ticket into words; it is called anew for each attempt."""
        self._desk = desk
        self._post = post
        self._books = books
        self._compose = compose

    async def work(self, stopping: asyncio.Event) -> None:
        """Until it is stopping; what is under way comes to its end. A database that goes away is waited for."""
        while not stopping.is_set():
            try:
                while await self.round() and not stopping.is_set():
                    pass
            except Exception:  # noqa: BLE001 – the last fence: what is owed stands in the books, and is tried again
                _log.exception("a round to another desk broke off", extra={"desk": self._desk.name})
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await stopping.wait()

    async def round(self) -> int:
        """Carry what is due, at most one step a ticket; returns how much that was."""
        due = await self._post.claim(self._desk.name, most=SIDE_BY_SIDE)
        await asyncio.gather(*(self._carry(delivery) for delivery in due))
        return len(due)

    async def _carry(self, delivery: Delivery) -> None:
        ticket = await self._books.read_ticket(delivery.ticket)
        if delivery.step >= ticket.step:
            await self._post.give_up(delivery, "The ticket's history does not go that far.")
            return
        if ticket.history[delivery.step].by.id == actor_id(self._desk.name):
            await self._post.delivered(delivery, None)  # it comes from there
            return
        try:
            known = await self._post.link(self._desk.name, delivery.ticket)
            async with asyncio.timeout(LONGEST):
                link = await self._desk.tell(self._compose(ticket, delivery.step), known, again=delivery.again)
        except TimeoutError:
            await self._doubt(delivery, f"{self._desk.name} took longer than {LONGEST:.0f} seconds.")
        except DeskError as problem:
            await self._failed(delivery, problem)
        else:
            if known is None:
                await self._show(delivery.ticket, link)
            await self._post.delivered(delivery, link)

    async def _show(self, number: int, link: Link) -> None:
        """The helpdesk sees on the ticket's card where else it stands. Safe to do again."""
        there = Elsewhere(desk=self._desk.name, name=link.name, url=link.url)
        async with self._books.transaction() as ledger:
            ticket = await ledger.ticket(number)
            if there.url and there not in ticket.elsewhere:
                others = tuple(one for one in ticket.elsewhere if one.desk != there.desk)
                await record_ticket(ledger, replace(ticket, elsewhere=(*others, there)), "told another desk", DESK)

    async def _failed(self, delivery: Delivery, problem: DeskError) -> None:
        why = str(problem)
        match problem:
            case TryLaterError(wait=wait):
                await self._later(delivery, wait, why)
            case NotAllowedError():
                await self._later(delivery, _LOCKED_OUT, why)
            case UncertainError():
                await self._doubt(delivery, why)
            case RefusedError() | NotThereError():
                await self._dead(delivery, why)
            case _:
                await self._doubt(delivery, why)

    async def _later(self, delivery: Delivery, wait: float, why: str) -> None:
        """It is not the step's fault: the desk rests, and everything that is owed to it waits."""
        if delivery.now - delivery.since > PATIENCE:
            await self._dead(delivery, why)
            return
        _log.warning("another desk is left alone for a while: %s", why, extra={"desk": self._desk.name})
        await self._post.rest(self._desk.name, wait=wait, why=why)
        await self._post.put_off(delivery, wait=0, why=why, counts=False)

    async def _doubt(self, delivery: Delivery, why: str) -> None:
        if delivery.attempts >= MOST_DOUBTS or delivery.now - delivery.since > PATIENCE:
            await self._dead(delivery, why)
        else:
            wait = min(_FIRST_DOUBT * 2.0 ** (delivery.attempts - 1), _LONGEST_DOUBT)
            await self._post.put_off(delivery, wait=wait, why=why, counts=True)

    async def _dead(self, delivery: Delivery, why: str) -> None:
        facts = {"desk": delivery.desk, "ticket": delivery.ticket, "step": delivery.step}
        _log.error("a step of a ticket did not reach another desk: %s", why, extra=facts)
        await self._post.give_up(delivery, why)


def actor_id(desk: str) -> str:
    """Who does in our tickets what was done in another desk."""
    return f"desk:{desk}"
