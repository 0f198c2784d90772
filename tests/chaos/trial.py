"""One trial: a town, a database, replicas that are killed, people who write; and then what became of it all."""

import asyncio
import math
import random
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
from psycopg.conninfo import conninfo_to_dict

from provisioning.store.embedded import embedded
from provisioning.store.migrations import migrate
from sandbox import Company, limits, start
from tests.chaos.channel import Channel
from tests.chaos.fleet import AFTER_A_POST, ANY_TIME, AT_A_CALL, AT_A_COMMIT, BEFORE_A_POST, Fleet, Replica
from tests.chaos.people import MESSAGES, Person, Post, open_the_desk
from tests.chaos.town import chats, tenant_file
from tests.chaos.wire import Wire

NEVER_DUE = 1200  # s; no work of ours is put off, nor left lying, for as long
AT_ONCE = "coalesce(lock NOT LIKE 'round:%%', true)"  # of a job: it is not one of those that come round for ever
QUEUED = "procrastinate_any_queue_v1"  # what Procrastinate announces new work on, as the transaction commits


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much of what. ``click``: seconds that a killed process keeps others from its clicks."""

    conversations: int
    replicas: int
    seed: int
    kills: int
    click: float = 60.0
    lease: float = 10.0  # s that it keeps others from its conversations
    patience: float = 12.0  # s that people wait for an answer before they write on
    side_by_side: int = 12
    latency: int = 30  # ms of every Graph call: turns are long enough to be killed in
    settling: float = 180.0  # s without any progress until a trial is judged as it stands
    pulse: float | None = None  # s that a step of a replica's event loop may take unreported; None: nobody looks
    bouts: int = 3  # of a trouble that comes and goes
    poison: str | None = None  # a message over which every process dies


class Database:
    """An embedded server that can be stopped and started again under the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: AsyncExitStack | None = None
        self.url = ""

    async def start(self) -> None:
        """Bring it up; what was in it is there."""
        self._running = AsyncExitStack()
        self.url = await self._running.enter_async_context(embedded(self._folder))

    async def stop(self) -> None:
        """End every session and the server."""
        if self._running is not None:
            await self._running.aclose()
            self._running = None

    async def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into it."""
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            found = await connection.execute(query.encode(), values)
            return await found.fetchall() if found.description else []


@dataclass(kw_only=True)
class Trial:
    """Everything that a trial consists of, while it is open."""

    plan: Plan
    chance: random.Random
    database: Database
    company: Company
    channel: Channel
    fleet: Fleet
    post: Post
    people: list[Person]
    session: aiohttp.ClientSession
    wires: list[Wire]  # one for each replica
    misdated: int = 0  # jobs that were seen to be due at a time that nobody can have meant

    async def converse(self, people: Sequence[Person]) -> None:
        """These people, some side by side, with kills at moments that are worth it."""
        room = asyncio.Semaphore(self.plan.side_by_side)

        async def one(person: Person) -> None:
            async with room:
                await person.converse()

        async with _moments(self):
            await asyncio.gather(*(one(person) for person in people))
            await self._until_all_kills_are_made()
        await self.fleet.calm()
        await self.post.done()

    def _progress(self) -> float:
        """What has been said and answered, so that a slow machine is not killed over and over at the same messages."""
        answered = sum(min(len(person.said), len(self.channel.shown[person.chat.id])) for person in self.people)
        return answered / (MESSAGES * len(self.people))

    async def _until_all_kills_are_made(self) -> None:
        """Everything has been said; where the replicas are behind, the last kills meet what is still to be answered."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.plan.settling):
                while self.fleet.killing and any(await self._under_way()):
                    await asyncio.sleep(0.1)

    async def _unfinished(self) -> int:
        try:
            return (await self._under_way())[0]
        except psycopg.Error:  # the server was stopped, as the trial wants
            return 0

    async def answers(self, number: int) -> None:
        """Wait until that many more messages have been shown."""
        wanted = sum(map(len, self.channel.shown.values())) + number
        async with asyncio.timeout(self.plan.settling):
            while sum(map(len, self.channel.shown.values())) < wanted:
                await asyncio.sleep(0.02)

    async def settle(self) -> float:
        """Wait until nothing is under way; half an hour passes where only that is missing. Seconds that it took.

        A slow machine may take its time, as long as less and less is left.
        """
        loop = asyncio.get_running_loop()
        began, idle_since = loop.time(), None
        least, progress = math.inf, began
        while loop.time() - progress < self.plan.settling:
            busy, later = await self._under_way()
            if not busy and not later:
                break
            if busy + later < least:
                least, progress = busy + later, loop.time()
            idle_since = None if busy else idle_since or loop.time()
            if idle_since is not None and loop.time() - idle_since > 2:
                await self._half_an_hour_passes()
                idle_since = None
            await asyncio.sleep(0.25)
        return loop.time() - began  # the verdict names what is still under way

    async def _under_way(self) -> tuple[int, int]:
        """How much is worked on or due now, and how much waits for a later time."""
        now = await self.database.rows(
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')"
            " + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending'))"
            f" + (SELECT count(*) FROM procrastinate_jobs WHERE {AT_ONCE}"
            "     AND (status = 'doing' OR status = 'todo' AND coalesce(scheduled_at <= now(), true)))"
        )
        later = await self.database.rows(
            f"SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND {AT_ONCE})"
            " + (SELECT count(*) FROM cases WHERE waiting)"
        )
        strange = await self.database.rows(
            "SELECT count(*) FROM procrastinate_jobs WHERE abs(extract(epoch FROM scheduled_at - now())) > %s"
            f" AND {AT_ONCE}",
            NEVER_DUE,
        )
        self.misdated = max(self.misdated, strange[0][0])
        return now[0][0], later[0][0]

    async def _half_an_hour_passes(self) -> None:
        clock = f"{self.company.origin}/play/clock"
        async with self.session.post(clock, json={"advance": "PT31M"}) as response:
            assert response.status == 200, await response.text()
        await self.database.rows(
            f"UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND {AT_ONCE}"
        )


@asynccontextmanager
async def open_trial(plan: Plan) -> AsyncIterator[Trial]:
    """Bring everything up on loopback, and leave nothing behind."""
    chance = random.Random(plan.seed)
    town = chats(plan.conversations)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True)))
        stack.enter_context(_generous_graph())
        database = Database(folder / "data")
        await database.start()
        stack.push_async_callback(database.stop)
        await asyncio.to_thread(migrate, database.url)
        company = await start(tenant_file(folder, town))
        stack.push_async_callback(company.stop)
        channel = await stack.enter_async_context(Channel())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        await _slow_down(session, company, plan.latency)
        sockets = Path(str(conninfo_to_dict(database.url)["host"]))
        wires = [
            await stack.enter_async_context(Wire(folder / f"wire-{number}", sockets)) for number in range(plan.replicas)
        ]
        replicas = [
            Replica(
                _settings(company, wire.url),
                folder,
                number,
                click=plan.click,
                lease=plan.lease,
                pulse=plan.pulse,
                poison=plan.poison,
            )
            for number, wire in enumerate(wires)
        ]
        fleet = Fleet(replicas, kills=plan.kills, chance=chance)
        stack.push_async_callback(fleet.end)
        await asyncio.gather(*(one.start() for one in replicas))
        await asyncio.gather(*(one.ready(session) for one in replicas))
        post = Post([one.url for one in replicas], channel, company.tenant_id, chance)
        stack.push_async_callback(post.close)
        people = [
            Person(chat, post, channel, random.Random(plan.seed * 100_003 + chat.number), patience=plan.patience)
            for chat in town
        ]
        await open_the_desk(post, channel)
        yield Trial(
            plan=plan,
            chance=chance,
            database=database,
            company=company,
            channel=channel,
            fleet=fleet,
            post=post,
            people=people,
            session=session,
            wires=wires,
        )


@asynccontextmanager
async def _moments(trial: Trial) -> AsyncIterator[None]:
    """While the block runs, kill: before and after a post is shown, at an on-demand call, at a commit, any time."""
    fleet, channel, world = trial.fleet, trial.channel, trial.company._stage.world
    fleet.progress, fleet.unfinished = trial._progress, trial._unfinished
    channel.before_showing = lambda port: fleet.maybe_kill(BEFORE_A_POST, port=port)
    channel.before_answering = lambda port: fleet.maybe_kill(AFTER_A_POST, port=port)
    tasks: set[asyncio.Task[None]] = set()

    def called(name: str) -> None:
        if name == "provisionOnDemand":
            tasks.add(asyncio.create_task(fleet.maybe_kill(AT_A_CALL)))

    world.counters = _Counters(world.counters, called)
    tasks.add(asyncio.create_task(_at_commits(trial)))
    tasks.add(asyncio.create_task(_any_time(trial)))
    fleet.armed = True
    try:
        yield
    finally:
        fleet.armed = False
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _at_commits(trial: Trial) -> None:
    with suppress(psycopg.OperationalError):  # the server was stopped, as the trial wants
        async with await psycopg.AsyncConnection.connect(trial.database.url, autocommit=True) as connection:
            await connection.execute(f"LISTEN {QUEUED}".encode())
            async for _ in connection.notifies():
                await trial.fleet.maybe_kill(AT_A_COMMIT)


async def _any_time(trial: Trial) -> None:
    while trial.fleet.killing:
        await asyncio.sleep(trial.chance.uniform(0.05, 1.0))
        await trial.fleet.maybe_kill(ANY_TIME)


class _Counters(dict[str, int]):
    """The sandbox's counters, which tell of every call as it comes in."""

    def __init__(self, so_far: dict[str, int], called: Callable[[str], None]) -> None:
        super().__init__(so_far)
        self._called = called

    def __setitem__(self, name: str, value: int) -> None:
        super().__setitem__(name, value)
        self._called(name)


@contextmanager
def _generous_graph() -> Iterator[None]:
    """Five log reads in ten seconds would make a trial wait for Graph most of the time; other tests try that limit."""
    before = dict(limits.LIMITS)
    limits.LIMITS.update(dict.fromkeys(before, 10_000))
    try:
        yield
    finally:
        limits.LIMITS.update(before)


def _settings(company: Company, database_url: str) -> dict[str, Any]:
    return {
        "tenant_id": company.tenant_id,
        "client_id": company.client_id,
        "client_secret": company.client_secret,
        "agents_group": company.agents_group,
        "admins_group": company.admins_group,
        "graph_url": company.origin,
        "authority": company.origin,
        "database_url": database_url,
        "sandbox": True,
    }


async def _slow_down(session: aiohttp.ClientSession, company: Company, latency: int) -> None:
    async with session.post(f"{company.origin}/play/faults", json={"latencyMs": latency}) as response:
        assert response.status == 200, await response.text()
