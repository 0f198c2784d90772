"""Answers that the channel wants in the response to its own request (``deliveryMode: expectReplies``).

The turn is as durable as any: its words are written down with its end instead of going to the outbox. So a delivery
that is repeated, also to another process, gets the same words, and nothing is said twice.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psycopg.types.json import Json

from bot.channel.wire import Arrival, Letter, dump
from bot.patience import Answer
from bot.seals import Seals
from bot.sql import statements
from provisioning.store.database import Connection, Pool

_SQL = statements("replies")
_LOOK = 0.25  # s between looks for an answer that another process is working on

_log = logging.getLogger(__name__)


def expects_replies(arrival: Arrival) -> bool:
    """Whether the answers go into the response; only messages can ask for that."""
    return arrival.type == "message" and arrival.raw.get("deliveryMode") == "expectReplies"


def in_response(arrival: Arrival, letters: Sequence[Letter]) -> tuple[dict[str, Any], list[Letter]]:
    """New messages as the response's body, and the letters that still go out by themselves (edits, deletions)."""
    envelope = {
        "channelId": arrival.channel,
        "serviceUrl": arrival.service_url,
        "from": dict(arrival.bot),
        "recipient": dict(arrival.sender),
        "conversation": arrival.raw["conversation"],
        "replyToId": arrival.id,
    }
    said = [{**letter.body, **envelope} for letter in letters if letter.method == "post"]
    return {"activities": said}, [letter for letter in letters if letter.method != "post"]


class Replies:
    """What was answered in responses, kept with the messages."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._seals = Seals(pool)

    async def write(self, connection: Connection, seq: int, body: Mapping[str, Any]) -> None:
        """Keep a message's answer, its buttons sealed, on the transaction that ends its turn."""
        await self._seals.ready()
        answer = Json(self._seals.put_on(body), dumps=dump)
        await connection.execute(_SQL["write"], {"seq": seq, "answer": answer})

    async def answer(
        self, arrival: Arrival, *, patience: float, worker: Callable[[], "asyncio.Task[None] | None"]
    ) -> Answer:
        """Wait for the end of a message's turn; 503 after ``patience`` seconds, a repeated delivery finds the answer.

        ``worker``: what works on the conversation in this process, if anything does.
        """
        try:
            async with asyncio.timeout(patience):
                while (found := await self._read(arrival)) is None:
                    tasks = {task for task in (worker(),) if task is not None}
                    if tasks:
                        await asyncio.wait(tasks, timeout=_LOOK)
                    else:
                        await asyncio.sleep(_LOOK)
        except TimeoutError:
            _log.warning("the answer is not there after %.0f s, the channel is asked to come again for it", patience)
            return Answer(503)
        return Answer(200, found)

    async def _read(self, arrival: Arrival) -> Mapping[str, Any] | None:
        """The answer; None while it is worked on, no activities when the turn ended without (or in another way)."""
        key = {"tenant": arrival.tenant, "id": arrival.conversation, "activity": arrival.id}
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["read"], key)
            row = await found.fetchone()
        if row is not None and row[1]:
            return None
        answer: Mapping[str, Any] = (row[0] if row else None) or {"activities": []}
        return answer
