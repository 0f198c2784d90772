"""A button was clicked: answered while Teams waits, and once, however often the click arrives.

Teams waits about ten seconds. An answer that is not there after three is replaced by "still working", and the card
follows as an edit. The answer's card is what the clicker sees; everybody else sees it by an edit that is sent a
moment later, so that no client draws the edit first and the older answer over it. A card that others read as well
gives way only to itself, drawn anew, or to what whoever asked for it asks next; any other answer is a new message.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from psycopg import OperationalError

from bot.apologies import answered_below, apology, gave_up, not_taken_in, not_written_down, status, still_working
from bot.channel.wire import Arrival, Letter
from bot.endings import end
from bot.identity import who_speaks
from bot.inbox import Inbox
from bot.outbox import Outbox, Spot, body_of, letter_of, may_be_behind
from bot.patience import Answer, Patience, RedrawLater, Talk
from bot.sender import Sender
from bot.state import Memory
from bot.waiting import Waiting
from cards.words import use_language
from dialogs.clicks import CHANGING
from dialogs.talk import CARD_TYPE, PERSONAL, Click, Reply, Seal
from provisioning.errors import DeskError
from provisioning.model import Actor
from provisioning.ports import TenantReader
from provisioning.store.database import Connection, Pool

_MESSAGE = "application/vnd.microsoft.activity.message"
_ERROR = "application/vnd.microsoft.error"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What a click comes to: a reply or what was in its way, and the memory to keep (with the version it came from).

    ``spot``: the clicked message; ``beside``: the reply is a message of its own and the clicked card stays.
    """

    reply: Reply | None = None
    problem: Exception | None = None
    memory: tuple[int, Any] | None = None
    spot: Spot | None = None
    beside: bool = False

    @property
    def gone(self) -> bool:
        """Whether the clicked message is taken back; whoever clicked it reads the reply's summary."""
        return self.reply is not None and self.reply.gone and self.spot is not None and not self.beside

    @property
    def note(self) -> str:
        """Why the click changed nothing; then the card is shown by an edit or a message, and these words answer."""
        return self.reply.note if self.reply else ""


@dataclass(slots=True)
class _Running:
    """One click under way. ``late``: it was told to wait, ``told``: when; ``ending``: its answer is being written."""

    arrival: Arrival
    verb: str
    data: Mapping[str, Any]
    late: bool = False
    ending: bool = False
    told: float = math.inf
    task: "asyncio.Task[dict[str, Any]] | None" = field(default=None)


class Clicks:
    """Invokes of cards, for one process."""

    def __init__(
        self,
        *,
        pool: Pool,
        inbox: Inbox,
        outbox: Outbox,
        sender: Sender,
        reader: TenantReader,
        conversations: Talk,
        dialogs_version: str,
        patience: Patience,
        redraw_later: RedrawLater | None = None,
    ) -> None:
        self._pool = pool
        self._inbox = inbox
        self._outbox = outbox
        self._sender = sender
        self._reader = reader
        self._conversations = conversations
        self._dialogs_version = dialogs_version
        self._patience = patience
        self._redraw_later = redraw_later
        self._waiting = Waiting(pool, outbox, redraw_later)
        self._running: dict[int, _Running] = {}

    async def answer(self, arrival: Arrival) -> Answer:
        """The response to a click on one of our cards."""
        action = _action(arrival)
        if action is None:
            return Answer(200, _error(400, "BadRequest", "The click has no verb."))
        try:
            seq, _ = await self._inbox.keep(arrival, "click")
        except OperationalError as problem:
            return _away(problem, not_taken_in, arrival)
        try:
            if seq is not None:
                return Answer(200, await self._in_time(seq, self._begin(seq, arrival, *action)))
            return Answer(200, await self._again(arrival, *action))
        except OperationalError as problem:
            return _away(problem, not_written_down, arrival)

    async def resume(self, *, alone: str | None = None) -> None:
        """Finish what dead processes had promised by "still working", or say that it was given up.

        ``alone``: in this conversation, what several processes died over.
        """
        for seq, arrival, worn_out in await self._inbox.abandoned(alone=alone):
            action = _action(arrival)
            if action is None or worn_out:
                await self._give_up(seq, arrival)
            elif seq not in self._running:
                self._begin(seq, arrival, *action).late = True

    async def _give_up(self, seq: int, arrival: Arrival) -> None:
        """Whoever was told to wait hears that nothing will follow."""
        with use_language(arrival.locale):
            sorry = letter_of(Reply(text=gave_up()))
        async with self._pool.connection() as connection, connection.transaction():
            await self._inbox.ended(connection, seq, "processes died over it")
            await self._waiting.put_back(connection, arrival)
            await self._outbox.add(connection, arrival.conversation, [sorry])
        self._sender.wake(arrival.conversation)

    async def idle(self) -> None:
        """Wait for the clicks that are under way now."""
        tasks = [running.task for running in self._running.values() if running.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self, grace: float) -> None:
        """Let clicks under way end."""
        await end([running.task for running in self._running.values() if running.task is not None], grace=grace)

    async def _again(self, arrival: Arrival, verb: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """The same click once more: its answer if there is one, else its end, or its beginning if nobody is at it."""
        before = await self._inbox.repeated(arrival)
        if before.answer is not None:
            return dict(before.answer)
        running = self._running.get(before.seq)
        if running is None and await self._inbox.take_over(before.seq, arrival):
            running = self._begin(before.seq, arrival, verb, data)
        if running is None:  # another process has it, or had it when it died
            with use_language(arrival.locale):
                wait = _message(still_working())
            if not await self._inbox.promise(before.seq, wait):
                return dict((await self._inbox.repeated(arrival)).answer or wait)
            return wait
        return await self._in_time(before.seq, running)

    def _begin(self, seq: int, arrival: Arrival, verb: str, data: Mapping[str, Any]) -> _Running:
        running = _Running(arrival, verb, data)
        running.task = asyncio.create_task(self._work(seq, running), name="click")
        running.task.add_done_callback(lambda task: self._ended(seq, task))
        self._running[seq] = running
        return running

    def _ended(self, seq: int, task: "asyncio.Task[dict[str, Any]]") -> None:
        self._running.pop(seq, None)
        if not task.cancelled() and (problem := task.exception()) is not None:
            _log.error("a click's answer could not be stored", exc_info=problem)

    async def _in_time(self, seq: int, running: _Running) -> dict[str, Any]:
        assert running.task is not None
        done, _ = await asyncio.wait({running.task}, timeout=self._patience.click)
        if done or running.ending:
            return await asyncio.shield(running.task)
        running.late = True
        with use_language(running.arrival.locale):
            card = await self._waiting.card(running.arrival, still_working())
            answer = _card(card) if card else _message(still_working())
        async with self._pool.connection() as connection:
            await self._inbox.answered(connection, seq, answer, open_=True)
        running.told = asyncio.get_running_loop().time()
        return answer

    async def _work(self, seq: int, running: _Running) -> dict[str, Any]:
        decision = await self._decide(running)
        running.ending = True
        conversation, why = running.arrival.conversation, _why(decision.problem)
        answer = self._answer(decision, running.arrival.locale)
        async with self._pool.connection() as connection, connection.transaction():
            running.late = running.late or await self._inbox.promised(connection, seq)
            if running.late:
                await self._inbox.ended(connection, seq, why)
            else:
                await self._inbox.answered(connection, seq, answer, why=why)
            if decision.memory is not None:
                await self._inbox.remember_aside(connection, conversation, *decision.memory)
            await self._show(connection, running, decision)
        self._sender.wake(conversation)
        return answer

    async def _decide(self, running: _Running) -> _Decision:
        """Nothing that happens in it gets out but that the database went away."""
        try:
            async with asyncio.timeout(self._patience.turn):
                return await self._ask(running, await who_speaks(running.arrival, self._reader))
        except (DeskError, TimeoutError) as problem:
            return _Decision(problem=problem)
        except OperationalError:  # the database went away: who was told to wait is owed the card when it is back
            raise
        except Exception as problem:  # noqa: BLE001 – the last fence: whoever clicked is told, the log says what happened
            _log.exception("a click on %r failed", running.verb)
            return _Decision(problem=problem)

    async def _ask(self, running: _Running, actor: Actor) -> _Decision:
        from bot.channel.adapter import context_of  # with it comes the SDK

        arrival = running.arrival
        spot, (version, document) = await asyncio.gather(self._hush(arrival), self._inbox.recall(arrival.conversation))
        memory = Memory(document, dialogs=self._dialogs_version)
        context, _ = context_of(arrival)
        await self._outbox.seals.ready()
        seal = self._outbox.seals.look(running.verb, running.data)
        if seal is Seal.FORGED and running.verb in CHANGING:
            _log.warning("a button was pressed whose seal is not ours: %s", running.verb)
        click = Click(
            verb=running.verb,
            data=running.data,
            actor=actor,
            conversation=arrival.conversation,
            kind=arrival.kind,
            key=arrival.key,
            voice=spot.voice if spot else None,
            seal=seal,
        )
        with use_language(arrival.locale):
            reply = await self._conversations.click(click, turn_context=context, state=memory)
        kept = memory.document()
        changed = (version, kept) if kept != document else None
        beside = reply.card is not None and (bool(reply.note) if spot is None else not _gives_way(spot, arrival, reply))
        return _Decision(reply=reply, memory=changed, spot=spot, beside=beside)

    async def _hush(self, arrival: Arrival) -> Spot | None:
        """The clicked message, which is not edited until its answer has been drawn; before what that shows is read."""
        if not arrival.reply_to:
            return None
        quiet = timedelta(seconds=self._patience.click + self._patience.settle)
        return await self._outbox.clicked(arrival.conversation, arrival.reply_to, quiet=quiet)

    async def _show(self, connection: Connection, running: _Running, decision: _Decision) -> None:
        """What goes out besides the answer: the card for everybody, an answer of its own, or late bad news."""
        arrival, reply, spot = running.arrival, decision.reply, decision.spot
        conversation = arrival.conversation
        if decision.gone and reply is not None:
            letter = Letter(method="delete", target=arrival.reply_to, body=body_of(reply))
            await self._outbox.add(connection, conversation, [letter])
        elif reply is not None and reply.card is not None and spot is not None and not decision.beside:
            quiet = timedelta(seconds=self._until_drawn(running, reply))
            target = str(arrival.reply_to)
            await self._outbox.replaced(connection, conversation, target, reply, drawn=spot.drawn, quiet=quiet)
        elif running.late or decision.beside:
            with use_language(arrival.locale):
                said = reply or Reply(text=apology(decision.problem or TimeoutError()))
            await self._outbox.add(connection, conversation, [letter_of(said)], asked_by=arrival.object_id or None)
            if running.late:
                await self._waiting.put_back(connection, arrival)
        if running.late and decision.note:
            await self._outbox.add(connection, conversation, [letter_of(Reply(text=decision.note))])
        about = reply.about if reply else None
        if self._redraw_later is not None and about and may_be_behind(about, spot.about if spot else None):
            await self._redraw_later(connection, about)

    def _until_drawn(self, running: _Running, reply: Reply) -> float:
        """Seconds that the client still needs to draw what the click was answered; an edit must not come before."""
        if not running.late:
            return 0.0 if reply.note else self._patience.settle
        ago = asyncio.get_running_loop().time() - running.told
        return min(max(self._patience.settle - ago, 0.0), self._patience.settle)

    def _answer(self, decision: _Decision, locale: str | None) -> dict[str, Any]:
        reply, problem = decision.reply, decision.problem
        if decision.note:
            return _message(decision.note)
        if decision.beside:
            with use_language(locale):
                return _message(answered_below())
        if decision.gone and reply is not None:
            return _message(reply.summary)
        if reply is not None:
            return _message(str(reply.text)) if reply.card is None else _card(self._outbox.seals.put_on(reply.card))
        assert problem is not None
        with use_language(locale):
            return _error(status(problem), type(problem).__name__.removesuffix("Error"), apology(problem))


def _gives_way(spot: Spot, arrival: Arrival, reply: Reply) -> bool:
    """Whether a reply may take the clicked card's place; the message id comes from the client like everything else."""
    if spot.about is not None:
        return reply.about == spot.about
    return arrival.kind == PERSONAL or (spot.asked_by is not None and spot.asked_by == arrival.object_id)


def _action(arrival: Arrival) -> tuple[str, Mapping[str, Any]] | None:
    """Verb and data of an Action.Execute; None when the client sent something else."""
    value = arrival.raw.get("value")
    action = value.get("action") if isinstance(value, dict) else None
    if not isinstance(action, dict):
        return None
    verb, data = action.get("verb"), action.get("data")
    if not isinstance(verb, str) or not verb or not isinstance(data, dict | None):
        return None
    return verb, data or {}


def _away(problem: OperationalError, said: Callable[[], str], arrival: Arrival) -> Answer:
    _log.error("a click met a database that does not answer: %s", problem)
    with use_language(arrival.locale):
        return Answer(200, _error(503, "TryLater", said()))


def _why(problem: Exception | None) -> str | None:
    return f"{type(problem).__name__}: {problem}" if problem is not None else None


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    return {"statusCode": 200, "type": CARD_TYPE, "value": dict(card)}


def _message(text: str) -> dict[str, Any]:
    return {"statusCode": 200, "type": _MESSAGE, "value": text}


def _error(code: int, name: str, text: str) -> dict[str, Any]:
    return {"statusCode": code, "type": _ERROR, "value": {"code": name, "message": text}}
