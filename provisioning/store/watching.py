"""Watched apps in PostgreSQL: what is known, what was news, and who is owed it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from provisioning.errors import NotThereError
from provisioning.store.books import Deferrer, PostgresLedger
from provisioning.store.database import Pool
from provisioning.store.statements import statements
from provisioning.watching.news import Hush, Known, News, Pace, Phase, Place, Subscription
from provisioning.watching.ports import Owed

KEPT_DAYS = 400  # that news are kept: an episode is named by its beginning, and never comes back after that
_SQL = statements(Path(__file__).with_suffix(".sql"))
_known = msgspec.json.Decoder(Known)
_news = msgspec.json.Decoder(News)
_subscription = msgspec.json.Decoder(Subscription)


class PostgresWatching:
    """``NewsBooks`` over one pool."""

    def __init__(self, pool: Pool, queue: Deferrer) -> None:
        self._pool = pool
        self._queue = queue

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresNewsLedger"]:
        """One connection, one transaction. Nothing of ours waits for the network inside."""
        async with self._pool.connection() as connection, connection.transaction():
            yield PostgresNewsLedger(connection, self._queue)

    async def known(self, app_ids: Sequence[str]) -> Mapping[str, Known]:
        """See ``NewsBooks``."""
        rows = await self._rows("known", {"app_ids": list(app_ids)})
        return {row[0]: replace(_known.decode(row[2]), version=row[1]) for row in rows}

    async def watched(self, app_ids: Sequence[str]) -> frozenset[str]:
        """See ``NewsBooks``."""
        return frozenset(row[0] for row in await self._rows("watched", {"app_ids": list(app_ids)}))

    async def place(self, conversation: str) -> Place:
        """See ``NewsBooks``."""
        values = {"place": conversation}
        told = await self._rows("place", values)
        return Place(
            conversation=conversation,
            pace=Pace(told[0][0]) if told else Pace.AT_ONCE,
            digested=told[0][1] if told else None,
            subscriptions=[_subscription.decode(row[0]) for row in await self._rows("subscriptions", values)],
            hushes=await self.hushes(conversation),
        )

    async def owing(self) -> Sequence[Place]:
        """See ``NewsBooks``."""
        return [await self.place(row[0]) for row in await self._rows("owing", {})]

    async def owed(self, conversation: str) -> Sequence[Owed]:
        """See ``NewsBooks``."""
        rows = await self._rows("owed", {"place": conversation})
        return [Owed(news=_read(row), batch=row[2], began=row[3]) for row in rows]

    async def news(self, number: int) -> tuple[News, News | None]:
        """See ``NewsBooks``."""
        found = await self._rows("news", {"number": number}) if 0 < number < 2**63 else []
        if not found:
            raise NotThereError("There is no such news (any more).")
        over = await self._rows("over", {"number": number})
        return _read(found[0]), _read(over[0]) if over else None

    async def standing(self, app_id: str) -> Sequence[News]:
        """See ``NewsBooks``."""
        return [_read(row) for row in await self._rows("standing", {"app_id": app_id})]

    async def hushes(self, conversation: str) -> Sequence[Hush]:
        """See ``NewsBooks``."""
        rows = await self._rows("hushes", {"place": conversation})
        return [Hush(app_id=app_id, until=until) for app_id, until in rows]

    async def forget(self) -> None:
        """See ``NewsBooks``."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["forget"], {"days": KEPT_DAYS})

    async def _rows(self, statement: str, values: Mapping[str, object]) -> list[Any]:
        async with self._pool.connection() as connection:
            return await (await connection.execute(_SQL[statement], values)).fetchall()


class PostgresNewsLedger(PostgresLedger):
    """``NewsLedger`` on one connection, inside one transaction."""

    async def save_known(self, known: Known) -> bool:
        """See ``NewsLedger``."""
        values = {"app_id": known.app_id, "version": known.version, "document": _document(known)}
        return bool(await self._all("save_known_again" if known.version else "save_known", values))

    async def add_news(self, news: News) -> Sequence[str]:
        """See ``NewsLedger``."""
        values = {
            "app_id": news.app.id,
            "topic": news.topic.value,
            "phase": news.phase.value,
            "episode": news.episode,
            "variant": news.variant,
            "document": _document(news),
        }
        kept = await self._all("add_news", values)
        if not kept or news.first:
            return ()
        owe = "owe" if news.phase is Phase.BEGUN else "owe_the_end"
        return [row[0] for row in await self._all(owe, {**values, "number": kept[0][0]})]

    async def begun(self, news: News) -> Sequence[int]:
        """See ``NewsLedger``."""
        values = {"app_id": news.app.id, "topic": news.topic.value, "episode": news.episode}
        return [row[0] for row in await self._all("begun", values)]

    async def subscribe(self, subscription: Subscription) -> bool:
        """See ``NewsLedger``."""
        values = {"place": subscription.place, "app_id": subscription.app_id, "document": _document(subscription)}
        return bool((await self._all("subscribe", values))[0][0])

    async def unsubscribe(self, place: str, app_id: str) -> bool:
        """See ``NewsLedger``."""
        gone = await self._all("unsubscribe", {"place": place, "app_id": app_id})
        await self._connection.execute(_SQL["drop_unwanted"], {"place": place})
        return bool(gone)

    async def told_of_standing(self, place: str, app_id: str) -> None:
        """See ``NewsLedger``."""
        await self._connection.execute(_SQL["told_of_standing"], {"place": place, "app_id": app_id})

    async def hush(self, place: str, app_id: str, until: datetime | None) -> None:
        """See ``NewsLedger``."""
        values = {"place": place, "app_id": app_id, "until": until}
        await self._connection.execute(_SQL["hush"], values)
        if until is None:
            await self._connection.execute(_SQL["drop_hushed"], values)

    async def wake(self, place: str, app_id: str | None) -> None:
        """See ``NewsLedger``."""
        await self._connection.execute(_SQL["wake"], {"place": place, "app_id": app_id})

    async def set_pace(self, place: str, pace: Pace, since: datetime) -> None:
        """See ``NewsLedger``."""
        await self._connection.execute(_SQL["set_pace"], {"place": place, "pace": pace.value, "since": since})

    async def batch(self, place: str, numbers: Sequence[int], batch: str) -> None:
        """See ``NewsLedger``."""
        await self._connection.execute(_SQL["batch"], {"place": place, "numbers": list(numbers), "batch": batch})

    async def digested(self, place: str, until: datetime) -> None:
        """See ``NewsLedger``."""
        await self._connection.execute(_SQL["digested"], {"place": place, "until": until})

    async def settle(self, place: str, numbers: Sequence[int], *, told: bool) -> None:
        """See ``NewsLedger``."""
        values = {"place": place, "numbers": list(numbers), "state": "told" if told else "dropped"}
        await self._connection.execute(_SQL["settle"], values)

    async def _all(self, statement: str, values: Mapping[str, object]) -> list[Any]:
        return await (await self._connection.execute(_SQL[statement], values)).fetchall()


def _read(row: Any) -> News:
    document, number, *_rest = row
    return replace(_news.decode(document), number=number)


def _document(value: Known | News | Subscription) -> str:
    return msgspec.json.encode(value).decode()
