"""Who fails, in PostgreSQL: one row for each object that fails now, and how far the log was read.

A page and the place behind it are one transaction, so a reading that dies goes on where it was and counts nothing
twice.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from provisioning.errors import ConflictError
from provisioning.failing import NOISE, OVERLAP, READ_LOG, SHOW, WINDOW, Cluster, Failures, Fate, Seen, Sweep, fates
from provisioning.model import Cause, Owner, Retry
from provisioning.store.books import Deferrer
from provisioning.store.database import Connection, Pool
from provisioning.store.statements import statements

_SQL = statements(Path(__file__).with_suffix(".sql"))
_MOST_CLUSTERS = 200


class PostgresFailures:
    """``FailureBooks`` over one pool."""

    def __init__(self, pool: Pool, queue: Deferrer) -> None:
        self._pool = pool
        self._queue = queue

    async def sweep(self, scope: str) -> Sweep | None:
        """See ``FailureBooks``."""
        async with self._pool.connection() as connection:
            return await _sweep(connection, scope)

    async def keep(
        self, before: Sweep, after: Sweep, page: Sequence[Seen], *, again: bool = False, show: bool = False
    ) -> Sweep:
        """See ``FailureBooks``."""
        async with self._pool.connection() as connection, connection.transaction():
            statement = "go_on" if before.version else "begin"
            values = _columns(replace(after, version=before.version))
            row = await (await connection.execute(_SQL[statement], values)).fetchone()
            if row is None:
                raise ConflictError("Another process has read on in this log.")
            await _count(connection, after, await _new_rows(connection, after, page))
            if again:
                await self._queue.defer(connection, READ_LOG, {"scope": after.scope}, after=timedelta(0))
            if show:
                await self._queue.defer(connection, SHOW, {"about": f"failures:{after.scope}"}, after=timedelta(0))
        return replace(after, version=int(row[0]))

    async def failures(self, scope: str, *, most: int = 20) -> Failures | None:
        """See ``FailureBooks``."""
        async with self._pool.connection() as connection:
            sweep = await _sweep(connection, scope)
            if sweep is None:
                return None
            values = {"scope": scope, "most": min(most, _MOST_CLUSTERS), "day": (sweep.until - WINDOW).date()}
            rows = await (await connection.execute(_SQL["clusters"], values)).fetchall()
            noise = await (await connection.execute(_SQL["noise_since"], values)).fetchall()
        clusters = tuple(_cluster(row) for row in rows)
        further = int(rows[0][13]) - len(rows) if rows else 0
        count = int(rows[0][14]) if rows else 0
        return Failures(sweep=sweep, clusters=clusters, count=count, further=further, noise=dict(noise))

    async def people(self, scope: str, cluster: str, *, page: int, size: int) -> Sequence[str]:
        """See ``FailureBooks``."""
        values = {"scope": scope, "cluster": cluster, "size": size, "skip": max(page, 0) * size}
        async with self._pool.connection() as connection:
            found = await connection.execute(_SQL["people"], values)
            return [object_id for (object_id,) in await found.fetchall()]

    async def forget(self, days: int) -> None:
        """Let go of everything older than the desk's policy allows."""
        async with self._pool.connection() as connection:
            for statement in ("forget_failing", "forget_noise", "forget_sweeps"):
                await connection.execute(_SQL[statement], {"days": days})


async def _sweep(connection: Connection, scope: str) -> Sweep | None:
    row = await (await connection.execute(_SQL["sweep"], {"scope": scope})).fetchone()
    if row is None:
        return None
    return Sweep(
        scope=row[0], since=row[1], read_to=row[2], until=row[3], link=row[4], rows=int(row[5]), version=int(row[6])
    )


async def _new_rows(connection: Connection, sweep: Sweep, page: Sequence[Seen]) -> list[Seen]:
    """Without those of the last minutes that were counted before; older ones are read once only."""
    edge = sweep.until - 2 * OVERLAP
    late = [seen for seen in page if seen.at >= edge]
    if not late:
        return list(page)
    values: dict[str, Any] = {"scope": sweep.scope, "ids": [s.row_id for s in late], "ats": [s.at for s in late]}
    found = await connection.execute(_SQL["count_once"], values)
    fresh = {row_id for (row_id,) in await found.fetchall()}
    await connection.execute(_SQL["forget_counted"], {"scope": sweep.scope, "before": edge})
    return [seen for seen in page if seen.at < edge or seen.row_id in fresh]


async def _count(connection: Connection, sweep: Sweep, page: Sequence[Seen]) -> None:
    ends = fates(page)
    failing = [_failing(sweep.scope, fate) for fate in ends if fate.since is not None]
    well = [fate.newest for fate in ends if fate.since is None]
    noise = Counter((seen.at.date(), seen.outcome.value) for seen in page if seen.outcome in NOISE)
    rows = [
        {"scope": sweep.scope, "day": day, "outcome": outcome, "rows": count} for (day, outcome), count in noise.items()
    ]
    if well:
        await connection.execute(_SQL["are_well"], _columns_of(sweep.scope, well))
    async with connection.cursor() as cursor:
        for statement, values in (("fails", failing), ("noise", rows)):
            if values:
                await cursor.executemany(_SQL[statement], values)


def _failing(scope: str, fate: Fate) -> dict[str, Any]:
    seen, since = fate.newest, fate.since
    assert since is not None
    return {
        "scope": scope,
        "app_id": seen.app_id,
        "object_id": seen.object_id,
        "person": seen.person,
        "cluster": seen.cluster,
        "cause": (seen.cause or Cause.UNEXPLAINED).value,
        "owner": [owner.value for owner in seen.owner],
        "retry": (seen.retry or Retry.AFTER_FIX).value,
        "code": seen.code,
        "attributes": list(seen.attributes),
        "words": seen.words,
        "since": since.at,
        "last": seen.at,
        "times": fate.times,
        "next_retry": seen.next_retry,
        "anew": fate.anew,
    }


def _columns_of(scope: str, seen: Sequence[Seen]) -> dict[str, Any]:
    """Many objects as three lists: one statement instead of one for each."""
    return {
        "scope": scope,
        "app_ids": [one.app_id for one in seen],
        "object_ids": [one.object_id for one in seen],
        "lasts": [one.at for one in seen],
    }


def _columns(sweep: Sweep) -> dict[str, Any]:
    return {
        "scope": sweep.scope,
        "since": sweep.since,
        "read_to": sweep.read_to,
        "until": sweep.until,
        "link": sweep.link,
        "rows": sweep.rows,
        "version": sweep.version,
    }


def _cluster(row: tuple[Any, ...]) -> Cluster:
    return Cluster(
        id=row[0],
        app_id=row[1],
        cause=Cause(row[2]),
        owner=tuple(Owner(owner) for owner in row[3]),
        retry=Retry(row[4]),
        code=row[5],
        attributes=tuple(row[6]),
        words=row[7],
        count=int(row[8]),
        since=row[9],
        last=row[10],
        times=int(row[11]),
        next_retry=row[12],
    )
