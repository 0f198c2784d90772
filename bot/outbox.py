"""What is to be said: written with the turn that says it, sent in order, honest about what became of it.

pending → sending → sent | ambiguous | failed | replaced. Only the holder of a conversation's send lease sends there,
so a row that is ``sending`` without one was left by a process that died: a post of it may have been shown, and is
kept as ``ambiguous`` for people to see; an edit is simply made again.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Json

from bot import fitting
from bot.channel.wire import THREAD, Letter, digest, dump
from bot.patience import RedrawLater
from bot.seals import Seals
from bot.sql import statements
from dialogs.talk import CARD_TYPE, Reply
from provisioning.store.database import Connection, Pool
from provisioning.store.lanes import Lanes
from provisioning.store.together import Together

LEASE = timedelta(seconds=10)
PER_SECOND = 7  # Microsoft's limits for one bot in one conversation: 7 in 1 s, 60 in 30 s
PER_HALF_MINUTE = 60
GIVES_WAY = 0.03  # s: for so long, whoever waits to hear that his message came in goes first

_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_UNREADABLE_WRITTEN = re.compile(r"\\u(?:0000|d[89a-f])")

_SQL = statements("outbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where it goes."""

    conversation: str
    tenant: str
    channel: str
    kind: str
    service_url: str
    bot: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A letter that is this process's to send now."""

    seq: int
    attempts: int
    letter: Letter
    room: Room


@dataclass(frozen=True, slots=True)
class View:
    """One way in which something is shown."""

    voice: str
    locale: str | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A message that somebody clicked on, and the number (``drawn``) of the drawing that begins now.

    ``about`` and ``voice`` say what it shows, None when that is nothing that is kept up to date; ``asked_by`` is the
    Entra object id of whose message or click brought it, None when nobody's, or when that is over a week ago.
    """

    drawn: int
    about: str | None
    voice: str | None
    asked_by: str | None


class Outbox:
    """The letters of one database, as seen by one process (``me``)."""

    def __init__(self, pool: Pool, *, lease: timedelta = LEASE) -> None:
        self._pool = pool
        self.lanes = Lanes(pool)
        self.seals = Seals(pool)
        self.me: UUID = uuid4()
        self.lease = lease
        self._sent = Together(self.lanes, _SQL["sent"], dump=dump, order=in_order, gives_way=GIVES_WAY)
        self._limits = {"a_second": PER_SECOND, "half_minute": PER_HALF_MINUTE}

    async def add(
        self,
        connection: Connection,
        conversation: str,
        letters: Iterable[Letter],
        *,
        quiet: timedelta = timedelta(0),
        asked_by: str | None = None,
    ) -> int:
        """Put letters in line on the caller's transaction; one with a ``key`` that was there before is dropped.

        Edits are not sent before ``quiet`` has passed. ``asked_by``: see ``Spot``. Returns how many are in line now.
        """
        new = 0
        for letter in (part for whole in letters for part in fitting.parted(whole)):
            values = {**_columns(letter), "conversation": conversation, "quiet": quiet, "asked_by": asked_by}
            new += (await connection.execute(_SQL["edit" if letter.method == "put" else "add"], values)).rowcount
        return new

    async def due(self) -> Mapping[str, float]:
        """Seconds until each conversation has something to send (0 or less: now)."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["due"], {"me": self.me})
            return {row[0]: float(row[1] or 0.0) for row in await found.fetchall()}

    async def others(self) -> int:
        """How many other processes are sending at this moment."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["others"], {"me": self.me})).fetchone()
        return int(row[0]) if row else 0

    def claim_of(self, letter: Letter | None, *, send: bool) -> dict[str, Any]:
        """What the end of a turn stores with its one new message, if any; ``send``: it is to be claimed there."""
        columns = _columns(letter) if letter else _NOTHING
        return {**columns, **self._limits, "send": send, "sender": self.me, "send_lease": self.lease}

    async def claim(self, conversation: str, *, fresh: bool = False, touched: Sequence[int] = ()) -> Errand | None:
        """The next letter of a conversation; None when it is not our turn, or nothing is due (lease given back).

        ``fresh``: the caller has nothing under way there, so whatever is ``sending`` was left behind. Of what this
        process left itself, only the ``touched`` letters were called for: the others wait again.
        """
        values = {"id": conversation, "me": self.me, "lease": self.lease, "fresh": fresh, "touched": list(touched)}
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["claim"], {**values, **self._limits})
            return _errand(conversation, await found.fetchone())

    async def sent(
        self, errand: Errand, *, conversation: str, activity: str | None, again: bool = False, more: bool = True
    ) -> Errand | None:
        """Note that it went out, and where it stands; the conversation's next letter, as by ``claim``.

        ``again``: this was tried before, and nobody knows with what success. ``more``: the next one is wanted.
        """
        values = self._went(errand, conversation, activity) | {"retold": again, "more": more}
        return _errand(errand.room.conversation, await self._sent.ask(values))

    async def sent_before(
        self, errand: Errand, *, conversation: str, activity: str | None, redraw_later: RedrawLater | None
    ) -> None:
        """As ``sent``, when others may have called it ambiguous by now. Nobody drew it anew then, so that follows."""
        values = self._went(errand, conversation, activity) | {"retold": True, "more": False, "n": 0}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["sent"], [dump([values])])
            if redraw_later is not None and errand.letter.about:
                await redraw_later(connection, errand.letter.about)

    def _went(self, errand: Errand, conversation: str, activity: str | None) -> dict[str, Any]:
        letter = errand.letter
        return {
            **self._limits,
            "id": errand.room.conversation,
            "me": self.me,
            "lease": self.lease,
            "seq": errand.seq,
            "method": letter.method,
            "target": letter.target,
            "about": letter.about,
            "voice": letter.voice,
            "drawn": letter.drawn,
            "digest": digest(letter.body) if letter.about or letter.method == "put" else None,
            "stands_in": conversation,
            "stands_as": activity,
        }

    async def again(self, errand: Errand, *, wait: float, why: str) -> None:
        """Nothing was delivered: back in line, and a pause of ``wait`` seconds for the whole conversation."""
        async with self._pool.connection() as connection, connection.transaction():
            key = {"id": errand.room.conversation, "me": self.me}
            await connection.execute(_SQL["lock"], key)
            await connection.execute(_SQL["again"], {"seq": errand.seq, "why": why, "me": self.me})
            await connection.execute(_SQL["pause"], {**key, "wait": timedelta(seconds=wait)})

    async def ended(self, errand: Errand, *, state: str, why: str, forget: bool = False) -> None:
        """It will not be sent (again): ``state`` is ambiguous or failed; ``forget`` a place that is not there."""
        values = {"seq": errand.seq, "state": state, "why": why, "me": self.me}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["ended"], values)
            if forget:
                place = {"id": errand.room.conversation, "activity": errand.letter.target}
                await connection.execute(_SQL["forget_place"], place)

    async def closed(self, errand: Errand, why: str) -> None:
        """The conversation takes nothing any more: this letter and all that wait behind it have failed."""
        values = {"id": errand.room.conversation, "why": why}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["lock"], values)
            ended = {"seq": errand.seq, "state": "failed", "why": why, "me": self.me}
            await connection.execute(_SQL["ended"], ended)
            await connection.execute(_SQL["retire"], values)
            await connection.execute(_SQL["drop_mail"], values)

    async def clicked(self, conversation: str, activity: str, *, quiet: timedelta) -> Spot:
        """A click on this message is being answered: no edit of it before ``quiet`` has passed."""
        values = {"id": conversation, "activity": activity, "quiet": quiet}
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["clicked"], values)
            row = await found.fetchone()
        assert row is not None
        return Spot(*row)

    async def replaced(
        self, connection: Connection, conversation: str, activity: str, reply: Reply, *, drawn: int, quiet: timedelta
    ) -> None:
        """A click's card stands here for whoever clicked; everybody else sees it by an edit, after ``quiet``.

        ``drawn`` is the number that was taken before it was drawn: a newer drawing of the same thing stays.
        """
        body = body_of(reply)
        letter = Letter(method="put", target=activity, body=body, about=reply.about, voice=reply.voice, drawn=drawn)
        if reply.about:
            newest = await self._stands(connection, conversation, activity, letter, quiet=quiet, seen_by_all=False)
            if newest > drawn:
                await self.seen_differently(connection, conversation, activity)
                return
        await self.add(connection, conversation, [letter], quiet=quiet)

    async def seen_differently(self, connection: Connection, conversation: str, activity: str) -> None:
        """One person sees something else there than everybody: the next drawing is sent in any case."""
        await connection.execute(_SQL["seen_differently"], {"id": conversation, "activity": activity})

    async def drawing(self, connection: Connection) -> int:
        """A number for a drawing that begins now: the higher, the newer."""
        found = await connection.execute(_SQL["drawing"])
        row = await found.fetchone()
        assert row is not None
        return int(row[0])

    async def views(self, about: str) -> tuple[int, Sequence[View]]:
        """The number for a new drawing, and the ways in which ``about`` is shown or about to be."""
        async with self._pool.connection() as connection:
            drawn = await self.drawing(connection)
            found = await connection.execute(_SQL["views"], {"about": about})
            return drawn, [View(*row) for row in await found.fetchall()]

    async def redrawn(self, about: str, drawn: int, drawings: Mapping[View, Mapping[str, Any]]) -> Sequence[str]:
        """Put a new drawing in line for every place that shows an older one; the conversations that it touches."""
        touched: list[str] = []
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["one_redraw_at_a_time"], {"about": about})
            await connection.execute(_SQL["lock_all_that_show"], {"about": about})
            for view, body in drawings.items():
                values = {"about": about, "voice": view.voice, "locale": view.locale, "drawn": drawn}
                await connection.execute(_SQL["redraw_posts"], {**values, "body": _json(body)})
                found = await connection.execute(_SQL["claim_places"], values)
                for conversation, activity, shown, busy in await found.fetchall():
                    if busy or shown != digest(body):
                        letter = Letter(
                            method="put", target=activity, body=body, about=about, voice=view.voice, drawn=drawn
                        )
                        await self.add(connection, conversation, [letter])
                        touched.append(conversation)
        return touched

    async def troubles(self) -> Mapping[str, int]:
        """How many letters of the last day are ``ambiguous`` or ``failed``."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["troubles"])
            return {row[0]: row[1] for row in await found.fetchall()}

    async def never_left(self, dead: UUID, left: Collection[int]) -> Sequence[str]:
        """Put back in line what a dead process had claimed, but for what may have ``left`` it; the conversations."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["never_left"], {"dead": dead, "left": list(left)})
            return [row[0] for row in await found.fetchall()]

    async def renew(self) -> None:
        """Keep the leases of this process."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["renew"], {"me": self.me, "lease": self.lease})

    async def let_go(self) -> None:
        """Give all leases back."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["let_go_of_all"], {"me": self.me})

    async def tidy(self) -> None:
        """Drop what was settled a week ago; of what was said under a key, the words alone."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["tidy"])
            await connection.execute(_SQL["empty"])

    async def _stands(
        self,
        connection: Connection,
        conversation: str,
        activity: str,
        letter: Letter,
        *,
        quiet: timedelta | None = None,
        seen_by_all: bool = True,
    ) -> int:
        values = {
            "conversation": conversation,
            "activity": activity,
            "about": letter.about,
            "voice": letter.voice,
            "drawn": letter.drawn,
            "digest": digest(letter.body) if seen_by_all else None,
            "quiet": quiet,
        }
        found = await connection.execute(_SQL["place"], values)
        row = await found.fetchone()
        assert row is not None
        return int(row[0])


def in_order(values: Mapping[str, Any]) -> tuple[str, str]:
    """The order in which conversations are locked, as in ``lock_all_that_show``: a room before its threads."""
    room, _, thread = values["id"].partition(THREAD)
    return room, thread


def body_of(reply: Reply) -> dict[str, Any]:
    """A reply as the message that goes over the wire, without its envelope."""
    body: dict[str, Any] = {"type": "message", "inputHint": "acceptingInput"}
    if reply.card is None:
        return {**body, "text": reply.text}
    if reply.summary:
        body["summary"] = reply.summary
    return {**body, "attachments": [{"contentType": CARD_TYPE, "content": reply.card}]}


def letter_of(reply: Reply, *, key: str | None = None) -> Letter:
    """A reply as a new message."""
    return Letter(body=body_of(reply), about=reply.about, voice=reply.voice, key=key)


def may_be_behind(about: str, stood_for: str | None = None) -> bool:
    """Whether what was just drawn can have changed meanwhile, with nobody knowing yet that it has to be redrawn here.

    Nobody else knows a case before its first card is there; that card may say things that no later one does.
    ``stood_for``: what the same place showed before.
    """
    return not about.startswith("case:") or stood_for == about


def _columns(letter: Letter) -> dict[str, Any]:
    return {
        "method": letter.method,
        "target": letter.target,
        "body": _comparable(letter.body),
        "about": letter.about,
        "voice": letter.voice,
        "drawn": letter.drawn,
        "key": letter.key,
    }


_NOTHING = dict.fromkeys(("method", "target", "body", "about", "voice", "drawn", "key"))


def _json(body: Mapping[str, Any]) -> Json:
    return Json(dict(body), dumps=_comparable)


def _comparable(body: object) -> str:
    """JSON in which PostgreSQL can look for texts: NULs and half surrogate pairs, which it refuses there, are gone."""
    written = dump(body)
    return dump(_without_unreadable(body)) if _UNREADABLE_WRITTEN.search(written) else written


def _without_unreadable(part: Any) -> Any:
    if isinstance(part, dict):
        return {_without_unreadable(name): _without_unreadable(one) for name, one in part.items()}
    if isinstance(part, list):
        return [_without_unreadable(one) for one in part]
    return _UNREADABLE.sub("", part) if isinstance(part, str) else part


def _errand(conversation: str, row: tuple[Any, ...] | None) -> Errand | None:
    assert row is not None
    tenant, channel, kind, url, bot, seq, method, target, body, about, voice, drawn, attempts = row
    if seq is None:
        return None
    return Errand(
        seq=seq,
        attempts=attempts,
        letter=Letter(method=method, target=target, body=body, about=about, voice=voice, drawn=drawn),
        room=Room(conversation=conversation, tenant=tenant, channel=channel, kind=kind, service_url=url, bot=bot),
    )
