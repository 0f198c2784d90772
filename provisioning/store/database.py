"""The way to PostgreSQL: one small pool for the process, every session in UTC and with limits that are its own."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, AsyncCursor, InterfaceError, OperationalError
from psycopg import Error as DatabaseError
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from provisioning.errors import DeskError, TryLaterError

Connection = AsyncConnection[TupleRow]
Cursor = AsyncCursor[TupleRow]
Pool = AsyncConnectionPool[Connection]

STATEMENT_TIMEOUT = 15_000  # ms; our longest statement takes a few ms, so this only ever stops an accident
IDLE_IN_TRANSACTION = 60_000  # ms; nothing of ours waits for the network while a transaction is open
_OPENING = 10.0  # s until an unreachable server is reported at the start
_IDLE = 1.0  # s for which a connection that was lent counts as good; no server restarts in less
_WAITING = 10.0  # s until a request for a connection gives up
_NOT_THERE = ("08", "53", "57P")  # SQLSTATE classes: connections, a full disk and the like, a server that stops

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_database(url: str, *, least: int = 1, most: int = 8) -> AsyncIterator[Pool]:
    """A pool of ``least`` to ``most`` connections to ``url`` (``postgresql://…``), closed on leaving.

    Raises DeskError when ``url`` is not a PostgreSQL address, TryLaterError when nothing answers there.
    """
    _understand(url)
    pool: Pool = AsyncConnectionPool(
        url,
        connection_class=AsyncConnection[TupleRow],
        min_size=least,
        max_size=most,
        timeout=_WAITING,
        kwargs=session_settings(),
        configure=_each_statement_by_itself,
        check=_Fresh(),
        open=False,
        name="desk",
    )
    try:
        try:
            await pool.open(wait=True, timeout=_OPENING)
        except (PoolTimeout, OperationalError) as problem:
            raise TryLaterError("The database cannot be reached.", wait=_OPENING) from problem
        yield pool
    finally:
        await pool.close()


def went_away(problem: DatabaseError) -> bool:
    """Whether the server was not there or had no room, so that no question was at fault."""
    if not isinstance(problem, OperationalError | InterfaceError):
        return False
    return problem.sqlstate is None or problem.sqlstate.startswith(_NOT_THERE)


async def _each_statement_by_itself(connection: Connection) -> None:
    """What belongs together says so by ``connection.transaction()``; for the rest, BEGIN and COMMIT would be two more
    questions to the server."""
    await connection.set_autocommit(True)


class _Fresh:
    """Tries a connection before it is lent, unless it was just in use."""

    def __init__(self) -> None:
        self._lent: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()

    async def __call__(self, connection: Connection) -> None:
        now = monotonic()
        if now - self._lent.get(connection, -_IDLE) >= _IDLE:
            await AsyncConnectionPool.check_connection(connection)
        self._lent[connection] = now


def session_settings() -> dict[str, Any]:
    """What every connection of ours sets: UTC, limits, a name that shows in pg_stat_activity."""
    options = (
        "-c timezone=UTC "
        f"-c statement_timeout={STATEMENT_TIMEOUT} "
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION}"
    )
    return {"options": options, "application_name": "sync-desk", "connect_timeout": int(_OPENING)}


def _understand(url: str) -> None:
    if not url.startswith(("postgresql://", "postgres://")):
        raise DeskError("The database address must begin with postgresql://.")
    try:
        conninfo_to_dict(url)
    except Exception as problem:  # psycopg raises ProgrammingError; its text can repeat the password
        raise DeskError("The database address cannot be read; check its spelling.") from problem
