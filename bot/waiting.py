"""What whoever clicked sees while it takes longer than Teams waits, and how it goes when nothing comes in its place.

The clicked card itself says it and loses its buttons, for the clicker alone. Every end of the click draws it anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channel.wire import Arrival, Letter
from bot.outbox import Outbox
from bot.patience import RedrawLater
from bot.sql import statements
from cards.waiting import waiting_card
from dialogs.talk import CARD_TYPE
from provisioning.store.database import Connection, Pool

_SQL = statements("waiting")


@dataclass(frozen=True, slots=True)
class _Standing:
    """A message of ours as people see it; ``body`` is None while newer words are on their way."""

    body: Mapping[str, Any] | None
    voice: str
    about: str | None


class Waiting:
    """Cards that are worked on, in one database."""

    def __init__(self, pool: Pool, outbox: Outbox, redraw_later: RedrawLater | None) -> None:
        self._pool = pool
        self._outbox = outbox
        self._redraw_later = redraw_later

    async def card(self, arrival: Arrival, said: str) -> dict[str, Any] | None:
        """The clicked card, saying so; None when its words are not known (any more)."""
        async with self._pool.connection() as connection:
            standing = await self._standing(connection, arrival)
        if standing is None or standing.body is None:
            return None
        cards = (part["content"] for part in standing.body.get("attachments") or () if part["contentType"] == CARD_TYPE)
        shown = next(cards, None)
        return waiting_card(shown, said) if shown and shown.get("body") else None

    async def put_back(self, connection: Connection, arrival: Arrival) -> None:
        """Let the clicker see the card as everybody does, on the transaction that ends the click without another."""
        standing = await self._standing(connection, arrival)
        if standing is None or standing.body is None:
            return  # not drawn over; or drawn anew in a moment
        target = str(arrival.reply_to)
        if standing.about and self._redraw_later is not None:
            await self._outbox.seen_differently(connection, arrival.conversation, target)
            await self._redraw_later(connection, standing.about)
            return
        letter = Letter(method="put", target=target, body=standing.body, about=standing.about, voice=standing.voice)
        await self._outbox.add(connection, arrival.conversation, [letter])

    async def _standing(self, connection: Connection, arrival: Arrival) -> _Standing | None:
        if not arrival.reply_to:
            return None
        values = {"id": arrival.conversation, "room": arrival.room, "activity": arrival.reply_to}
        row = await (await connection.execute(_SQL["standing"], values)).fetchone()
        return _Standing(*row) if row else None
