"""A pool over a fresh database, and books whose work nobody runs."""

from collections.abc import AsyncIterator

import pytest

from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool, open_database
from provisioning.store.queue import Queue


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """A small pool, closed after the test."""
    async with open_database(database_url) as pool:
        yield pool


@pytest.fixture
async def books(pool: Pool) -> PostgresBooks:
    """Books over a queue that no worker empties."""
    return PostgresBooks(pool, Queue(pool))
