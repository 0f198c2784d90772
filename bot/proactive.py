"""Speaking first: edit what shows a case or a ticket, tell somebody something once, know where the helpdesk sits."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from bot.channel.wire import THREAD
from bot.outbox import Outbox, View, body_of, letter_of
from bot.sender import Sender
from bot.sql import statements
from cards.words import use_language
from dialogs.talk import PERSONAL, Reply
from provisioning.errors import NotThereError
from provisioning.model import Actor
from provisioning.store.database import Connection, Pool

Draw = Callable[[str], Awaitable[Reply]]

MOST_A_MINUTE = 10  # things that somebody is told of our own accord; Teams' own rule for apps

_SQL = statements("outbox")
_SPACING = statements("whereabouts")


class Proactive:
    """What background work may do in Teams. Everything is stored before it is sent."""

    def __init__(self, *, pool: Pool, outbox: Outbox, sender: Sender) -> None:
        self._pool = pool
        self._outbox = outbox
        self._sender = sender

    async def redraw(self, about: str, draw: Draw) -> None:
        """Draw ``about`` (case:<id>, ticket:<n>) again wherever it is shown, once per voice and language.

        Safe to call again and from several processes: the drawing that began last is the one that stays. What
        ``draw`` raises comes out, and nothing is edited then.
        """
        drawn, views = await self._outbox.views(about)
        if not views:
            return
        replies = await asyncio.gather(*(_drawn(draw, view) for view in views))
        drawings = {view: body_of(reply) for view, reply in zip(views, replies, strict=True)}
        self._sender.wake(*await self._outbox.redrawn(about, drawn, drawings))

    async def say(self, conversation: str, reply: Reply, *, key: str) -> None:
        """Say something in a conversation that we know; a second call with the same ``key`` does nothing.

        In a Teams channel's own id this begins a new thread. Nobody is told more than ``MOST_A_MINUTE`` things a
        minute, by their own chat or by a mention: what is more waits. NotThereError when the conversation was never
        heard of or has been closed to us.
        """
        async with self._pool.connection() as connection, connection.transaction():
            found = await connection.execute(_SQL["room"], {"id": conversation})
            row = await found.fetchone()
            if row is None or row[1]:
                raise NotThereError("The bot is not (or no longer) in this conversation.")
            if await self._outbox.add(connection, conversation, [letter_of(reply, key=key)]):  # said for the first time
                owner = await self._owner(connection, conversation) if row[0] == PERSONAL else None
                await self._space_out(connection, key, _told(reply, owner))
        self._sender.wake(conversation)

    async def _space_out(self, connection: Connection, key: str, whom: Iterable[str]) -> None:
        for one in sorted(whom):
            await connection.execute(_SPACING["one_notice_at_a_time"], {"whom": one})
            found = await connection.execute(_SPACING["next_notice"], {"whom": one, "most": MOST_A_MINUTE})
            row = await found.fetchone()
            assert row is not None
            await connection.execute(_SPACING["not_before"], {"key": key, "at": row[0]})

    async def _owner(self, connection: Connection, chat: str) -> str:
        """Whose personal chat it is; the chat itself where we never noted that."""
        row = await (await connection.execute(_SPACING["owner"], {"chat": chat})).fetchone()
        return str(row[0]) if row else chat

    async def fate(self, key: str) -> str | None:
        """What became of the letter with this key: pending, sending, sent, ambiguous, failed; None: there is none."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["fate"], {"key": key})).fetchone()
        return str(row[0]) if row else None

    async def language(self, conversation: str) -> str | None:
        """The language that was last spoken to us there; None where we do not know."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["room"], {"id": conversation})).fetchone()
        return str(row[2]) if row and row[2] else None

    async def desk_room(self) -> str | None:
        """The conversation where tickets are shown to the helpdesk; None while there is none that we can post to."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["desk_room"])
            row = await found.fetchone()
        return str(row[0]) if row else None

    async def use_as_desk_room(self, conversation: str, by: Actor | None = None) -> None:
        """From now on tickets are shown there; of a thread, in its channel. It counts once we have been heard there."""
        room = conversation.partition(THREAD)[0]
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["use_as_desk_room"], {"id": room, "by": by.id if by else None})


def _told(reply: Reply, owner: str | None) -> set[str]:
    """Who notices it: the owner of a personal chat, and whoever is mentioned. One person is the same in both."""
    entities = (reply.card or {}).get("msteams", {}).get("entities", ())
    return {str(entity["mentioned"]["id"]) for entity in entities} | ({owner} if owner else set())


async def _drawn(draw: Draw, view: View) -> Reply:
    with use_language(view.locale):
        return await draw(view.voice)
