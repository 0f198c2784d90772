"""``provisioning.history.History`` in PostgreSQL: figures and fingerprints, nothing about people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from provisioning.history import SchemaChange, looked_at_everybody
from provisioning.model import Execution, Job
from provisioning.store.database import Pool
from provisioning.store.statements import statements
from provisioning.watching.news import Window

KEPT_DAYS = 400  # a year's course, and then some
_SQL = statements(Path(__file__).with_suffix(".sql"))


class PostgresHistory:
    """One row for each cycle that was seen, one for each schema and the time for which it was seen."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def observe(self, jobs: Sequence[Job]) -> None:
        """See ``History``. A cycle without a beginning has no place in a course."""
        rows = [_row(job, job.last) for job in jobs if job.last and job.last.began]
        if not rows:
            return
        async with self._pool.connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(_SQL["observe"], rows)

    async def forget(self) -> None:
        """Let go of what is older than a course needs."""
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["forget_cycles"], {"days": KEPT_DAYS})

    async def cycles(self, app_id: str, *, most: int = 30) -> Sequence[Execution]:
        """See ``History``."""
        return await self._cycles("cycles", app_id, most)

    async def full_cycles(self, app_id: str, *, most: int = 5) -> Sequence[Execution]:
        """See ``History``."""
        return await self._cycles("full_cycles", app_id, most)

    async def _cycles(self, which: str, app_id: str, most: int) -> Sequence[Execution]:
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL[which], {"app_id": app_id, "most": most})
            rows = await found.fetchall()
        return [
            Execution(
                cycle_id=row[0],
                state=row[1],
                began=row[2],
                ended=row[3],
                imported=row[4],
                exported=row[5],
                escrowed=row[6],
                entitled=row[7],
            )
            for row in reversed(rows)
        ]

    async def windows(self, app_id: str, job_id: str, *, until: datetime, length: timedelta, most: int) -> list[Window]:
        """See ``Course``."""
        values = {"app_id": app_id, "job_id": job_id, "until": until, "seconds": length.total_seconds(), "most": most}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["windows"], values)).fetchall()
        seen = {number: Window(cycles=cycles, failed=failed) for number, cycles, failed in rows}
        return [seen.get(number, Window(cycles=0, failed=0)) for number in range(most)]

    async def schema_seen(self, app_id: str, job_id: str, fingerprint: str, at: datetime) -> None:
        """See ``History``."""
        values = {"app_id": app_id, "job_id": job_id, "fingerprint": fingerprint, "at": at}
        async with self._pool.connection() as connection, connection.transaction():
            row = await (await connection.execute(_SQL["newest_schema"], values)).fetchone()
            same = row is not None and row[0] == fingerprint
            await connection.execute(_SQL["schema_again" if same else "schema_new"], values)

    async def schema_changes(self, app_id: str, *, since: datetime) -> Sequence[SchemaChange]:
        """See ``History``."""
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["schema_changes"], {"app_id": app_id, "since": since})
            return [SchemaChange(after=row[0], by=row[1]) for row in await found.fetchall()]


def _row(job: Job, last: Execution) -> dict[str, object]:
    assert last.began is not None
    return {
        "job_id": job.id,
        "cycle_id": last.cycle_id or last.began.isoformat(),
        "app_id": job.app_id,
        "state": last.state,
        "began": last.began,
        "ended": last.ended,
        "imported": last.imported,
        "exported": last.exported,
        "escrowed": last.escrowed,
        "entitled": last.entitled,
        "everybody": looked_at_everybody(job),
    }
