"""Sends what stands in the outbox: one conversation one after the other, many conversations side by side.

Woken when something was written here; looks by itself for what other processes left and for what becomes due.

What is claimed and not noted when this process dies counts as ambiguous, unless a successor on the same machine knows
that it never left. So a letter is claimed at the last moment, with everything at hand that its call needs: the tenant's
next slot, our token, the key of the seals. What the channel answered and the database does not take is written down as
soon as it does, while this process lives.
"""

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Literal
from uuid import UUID

from psycopg import Error as DatabaseError
from psycopg_pool import PoolTimeout

from bot import fitting
from bot.channel.connector import (
    SIDE_BY_SIDE,
    AmbiguousError,
    ClosedError,
    Connector,
    ConnectorError,
    NotDeliveredError,
    PermanentError,
    TooBigError,
)
from bot.channel.wire import THREAD, Arrival, Letter
from bot.departures import Departures
from bot.endings import end
from bot.envelopes import envelope, new_thread
from bot.evenly import Evenly, until
from bot.outbox import Errand, Outbox, Room
from bot.patience import RedrawLater
from bot.unwritten import Note, Unwritten

_SWEEP = 2.0  # s between looks for what other processes left
_BREATH = 0.1  # s at least between two looks
_TRIES = 10  # calls that deliver nothing, over about five minutes, until a letter has failed
_LONGEST_PAUSE = 60.0  # s
_TYPING = 3.0  # s that we wait for a typing sign to be taken
_AT_HAND = 0.1  # s that a turn's end waits for what its letter's call needs; else somebody claims the letter later
_NOTE = 0.2  # s between attempts to write down that something went out
_LINGER = 30.0  # s for which the database may still end a statement of a process that has died
_AFTER_A_FAULT = 1.0  # s that a conversation rests after what nobody thought of, which may well happen again
_GRACE = 5.0  # s for calls under way when the process stops
_GONE = frozenset({"404", "ActivityNotFoundInConversation", "MessageNotFound"})

_log = logging.getLogger(__name__)

NewThreads = Literal["create", "post"]


class Sender:
    """The outbox's hands.

    ``new_threads``: how a new thread in a Teams channel is begun; Teams wants the conversation created, the
    Playground shows what is posted to the channel itself. ``per_second`` is the limit of calls for the tenant.
    """

    def __init__(
        self,
        outbox: Outbox,
        connector: Connector,
        *,
        new_threads: NewThreads = "create",
        per_second: float = 50.0,
        side_by_side: int = SIDE_BY_SIDE,
        redraw_later: RedrawLater | None = None,
        departures: Departures | None = None,
    ) -> None:
        """``redraw_later`` queues the redrawing of what may have changed before it was known where it stands;
        ``departures``: what a successor learns of the letters that were under way, if it can."""
        self._outbox = outbox
        self._connector = connector
        self._new_threads = new_threads
        self._even = Evenly(per_second)
        self._side_by_side = side_by_side
        self._room = asyncio.Semaphore(side_by_side)
        self._drains: dict[str, asyncio.Task[None]] = {}
        self._more: set[str] = set()
        self._reserved: set[str] = set()  # conversations in which a turn is about to claim its letter by itself
        self._unreserved = asyncio.Event()
        self._unreserved.set()
        self._touched: dict[str, set[int]] = {}  # letters that the channel was called with, and that are not noted yet
        self._redraw_later = redraw_later
        self._unwritten = Unwritten()
        self._departures = departures
        self._dead: dict[UUID, float] = {}  # processes of this machine, and when each was found dead
        self._woken = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, with what earlier processes left."""
        self._stopping = False
        with suppress(DatabaseError, PoolTimeout):  # it is looked at again
            await self._after_the_dead()
        self._loop = asyncio.create_task(self._watch(), name="sender")

    async def stop(self) -> None:
        """Let calls under way end, start none, and give the leases back."""
        self._stopping = True  # not by cancelling: the database driver can swallow that
        self._woken.set()
        if self._loop is not None:
            await asyncio.gather(self._loop, return_exceptions=True)
            self._loop = None
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await self._unreserved.wait()
        ended = await end(list(self._drains.values()), grace=_GRACE)
        for conversation in self._unwritten.where():
            await self._unwritten.write(conversation)
        if ended:
            # Otherwise the leases end by themselves, and the next process finds what is ambiguous.
            await self._outbox.let_go()

    def wake(self, *conversations: str) -> None:
        """Something was committed for these conversations."""
        for conversation in conversations:
            self._more.add(conversation)
            if conversation not in self._reserved and self._loop is not None and not self._stopping:
                self._begin(conversation)

    async def reserve(self, conversation: str) -> bool:
        """Whether a letter for this conversation may be claimed by whoever stores it: nothing is under way there, and
        everything that its call needs is at hand.

        Then nothing is begun there before ``take_over``, which must follow.
        """
        busy = conversation in self._drains or conversation in self._reserved
        full = len(self._drains) + len(self._reserved) >= self._side_by_side
        if busy or full or self._loop is None or self._stopping or not self._outbox.seals.known:
            return False
        self._reserved.add(conversation)
        self._unreserved.clear()
        ready = False
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_AT_HAND):
                    ready = await self._prepare() is None
        finally:
            if not ready:
                self._unreserve(conversation)
        return ready

    def take_over(self, conversation: str, errand: Errand | None) -> None:
        """Send what was claimed under a reservation; without an errand, whatever waits by now."""
        if errand is None:
            self._even.give_back()
        self._unreserve(conversation, errand)

    def _unreserve(self, conversation: str, errand: Errand | None = None) -> None:
        self._reserved.discard(conversation)
        if not self._reserved:
            self._unreserved.set()
        if errand is not None:
            self._begin(conversation, errand)
        elif conversation in self._more:
            self.wake(conversation)

    async def _prepare(self) -> NotDeliveredError | None:
        """Have at hand what the next call needs, its slot last. What is in its way is told of the letter, once there is
        one."""
        problem = None
        await self._outbox.seals.ready()
        try:
            await self._connector.ready()
        except NotDeliveredError as found:
            problem = found
        await self._even.wait()
        return problem

    def _begin(self, conversation: str, errand: Errand | None = None) -> None:
        if conversation not in self._drains:
            self._drains[conversation] = asyncio.create_task(self._drain(conversation, errand), name="send")

    async def idle(self) -> None:
        """Wait until nothing is under way; for tests and for an orderly end."""
        while self._drains:
            await asyncio.gather(*self._drains.values(), return_exceptions=True)

    async def typing(self, arrival: Arrival) -> None:
        """Show that an answer is being made. Not worth a retry, nor an error."""
        room = Room(
            conversation=arrival.conversation,
            tenant=arrival.tenant,
            channel=arrival.channel,
            kind=arrival.kind,
            service_url=arrival.service_url,
            bot=arrival.bot,
        )
        try:
            async with asyncio.timeout(_TYPING):
                await self._connector.post(room.service_url, room.conversation, envelope({"type": "typing"}, room))
        except (ConnectorError, TimeoutError) as problem:
            _log.debug("no typing sign: %s", problem)

    async def _watch(self) -> None:
        loop, every = asyncio.get_running_loop(), self._outbox.lease.total_seconds() / 4
        renewed = loop.time()
        while not self._stopping:
            self._woken.clear()
            pause = _SWEEP
            try:
                if self._drains and loop.time() - renewed >= every:
                    renewed = loop.time()
                    await self._outbox.renew()
                await self._after_the_dead()
                pause = await self._look()
            except (DatabaseError, PoolTimeout) as problem:
                _log.warning("the outbox cannot be read: %s", problem)
            except Exception:  # noqa: BLE001 – the last fence: whatever it was, somebody has to go on looking
                _log.exception("looking into the outbox broke off")
            await asyncio.sleep(_BREATH)
            with suppress(TimeoutError):
                async with asyncio.timeout(0 if self._stopping else pause):
                    await self._woken.wait()

    async def _after_the_dead(self) -> None:
        """What they had claimed and never called the channel with goes out after all."""
        now = asyncio.get_running_loop().time()
        for process, left in (self._departures.of_the_dead() if self._departures else {}).items():
            for conversation in await self._outbox.never_left(process, left):
                _log.info("a letter had not left the process that died with it, and goes out now")
                self.wake(conversation)
            if now - self._dead.setdefault(process, now) > _LINGER and self._departures:
                self._departures.forget(process)
                del self._dead[process]

    async def _look(self) -> float:
        """Start on what is due; seconds until the next look is worth it."""
        pause = _SWEEP
        self.wake(*self._unwritten.where())
        self._even.share(await self._outbox.others())
        for conversation, wait in (await self._outbox.due()).items():
            if conversation in self._drains:
                continue
            if wait <= 0:
                self.wake(conversation)
            else:
                pause = min(pause, wait)
        return pause

    async def _drain(self, conversation: str, errand: Errand | None) -> None:
        """Send until nothing is due. No await between the last look at ``_more`` and leaving: no wake is lost."""
        try:
            while errand is not None or conversation in self._more:
                async with self._room:  # also while it is claimed: what is claimed goes out
                    if errand is None:
                        errand = await self._claim(conversation)
                    while errand is not None:
                        errand = await self._run(errand)
        except (DatabaseError, PoolTimeout) as problem:
            _log.warning("sending stopped, the database does not answer: %s", problem)
        except Exception:  # noqa: BLE001 – the last fence: one letter that breaks us must not silence the others
            _log.exception("sending to a conversation broke off")
            await asyncio.sleep(_AFTER_A_FAULT)
        finally:
            self._more.discard(conversation)
            del self._drains[conversation]
            self._woken.set()

    async def _claim(self, conversation: str) -> Errand | None:
        """The next letter, when nothing of ours is under way there; what we left unwritten is settled before it."""
        for seq in await self._unwritten.write(conversation):
            self._noted(conversation, seq)
        problem = await self._prepare()
        self._more.discard(conversation)
        touched = self._touched.get(conversation, set())
        errand = await self._outbox.claim(conversation, fresh=True, touched=tuple(touched))
        for seq in tuple(touched):
            self._noted(conversation, seq)
        if errand is None or problem is not None:
            self._even.give_back()
        if errand is not None and problem is not None:
            await self._later(errand, problem)
            return None
        return errand

    async def _run(self, errand: Errand) -> Errand | None:
        """Send one letter and write down what became of it; the conversation's next one, if its turn is near."""
        home = errand.room.conversation
        self._touched.setdefault(home, set()).add(errand.seq)
        if self._departures:
            self._departures.leaves(errand.seq)
        try:
            conversation, activity = await self._send(errand)
        except NotDeliveredError as problem:
            await self._write(errand, partial(self._later, errand, problem))
        except AmbiguousError as problem:
            _log.error("letter %d may or may not have been shown: %s", errand.seq, problem)
            await self._write(errand, self._ended(errand, "ambiguous", problem))
        except ClosedError as problem:
            _log.warning("a conversation is closed to us: %s", problem)
            closed = partial(self._outbox.closed, errand, _why(problem))
            # Written down later it may be open again; if it is not, the next letter meets the same.
            await self._write(errand, closed, later=self._ended(errand, "failed", problem))
        except PermanentError as problem:
            _log.error("letter %d was refused: %s", errand.seq, problem)
            forget = errand.letter.method != "post" and problem.code in _GONE
            await self._write(errand, self._ended(errand, "failed", problem, forget=forget))
        else:
            following = await self._note(errand, conversation, activity)
            self._noted(home, errand.seq)
            return following
        if not self._stopping:
            self._more.add(home)
        return None

    def _ended(self, errand: Errand, state: str, problem: ConnectorError, *, forget: bool = False) -> Note:
        return partial(self._outbox.ended, errand, state=state, why=_why(problem), forget=forget)

    async def _write(self, errand: Errand, note: Note, *, later: Note | None = None) -> None:
        """Write down what became of a letter; what the database does not take now, it is given (``later``) again."""
        try:
            await note()
        except (DatabaseError, PoolTimeout):
            self._unwritten.keep(errand, later or note)
            raise
        self._noted(errand.room.conversation, errand.seq)

    def _noted(self, conversation: str, letter: int) -> None:
        if self._departures:
            self._departures.noted(letter)
        called = self._touched.get(conversation, set())
        called.discard(letter)
        if not called:
            self._touched.pop(conversation, None)

    async def _note(self, errand: Errand, conversation: str, activity: str | None) -> Errand | None:
        """Write down that it went out. A database that is away is waited for as long as nobody else can take the
        letter over; after that others may call it ambiguous, until it can be written down in passing."""
        last = asyncio.get_running_loop().time() + self._outbox.lease.total_seconds() / 2
        again = False
        slot = None if self._stopping else self._even.take(within=_AT_HAND)
        if slot is None and not self._stopping:
            self._more.add(errand.room.conversation)
        while True:
            try:
                following = await self._outbox.sent(
                    errand, conversation=conversation, activity=activity, again=again, more=slot is not None
                )
                await self._follow(following, slot)
                return following
            except (DatabaseError, PoolTimeout) as problem:
                _log.warning("letter %d went out, and that cannot be written down yet: %s", errand.seq, problem)
                if asyncio.get_running_loop().time() >= last:
                    self._keep_for_later(errand, conversation, activity)
                    raise
            again = True
            await asyncio.sleep(_NOTE)

    def _keep_for_later(self, errand: Errand, conversation: str, activity: str | None) -> None:
        """An edit is simply made again; what it said may not be the newest any more when the database is back."""
        if errand.letter.method == "post":
            sent = partial(
                self._outbox.sent_before,
                errand,
                conversation=conversation,
                activity=activity,
                redraw_later=self._redraw_later,
            )
            self._unwritten.keep(errand, sent)

    async def _follow(self, following: Errand | None, slot: float | None) -> None:
        """Use the slot that was taken for the next letter, or give it back."""
        if slot is None:
            return
        if following is None:
            self._even.give_back()
        else:
            await until(slot)

    async def _send(self, errand: Errand) -> tuple[str, str | None]:
        """The conversation and activity that the letter now stands in."""
        letter, room = errand.letter, errand.room
        if letter.method == "delete":
            return await self._take_back(letter, room)
        for smaller in fitting.smaller(letter.body):
            try:
                return await self._deliver(letter, room, smaller)
            except TooBigError as problem:
                _log.warning("letter %d is too big for the channel and is shortened: %s", errand.seq, problem)
        return await self._deliver(letter, room, fitting.bare(letter.body))

    async def _take_back(self, letter: Letter, room: Room) -> tuple[str, str | None]:
        try:
            await self._connector.delete(room.service_url, room.conversation, str(letter.target))
        except PermanentError as problem:
            if problem.code in _GONE:  # it was taken back before, and nobody heard of it
                return room.conversation, letter.target
            if not letter.body:
                raise
            _log.info("a message cannot be taken back and is edited instead: %s", problem)
            return await self._deliver(replace(letter, method="put"), room, letter.body)
        return room.conversation, letter.target

    async def _deliver(self, letter: Letter, room: Room, content: Mapping[str, Any]) -> tuple[str, str | None]:
        body = envelope(self._outbox.seals.put_on(content), room)
        if letter.method == "put":
            await self._connector.put(room.service_url, room.conversation, str(letter.target), body)
            return room.conversation, letter.target
        if room.kind == "channel" and THREAD not in room.conversation and self._new_threads == "create":
            made = await self._connector.create(room.service_url, new_thread(body, room))
            return made.conversation, made.activity
        activity = await self._connector.post(room.service_url, room.conversation, body)
        if activity and room.kind == "channel" and THREAD not in room.conversation:
            thread = f"{room.conversation}{THREAD}{activity}"  # that it has begun; clicks come from there
            return thread, activity
        return room.conversation, activity

    async def _later(self, errand: Errand, problem: NotDeliveredError) -> None:
        if errand.attempts >= _TRIES:
            _log.error("letter %d was given up after %d calls: %s", errand.seq, errand.attempts, problem)
            await self._outbox.ended(errand, state="failed", why=_why(problem))
            return
        wait = problem.wait
        if wait is None:
            wait = min(0.5 * 2 ** (errand.attempts - 1), _LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311
        _log.info("letter %d waits %.1f s: %s", errand.seq, wait, problem)
        await self._outbox.again(errand, wait=wait, why=_why(problem))


def _why(problem: ConnectorError) -> str:
    return f"{problem} ({problem.code})" if problem.code else str(problem)
