"""Everything about jobs put together: what is remembered of them, orders, the look at everybody, the next cycle."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.rehearsed import NoHistory, RehearsedFailures, RehearsedOrders
from dialogs.crowd import is_surely_called
from dialogs.failures import FailureDesk
from dialogs.feature import Feature
from dialogs.health import Health
from dialogs.jobs import JobDesk, feature_of
from provisioning.casework.crowds import Crowds
from provisioning.casework.orders import PERFORM, STUDY, Orders
from provisioning.casework.performance import Performance
from provisioning.casework.studies import Studies
from provisioning.casework.sweeps import Sweeps
from provisioning.errors import DeskError
from provisioning.graph.job_levers import GraphJobLevers
from provisioning.graph.reader import GraphReader
from provisioning.history import History
from provisioning.model import App, Job
from provisioning.ports import JobLevers, OrderBooks
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import Pool
from provisioning.store.failing import PostgresFailures
from provisioning.store.history import PostgresHistory
from provisioning.store.orders import PostgresOrders
from provisioning.store.queue import Queue

Look = Callable[[Sequence[tuple[App, Job]], datetime], Awaitable[None]]

AT_ONE_TIME = timedelta(minutes=2)  # for which what was read counts as read at one time
ATTEMPTS = 3
EVERYTHING_EACH = 12  # rounds: apps that had no job are looked at every other hour
TIDIED = timedelta(hours=6)

_log = logging.getLogger(__name__)


def jobs_feature(
    *,
    pool: Pool,
    queue: Queue,
    reader: GraphReader,
    levers: GraphJobLevers,
    two_admins: bool,
    every: timedelta,
    further: Look,
) -> Feature:
    """The whole feature over the desk's own database. ``every``: between two looks; ``further``: as ``Observer``."""
    books, history = PostgresOrders(pool, queue), PostgresHistory(pool)
    performance = Performance(tenant=reader, levers=levers, books=books, history=history)
    studies = Studies(tenant=reader, levers=levers, books=books, history=history)
    desk = job_desk(reader, levers, books, history, two_admins=two_admins)

    async def tidy() -> None:
        await books.forget()
        await history.forget()

    return feature_of(
        desk,
        Health(reader, history).answer,
        {PERFORM: performance.perform, STUDY: studies.study},
        {"observe_jobs": (every, Observer(reader, history, further).look), "tidy_jobs": (TIDIED, tidy)},
    )


def rehearsed_jobs(*, reader: GraphReader, levers: GraphJobLevers, lists: PostgresCrowds) -> Sequence[Feature]:
    """The same conversations for one question that leaves no trace."""
    orders, failing, history = RehearsedOrders(), RehearsedFailures(), NoHistory()
    crowds = Crowds(reader=reader, books=lists, called=is_surely_called, stored=False)
    desk = job_desk(reader, levers, orders, history, two_admins=False)
    sweeps = Sweeps(tenant=reader, books=failing)
    failures = FailureDesk(tenant=reader, sweeps=sweeps, people=failing, history=history, lists=crowds)

    async def nothing(scope: str) -> None:
        """There is no background."""

    return (feature_of(desk, Health(reader).answer, {}, {}), failures.feature(nothing))


class Observer:
    """Looks at the jobs that there are; at apps without one only now and then, for most have none.

    ``further``: what else is looked for in jobs that were just read.
    """

    def __init__(self, reader: GraphReader, history: PostgresHistory, further: Look) -> None:
        self._reader = reader
        self._history = history
        self._further = further
        self._with_job: set[str] = set()
        self._until_all = 0

    async def look(self) -> None:
        """One round."""
        apps = await self._reader.apps()
        everything = self._until_all == 0
        self._until_all = EVERYTHING_EACH if everything else self._until_all - 1
        found, now = await self._read([app for app in apps if everything or app.id in self._with_job])
        jobs = [job for job in found.values() if isinstance(job, Job)]
        self._with_job = {job.app_id for job in jobs} | (self._with_job if not everything else set())
        await self._history.observe(jobs)
        await self._further([(app, job) for app in apps if isinstance(job := found.get(app.id), Job)], now)

    async def _read(self, apps: Sequence[App]) -> tuple[Mapping[str, Job | DeskError | None], datetime]:
        """The jobs and the time at which they were so; nothing where Graph's clock jumps while they are read."""
        for _attempt in range(ATTEMPTS):
            before = await self._reader.now()
            found = await self._reader.jobs(apps)
            now = await self._reader.now()
            if now - before < AT_ONE_TIME:
                return found, now
        _log.warning("the clock jumps: jobs are looked at in the next round")
        return {}, now


def failures_feature(
    *, pool: Pool, queue: Queue, reader: GraphReader, lists: PostgresCrowds, keep_days: int
) -> Feature:
    """Who is failing, from the provisioning log."""
    books = PostgresFailures(pool, queue)
    sweeps = Sweeps(tenant=reader, books=books)
    crowds = Crowds(reader=reader, books=lists, called=is_surely_called)
    history = PostgresHistory(pool)
    desk = FailureDesk(tenant=reader, sweeps=sweeps, people=books, history=history, lists=crowds)

    async def read_on(scope: str) -> None:
        await sweeps.go_on(scope)

    async def forget() -> None:
        await books.forget(keep_days)

    return replace(desk.feature(read_on), rounds={"forget_failures": (TIDIED, forget)})


def job_desk(
    reader: GraphReader, levers: JobLevers, books: OrderBooks, history: History, *, two_admins: bool
) -> JobDesk:
    """Conversations and buttons over some books of orders."""
    return JobDesk(
        tenant=reader,
        orders=Orders(tenant=reader, books=books, history=history, two=two_admins),
        looks=Studies(tenant=reader, levers=levers, books=books, history=history),
        watch=Performance(tenant=reader, levers=levers, books=books, history=history),
    )
