"""Processes that carry tickets to ServiceNow are killed in the middle of it: nothing is lost or told twice."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from provisioning.casework.tickets import Tickets
from provisioning.moves import Close, Note, Take
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool, open_database
from provisioning.store.queue import Queue
from tests import worlds
from tests.provisioning.desks.far_side import Handler, ServiceNowInstance, listening

ROOT = Path(__file__).parents[2]
LEASE = 2.0  # s that a dead process keeps what it claimed
SOON = 60.0  # s until a test gives up: processes start slowly where others work


class Holding(ServiceNowInstance):
    """Writes down what it is sent and then says nothing, while ``holds``."""

    def __init__(self) -> None:
        super().__init__()
        self.holds = False
        self.held = asyncio.Event()
        self.over = asyncio.Event()

    def app(self) -> web.Application:
        app = super().app()
        app.middlewares.append(self._hold)
        return app

    @web.middleware
    async def _hold(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        response: web.StreamResponse = await handler(request)
        if self.holds and request.method != "GET":
            self.held.set()
            await self.over.wait()
        return response


@dataclass(frozen=True)
class World:
    url: str
    pool: Pool
    tickets: Tickets
    servicenow: Holding
    address: str

    @contextmanager
    def process(self) -> Iterator[subprocess.Popen[bytes]]:
        """A replica, killed without a word at the end."""
        command = [sys.executable, "-m", "tests.bot.carrier", self.url, self.address, str(LEASE)]
        started = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
        try:
            yield started
        finally:
            started.kill()
            started.wait()
            assert started.stdin is not None
            started.stdin.close()

    async def all_told(self) -> None:
        """Until nothing is owed any more."""
        async with asyncio.timeout(SOON):
            while await self._owed():
                await asyncio.sleep(0.1)

    async def _owed(self) -> int:
        async with self.pool.connection() as connection:
            found = await connection.execute("SELECT count(*) FROM desk_deliveries WHERE state <> 'delivered'")
            row = await found.fetchone()
        return int(row[0]) if row else 0


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    servicenow = Holding()
    async with open_database(database_url) as pool, listening(servicenow.app()) as address:
        async with pool.connection() as connection:
            await connection.execute("INSERT INTO desk (tenant, sandbox) VALUES ('t', true)")
        tickets = Tickets(books=PostgresBooks(pool, Queue(pool), desks=["servicenow"]))
        yield World(database_url, pool, tickets, servicenow, address)
        servicenow.over.set()


async def test_a_process_killed_between_the_write_and_its_answer_is_followed_by_one_that_looks(world: World) -> None:
    ticket = await world.tickets.open(worlds.aisha(), origin="c", text="help")
    await world.tickets.move(worlds.aisha(), ticket.number, Take(), Note(text="psst"), Close())
    for _ in range(3):  # three processes, each killed after its first write was done and before it heard of it
        world.servicenow.holds, world.servicenow.held = True, asyncio.Event()
        with world.process():
            async with asyncio.timeout(SOON):
                await world.servicenow.held.wait()
    world.servicenow.holds = False
    with world.process():
        await world.all_told()
    (incident,) = world.servicenow.records.values()
    assert incident["state"] == "6"
    assert [kind for _, kind, _ in world.servicenow.journal] == ["comments", "work_notes", "comments"]
    assert "psst" in world.servicenow.journal[1][2]


async def test_two_processes_tell_everything_once_between_them(world: World) -> None:
    for n in range(6):
        ticket = await world.tickets.open(worlds.aisha(), origin="c", text=f"help {n}")
        await world.tickets.move(worlds.aisha(), ticket.number, Take())
    with world.process(), world.process():
        await world.all_told()
    assert len(world.servicenow.records) == 6
    assert sorted(sys_id for sys_id, _, _ in world.servicenow.journal) == sorted(world.servicenow.records)
