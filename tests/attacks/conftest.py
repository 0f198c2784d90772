"""One fortress for a whole module of attacks: what one of them breaks, the next would feel."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import pytest_asyncio
from psycopg import sql

from tests.attacks.fortress import Fortress, open_fortress


@pytest.fixture(scope="module")
def attacked_database(database_server: str, _template: str) -> Iterator[str]:
    """A database for one module."""
    with psycopg.connect(database_server, autocommit=True) as connection:
        name = sql.Identifier("attacked")
        template = sql.Identifier(_template)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template))
        yield urlunsplit(urlsplit(database_server)._replace(path="/attacked"))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fortress(attacked_database: str) -> AsyncIterator[Fortress]:
    async with open_fortress(attacked_database) as opened:
        yield opened
