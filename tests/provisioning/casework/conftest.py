"""A desk for tests of casework: a tenant and a lever of values, and the real books over a fresh database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from provisioning.cases import Case
from provisioning.casework.inquiries import Inquiries
from provisioning.casework.promises import Promises
from provisioning.casework.tickets import Tickets
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool, open_database
from provisioning.store.queue import Queue
from tests import worlds
from tests.provisioning.casework.company import Lever, Pace, Tenant, Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that a test of casework talks to."""

    pool: Pool
    books: PostgresBooks
    tenant: Tenant
    lever: Lever
    pace: Pace
    inquiries: Inquiries
    promises: Promises
    tickets: Tickets
    worker: Worker

    async def asked(self) -> Case:
        """Aisha has asked about José."""
        return await self.inquiries.open(
            worlds.aisha(), worlds.JOSE_ID, worlds.askcody(), question="why can't José get in", origin="chat-1"
        )

    async def promised(self) -> Case:
        """Aisha has asked, and clicked."""
        return await self.promises.promise(worlds.aisha(), (await self.asked()).id)

    async def audited(self, about: str) -> list[str]:
        """What the audit says was done, oldest first."""
        async with self.pool.connection() as connection:
            found = await connection.execute("SELECT what FROM audit WHERE about = %s ORDER BY id", [about])
            return [what for (what,) in await found.fetchall()]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_database(database_url) as pool:
        tenant = Tenant()
        lever = Lever(tenant)
        books = PostgresBooks(pool, Queue(pool))
        pace = Pace(tenant)
        promises = Promises(tenant=tenant, levers=lever, books=books, pace=pace)
        yield Desk(
            pool=pool,
            books=books,
            tenant=tenant,
            lever=lever,
            pace=pace,
            inquiries=Inquiries(tenant=tenant, books=books),
            promises=promises,
            tickets=Tickets(books=books, clock=lambda: worlds.NOW),
            worker=Worker(pool, tenant, {"carry_out": promises.carry_out, "check_case": promises.check}),
        )
