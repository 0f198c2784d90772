"""Messages that their writer changes, deletes or brings back, taken in as durably as they came.

What nobody has begun on is answered as it reads now, or not at all when it is gone. What was answered before is
answered anew, once for each wording: Teams also reports an edit when only the formatting or a link preview changed,
and may report the same one twice. An edit carries its message's own name, so what that opened is not opened again.
"""

from dataclasses import replace
from typing import Any

from bot.channel.wire import Arrival, dump
from bot.inbox import Inbox, wording
from bot.sql import statements
from provisioning.store.database import Connection, Pool

_SQL = statements("rewordings")


class Rewordings:
    """Edits and deletions of messages, for one process."""

    def __init__(self, pool: Pool, inbox: Inbox) -> None:
        self._pool = pool
        self._inbox = inbox

    async def changed(self, arrival: Arrival) -> bool:
        """Take in a ``messageUpdate``; whether this process has something to do in the conversation now."""
        if _event(arrival) == "undeleteMessage":
            return await self._brought_back(arrival)
        values = _values(arrival)
        async with self._pool.connection() as connection, connection.transaction():
            ours = await self._inbox.meet(connection, arrival)  # locks the conversation: nobody begins meanwhile
            found = await connection.execute(_SQL["newest_wording"], values)
            row = await found.fetchone()
            if row is not None and row[0] == values["said"]:
                return ours
            if not await self._done(connection, "reword", values):
                await connection.execute(_SQL["keep_edit"], {**values, "number": (row[1] if row else 0) + 1})
        return ours

    async def deleted(self, arrival: Arrival) -> None:
        """Take in a ``messageDelete``."""
        async with self._pool.connection() as connection, connection.transaction():
            await self._inbox.meet(connection, arrival, take=False)
            await connection.execute(_SQL["withdraw"], _values(arrival))

    async def _brought_back(self, arrival: Arrival) -> bool:
        async with self._pool.connection() as connection, connection.transaction():
            ours = await self._inbox.meet(connection, arrival)
            await self._done(connection, "bring_back", _values(arrival))
        return ours

    async def _done(self, connection: Connection, what: str, values: dict[str, Any]) -> bool:
        found = await connection.execute(_SQL[what], values)
        return found.rowcount == 1


def _values(arrival: Arrival) -> dict[str, Any]:
    message = replace(arrival, raw={**arrival.raw, "type": "message"})  # from here on it is what was said
    return {
        "tenant": arrival.tenant,
        "id": arrival.conversation,
        "activity": arrival.id,
        "raw": dump(message.raw),
        "said": wording(message),
    }


def _event(arrival: Arrival) -> str:
    data = arrival.raw.get("channelData")
    return str(data.get("eventType") or "") if isinstance(data, dict) else ""
