"""Background work by name: queued with the transaction that wants it, run at least once, taken over from the dead.

Procrastinate keeps the jobs. A job that was running when its process died is run again from the start by another,
so whatever is registered here must be safe to run twice. What is due when is said by the database's clock alone:
Procrastinate would take this machine's, and one that is hours off puts work off for hours, or repeats it at once.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import procrastinate
import psycopg
from procrastinate.jobs import DeleteJobCondition, Job, Notification
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker

from provisioning.errors import TryLaterError
from provisioning.store.database import Connection, Pool
from provisioning.store.statements import statements

Work = Callable[..., Awaitable[None]]

ATTEMPTS = 50  # of work that fails unexpectedly; with the waits below, about three quarters of an hour
LONGEST_WAIT = 60  # s between two attempts
_LOOK = 1.0  # s between looks for work whose time has come; new work is announced and starts at once
_REMINDER = 0.03  # s; longer than fetching one job takes
_SQL = statements(Path(__file__).with_suffix(".sql"))

_log = logging.getLogger(__name__)


class Queue:
    """One queue over one pool; every process that works on it registers the same names."""

    def __init__(
        self,
        pool: Pool,
        *,
        concurrency: int = 8,
        heartbeat: float = 2.0,
        patience: float = 8.0,
        grace: float = 10.0,
        alone: bool = False,
    ) -> None:
        """Seconds: a process shows life every ``heartbeat``; after ``patience`` without it, others take its jobs; on
        stopping, running jobs get ``grace`` to finish. ``alone``: no other process works on this database, so
        whatever looks running at the start belongs to a dead one and is taken at once."""
        self._pool = pool
        self._concurrency = concurrency
        self._heartbeat = heartbeat
        self._patience = patience
        self._grace = grace
        self._alone = alone
        self._connector = procrastinate.PsycopgConnector()
        self._app = procrastinate.App(connector=self._connector)
        self._worker: _Worker | None = None
        self._clock = _DatabaseClock()
        self._rounds: list[str] = []

    def register(self, name: str, work: Work) -> None:
        """Say what ``name`` does. ``work`` gets the arguments that were deferred with it."""

        async def run(**arguments: Any) -> None:
            await work(**arguments)

        self._app.task(name=name, retry=_Again(self._clock))(run)

    def go_round(self, name: str, work: Work, *, every: timedelta) -> None:
        """Let ``name`` run by itself, ``every`` so long after it last began, by one of all processes at a time.

        The next round is queued before this one begins, so no death of a process ends it; one that breaks is not
        tried again before its next round.
        """

        async def run() -> None:
            await self._begin_round(name, every)
            try:
                await work()
            except Exception:  # noqa: BLE001  the next round is queued already; repeating this one would crowd it
                _log.exception("a round broke off", extra={"work": name})

        self._rounds.append(name)
        self.register(name, run)

    async def _begin_round(self, name: str, after: timedelta) -> None:
        """Queue a round unless one is waiting. Procrastinate's own lock for this would forbid reviving one."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["one_at_a_time"], {"name": name})
            found = await connection.execute(_SQL["waiting"], {"name": name})
            if await found.fetchone() == (False,):
                when = await _in(connection, after)
                lock = f"round:{name}"  # one at a time
                task = self._app.configure_task(
                    name, allow_unknown=True, connection=connection, lock=lock, schedule_at=when
                )
                await task.defer_async()

    async def defer(
        self,
        connection: Connection,
        work: str,
        arguments: dict[str, str | int],
        *,
        after: timedelta = timedelta(0),
    ) -> None:
        """Queue ``work`` on ``connection``: it exists when, and only when, the caller's transaction commits.

        Pieces of the same work on the same thing that are due at once run one after the other, in their order.
        (Work for later takes no such lock: until its time has come, it would hold up what is queued behind it.)
        Raises psycopg's errors, as every other statement of the transaction does.
        """
        about = ":".join(str(value) for value in arguments.values())
        task = self._app.configure_task(
            work,
            allow_unknown=True,  # a replica may queue what only another one runs
            connection=connection,
            lock=None if after else f"{work}:{about}",
            schedule_at=await _in(connection, after) if after else None,
        )
        try:
            await task.defer_async(**arguments)
        except procrastinate.exceptions.ConnectorException as problem:
            if isinstance(problem.__cause__, psycopg.Error):
                raise problem.__cause__ from None
            raise

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Work in the background while the block runs; on leaving, running jobs get their grace."""
        task = asyncio.create_task(self.work(), name="desk work")
        try:
            yield
        finally:
            await _end(task, patience=self._grace + 2)

    async def work(self) -> None:
        """Work until cancelled. A database that goes away is waited for."""
        await self._connector.open_async(self._pool)
        patience = 0.0 if self._alone else self._patience
        while True:
            try:
                await self._revive(patience)
                patience = self._patience
                for name in self._rounds:
                    await self._begin_round(name, timedelta(0))
                await self._work_once()
            except Exception:  # noqa: BLE001  the last fence: whatever stopped the worker, there has to be one
                _log.exception("the worker stopped")
            await asyncio.sleep(_LOOK)

    async def _work_once(self) -> None:
        self._worker = _Worker(
            self._app,
            name="desk",
            concurrency=self._concurrency,
            fetch_job_polling_interval=_LOOK,
            shutdown_graceful_timeout=self._grace,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,  # failed ones stay, to be looked at
            install_signal_handlers=False,
            update_heartbeat_interval=self._heartbeat,
            stalled_worker_timeout=self._patience,
        )
        reviving = asyncio.create_task(self._keep_reviving(), name="desk revival")
        try:
            await self._worker.run()  # type: ignore[no-untyped-call]
        finally:
            await _end(reviving, patience=2)

    async def _keep_reviving(self) -> None:
        while True:
            await asyncio.sleep(self._patience / 2)
            try:
                await self._revive(self._patience)
            except psycopg.Error:  # the database is away: the worker itself reports that
                _log.debug("no revival this time", exc_info=True)

    async def _revive(self, patience: float) -> None:
        """Queue again what a process was running that has shown no life for ``patience`` seconds."""
        mine = self._worker.worker_id if self._worker else None
        async with self._pool.connection() as connection:
            self._clock.show(await _in(connection, timedelta(0)))
            found = await connection.execute(_SQL["revive"], {"patience": patience, "mine": mine, "attempts": ATTEMPTS})
            for job_id, name, again, _ in await found.fetchall():
                fate = "taken over" if again else "given up"
                _log.warning("work of a dead process is %s", fate, extra={"job": job_id, "work": name})


class _DatabaseClock:
    """The database's clock between two looks at it: it runs on by this machine's monotonic one."""

    def __init__(self) -> None:
        self._shown: datetime | None = None
        self._at = 0.0

    def show(self, now: datetime) -> None:
        """It shows ``now``."""
        self._shown, self._at = now, time.monotonic()

    def after(self, seconds: float) -> datetime:
        """The instant in so many seconds."""
        assert self._shown is not None, "the worker looks at it before it runs anything"
        return self._shown + timedelta(seconds=time.monotonic() - self._at + seconds)


class _Again(BaseRetryStrategy):
    """When work that raised is tried again: without end if told to come later, ``ATTEMPTS`` times if it broke."""

    def __init__(self, clock: _DatabaseClock) -> None:
        self._clock = clock

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):  # we are stopping: the next process begins at once
            return self._in(0)
        wait = min(2.0 ** min(job.attempts, 10), LONGEST_WAIT)
        if isinstance(exception, TryLaterError):
            return self._in(max(wait, exception.wait))
        return self._in(wait) if job.attempts + 1 < ATTEMPTS else None

    def _in(self, seconds: float) -> RetryDecision:
        return RetryDecision(retry_at=self._clock.after(seconds))


async def _in(connection: Connection, after: timedelta) -> datetime:
    """The instant after that, by the database's clock."""
    row = await (await connection.execute("SELECT clock_timestamp() + %s", [after])).fetchone()
    assert row is not None
    instant: datetime = row[0]
    return instant


class _Worker(Worker):
    """Procrastinate's worker forgets an announcement that comes while it fetches; this one is reminded."""

    async def _handle_notification(self, *, channel: str, notification: Notification) -> None:
        await super()._handle_notification(channel=channel, notification=notification)
        asyncio.get_running_loop().call_later(_REMINDER, self._new_job_event.set)


async def _end(task: asyncio.Task[None], *, patience: float) -> None:
    """Cancel until it ends: psycopg's pool can swallow a cancellation while it checks a connection. In seconds."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=patience)
    if not task.cancelled() and (problem := task.exception()) is not None:
        raise problem
