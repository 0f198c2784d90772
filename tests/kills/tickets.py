"""``python -m tests.kills.tickets [EVERY]``: one move of a ticket, and a death at every statement that it brings about.

The death is the database's own: at the statement that is counted, the process's connection is gone with whatever its
transaction had done. What was wished for is then wished for again, as Teams repeats a click that nobody answered, and a
successor does the work that was queued. People, the ticket's thread, the other desk and the audit must have heard what
they hear when nobody dies, each word once, and every card must show the ticket as it stands.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg_pool import AsyncConnectionPool

from bot.channel.wire import digest
from bot.outbox import Outbox, body_of
from bot.proactive import Proactive
from bot.telling import Telling
from bot.whereabouts import Whereabouts
from dialogs.redraw import Redraw
from provisioning.casework.couriers import Courier
from provisioning.casework.records import SHOW_TICKET
from provisioning.casework.tickets import Tickets
from provisioning.model import Actor
from provisioning.moves import Close, Grade, HandOver, Move, Note, NotSolved, Reopen, Reply, Take, Withdraw
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool, open_database, session_settings
from provisioning.store.embedded import running
from provisioning.store.migrations import migrate
from provisioning.store.post import PostgresPost
from provisioning.store.queue import Queue
from provisioning.tickets import CloseReason, Severity, Subject, Ticket
from tests import worlds
from tests.bot.conftest import Bot, Desk, Teams, Tenant
from tests.kills.__main__ import TEMPLATE, _at, _database
from tests.provisioning.casework.fuse import Crash, Fuse
from tests.provisioning.casework.test_couriers import FarDesk, compose

ROOM, CHAT, OTHER = "19:helpdesk@thread.tacv2", "a:olle", "a:maja"
OLLE = Actor(id="p-olle", upn="olle@fabrikam.example", name="Olle Svensson")
MAJA = Actor(id="p-maja", upn="maja@fabrikam.example", name="Maja Lind")
AISHA, INES = worlds.aisha(), worlds.ines()
SLOW_SYNC = Subject(app="a-askcody", cause="quarantine")

Wish = Callable[[Tickets, Ticket], Awaitable[Any]]


def _moving(by: Actor, *moves: Move) -> Wish:
    """The wish for these moves, seen on the card of the ticket as it was."""

    async def wish(tickets: Tickets, seen: Ticket) -> None:
        await tickets.move(by, seen.number, *moves, step=seen.step)

    return wish


def _asking(by: Actor, chat: str) -> Wish:
    """*Open ticket* on an answer about an app."""

    async def wish(tickets: Tickets, seen: Ticket | None = None) -> None:
        await tickets.open_on(
            by, origin=chat, text="how is AskCody syncing", found="Not well.", subjects=[SLOW_SYNC], key=f"of {chat}"
        )

    return wish


async def _merging(tickets: Tickets, seen: Ticket) -> None:
    await tickets.merge(AISHA, seen.number, seen.number + 1, step=seen.step)


async def _another(tickets: Tickets, seen: Ticket) -> None:
    await tickets.open(MAJA, origin=OTHER, text="the same, I think", key="another")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One wish; ``before`` has happened already, and everybody has heard of it."""

    name: str
    wish: Wish
    before: tuple[Wish, ...] = (_asking(OLLE, CHAT), _asking(MAJA, OTHER))


_ASKED = (_asking(OLLE, CHAT), _asking(MAJA, OTHER))
_CLOSED = _moving(AISHA, Close(reason=CloseReason.NOT_OURS, text="The vendor knows."))
SCENARIOS = (
    Scenario(name="open", wish=_asking(OLLE, CHAT), before=()),
    Scenario(name="join", wish=_asking(MAJA, OTHER), before=(_asking(OLLE, CHAT),)),
    Scenario(name="take", wish=_moving(AISHA, Take())),
    Scenario(name="note", wish=_moving(AISHA, Note(text="Only for us."), Grade(severity=Severity.URGENT))),
    Scenario(name="relay to who asked", wish=_moving(AISHA, Note(text="Try now.", internal=False, key="message 1"))),
    Scenario(name="relay to the helpdesk", wish=_moving(OLLE, Reply(text="It still fails.", key="message 2"))),
    Scenario(name="hand over", wish=_moving(AISHA, HandOver(to=INES)), before=(*_ASKED, _moving(AISHA, Take()))),
    Scenario(name="close", wish=_CLOSED),
    Scenario(name="reopen", wish=_moving(AISHA, Reopen()), before=(*_ASKED, _CLOSED)),
    Scenario(name="not solved", wish=_moving(OLLE, NotSolved(text="No.")), before=(*_ASKED, _CLOSED)),
    Scenario(name="withdraw", wish=_moving(OLLE, Withdraw())),
    Scenario(name="merge", wish=_merging, before=(_asking(OLLE, CHAT), _another)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What everybody had heard of the wish in the end, and how often. ``died``: at which step; "": nobody did."""

    died: str
    steps: int
    told: Counter[tuple[str, str]] = field(hash=False)  # conversation and words
    elsewhere: Counter[str] = field(hash=False)  # what the other desk was told
    history: tuple[tuple[str, str, str], ...]  # of every ticket: what, by whom, with which words
    audited: Counter[str] = field(hash=False)
    stale: tuple[str, ...]  # places that show something else than the ticket as it stands
    undone: int  # work that is still queued, and letters that are neither sent nor visibly ambiguous

    def like(self, quiet: "Outcome") -> bool:
        """Whether nobody can tell that somebody died."""
        return (self.told, self.elsewhere, self.history, self.audited, self.stale, self.undone) == (
            quiet.told,
            quiet.elsewhere,
            quiet.history,
            quiet.audited,
            (),
            0,
        )


@asynccontextmanager
async def _mortal(url: str, fuse: Fuse) -> AsyncIterator[Pool]:
    """A pool of a process that the fuse kills: before each statement and before each commit."""

    class Cursor(AsyncCursor[Any]):
        async def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            _pass(fuse, self.connection, " ".join(str(query).split())[:60])
            return await super().execute(query, params, **more)

    class Connection(AsyncConnection[Any]):
        def _exec_command(self, command: Any, *args: Any, **more: Any) -> Any:
            if b"COMMIT" in bytes(command) if isinstance(command, bytes) else "COMMIT" in str(command):
                _pass(fuse, self, "commit")
            return super()._exec_command(command, *args, **more)

    async def alone(connection: Any) -> None:
        await connection.set_autocommit(True)

    pool: Any = AsyncConnectionPool(
        url,
        connection_class=Connection,
        min_size=1,
        max_size=4,
        kwargs={**session_settings(), "cursor_factory": Cursor},
        configure=alone,
        open=False,
    )
    await pool.open(wait=True)
    try:
        yield pool
    finally:
        await pool.close()


def _pass(fuse: Fuse, connection: Any, step: str) -> None:
    try:
        fuse(step)
    except Crash:
        connection.pgconn.finish()
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Process:
    """One life of the service, as far as it is about tickets."""

    pool: Pool
    books: PostgresBooks
    tickets: Tickets
    telling: Telling
    courier: Courier

    async def works(self) -> None:
        """Everything that is queued, then everything that is owed to the other desk."""
        while jobs := await self._queued():
            for job, number in jobs:
                await self.telling.ticket(number)
                await self._run(b"DELETE FROM procrastinate_jobs WHERE id = %s", job)
        while await self.courier.round():
            pass

    async def _queued(self) -> list[tuple[int, int]]:
        rows = await self._run(
            b"SELECT id, (args ->> 'number')::bigint FROM procrastinate_jobs WHERE task_name = %s ORDER BY id LIMIT 1",
            SHOW_TICKET,
        )
        return [(int(job), int(number)) for job, number in rows]

    async def _run(self, query: bytes, *values: Any) -> list[Any]:
        async with self.pool.connection() as connection:
            found = await connection.execute(query, values)
            return await found.fetchall() if found.description else []


def _process(pool: Pool, bot: Bot, far: FarDesk) -> _Process:
    books = PostgresBooks(pool, Queue(pool), desks=(far.name,))
    proactive = Proactive(pool=pool, outbox=Outbox(pool), sender=bot.sender)
    tickets = Tickets(books=books, clock=lambda: worlds.NOW)
    whereabouts = Whereabouts(pool, proactive)
    redraw = Redraw(books)
    telling = Telling(books=books, tickets=tickets, proactive=proactive, whereabouts=whereabouts, redraw=redraw)
    post = PostgresPost(pool, lease=timedelta(0))  # a successor need not wait here
    courier = Courier(desk=far, post=post, books=books, compose=compose)
    return _Process(pool=pool, books=books, tickets=tickets, telling=telling, courier=courier)


async def _settled(process: _Process, bot: Bot) -> None:
    """Until nothing is queued, in line or owed any more."""
    for _ in range(40):
        await process.works()
        await bot.settled()
        rows = await bot.rows(
            b"SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo') "
            b"+ (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending'))"
        )
        if rows == [(0,)]:
            return
        await bot.rows(b"UPDATE outbox SET due = clock_timestamp() WHERE state = 'pending'")
        bot.sender.wake(ROOM, CHAT, OTHER)
        await asyncio.sleep(0.02)


async def trial(url: str, scenario: Scenario, step: int) -> Outcome:
    """Wish, die at the ``step``-th step (0: never), wish again, let a successor work, and look."""
    fuse, far = Fuse(None, []), FarDesk()
    async with AsyncExitStack() as stack:
        healthy = await stack.enter_async_context(open_database(url))
        mortal = await stack.enter_async_context(_mortal(url, fuse))
        teams = await stack.enter_async_context(Teams())
        people = {one.id: one for one in (AISHA, INES, OLLE, MAJA)}
        bot = await Bot(healthy, teams, Tenant(people), Desk()).open()
        stack.push_async_callback(bot.close)
        for where, kind in ((ROOM, "channel"), (CHAT, "personal"), (OTHER, "personal")):
            sender = {"id": "29:x", "name": "x", "aadObjectId": AISHA.id}
            await bot.hear("hello", where=where, kind=kind, **{"from": sender})
        await bot.settled()
        await bot.proactive.use_as_desk_room(ROOM)
        successor, victim = _process(healthy, bot, far), _process(mortal, bot, far)
        seen = await _prepared(scenario, successor, bot)
        heard, before = len(teams.messages), list(far.got)
        died = ""
        fuse.steps.clear()
        fuse.left = step or None
        try:
            await scenario.wish(victim.tickets, seen)  # type: ignore[arg-type]
            fuse("the wish is answered")
            await victim.works()
        except Crash as crash:
            died = str(crash)
        fuse.left = None
        if died:
            await scenario.wish(successor.tickets, seen)  # type: ignore[arg-type]
        await _settled(successor, bot)
        told = Counter(_words(call.conversation, call.body) for call in teams.messages[heard:])
        return Outcome(
            died=died,
            steps=len(fuse.steps),
            told=told,
            elsewhere=Counter(far.got) - Counter(before),
            history=await _history(successor),
            audited=Counter(what for (what,) in await bot.rows(b"SELECT what FROM audit WHERE about LIKE 'ticket:%%'")),
            stale=tuple(await _stale(bot, successor)),
            undone=int((await bot.rows(_UNDONE))[0][0]),
        )


_UNDONE = b"""SELECT (SELECT count(*) FROM procrastinate_jobs) + (SELECT count(*) FROM outbox WHERE state <> 'sent'
                      AND state <> 'replaced') + (SELECT count(*) FROM desk_deliveries WHERE state <> 'delivered')"""


async def _prepared(scenario: Scenario, process: _Process, bot: Bot) -> Ticket | None:
    for wish in scenario.before:
        open_ = await process.books.tickets(open_only=False)
        await wish(process.tickets, open_[0] if open_ else None)  # type: ignore[arg-type]
        await _settled(process, bot)
    found = await process.books.tickets(open_only=False)
    return found[0] if found else None


async def _history(process: _Process) -> tuple[tuple[str, str, str], ...]:
    tickets = await process.books.tickets(open_only=False)
    return tuple(
        (f"{ticket.name} {event.what} {event.value}", event.by.name, event.text)
        for ticket in tickets
        for event in ticket.history
    )


async def _stale(bot: Bot, process: _Process) -> list[str]:
    """Every place is to show the ticket as it would be drawn now."""
    wrong, redraw = [], Redraw(process.books)
    for conversation, about, voice, shown in await bot.rows(b"SELECT conversation, about, voice, digest FROM places"):
        reply = await redraw.ticket(int(str(about).partition(":")[2]), str(voice))
        if digest(body_of(reply)) != shown:
            wrong.append(f"{about} in {conversation}")
    return wrong


def _words(conversation: str, body: dict[str, Any]) -> tuple[str, str]:
    """Where, and a message's text or its card's one sentence; a new thread begins in its channel."""
    activity = body.get("activity") or body
    room = conversation.partition(";")[0] or str(body["channelData"]["channel"]["id"])
    return room, str(activity.get("text") or activity.get("summary") or "")


def _table(server: str, scenario: Scenario, numbers: Iterator[int], every: int = 1) -> Iterator[tuple[Outcome, bool]]:
    """First without a death, then one at each step (or each so-manyth); with each, whether it went as without."""
    quiet: Outcome | None = None
    for step in count(step=every):
        if quiet is not None and step > quiet.steps:
            return
        with _database(server, next(numbers)) as url:
            met = asyncio.run(trial(url, scenario, step))
        quiet = quiet or met
        yield met, met.like(quiet)


def main(every: int) -> int:
    """Print the table as it grows; 1 if a death did harm. ``every``: at each so-manyth step only."""
    bad, deaths, numbers = 0, 0, count(1)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "db", durable=False) as server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        migrate(_at(server, TEMPLATE))
        for scenario in SCENARIOS:
            met = list(_table(server, scenario, numbers, every))
            harm = [one for one, well in met if not well]
            bad, deaths = bad + len(harm), deaths + len(met) - 1
            print(f"{scenario.name:24}{len(met) - 1:>4} deaths, {len(harm)} wrong", flush=True)
            for one in harm:
                print(f"    at {one.died}: {one}", flush=True)
    print(f"{deaths} deaths, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 1))
