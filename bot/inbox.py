"""What came in and is not done: stored before it is acknowledged, worked on once, in order, by one process at a time.

A conversation's turn lease is taken with its row locked, and so is the last look for more before it is given
back; that is why a message that arrives in between is never left lying.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg.rows import dict_row
from psycopg.types.json import Json

from bot.channel.wire import THREAD, Arrival, UnreadableError, dump, read
from bot.sql import statements
from provisioning.store.database import Connection, Pool

LEASE = timedelta(seconds=10)  # how long a killed process keeps others from its conversations
CLICK = timedelta(seconds=60)  # longer than any click works
_TRIES = 3  # processes that may die over one message before it is put aside

_SQL = statements("inbox")

_log = logging.getLogger(__name__)


class LostTurnError(Exception):
    """Another process took the conversation over while this one was thinking; its turn does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message to work on, and the memory that it starts from."""

    seq: int
    kind: str  # message, edit (of a message that was answered before) or welcome
    arrival: Arrival
    version: int
    memory: Any
    welcomed: bool
    worn_out: bool  # processes died over it before


@dataclass(frozen=True, slots=True)
class Repeated:
    """A click that came before, and its answer; None while it is worked on."""

    seq: int
    answer: Mapping[str, Any] | None


class Inbox:
    """Arrivals of one database, as seen by one process (``me``)."""

    def __init__(self, pool: Pool, *, lease: timedelta = LEASE) -> None:
        self._pool = pool
        self.me: UUID = uuid4()
        self.lease = lease

    async def keep(self, arrival: Arrival, kind: str) -> tuple[int | None, bool]:
        """Store an arrival and what is known of its conversation, in one transaction.

        Returns its number (None: it was here before) and whether this process holds the conversation's turn.
        """
        async with self._pool.connection() as connection, connection.transaction():
            ours = await self.meet(connection, arrival, take=kind != "click")
            found = await connection.execute(
                _SQL["keep"],
                {
                    **_key(arrival),
                    "kind": kind,
                    "raw": arrival.body,
                    "taken": CLICK if kind == "click" else None,
                    "said": wording(arrival) if kind == "message" else None,
                },
            )
            row = await found.fetchone()
        return (int(row[0]) if row else None), ours

    async def note(self, arrival: Arrival) -> None:
        """Remember where a conversation is served, without anything to work on."""
        async with self._pool.connection() as connection, connection.transaction():
            await self.meet(connection, arrival, take=False)

    async def retire(self, conversation: str, why: str) -> None:
        """We were removed: forget what was going on, send nothing until we are spoken to again."""
        values = {"id": conversation, "why": why}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["retire"], values)
            await connection.execute(_SQL["drop_mail"], values)

    async def take(self, conversation: str) -> Turn | None:
        """The next message of a conversation; None when somebody else has it, or nothing waits (lease given back)."""
        while found := await self._next(conversation):
            held, row = found
            arrival = await self._reread(row["seq"], row["raw"])
            if arrival is not None:
                return Turn(
                    seq=row["seq"],
                    kind=row["kind"],
                    arrival=arrival,
                    version=held["version"],
                    memory=held["memory"],
                    welcomed=held["welcomed"],
                    worn_out=row["attempts"] > _TRIES,
                )
        return None

    async def _next(self, conversation: str) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
        """The conversation and its next message as they are stored, if they are this process's."""
        key = {"id": conversation, "me": self.me, "lease": self.lease}
        async with self._pool.connection() as connection, connection.transaction():
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(_SQL["lock"], key)
            held = await cursor.fetchone()
            if held is None or not held["free"]:
                return None
            await cursor.execute(_SQL["next"], key)
            row = await cursor.fetchone()
            await cursor.execute(_SQL["hold" if row else "let_go"], key)
        return (held, row) if row else None

    async def _reread(self, seq: int, raw: str) -> Arrival | None:
        """What was stored, perhaps by another version; what cannot be read any more is put aside."""
        try:
            return read(raw.encode())
        except UnreadableError as problem:
            _log.error("a stored activity cannot be read and is put aside: %s", problem)
            async with self._pool.connection() as connection:
                await connection.execute(
                    _SQL["finish"], {"seq": seq, "state": "failed", "why": f"unreadable: {problem}"}
                )
            return None

    async def commit(
        self, connection: Connection, turn: Turn, *, memory: Any, welcomed: bool = False, why: str | None = None
    ) -> None:
        """Write a turn's end on the caller's transaction. LostTurnError when it is no longer ours to end."""
        stored = await connection.execute(
            _SQL["remember"],
            {
                "id": turn.arrival.conversation,
                "me": self.me,
                "version": turn.version,
                "memory": None if memory is None else Json(memory),
                "welcomed": welcomed,
            },
        )
        state = "failed" if why else "done"
        ended = await connection.execute(_SQL["finish"], {"seq": turn.seq, "state": state, "why": why})
        if stored.rowcount != 1 or ended.rowcount != 1:
            raise LostTurnError(turn.arrival.conversation)

    async def recall(self, conversation: str) -> tuple[int, Any]:
        """Version and document of a conversation's memory, for a click."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["recall"], {"id": conversation})
            row = await found.fetchone()
        return (int(row[0]), row[1]) if row else (0, None)

    async def remember_aside(self, connection: Connection, conversation: str, version: int, memory: Any) -> None:
        """Write what a click adds to the memory, unless a turn is under way or has changed it since."""
        values = {"id": conversation, "version": version, "memory": None if memory is None else Json(memory)}
        await connection.execute(_SQL["remember_aside"], values)

    async def left_behind(self) -> Sequence[str]:
        """Conversations whose messages wait for anybody to take them."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["left_behind"], {"me": self.me})
            return [row[0] for row in await found.fetchall()]

    async def renew(self) -> None:
        """Keep the leases of this process."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["renew"], {"me": self.me, "lease": self.lease})

    async def let_go(self) -> None:
        """Give all leases back, so that others need not wait for their end."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["let_go_of_all"], {"me": self.me})

    async def repeated(self, arrival: Arrival) -> Repeated:
        """The click with this id, which came before."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["repeated_click"], _key(arrival))
            row = await found.fetchone()
        assert row is not None
        return Repeated(seq=row[0], answer=row[1])

    async def take_over(self, seq: int, arrival: Arrival) -> bool:
        """Whether nobody works on a click that came again without ever being answered; then this process does."""
        values = {"seq": seq, "raw": arrival.body, "taken": CLICK}
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["take_over_click"], values)
            return found.rowcount == 1

    async def answered(
        self,
        connection: Connection,
        seq: int,
        answer: Mapping[str, Any],
        *,
        open_: bool = False,
        why: str | None = None,
    ) -> None:
        """Remember what a click was answered; ``open_`` while the card is still to follow."""
        state = "waiting" if open_ else "failed" if why else "done"
        values = {"seq": seq, "answer": Json(answer), "state": state, "why": why}
        await connection.execute(_SQL["answer_click"], values)

    async def promise(self, seq: int, answer: Mapping[str, Any]) -> bool:
        """Tell somebody who delivered a click again to wait; False when it has its answer by now."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["promise_click"], {"seq": seq, "answer": Json(answer)})
            return found.rowcount == 1

    async def promised(self, connection: Connection, seq: int) -> bool:
        """Whether anybody was told to wait for this click; nobody is any more before the caller's transaction ends."""
        found = await connection.execute(_SQL["is_click_promised"], {"seq": seq})
        row = await found.fetchone()
        return row is not None and bool(row[0])

    async def ended(self, connection: Connection, seq: int, why: str | None = None) -> None:
        """The card that a click was promised is on its way (or will never come, says ``why``)."""
        values = {"seq": seq, "state": "failed" if why else "done", "why": why}
        await connection.execute(_SQL["end_click"], values)

    async def abandoned(self) -> Sequence[tuple[int, Arrival, bool]]:
        """Clicks of dead processes that were told to wait; they are this process's now. With whether it is worn out:
        processes died over it again and again."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["abandoned_clicks"], {"taken": CLICK})
            rows = await found.fetchall()
        mine = [(seq, await self._reread(seq, raw), tried > _TRIES) for seq, raw, tried in rows if raw is not None]
        return [(seq, arrival, worn_out) for seq, arrival, worn_out in mine if arrival is not None]

    async def tidy(self) -> None:
        """Drop what was done days ago."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["tidy"])

    async def check(self) -> None:
        """Raise unless the database answers and has our tables."""
        async with self._pool.connection(timeout=2) as connection:
            await connection.execute(_SQL["shape"])

    async def meet(self, connection: Connection, arrival: Arrival, *, take: bool = True) -> bool:
        """Note where the conversation is served, on the caller's transaction, and lock it until that ends.

        Returns whether this process holds its turn; ``take``: it does if nobody else has it.
        """
        values = {
            **_key(arrival),
            "channel": arrival.channel,
            "kind": arrival.kind,
            "service_url": arrival.service_url,
            "bot": Json(dict(arrival.bot), dumps=dump),
            "locale": arrival.locale,
            "me": self.me,
            "lease": self.lease,
            "take": take,
        }
        if arrival.kind == "channel" and THREAD in arrival.conversation:  # new threads are opened in the room itself
            await self._upsert(connection, {**values, "id": arrival.room, "take": False})
        return await self._upsert(connection, values)

    async def _upsert(self, connection: Connection, values: Mapping[str, Any]) -> bool:
        found = await connection.execute(_SQL["meet"], values)
        row = await found.fetchone()
        assert row is not None
        ours, stranger = row
        if stranger:
            await connection.execute(_SQL["forget_places"], values)
            await connection.execute(_SQL["drop_mail"], {**values, "why": "moved to another tenant"})
        return bool(ours)


def wording(arrival: Arrival) -> str:
    """A fingerprint of what somebody said: equal as long as the words are, whatever happens to their formatting."""
    return hashlib.sha256(" ".join(arrival.text.split()).encode()).hexdigest()[:32]


def _key(arrival: Arrival) -> dict[str, Any]:
    return {"tenant": arrival.tenant, "id": arrival.conversation, "activity": arrival.id}
