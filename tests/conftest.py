"""One throw-away PostgreSQL for each process of a run, and in it a fresh, migrated database for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from provisioning.store.embedded import running
from provisioning.store.migrations import migrate

pytest_plugins = ["tests.side_by_side"]
_numbers = count(1)


def _at(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The URL of an empty server that is gone after the run; it forgets everything at a power cut, so it is quick."""
    with (
        tempfile.TemporaryDirectory(prefix="desk-", dir=_quick_folder(), ignore_cleanup_errors=True) as folder,
        running(Path(folder), durable=False) as url,
    ):
        yield url


def _quick_folder() -> str | None:
    """A folder in memory where there is one with room for some hundred small databases; None: the usual one."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3 else None


@pytest.fixture(scope="session")
def _template(database_server: str) -> str:
    with psycopg.connect(database_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_desk")
    migrate(_at(database_server, "template_desk"))
    return "template_desk"


@pytest.fixture
def empty_database_url(database_server: str) -> Iterator[str]:
    """A database of its own for one test, with nothing in it."""
    yield from _database(database_server, "template1")


@pytest.fixture
def database_url(database_server: str, _template: str) -> Iterator[str]:
    """A database of its own for one test, migrated to the newest version (a copy: about 30 ms)."""
    yield from _database(database_server, _template)


def _database(server: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        yield _at(server, name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
