"""What came in and is not done: stored before it is acknowledged, worked on once, in order, by one process at a time.

A conversation's turn lease is taken with its row locked, and so is the last look for more before it is given
back; that is why a message that arrives in between is never left lying.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Json

from bot.channel.wire import THREAD, Arrival, Letter, UnreadableError, dump, read
from bot.outbox import GIVES_WAY, Errand, Outbox, Room, in_order
from bot.replies import expects_replies
from bot.sql import statements
from provisioning.store.database import Connection, Pool
from provisioning.store.lanes import Lanes
from provisioning.store.together import Together

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a turn ends: what is remembered, and ``why`` it failed if it did."""

    memory: Any = None
    welcomed: bool = False
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A turn has ended: the conversation's next one, and the turn's letter where it is this process's to send now."""

    turn: Turn | None = None
    errand: Errand | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Where somebody can be told something alone: ``person`` is an Entra object id; or whose channel a room is."""

    room: str = ""
    person: str | None = None
    team: str | None = None


NOBODY = Met()


@dataclass(frozen=True, slots=True)
class Left:
    """A conversation in which something waits; ``alone``: two processes died over it, so nothing goes beside it."""

    conversation: str
    alone: bool
    click: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """A click that came before, and its answer; None while it is worked on."""

    seq: int
    answer: Mapping[str, Any] | None


class Inbox:
    """Arrivals of one database, as seen by one process (``me``)."""

    def __init__(self, pool: Pool, *, lanes: Lanes | None = None, lease: timedelta = LEASE) -> None:
        self._pool = pool
        self.me: UUID = uuid4()
        self.lease = lease
        lanes = lanes or Lanes(pool)
        self._keep = Together(lanes, _SQL["keep"], dump=dump, order=in_order)
        self._end = Together(lanes, _SQL["end_turn"], dump=dump, order=in_order, gives_way=GIVES_WAY)
        self._alive: set[int] = set()  # messages that were given up without dying, and count as begun

    async def keep(self, arrival: Arrival, kind: str, met: Met = NOBODY) -> tuple[int | None, bool]:
        """Store an arrival, what is known of its conversation and who was ``met`` there, in one transaction.

        Returns its number (None: it was here before, perhaps under another id) and whether this process holds the
        conversation's turn.
        """
        kept, ours, *_ = await self._kept(arrival, kind, met, start=False)
        return kept, ours

    async def begin(self, arrival: Arrival, kind: str, met: Met = NOBODY) -> tuple[bool, Turn | None]:
        """As ``keep``, by a process that does nothing in the conversation.

        Returns whether this process holds the conversation's turn, and the next message if it can begin on it at once.
        """
        _, ours, *found = await self._kept(arrival, kind, met, start=True)
        return ours, await self._turn(found, arrival)

    async def _kept(self, arrival: Arrival, kind: str, met: Met, *, start: bool) -> tuple[Any, ...]:
        in_thread = arrival.kind == "channel" and THREAD in arrival.conversation
        values = {
            **self._meeting(arrival, take=kind != "click"),
            "start": start,
            "room": arrival.room if in_thread else None,
            "activity": arrival.id,
            "what": kind,
            "raw": arrival.body,
            "taken": CLICK if kind == "click" else None,
            "said": wording(arrival) if kind == "message" else None,
            "once": kind == "message" and bool(arrival.text) and not expects_replies(arrival),
            "person": met.person,
            "team": met.team,
        }
        _, *kept = await self._keep.ask(values)
        return tuple(kept)

    async def unheard(self, arrival: Arrival) -> None:
        """The channel may not have heard that this was kept, and then delivers it again, under this id or another."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["unheard"], _key(arrival))

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

    async def take(self, conversation: str, *, alone: bool = False) -> Turn | None:
        """The next message of a conversation; None when somebody else has it, or nothing waits (lease given back).

        ``alone``: nothing else is under way here, so it may be one that two processes died over.
        """
        values = {"id": conversation, "me": self.me, "lease": self.lease, "alone": alone}
        async with self._pool.connection() as connection:
            found = await _one(connection, "take", values)
        return await self._turn(found, None, conversation)

    async def _turn(self, found: Sequence[Any], came: Arrival | None, conversation: str = "") -> Turn | None:
        """A turn from its columns; without ``raw`` it is about what just ``came``."""
        version, memory, welcomed, seq, kind, raw, attempts = found
        if seq is None:
            return None
        arrival = came if raw is None else await self._reread(seq, raw)
        if arrival is None:
            return await self.take(came.conversation if came else conversation)
        return Turn(
            seq=seq,
            kind=kind,
            arrival=arrival,
            version=version,
            memory=memory,
            welcomed=welcomed,
            worn_out=attempts > _TRIES,
        )

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

    async def end(
        self,
        turn: Turn,
        ending: Ending,
        letter: Letter | None,
        *,
        asked_by: str | None,
        outbox: Outbox,
        send: bool,
        more: bool = True,
    ) -> Ended:
        """Write the end of a turn that says at most one new thing, and begin the conversation's next if ``more``.

        ``send``: the caller is able to send the letter at once. LostTurnError when the turn is no longer ours to end.
        """
        conversation = turn.arrival.conversation
        values = self._ending(turn, ending) | outbox.claim_of(letter, send=send)
        values |= {"lease": self.lease, "seq": turn.seq, "asked_by": asked_by, "more": more}
        meanwhile = partial(outbox.seals.put_on_ahead, letter.body) if send and letter is not None else None
        asked = await self._end.ask(values, meanwhile=meanwhile)
        ended, *found, mail, sending, tenant, channel, kind, url, bot = asked
        if not ended:
            raise LostTurnError(conversation)
        errand = None
        if sending and letter is not None:
            room = Room(conversation=conversation, tenant=tenant, channel=channel, kind=kind, service_url=url, bot=bot)
            errand = Errand(seq=mail, attempts=1, letter=letter, room=room)
        return Ended(turn=await self._turn(found, None, conversation), errand=errand)

    async def commit(self, connection: Connection, turn: Turn, ending: Ending) -> None:
        """Write a turn's end on the caller's transaction. LostTurnError when it is no longer ours to end."""
        values = self._ending(turn, ending)
        stored = await connection.execute(_SQL["remember"], values)
        ended = await connection.execute(_SQL["finish"], {**values, "seq": turn.seq})
        if stored.rowcount != 1 or ended.rowcount != 1:
            raise LostTurnError(turn.arrival.conversation)

    def _ending(self, turn: Turn, ending: Ending) -> dict[str, Any]:
        return {
            "id": turn.arrival.conversation,
            "me": self.me,
            "version": turn.version,
            "memory": None if ending.memory is None else dump(ending.memory),
            "welcomed": ending.welcomed,
            "state": "failed" if ending.why else "done",
            "why": ending.why,
        }

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

    async def left_behind(self) -> Sequence[Left]:
        """What waits for anybody to take it: messages, and clicks that are to be tried alone."""
        async with self._pool.connection() as connection:
            await self._spare(connection)
            found = await connection.execute(_SQL["left_behind"], {"me": self.me})
            return [Left(*row) for row in await found.fetchall()]

    def survived(self, turn: Turn) -> None:
        """It was begun and given up, and this process lives: nobody died over it."""
        self._alive.add(turn.seq)

    async def _spare(self, connection: Connection) -> None:
        if self._alive:
            spared = list(self._alive)
            await connection.execute(_SQL["no_deaths"], {"seqs": spared})
            self._alive.difference_update(spared)

    async def renew(self) -> None:
        """Keep the leases of this process."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["renew"], {"me": self.me, "lease": self.lease})

    async def let_go(self) -> None:
        """Give all leases back, so that others need not wait for their end."""
        async with self._pool.connection() as connection:
            await self._spare(connection)
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

    async def abandoned(self, *, alone: str | None = None) -> Sequence[tuple[int, Arrival, bool]]:
        """Clicks of dead processes that were told to wait; they are this process's now. With whether it is worn out:
        processes died over it again and again.

        ``alone``: only the one of this conversation that several died over, with nothing else under way here.
        """
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["abandoned_clicks"], {"taken": CLICK, "alone": alone})
            rows = await found.fetchall()
        mine = [(seq, await self._reread(seq, raw), tried > _TRIES) for seq, raw, tried in rows if raw is not None]
        return [(seq, arrival, worn_out) for seq, arrival, worn_out in mine if arrival is not None]

    async def put_aside(self) -> int:
        """How many messages and clicks of the last day were given up, because processes died over them."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["put_aside"])).fetchone()
        return int(row[0]) if row else 0

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
        values = self._meeting(arrival, take=take)
        if arrival.kind == "channel" and THREAD in arrival.conversation:  # new threads are opened in the room itself
            await _one(connection, "meet", {**values, "id": arrival.room, "take": False})
        return bool((await _one(connection, "meet", values))[0])

    def _meeting(self, arrival: Arrival, *, take: bool) -> dict[str, Any]:
        return {
            "tenant": arrival.tenant,
            "id": arrival.conversation,
            "channel": arrival.channel,
            "kind": arrival.kind,
            "service_url": arrival.service_url,
            "bot": dump(arrival.bot),
            "locale": arrival.locale,
            "me": self.me,
            "lease": self.lease,
            "take": take,
        }


def wording(arrival: Arrival) -> str:
    """A fingerprint of what somebody said: equal as long as who and which words are, whatever the formatting."""
    said = [arrival.sender.get("id"), " ".join(arrival.text.split()), arrival.raw.get("value")]
    return hashlib.sha256(dump(said).encode()).hexdigest()[:32]


def _key(arrival: Arrival) -> dict[str, Any]:
    return {"tenant": arrival.tenant, "id": arrival.conversation, "activity": arrival.id}


async def _one(connection: Connection, statement: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """The one row of a function's result."""
    row = await (await connection.execute(_SQL[statement], values)).fetchone()
    assert row is not None
    return row
