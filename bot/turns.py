"""One turn from the door to the database: stored, acknowledged, thought about, and committed with what it says.

While somebody's answer is thought about no database connection is held. Memory, answers and "this message is
done" are one transaction, guarded by the conversation's lease and by the version of its memory; only then is
anything sent. So a turn happens wholly or not at all, and a second process that believes it has the same one
commits nothing. Clicks change no memory and have a client waiting: they run beside the turns (``clicks.py``).
"""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType

from psycopg import Error as DatabaseError
from psycopg_pool import PoolTimeout

from bot.alone import Alone
from bot.channel.connector import Connector
from bot.channel.wire import Arrival
from bot.clicks import Clicks
from bot.endings import end
from bot.fitting import parted
from bot.inbox import NOBODY, Inbox, Left, LostTurnError, Met, Turn
from bot.invokes import Handler, Invokes
from bot.outbox import Outbox, may_be_behind
from bot.patience import Answer, Patience, RedrawLater, Talk
from bot.replies import Replies, expects_replies, in_response
from bot.rewordings import Rewordings
from bot.sender import Sender
from bot.state import warm
from bot.thinking import Outcome, Thinking
from bot.whereabouts import Whereabouts
from provisioning.ports import TenantReader
from provisioning.store.database import Pool, went_away

_TIDY = 3600.0  # s between removals of what is long done

_log = logging.getLogger(__name__)


class Turns:
    """Everything that the channel sends, for one process. ``start`` before the first request, ``stop`` after the last.

    ``dialogs_version`` changes whenever steps of the dialogs do: running conversations then begin anew.
    ``redraw_later`` queues the redrawing of what may have changed before the place that shows it was known.
    ``warm_up`` does, off the event loop, what the first message would wait for.
    """

    def __init__(
        self,
        *,
        pool: Pool,
        outbox: Outbox,
        sender: Sender,
        connector: Connector,
        reader: TenantReader,
        conversations: Talk,
        dialogs_version: str,
        inbox: Inbox | None = None,
        patience: Patience | None = None,
        redraw_later: RedrawLater | None = None,
        whereabouts: Whereabouts | None = None,
        warm_up: Callable[[], None] | None = None,
        invokes: Mapping[str, Handler] = MappingProxyType({}),
    ) -> None:
        self._pool = pool
        self._whereabouts = whereabouts
        self._warm_up = warm_up
        self._inbox = inbox or Inbox(pool, lanes=outbox.lanes)
        self._rewordings = Rewordings(pool, self._inbox)
        self._outbox = outbox
        self._sender = sender
        self._patience = patience or Patience()
        self._thinking = Thinking(
            reader=reader,
            connector=connector,
            conversations=conversations,
            dialogs_version=dialogs_version,
            patience=self._patience,
            whereabouts=whereabouts,
        )
        self._redraw_later = redraw_later
        self._clicks = Clicks(
            pool=pool,
            inbox=self._inbox,
            outbox=outbox,
            sender=sender,
            reader=reader,
            conversations=conversations,
            dialogs_version=dialogs_version,
            patience=self._patience,
            redraw_later=redraw_later,
        )
        self._invokes = Invokes(click=self._click, further=invokes)
        self._replies = Replies(pool)
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._more: set[str] = set()
        self._arriving: set[str] = set()  # conversations whose first message is being stored
        self._arrived = asyncio.Event()
        self._stopping = asyncio.Event()
        self._look = asyncio.Event()  # something may have been left lying
        self._alone = Alone(
            inbox=self._inbox, clicks=self._clicks, quiet=self._quiet, work=self._work, over=self._look.set
        )
        self._loop: asyncio.Task[None] | None = None
        self._warm: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, with what earlier processes left."""
        self._stopping.clear()
        self._warm = asyncio.create_task(self._get_warm(), name="import the dialogs' SDK")
        self._loop = asyncio.create_task(self._watch(), name="turns")

    async def _get_warm(self) -> None:
        if self._warm_up is not None:
            await asyncio.to_thread(self._warm_up)
        await asyncio.to_thread(warm)
        _log.info("everything that a turn needs is in memory")

    async def stop(self) -> None:
        """Let turns under way end; what does not is left to a successor, at once."""
        self._stopping.set()  # not by cancelling: the database driver can swallow that
        self._look.set()
        background = [task for task in (self._loop, self._warm) if task is not None]
        await asyncio.gather(*background, return_exceptions=True)
        self._loop = None
        await self._clicks.stop(self._patience.grace)
        await end(self._under_way(), grace=self._patience.grace)
        await self._inbox.let_go()

    async def idle(self) -> None:
        """Wait until no turn is under way; for tests and for an orderly end."""
        while tasks := self._under_way():
            await asyncio.gather(*tasks, return_exceptions=True)

    def _under_way(self) -> list[asyncio.Task[None]]:
        return [*self._workers.values(), *([self._alone.trial] if self._alone.trial is not None else [])]

    async def check(self) -> None:
        """Raise unless the database answers and has our tables."""
        await self._inbox.check()

    async def receive(self, arrival: Arrival) -> Answer:
        """Take one activity in: 202 once it is stored, a click's answer, 200 for what needs nothing."""
        match arrival.type:
            case "message" if expects_replies(arrival):
                return await self._reply(arrival)
            case "message":
                return await self._keep(arrival, "message")
            case "invoke":
                return await self._invokes.answer(arrival)
            case "messageUpdate":
                return await self._reworded(arrival)
            case "messageDelete":
                await self._rewordings.deleted(arrival)
                return Answer(200)
            case "installationUpdate" | "conversationUpdate":
                return await self._moved(arrival)
            case _:
                _log.debug("nothing to do for a %s", arrival.type)
                return Answer(200)

    async def unheard(self, arrival: Arrival) -> None:
        """The channel may not have heard our response, and will deliver a message again then."""
        if arrival.type == "message":
            await self._inbox.unheard(arrival)

    async def _click(self, arrival: Arrival) -> Answer:
        await self._ready()
        return await self._clicks.answer(arrival)

    async def _moved(self, arrival: Arrival) -> Answer:
        """We were added, removed, or somebody else was."""
        action = str(arrival.raw.get("action"))  # whatever was sent
        if action in {"add", "add-upgrade"} or _names_us(arrival, "membersAdded"):
            return await self._keep(arrival, "welcome")
        await self._inbox.note(arrival)
        removed = action in {"remove", "remove-upgrade"} or _names_us(arrival, "membersRemoved")
        if removed:
            await self._inbox.retire(arrival.conversation, "removed")
        if self._whereabouts is not None:
            await self._whereabouts.left(arrival, removed=removed)
        return Answer(200)

    async def _keep(self, arrival: Arrival, kind: str) -> Answer:
        """Store it, and who was met with it."""
        whereabouts = self._whereabouts if kind == "message" else None
        met = NOBODY if whereabouts is None else whereabouts.new(arrival)
        await self._store(arrival, kind, met)
        if whereabouts is not None:
            whereabouts.noted(met)
        return Answer(202)

    async def _store(self, arrival: Arrival, kind: str, met: Met) -> None:
        """And begin on it at once where nothing else is under way."""
        conversation = arrival.conversation
        if conversation in self._workers or conversation in self._arriving or not self._begins():
            _, ours = await self._inbox.keep(arrival, kind, met)
            if ours:
                self._wake(conversation)
            return
        self._arriving.add(conversation)
        turn = None
        try:
            ours, turn = await self._inbox.begin(arrival, kind, met)
            if ours and turn is None:
                self._more.add(conversation)
        finally:
            self._arriving.discard(conversation)
            self._arrived.set()
            if turn is not None or conversation in self._more:
                self._wake(conversation, turn)

    async def _reply(self, arrival: Arrival) -> Answer:
        """The answer in the response instead of by the connector."""
        await self._keep(arrival, "message")
        return await self._replies.answer(
            arrival, patience=self._patience.replies, worker=lambda: self._workers.get(arrival.conversation)
        )

    async def _reworded(self, arrival: Arrival) -> Answer:
        if await self._rewordings.changed(arrival):
            self._wake(arrival.conversation)
        return Answer(202)

    def _wake(self, conversation: str, turn: Turn | None = None) -> None:
        """Work there, first on ``turn`` where that was begun already."""
        if turn is None:
            self._more.add(conversation)
        if conversation in self._workers or conversation in self._arriving or self._loop is None:
            return
        if turn is not None or self._begins():
            self._workers[conversation] = asyncio.create_task(self._work(conversation, turn), name="turn")

    def _begins(self) -> bool:
        """Whether anything new is begun on."""
        return self._loop is not None and not self._stopping.is_set() and self._alone.trial is None

    async def _quiet(self) -> None:
        """Wait until no turn is under way, nor about to be."""
        while self._workers or self._arriving:
            self._arrived.clear()
            await (asyncio.wait(self._workers.values()) if self._workers else self._arrived.wait())

    async def _ready(self) -> None:
        """The SDK is imported beside the start; nobody imports it on the event loop."""
        if self._warm is not None and not self._warm.done():
            await asyncio.shield(self._warm)

    async def _watch(self) -> None:
        """Look for what was left lying, and keep the leases of what is worked on."""
        loop = asyncio.get_running_loop()
        tidied = loop.time() - _TIDY
        while not self._stopping.is_set():
            try:
                self._look.clear()
                if self._under_way():
                    await self._inbox.renew()
                self._go_on_with(await self._inbox.left_behind())
                if self._warm is None or self._warm.done():  # else beginning a click would import the SDK here
                    await self._clicks.resume()
                if loop.time() - tidied >= _TIDY:
                    tidied = loop.time()
                    await self._inbox.tidy()
                    await self._outbox.tidy()
            except (DatabaseError, PoolTimeout) as problem:
                _log.warning("the inbox cannot be read: %s", problem)
            except Exception:  # noqa: BLE001 – the last fence: whatever it was, somebody has to go on looking
                _log.exception("looking into the inbox broke off")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience.sweep):
                    await self._look.wait()

    def _go_on_with(self, left: Sequence[Left]) -> None:
        """Side by side; of what is to be tried alone, one, when what was begun here has ended."""
        for one in left:
            if not one.alone:
                self._wake(one.conversation)
        first = next((one for one in left if one.alone), None)
        if first is not None and self._begins():
            self._alone.begin(first)

    async def _work(self, conversation: str, turn: Turn | None) -> None:
        """Turn after turn. No await between the last look at ``_more`` and leaving: no wake is lost."""
        try:
            await self._ready()
            began = False  # then it is begun on in any case: between two trials everybody's next message has its turn
            while turn is not None or (conversation in self._more and (self._begins() or not began)):
                if self._stopping.is_set():
                    break
                began = True
                if turn is None:
                    self._more.discard(conversation)
                    turn = await self._inbox.take(conversation)
                else:
                    turn = await self._one(turn)
        except LostTurnError:
            _log.warning("another process has taken over a conversation; this turn does not count")
            turn = None
        except (DatabaseError, PoolTimeout) as problem:
            _log.warning("a turn stopped, the database does not answer: %s", problem)
            if not went_away(problem):
                turn = None
        except Exception:  # noqa: BLE001 – the last fence: a message that breaks us stays in the inbox, others go on
            _log.exception("a turn broke off")
            turn = None
        finally:
            if turn is not None:
                self._inbox.survived(turn)
            self._more.discard(conversation)
            self._workers.pop(conversation, None)  # not there while it is tried alone

    async def _one(self, turn: Turn) -> Turn | None:
        """One turn to its end; the conversation's next."""
        in_body = turn.kind == "message" and expects_replies(turn.arrival)
        typing = _Typing(self._sender, turn.arrival, math.inf if in_body else self._patience.typing)
        try:
            outcome = await self._thinking.think(turn)
        finally:
            await typing.stop()
        self._more.discard(turn.arrival.conversation)  # the end of the turn looks for the next message
        if in_body or self._to_redraw(outcome):
            return await self._end_with_more(turn, outcome, in_body=in_body)
        return await self._end(turn, outcome)

    async def _end(self, turn: Turn, outcome: Outcome) -> Turn | None:
        """In one statement where there is at most one new message; that is sent at once if nothing is in its way."""
        letters = [part for letter in outcome.letters for part in parted(letter)]
        if len(letters) > 1 or any(letter.method != "post" for letter in letters):
            return await self._end_with_more(turn, outcome)
        conversation, errand = turn.arrival.conversation, None
        reserved = bool(letters) and await self._sender.reserve(conversation)
        try:
            ended = await self._inbox.end(
                turn,
                outcome,
                letters[0] if letters else None,
                asked_by=_asked_by(turn),
                outbox=self._outbox,
                send=reserved,
                more=self._begins(),
            )
            errand = ended.errand
        finally:
            if reserved:
                self._sender.take_over(conversation, errand)
        if letters and errand is None:
            self._sender.wake(conversation)
        return ended.turn

    async def _end_with_more(self, turn: Turn, outcome: Outcome, *, in_body: bool = False) -> Turn | None:
        """In one transaction, with whatever else has to happen wholly or not at all."""
        conversation, letters = turn.arrival.conversation, outcome.letters
        async with self._pool.connection() as connection, connection.transaction():
            await self._inbox.commit(connection, turn, outcome)
            if in_body:
                body, letters = in_response(turn.arrival, letters)
                await self._replies.write(connection, turn.seq, body)
            await self._outbox.add(connection, conversation, letters, asked_by=_asked_by(turn))
            for about in self._to_redraw(outcome):
                assert self._redraw_later is not None
                await self._redraw_later(connection, about)
        self._sender.wake(conversation)
        return await self._inbox.take(conversation) if self._begins() else None

    def _to_redraw(self, outcome: Outcome) -> list[str]:
        """What is shown now, and may have changed before anybody could know that it is shown here."""
        if self._redraw_later is None:
            return []
        abouts = dict.fromkeys(letter.about for letter in outcome.letters)
        return [about for about in abouts if about is not None and may_be_behind(about)]


class _Typing:
    """A typing sign when the answer takes its time, and never after the answer."""

    def __init__(self, sender: Sender, arrival: Arrival, after: float) -> None:
        self._sign: asyncio.Task[None] | None = None
        self._timer = (
            None if after == math.inf else asyncio.get_running_loop().call_later(after, self._show, sender, arrival)
        )

    def _show(self, sender: Sender, arrival: Arrival) -> None:
        self._sign = asyncio.create_task(sender.typing(arrival), name="typing")

    async def stop(self) -> None:
        """A sign on its way is waited for: it must not overtake the answer."""
        if self._timer is not None:
            self._timer.cancel()
        if self._sign is not None:
            await asyncio.gather(self._sign, return_exceptions=True)


def _asked_by(turn: Turn) -> str | None:
    return (turn.arrival.object_id or None) if turn.kind != "welcome" else None


def _names_us(arrival: Arrival, key: str) -> bool:
    members = arrival.raw.get(key)
    us = arrival.bot.get("id")
    return isinstance(members, list) and any(isinstance(one, dict) and one.get("id") == us for one in members)
