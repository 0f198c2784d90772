"""Reading a whole log: in flat memory, going on where it was, counting nothing twice, keeping what policy allows."""

import gc
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import Raw

from provisioning.casework.sweeps import AT_ONCE, Sweeps
from provisioning.errors import NotThereError, TryLaterError
from provisioning.failing import EVERYTHING, READ_LOG, WINDOW, Happening
from provisioning.model import App, Cause, Person
from provisioning.store.database import Pool, open_database
from provisioning.store.failing import PostgresFailures
from provisioning.store.queue import Queue
from tests import worlds
from tests.provisioning.casework.company import Tenant, Worker
from tests.provisioning.rows import Log, failed, log_row, skipped

SCOPE = worlds.APP_ID.lower()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Reading(Tenant):
    """A tenant with a log of raw rows."""

    def __init__(self, log: Any) -> None:
        super().__init__()
        self.raw_log = log

    async def log_page(self, app_id: str | None, *, since: datetime, link: str | None) -> tuple[list[Raw], str | None]:
        page: tuple[list[Raw], str | None] = await self.raw_log.log_page(app_id, since=since, link=link)
        return page

    async def happenings(self, app: App | None, *, since: datetime) -> tuple[Happening, ...]:
        return ()

    async def people_of(self, person_ids: Sequence[str]) -> dict[str, Person]:
        return {}


class Rows:
    """A log of given rows, in pages; ``broken``: pages that cannot be read, once."""

    def __init__(self, *rows: dict[str, Any], page: int = 2) -> None:
        self.rows = list(rows)
        self.asked: list[datetime] = []
        self.broken = 0
        self._page = page

    async def log_page(self, app_id: str | None, *, since: datetime, link: str | None) -> tuple[list[Raw], str | None]:
        if self.broken:
            self.broken -= 1
            raise TryLaterError("Busy.", wait=5)
        if link is None:
            self.asked.append(since)
        fits = sorted((row for row in self.rows if at(row) > since), key=at) if link is None else self.rows
        start = int(link or 0)
        here = fits[start : start + self._page]
        link = str(start + self._page) if start + self._page < len(fits) else None
        return [Raw(json.dumps(row).encode()) for row in here], link


def at(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["activityDateTime"])


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with open_database(database_url) as pool:
        yield pool


def sweeps(pool: Pool, log: Any) -> tuple[Sweeps, PostgresFailures, Reading]:
    tenant, books = Reading(log), PostgresFailures(pool, Queue(pool))
    return Sweeps(tenant=tenant, books=books), books, tenant


async def worked(pool: Pool, tenant: Reading, sweep: Sweeps) -> None:
    """What is queued, to its end."""

    async def read_on(scope: str) -> None:
        await sweep.go_on(scope)

    await Worker(pool, tenant, {READ_LOG: read_on}).run(most=100)


NOW = worlds.NOW


async def test_who_fails_now_is_found_by_the_newest_row_and_grouped_by_cause_and_words(pool: Pool) -> None:
    log = Rows(
        failed(1, NOW - 3 * HOUR),
        failed(1, NOW - 2 * HOUR),
        failed(2, NOW - 2 * HOUR),
        log_row(2, NOW - HOUR),
        failed(3, NOW - HOUR, "Already exists"),
        page=50,
    )
    found = await sweeps(pool, log)[0].look(SCOPE)
    assert [(c.cause, c.count, c.times, c.since) for c in found.clusters] == [
        (Cause.MISSING_ATTRIBUTE, 1, 2, NOW - 3 * HOUR),
        (Cause.VALUE_TAKEN_IN_APP, 1, 1, NOW - HOUR),
    ]
    assert found.clusters[0].next_retry == NOW + 4 * HOUR


async def test_noise_is_left_aside_and_counted(pool: Pool) -> None:
    log = Rows(skipped(1, NOW - HOUR, "RedundantExport"), skipped(2, NOW - HOUR, "NotEffectivelyEntitled"), page=50)
    found = await sweeps(pool, log)[0].look(SCOPE)
    assert found.clusters == ()
    assert dict(found.noise) == {"in_sync": 1, "out": 1}


async def test_a_long_log_is_begun_at_once_and_read_to_its_end_in_the_background(pool: Pool) -> None:
    log = Rows(*(failed(n, NOW - HOUR + n * MINUTE / 10) for n in range(2 * AT_ONCE + 5)))
    sweep, _books, tenant = sweeps(pool, log)
    begun = await sweep.look(SCOPE)
    assert not begun.sweep.whole
    assert begun.count == 2 * AT_ONCE
    await worked(pool, tenant, sweep)
    whole = await sweep.known(SCOPE)
    assert whole.sweep.whole
    assert (whole.count, whole.sweep.rows) == (2 * AT_ONCE + 5, 2 * AT_ONCE + 5)


async def test_a_reading_that_breaks_goes_on_at_its_page_and_counts_nothing_twice(pool: Pool) -> None:
    log = Rows(*(failed(1, NOW - HOUR + n * MINUTE) for n in range(10)))
    sweep, _books, tenant = sweeps(pool, log)
    await sweep.look(SCOPE)
    log.broken = 3
    await worked(pool, tenant, sweep)
    found = await sweep.known(SCOPE)
    assert (found.clusters[0].times, found.sweep.rows) == (10, 10)


async def test_a_second_look_reads_only_what_is_new_and_late_rows_still_count_once(pool: Pool) -> None:
    log = Rows(failed(1, NOW - 5 * MINUTE), page=50)
    sweep, _books, tenant = sweeps(pool, log)
    await sweep.look(SCOPE)
    tenant.clock += 10 * MINUTE
    log.rows += [failed(2, NOW - 6 * MINUTE), failed(1, NOW + MINUTE)]  # the first of them came late
    found = await sweep.look(SCOPE)
    assert log.asked == [NOW - WINDOW, NOW - 15 * MINUTE]
    assert (found.clusters[0].count, found.clusters[0].times) == (2, 3)


async def test_within_a_minute_nothing_is_read_again(pool: Pool) -> None:
    log = Rows(failed(1, NOW - HOUR))
    sweep, _books, tenant = sweeps(pool, log)
    await sweep.look(SCOPE)
    tenant.clock += timedelta(seconds=30)
    await sweep.look(SCOPE)
    assert len(log.asked) == 1


async def test_a_link_that_graph_has_forgotten_is_replaced_by_the_newest_row(pool: Pool) -> None:
    log = Log(9, lambda n: failed(n, NOW - HOUR + n * MINUTE), page=2)
    sweep, _books, tenant = sweeps(pool, log)
    await sweep.look(SCOPE)
    log.forget = True
    await worked(pool, tenant, sweep)
    found = await sweep.known(SCOPE)
    assert (found.count, found.clusters[0].times) == (9, 9)


async def test_people_who_became_well_while_away_are_gone(pool: Pool) -> None:
    log = Rows(failed(1, NOW - HOUR), failed(2, NOW - HOUR), page=50)
    sweep, books, tenant = sweeps(pool, log)
    first = await sweep.look(SCOPE)
    tenant.clock += HOUR
    log.rows.append(log_row(1, NOW + MINUTE))
    found = await sweep.look(SCOPE)
    assert found.clusters[0].count == 1
    people = await books.people(SCOPE, first.clusters[0].id, page=0, size=10)
    assert people == ["00000000-0000-4000-8000-000000000002"]


async def test_people_come_in_pages(pool: Pool) -> None:
    log = Rows(*(failed(n, NOW - HOUR) for n in range(7)), page=50)
    sweep, books, _tenant = sweeps(pool, log)
    cluster = (await sweep.look(SCOPE)).clusters[0].id
    pages = [await books.people(SCOPE, cluster, page=n, size=3) for n in range(4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert len({one for page in pages for one in page}) == 7


async def test_all_apps_together_are_a_scope_of_their_own(pool: Pool) -> None:
    other = {"servicePrincipal": {"id": "other"}}
    log = Rows(failed(1, NOW - HOUR), failed(1, NOW - HOUR) | other, page=50)
    sweep, _books, _tenant = sweeps(pool, log)
    everything = await sweep.look(EVERYTHING)
    assert sorted(cluster.app_id for cluster in everything.clusters) == sorted(["other", SCOPE])
    with pytest.raises(NotThereError):
        await sweep.known(SCOPE)


async def test_what_is_older_than_policy_allows_is_forgotten(pool: Pool) -> None:
    sweep, books, _tenant = sweeps(pool, Rows(failed(1, NOW - HOUR), page=50))
    await sweep.look(SCOPE)
    await books.forget(days=30)  # the database's today is long after the story's
    assert (await sweep.known(SCOPE)).clusters == ()


async def test_nothing_that_names_a_person_is_kept(pool: Pool) -> None:
    words = "Person 1 (p1@x.example) cannot be created"
    await sweeps(pool, Rows(failed(1, NOW - HOUR, words), page=50))[0].look(SCOPE)
    async with pool.connection() as connection:
        found = await connection.execute("SELECT failing::text FROM failing")
        kept = str(await found.fetchall())
    assert "cannot be created" in kept
    assert "Person 1" not in kept
    assert "@x.example" not in kept


async def test_two_hundred_thousand_rows_are_read_in_flat_memory(pool: Pool) -> None:
    """One row in fifty is a failure, and there are a thousand people: what is held is one page, whatever the length."""
    count, start = 200_000, NOW - 6 * 24 * HOUR

    def make(n: int) -> dict[str, Any]:
        when = start + n * timedelta(seconds=2)
        if n % 50 == 0:
            return failed(n // 50 % 1000, when)
        return skipped(n % 5000 + 1000, when, "RedundantExport")

    alive: dict[int, int] = {}

    def count_objects(page: int) -> None:
        if page in {20, 199}:
            gc.collect()
            alive[page] = len(gc.get_objects())

    log = Log(count, make, passing=count_objects)
    sweep, _books, tenant = sweeps(pool, log)
    await sweep.look(SCOPE)
    await worked(pool, tenant, sweep)
    found = await sweep.known(SCOPE)
    assert found.sweep.rows == count
    assert log.pages == count // 1000
    assert found.clusters[0].count == 1000
    assert found.clusters[0].times == count // 50
    assert found.noise["in_sync"] == count - count // 50
    assert alive[199] - alive[20] < 5000, "something grows with the length of the log"
