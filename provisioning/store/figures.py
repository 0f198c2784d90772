"""The helpdesk's numbers, counted in PostgreSQL."""

from collections.abc import Sequence
from pathlib import Path

from psycopg.rows import dict_row

from provisioning.model import Cause
from provisioning.numbers import PERIOD, Numbers
from provisioning.store.database import Pool
from provisioning.store.statements import statements

MOST_CAUSES = 5
_FINE = [Cause.PROVISIONED.value, Cause.IN_SYNC.value]
_SQL = statements(Path(__file__).with_suffix(".sql"))


class PostgresFigures:
    """``Figures`` over one pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def numbers(self) -> Numbers:
        """The present and the last week, by the database's clock."""
        about = {"period": PERIOD, "fine": _FINE, "most": MOST_CAUSES}
        async with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            told = await (await cursor.execute(_SQL["tickets"], about)).fetchone()
            done = await (await cursor.execute(_SQL["cases"], about)).fetchone()
            causes = await (await cursor.execute(_SQL["causes"], about)).fetchall()
        assert told is not None
        assert done is not None
        young, old = told.pop("young"), told.pop("old")
        return Numbers(
            **told,
            **done,
            ages=(young, told["open"] - young - old, old),
            causes=tuple((row["cause"], row["people"]) for row in causes),
        )

    async def by_state(self) -> Sequence[tuple[str, str, int]]:
        """Tickets that are not closed: state, severity, how many."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["by_state"])).fetchall()
        return [(state, severity, count) for state, severity, count in rows]

    async def queues(self) -> Sequence[tuple[str, str, str, int]]:
        """What is under way or stuck: kind (work, message, delivery), name, state, how many."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["queue"])).fetchall()
        return [(kind, name, state, count) for kind, name, state, count in rows]
