"""Reminding whoever must act, and handing over from shift to shift; once on all replicas: what is said has a key."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.proactive import Proactive
from bot.whereabouts import Whereabouts
from cards.duty import handover_card, most_pressing, reminder_words
from cards.mention import mention_card
from cards.words import use_language
from dialogs.asking import shown
from dialogs.talk import Reply
from provisioning.errors import NotThereError
from provisioning.model import Actor
from provisioning.reminders import MOST, patience
from provisioning.roster import Shift, is_quiet, just_begun, on_call
from provisioning.tickets import Severity, Ticket, TicketState

AT_ONCE = 50  # reminders in one round
LATELY = timedelta(minutes=10)  # a shift that began longer ago than this was handed over, or nobody was there to do it

_log = logging.getLogger(__name__)


class Waiting(Protocol):
    """The tickets that duty is about."""

    async def to_remind(self, *, limit: int, urgent_only: bool) -> Sequence[tuple[Ticket, int]]:
        """Tickets that waited too long, with how often somebody was reminded."""

    async def reminded(self, ticket: Ticket, reminded: int, *, most: int) -> None:
        """Somebody was, once more."""

    async def tickets(self) -> Sequence[Ticket]:
        """What is open, oldest first."""

    async def waiting(self) -> int:
        """How many that are."""


class Shifts(Protocol):
    """The roster."""

    async def shifts(self) -> Sequence[Shift]:
        """Every shift of the week."""


class Duty:
    """Two rounds, each minute."""

    def __init__(
        self,
        *,
        books: Waiting,
        roster: Shifts,
        proactive: Proactive,
        whereabouts: Whereabouts,
        zone: ZoneInfo,
        quiet_hours: tuple[time, time] | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._books = books
        self._roster = roster
        self._proactive = proactive
        self._whereabouts = whereabouts
        self._zone = zone
        self._quiet_hours = quiet_hours
        self._clock = clock

    async def remind(self) -> None:
        """First whoever has it or is on call, below the card; then all on call, in the channel; then who set it up."""
        now = self._clock().astimezone(self._zone)
        quiet = is_quiet(now, self._quiet_hours)
        shifts = await self._roster.shifts()
        for ticket, before in await self._books.to_remind(limit=AT_ONCE, urgent_only=quiet):
            wait = patience(ticket)
            if wait is not None and (quiet is False or ticket.severity is Severity.URGENT):
                try:
                    await self._remind_of(ticket, before + 1, wait * (before + 1), on_call(shifts, now))
                except NotThereError:
                    _log.warning("nobody can be reminded of a ticket: the conversation is closed to us")
            await self._books.reminded(ticket, before, most=MOST)

    async def hand_over(self) -> None:
        """Greet whoever's shift has just begun with what is open."""
        now = self._clock().astimezone(self._zone)
        shifts = await self._roster.shifts()
        begun = just_begun(shifts, now, LATELY)
        room = await self._proactive.desk_room() if begun else None
        if room is None:
            return
        tickets = most_pressing(await self._books.tickets())
        waiting = await self._books.waiting()
        for shift in begun:
            since = shift.began(now)
            assert since is not None
            before = on_call(shifts, since - timedelta(minutes=1))
            with use_language(await self._proactive.language(room)):
                card = handover_card(shift, before, tickets, waiting, now)
            await self._proactive.say(room, shown(card), key=f"handover:{shift.person.id}:{since.isoformat()}")

    async def _remind_of(self, ticket: Ticket, level: int, waited: timedelta, ready: Sequence[Actor]) -> None:
        room = ticket.room or await self._whereabouts.room_for(ticket)
        thread = await self._whereabouts.thread_of(ticket)
        place = thread if level < 2 and thread else room
        owner = [ticket.taker] if ticket.state is TicketState.TAKEN and ticket.taker else []
        people = owner if owner and level < 2 else [*owner, *(one for one in ready if one not in owner)]
        key = f"remind:{ticket.number}:{ticket.version}:{level}"
        if level >= MOST and (chat := await self._chat_of_who_chose()):
            await self._say(chat, ticket, level, waited, (), key=f"{key}:chosen")
        if place is not None:
            await self._say(place, ticket, level, waited, people, key=key)

    async def _say(
        self, place: str, ticket: Ticket, level: int, waited: timedelta, people: Sequence[Actor], *, key: str
    ) -> None:
        with use_language(await self._proactive.language(place)):
            words = reminder_words(ticket, waited, level)
            reply = shown(mention_card(words, people)) if people else Reply(text=words[:1].upper() + words[1:])
        await self._proactive.say(place, reply, key=key)

    async def _chat_of_who_chose(self) -> str | None:
        person = await self._whereabouts.who_chose()
        return await self._whereabouts.chat_of(person) if person else None
