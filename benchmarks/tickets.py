"""How long the list of open tickets takes with 5,000 of them: from the database to the finished card.

``python -m benchmarks.tickets`` starts a database of its own; ``DATABASE_URL`` names another, which is filled.
"""

import asyncio
import os
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from cards.tickets import MOST_LISTED, ticket_list_card
from provisioning.diagnosis import diagnose
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool, open_database
from provisioning.store.embedded import running
from provisioning.store.migrations import migrate
from provisioning.store.queue import Queue
from tests import worlds
from tests.provisioning.test_moves import ticket

OPEN = 5000
TIMES = 50


async def fill(pool: Pool) -> None:
    """As many open tickets as a helpdesk of a large company has on its worst day, each about somebody else."""
    books = PostgresBooks(pool, Queue(pool))
    seen = diagnose(worlds.lacking("mail"))
    async with books.transaction() as ledger:
        for n in range(OPEN):
            person = replace(seen.person, id=f"person-{n}")
            await ledger.add_ticket(ticket(diagnosis=replace(seen, person=person), cause="missing_attribute"))


async def measure(url: str) -> None:
    """Print p50 and p95 of the whole way, in milliseconds."""
    async with open_database(url) as pool:
        books = PostgresBooks(pool, Queue(pool))
        if await books.waiting() < OPEN:
            await fill(pool)
        spent = []
        for _ in range(TIMES):
            begun = perf_counter()
            found = await books.tickets(limit=MOST_LISTED)
            ticket_list_card(found, title="Open tickets", now=worlds.NOW, total=await books.waiting())
            spent.append((perf_counter() - begun) * 1000)
        p95 = statistics.quantiles(spent, n=20)[-1]
        print(f"{await books.waiting()} open tickets: p50 {statistics.median(spent):.1f} ms, p95 {p95:.1f} ms")


def main() -> None:
    """A database, 5,000 tickets, fifty lists."""
    if url := os.environ.get("DATABASE_URL"):
        migrate(url)
        asyncio.run(measure(url))
        return
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), durable=True) as own:
        migrate(own)
        asyncio.run(measure(own))


if __name__ == "__main__":
    main()
