"""Metrics: what Prometheus reads, who is not told, and what happens while the database is away."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession, web
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics as module
from bot.loopback import PortTakenError
from bot.metrics import Metrics, measuring
from provisioning.casework.tickets import Tickets
from provisioning.moves import Close, Take
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool, open_database
from provisioning.store.figures import PostgresFigures
from provisioning.store.queue import Queue
from provisioning.tickets import CloseReason
from tests import worlds
from tests.provisioning.desks.far_side import listening

Samples = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Watched:
    """A bot's web side with its metrics on another port."""

    pool: Pool
    session: ClientSession
    bot: str
    metrics: str

    async def read(self) -> Samples:
        """Every sample of ours by its name and the values of its labels, in the order of their names."""
        async with self.session.get(self.metrics) as response:
            assert response.status == 200 and response.content_type == "text/plain"
            text = await response.text()
        return {
            (sample.name, ",".join(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name.startswith("sync_desk_")
        }


@pytest.fixture
async def watched(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    monkeypatch.setattr(module, "COUNTS", 0.0)
    async with open_database(database_url) as pool, ClientSession() as session:
        metrics = Metrics(PostgresFigures(pool))

        async def hello(request: web.Request) -> web.Response:
            return web.Response(status=202)

        bot = web.Application(middlewares=[metrics.watch])
        bot.router.add_post("/api/desks/{desk}", hello)
        async with listening(bot) as url, measuring(metrics, host="127.0.0.1", port=0) as port:
            yield Watched(pool, session, url, f"http://127.0.0.1:{port}/metrics")


async def test_tickets_and_the_week_are_counted(watched: Watched) -> None:
    tickets = Tickets(books=PostgresBooks(watched.pool, Queue(watched.pool), desks=["jira"]))
    numbers = [(await tickets.open(worlds.olle(), origin="c", text=f"help {n}")).number for n in range(3)]
    await tickets.move(worlds.aisha(), numbers[0], Take())
    await tickets.move(worlds.aisha(), numbers[1], Close(reason=CloseReason.BY_ITSELF))
    found = await watched.read()
    assert found["sync_desk_up", ""] == 1
    assert (found["sync_desk_tickets", "normal,open"], found["sync_desk_tickets", "normal,taken"]) == (1, 1)
    assert (found["sync_desk_week_tickets", "opened"], found["sync_desk_week_tickets", "closed"]) == (3, 1)
    assert found["sync_desk_week_without_a_human", "itself"] == 1
    assert found["sync_desk_week_first_answer_seconds", "0.5"] >= 0
    assert found["sync_desk_queue", "delivery,jira,waiting"] == 5


async def test_requests_are_counted_by_the_pattern_of_their_route(watched: Watched) -> None:
    for path in ("/api/desks/jira", "/api/desks/maja@fabrikam.example", "/etc/passwd"):
        async with watched.session.post(watched.bot + path):
            pass
    found = await watched.read()
    assert found["sync_desk_requests_total", "/api/desks/{desk},202"] == 2
    assert found["sync_desk_requests_total", "other,404"] == 1
    assert found["sync_desk_request_seconds_count", "/api/desks/{desk}"] == 2
    assert not any("maja" in labels or "passwd" in labels for _, labels in found)


async def test_the_bots_own_port_tells_no_metrics(watched: Watched) -> None:
    async with watched.session.get(watched.bot + "/metrics") as response:
        assert response.status == 404


async def test_a_database_that_is_away_is_said_and_the_process_is_still_measured(watched: Watched) -> None:
    assert (await watched.read())["sync_desk_up", ""] == 1
    await watched.pool.close()
    found = await watched.read()
    assert found["sync_desk_up", ""] == 0
    assert not any(name.startswith("sync_desk_tickets") for name, _ in found), "old counts are not told as new ones"


async def test_many_askers_share_one_look(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COUNTS", 60.0)
    before = await watched.read()
    await Tickets(books=PostgresBooks(watched.pool, Queue(watched.pool))).open(worlds.olle(), origin="c", text="help")
    assert await watched.read() == before


async def test_a_port_that_is_taken_is_said_with_its_settings(watched: Watched) -> None:
    port = int(watched.metrics.split(":")[2].split("/")[0])
    with pytest.raises(PortTakenError, match="SYNC_DESK_METRICS_PORT"):
        async with measuring(Metrics(PostgresFigures(watched.pool)), host="127.0.0.1", port=port):
            pass
