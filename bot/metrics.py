"""``GET /metrics`` for Prometheus, on an address of its own that only the settings open.

Gauges are counted from the database when somebody asks, so every replica says the same: take the maximum over
replicas, not the sum. What a process counts by itself (requests, memory, time) is its own.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from time import monotonic

from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    exposition,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from psycopg import Error as DatabaseError
from psycopg_pool import PoolTimeout

from bot.loopback import PortTakenError
from provisioning.numbers import Numbers
from provisioning.store.figures import PostgresFigures

COUNTS = 5.0  # s that one look at the database serves everybody who asks

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Metrics:
    """What is measured."""

    def __init__(self, figures: PostgresFigures) -> None:
        self._figures = figures
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._requests = Counter(
            "sync_desk_requests", "HTTP requests by route and status.", ["route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "sync_desk_request_seconds", "Time to the response, by route.", ["route"], registry=self._registry
        )
        self._books = _Books()
        self._registry.register(self._books)
        self._look = asyncio.Lock()
        self._until = 0.0

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count the bot's own requests. A route's pattern is its name: paths would name people's conversations."""
        began, status = monotonic(), 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as answer:
            status = answer.status
            raise
        finally:
            resource = request.match_info.route.resource
            route = resource.canonical if resource is not None else "other"
            self._requests.labels(route, str(status)).inc()
            self._seconds.labels(route).observe(monotonic() - began)

    async def answer(self, request: web.Request) -> web.Response:
        """In the form that the asker prefers."""
        async with self._look:
            if monotonic() >= self._until:
                await self._count()
        encode, content_type = exposition.choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._registry), headers={"Content-Type": content_type})

    async def _count(self) -> None:
        try:
            numbers = await self._figures.numbers()
            families = [*_now(numbers, await self._figures.by_state()), *_week(numbers)]
            families += _queues(await self._figures.queues())
            self._books.show([_gauge("up", "Whether the database answers.", 1), *families])
        except (DatabaseError, PoolTimeout):
            self._books.show([_gauge("up", "Whether the database answers.", 0)])
        self._until = monotonic() + COUNTS


class _Books(Collector):
    """The newest look at the database, as Prometheus' library collects it."""

    def __init__(self) -> None:
        self._families: Sequence[GaugeMetricFamily] = ()

    def show(self, families: Sequence[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._families


def _now(numbers: Numbers, by_state: Sequence[tuple[str, str, int]]) -> list[GaugeMetricFamily]:
    tickets = GaugeMetricFamily("sync_desk_tickets", "Tickets that are not closed.", labels=["state", "severity"])
    for state, severity, count in by_state:
        tickets.add_metric([state, severity], count)
    age = (numbers.as_of - numbers.oldest).total_seconds() if numbers.oldest else 0
    return [tickets, _gauge("oldest_ticket_seconds", "Age of the oldest ticket that is not closed.", age)]


def _week(numbers: Numbers) -> list[GaugeMetricFamily]:
    """The last seven days."""
    moved = GaugeMetricFamily("sync_desk_week_tickets", "Tickets of the last seven days.", labels=["what"])
    moved.add_metric(["opened"], numbers.opened)
    moved.add_metric(["closed"], numbers.closed)
    alone = GaugeMetricFamily(
        "sync_desk_week_without_a_human", "Solved without a human in the last seven days.", labels=["how"]
    )
    alone.add_metric(["click"], numbers.by_click)
    alone.add_metric(["itself"], numbers.by_itself)
    first = GaugeMetricFamily(
        "sync_desk_week_first_answer_seconds", "Time to the first answer, seven days.", labels=["quantile"]
    )
    for quantile, span in (("0.5", numbers.first_answer), ("0.9", numbers.first_answer_slow)):
        if span is not None:
            first.add_metric([quantile], span.total_seconds())
    causes = GaugeMetricFamily(
        "sync_desk_week_causes", "People and apps that were asked about, by cause, seven days.", labels=["cause"]
    )
    for cause, people in numbers.causes:
        causes.add_metric([cause], people)
    return [moved, alone, first, causes]


def _queues(rows: Sequence[tuple[str, str, str, int]]) -> list[GaugeMetricFamily]:
    """Background work, messages to Teams, and what other desks are owed."""
    queue = GaugeMetricFamily("sync_desk_queue", "What is under way or stuck.", labels=["kind", "name", "state"])
    for kind, name, state, count in rows:
        queue.add_metric([kind, name, state], count)
    return [queue]


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"sync_desk_{name}", words, value=value)


@asynccontextmanager
async def measuring(metrics: Metrics, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve them while the block runs; yields the port. PortTakenError when it cannot be listened on."""
    app = web.Application()
    app.router.add_get("/metrics", metrics.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise PortTakenError(
                f"{host}:{port} cannot be listened on ({error.strerror or error}): "
                "stop what uses it, or set SYNC_DESK_METRICS_HOST and SYNC_DESK_METRICS_PORT."
            ) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
