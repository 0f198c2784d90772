"""A list as a file in somebody's OneDrive: asked first, put there in the background, shown once.

Teams asks the person and names the place; the answer is kept with the work that it brings in one transaction, so it is
quick and counts once, however often it comes. The work may run again after a death: then the same place is written
again, and the offer's state sees to it that there is one card or one sentence at its end. Who may see the list is
looked up when it is made, not when it was offered.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Json

from bot.apologies import apology
from bot.channel.uploads import Uploads
from bot.channel.wire import Arrival, Letter
from bot.identity import StrangerError
from bot.invokes import Handler
from bot.outbox import Outbox, body_of, letter_of
from bot.patience import Answer
from bot.sender import Sender
from bot.sql import statements
from cards import crowd_file as words
from cards.words import use_language
from dialogs.talk import Reply, Seal
from provisioning.crowds import Crowd
from provisioning.errors import DeskError, NotThereError, RefusedError, TryLaterError
from provisioning.model import Actor
from provisioning.ports import TenantReader
from provisioning.store.database import Connection, Pool
from provisioning.store.queue import Queue

GIVE = "give_file"
VERB = "file_offer"  # what the seal of an offer is for
PAUSES = (1.0, 3.0)  # s between attempts to put a file there
_PARTS = {"contentUrl": 4096, "uploadUrl": 8192, "name": 400, "uniqueId": 200, "fileType": 40}  # characters at most

_SQL = statements("file_offers")

_log = logging.getLogger(__name__)

Content = Callable[[Actor, int], Awaitable[bytes]]  # of a crowd, for whoever may see it


@dataclass(frozen=True, slots=True)
class _Accepted:
    crowd: int
    person: str
    conversation: str
    upload: Mapping[str, str]
    locale: str | None


class FileOffers:
    """Offers of one database."""

    def __init__(
        self,
        *,
        pool: Pool,
        outbox: Outbox,
        sender: Sender,
        queue: Queue,
        reader: TenantReader,
        uploads: Uploads | None = None,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._pool = pool
        self._outbox = outbox
        self._sender = sender
        self._queue = queue
        self._reader = reader
        self._uploads = uploads or Uploads()
        self._pauses = pauses

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """By the invoke's name."""
        return {"fileConsent/invoke": self.answered}

    async def offer(self, actor: Actor, conversation: str, crowd: Crowd, *, size: int, once: str) -> bool:
        """Ask in a personal chat. False: asked before with ``once``."""
        await self._outbox.seals.ready()
        context = self._outbox.seals.sealed(VERB, {"id": str(crowd.number), "once": once})
        body = {"type": "message", "attachments": [words.consent_card(crowd, size, context)]}
        values = {"once": once, "crowd": crowd.number, "person": actor.id.lower(), "conversation": conversation}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["forget"])
            if (await connection.execute(_SQL["offer"], values)).rowcount == 0:
                return False
            await self._outbox.add(connection, conversation, [Letter(body=body)])
        self._sender.wake(conversation)
        return True

    async def answered(self, arrival: Arrival) -> Answer:
        """Yes or no to an offer: 400 for neither, 403 from anybody but whom it was made to; else 200, and no body."""
        value = _object(arrival.raw.get("value"))
        context, action = _object(value.get("context")), value.get("action")
        if value.get("type") != "fileUpload" or action not in ("accept", "decline"):
            return _refused(400, "neither yes nor no")
        await self._outbox.seals.ready()
        seal = self._outbox.seals.look(VERB, context)
        if seal not in {Seal.GOOD, Seal.EXPIRED}:
            return _refused(403, f"its seal is {seal.value}")
        upload = _upload(value.get("uploadInfo"))
        state = "declined" if action == "decline" else "accepted" if seal is Seal.GOOD and upload else "failed"
        key = {"once": str(context["once"]), "person": arrival.object_id.lower(), "conversation": arrival.conversation}
        values = {**key, "state": state, "locale": arrival.locale, "upload": Json(upload) if upload else None}
        if state != "accepted":
            values["upload"] = None
        async with self._pool.connection() as connection, connection.transaction():
            row = await (await connection.execute(_SQL["answer"], values)).fetchone()
            if row is None:
                found = await connection.execute(_SQL["theirs"], key)
                return Answer(200) if await found.fetchone() else _refused(403, "it was made to somebody else")
            with use_language(arrival.locale):
                said = _said(state, seal, int(row[0]))
            await self._settle(connection, arrival, key["once"], state, said)
        self._sender.wake(arrival.conversation)
        return Answer(200)

    async def _settle(self, connection: Connection, arrival: Arrival, once: str, state: str, said: str) -> None:
        """The question goes; what follows it is said, or queued. Which message it was comes from the client: at worst
        somebody has another one of ours taken out of their own chat."""
        reply = Reply(text=said)
        letters = [] if state == "accepted" else [letter_of(reply, key=f"file:{once}")]
        if arrival.reply_to:
            letters.append(Letter(method="delete", target=arrival.reply_to, body=body_of(reply)))
        await self._outbox.add(connection, arrival.conversation, letters)
        if state == "accepted":
            await self._queue.defer(connection, GIVE, {"once": once})

    async def give(self, content: Content, *, once: str) -> None:
        """Background work: put an accepted file where it was wanted. TryLaterError when the directory is busy."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["accepted"], {"once": once})).fetchone()
        if row is None:  # it was done before
            return
        offer = _Accepted(*row)
        with use_language(offer.locale):
            state, body = await self._carry(offer, content)
        async with self._pool.connection() as connection, connection.transaction():
            if (await connection.execute(_SQL["end"], {"once": once, "state": state})).rowcount:
                await self._outbox.add(connection, offer.conversation, [Letter(body=body, key=f"file:{once}")])
        self._sender.wake(offer.conversation)

    async def _carry(self, offer: _Accepted, content: Content) -> tuple[str, dict[str, Any]]:
        """How it ended, and the message that says so."""
        try:
            data = await content(await self._actor(offer.person), offer.crowd)
        except TryLaterError:
            raise
        except DeskError as problem:
            return "failed", body_of(Reply(text=apology(problem)))
        try:
            self._uploads.look(offer.upload["contentUrl"])
            await self._put(offer.upload["uploadUrl"], data)
        except DeskError as problem:
            _log.warning("a file could not be given: %s", problem)
            return "failed", body_of(Reply(text=words.not_given(offer.crowd, _why(problem))))
        return "given", {"type": "message", "attachments": [words.file_card(offer.upload)]}

    async def _actor(self, person: str) -> Actor:
        try:
            return await self._reader.actor(person)
        except NotThereError as problem:
            raise StrangerError("This account is not in the tenant.", code="not_in_tenant") from problem

    async def _put(self, url: str, data: bytes) -> None:
        """A store that is busy is asked again; what it says the last time comes out."""
        for pause in self._pauses:
            try:
                await self._uploads.put(url, data)
            except TryLaterError as problem:
                _log.info("a file waits %.1f s: %s", pause, problem)
                await asyncio.sleep(pause)
            else:
                return
        await self._uploads.put(url, data)


def _said(state: str, seal: Seal, crowd: int) -> str:
    if state == "accepted":
        return words.allowed(crowd)
    if state == "declined":
        return words.declined(crowd)
    return words.too_late(crowd) if seal is Seal.EXPIRED else words.not_given(crowd, words.elsewhere())


def _why(problem: DeskError) -> str:
    match problem:
        case NotThereError():
            return words.taken_no_more()
        case RefusedError(code="size"):
            return words.too_large()
        case RefusedError():
            return words.elsewhere()
        case _:
            return words.busy()


def _refused(status: int, reason: str) -> Answer:
    _log.warning("refused with %d: an answer to a file's offer, %s", status, reason)
    return Answer(status)


def _upload(info: Any) -> dict[str, str] | None:
    """Where Teams wants the file and how it calls it; None unless every part is a short text."""
    found = {name: _object(info).get(name) for name in _PARTS}
    fine = {
        name: part
        for name, part in found.items()
        if isinstance(part, str) and 0 < len(part) <= _PARTS[name] and part.isprintable()
    }
    return fine if fine.keys() == _PARTS.keys() else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
