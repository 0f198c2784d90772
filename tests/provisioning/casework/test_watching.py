"""Watching apps without end: who may, what is owed to whom, once for all replicas and in spite of a kill."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from provisioning.casework.app_looks import EACH, MOST, AppLooks
from provisioning.casework.watching import Watching
from provisioning.errors import NotAllowedError, NotThereError, TryLaterError
from provisioning.failing import Happening
from provisioning.health import NO_PULSE, Pulse
from provisioning.model import Actor, App, Job, Schema
from provisioning.orders import Order, OrderKind, OrderState
from provisioning.store.database import Pool, open_database
from provisioning.store.history import PostgresHistory
from provisioning.store.queue import Queue
from provisioning.store.watching import PostgresWatching
from provisioning.watching.news import Credential, CredentialKind, News, Pace, Phase, Topic
from tests import worlds
from tests.provisioning.watching.sights import HOUR, after

AISHA, INES, OLLE, APP = worlds.aisha(), worlds.ines(), worlds.olle(), worlds.askcody()
ZOOM = worlds.askcody(id="22222222-0000-4000-8000-000000000002", name="Zoom")
HERE, THERE = "chat-1", "19:channel"


@dataclass
class Tenant:
    """What a round reads."""

    at: datetime = worlds.NOW
    job_now: Job | None = field(default_factory=worlds.job)
    actors: dict[str, Actor] = field(default_factory=lambda: {one.id: one for one in (AISHA, INES, OLLE)})
    pulses: list[str] = field(default_factory=list)
    credentials_now: tuple[Credential, ...] = ()
    schema_now: Schema | None = field(default_factory=worlds.schema)
    happened: tuple[Happening, ...] = ()

    async def now(self) -> datetime:
        return self.at

    async def actor(self, person_id: str) -> Actor:
        if person_id not in self.actors:
            raise NotThereError("gone")
        return self.actors[person_id]

    async def pulse(self, app: App) -> Pulse:
        self.pulses.append(app.id)
        return NO_PULSE

    async def job(self, app: App) -> Job | None:
        return self.job_now

    async def credentials(self, app: App) -> tuple[Credential, ...]:
        return self.credentials_now

    async def schema(self, app: App, job_id: str) -> tuple[Schema, str]:
        if self.schema_now is None:
            raise TryLaterError("busy")
        return self.schema_now, self.schema_now.version or ""

    async def happenings(self, app: App, *, since: datetime) -> tuple[Happening, ...]:
        return tuple(one for one in self.happened if one.at > since)


class Desk:
    """Replicas over one database."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.tenant, self.slept = pool, Tenant(), list[float]()
        self.books, self.history = PostgresWatching(pool, Queue(pool)), PostgresHistory(pool)
        self.orders: list[Order] = []
        self.looks, self.other = (self._replica(), self._replica())
        self.watching = Watching(reader=self.tenant, books=self.books, looks=self.looks)  # type: ignore[arg-type]

    def _replica(self) -> AppLooks:
        return AppLooks(
            reader=self.tenant,  # type: ignore[arg-type]
            books=self.books,
            course=self.history,
            written=self,
            sleep=self._sleep,
        )

    async def of_app(self, app_id: str, *, most: int = 10) -> list[Order]:
        return self.orders

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def seen(self, job: Job, later: timedelta, *, app: App = APP) -> None:
        """Both replicas look at the job at the same time."""
        self.tenant.at = worlds.NOW + later
        looks = (one.look([(app, job)], self.tenant.at) for one in (self.looks, self.other))
        await asyncio.gather(*looks)

    async def owed(self, place: str = HERE) -> list[News]:
        return [one.news for one in await self.books.owed(place)]

    async def told(self, place: str = HERE) -> None:
        """Everything that is owed was said."""
        async with self.books.transaction() as ledger:
            await ledger.settle(place, [one.number for one in await self.owed(place)], told=True)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_database(database_url) as pool:
        made = Desk(pool)
        await made.seen(worlds.job(), timedelta(0))
        yield made


async def test_two_replicas_that_look_at_once_owe_the_news_once(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    await desk.seen(worlds.quarantined_job(), HOUR)
    assert [(one.topic, one.phase) for one in await desk.owed()] == [(Topic.QUARANTINE, Phase.BEGUN)]
    for hours in range(2, 6):
        await desk.seen(worlds.quarantined_job(), hours * HOUR)
    assert len(await desk.owed()) == 1


async def test_two_subscriptions_of_one_place_owe_it_once(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    await desk.watching.subscribe(AISHA, HERE, None, shared=False)
    await desk.seen(worlds.quarantined_job(), HOUR)
    assert len(await desk.owed()) == 1


async def test_what_is_written_of_a_round_is_all_or_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)

    async def killed(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("provisioning.casework.app_looks._owe", killed)
        with pytest.raises(RuntimeError, match="killed"):
            await desk.looks.look([(APP, worlds.quarantined_job())], worlds.NOW + HOUR)
    assert await desk.owed() == []
    await desk.seen(worlds.quarantined_job(), HOUR)
    assert len(await desk.owed()) == 1


async def test_the_end_is_owed_to_those_who_were_told_of_the_beginning(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    await desk.seen(worlds.quarantined_job(), HOUR)
    await desk.told()
    await desk.seen(after(24 * HOUR), 24 * HOUR)
    assert [one.phase for one in await desk.owed()] == [Phase.OVER]
    assert await desk.owed(THERE) == []


async def test_whoever_subscribes_during_a_trouble_is_told_of_it_at_once_and_hears_of_its_end(desk: Desk) -> None:
    desk.tenant.job_now = worlds.quarantined_job()
    wish = await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    assert [one.topic for one in wish.standing] == [Topic.QUARANTINE]
    assert await desk.owed() == []
    await desk.watching.subscribe(INES, THERE, None, shared=True)
    await desk.seen(after(24 * HOUR), 24 * HOUR)
    assert [one.phase for one in await desk.owed()] == [Phase.OVER]
    assert [one.phase for one in await desk.owed(THERE)] == [Phase.OVER]


async def test_an_app_seen_for_the_first_time_is_no_news(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, None, shared=False)
    await desk.seen(replace(worlds.quarantined_job(), app_id=ZOOM.id, id="job-2"), HOUR, app=ZOOM)
    assert await desk.owed() == []


async def test_an_app_without_a_job_is_watched_for_later(desk: Desk) -> None:
    desk.tenant.job_now = None
    wish = await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    assert (wish.set_up, len(wish.place.subscriptions)) == (False, 1)


@pytest.mark.parametrize(("who", "shared"), [(OLLE, False), (OLLE, True), (AISHA, True)])
async def test_people_may_not_subscribe_and_a_channel_is_for_admins(desk: Desk, who: Actor, shared: bool) -> None:
    with pytest.raises(NotAllowedError):
        await desk.watching.subscribe(who, HERE, APP, shared=shared)
    with pytest.raises(NotAllowedError):
        await desk.watching.unsubscribe(who, HERE, [APP.id], shared=shared)
    with pytest.raises(NotAllowedError):
        await desk.watching.set_pace(who, HERE, Pace.DAILY, shared=shared)
    with pytest.raises(NotAllowedError):
        await desk.watching.hush(who, HERE, APP.id, length=None, shared=shared)
    assert (await desk.watching.place(HERE)).subscriptions == []


async def test_whoever_stops_hears_nothing_more_not_even_the_end(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    await desk.seen(worlds.quarantined_job(), HOUR)
    await desk.watching.unsubscribe(AISHA, HERE, [APP.id], shared=False)
    assert await desk.owed() == [], "what was not said yet is not said any more"
    await desk.seen(after(24 * HOUR), 24 * HOUR)
    assert await desk.owed() == []


async def test_a_muted_app_is_not_owed_and_wakes_again(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, None, shared=False)
    await desk.watching.hush(AISHA, HERE, APP.id, length=None, shared=False)
    await desk.seen(worlds.quarantined_job(), HOUR)
    assert await desk.owed() == []
    await desk.watching.wake(AISHA, HERE, APP.id, shared=False)
    await desk.seen(after(24 * HOUR), 24 * HOUR)
    assert await desk.owed() == [], "nobody here was told of the beginning"
    await desk.seen(worlds.quarantined_job("TooManyDeletes"), 30 * HOUR)
    assert len(await desk.owed()) == 1


async def test_subscribing_anew_unmutes(desk: Desk) -> None:
    await desk.watching.hush(AISHA, HERE, APP.id, length=None, shared=False)
    wish = await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    assert wish.place.hushes == []


async def test_who_lost_the_right_or_the_account_is_named(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    await desk.watching.subscribe(INES, THERE, APP, shared=True)
    for place in (HERE, THERE):
        good, gone = await desk.watching.entitled(await desk.watching.place(place))
        assert (len(good.subscriptions), gone) == (1, ())
    desk.tenant.actors = {AISHA.id: replace(AISHA, roles=OLLE.roles), INES.id: replace(INES, roles=AISHA.roles)}
    for place in (HERE, THERE):
        good, gone = await desk.watching.entitled(await desk.watching.place(place))
        assert (good.subscriptions, len(gone)) == ([], 1)
    desk.tenant.actors = {}
    _good, (gone_one,) = await desk.watching.entitled(await desk.watching.place(HERE))
    await desk.watching.end(gone_one)
    assert (await desk.watching.place(HERE)).subscriptions == []


async def test_what_is_decided_to_be_said_together_stays_so(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    await desk.seen(worlds.quarantined_job(), HOUR)
    (news,) = await desk.owed()
    async with desk.books.transaction() as ledger:
        await ledger.batch(HERE, [news.number], "one:1")
        await ledger.batch(HERE, [news.number], "at_once:1-9")
    assert [one.batch for one in await desk.books.owed(HERE)] == ["one:1"]


async def test_the_logs_of_watched_apps_are_read_in_turns_with_time_between(desk: Desk) -> None:
    apps = [worlds.askcody(id=f"app-{n:02}", name=f"App {n}") for n in range(MOST + 5)]
    jobs = [(app, replace(worlds.job(), app_id=app.id, id=f"job of {app.id}")) for app in apps]
    await desk.looks.look(jobs, worlds.NOW)
    assert desk.tenant.pulses == [], "nobody wants to hear of them"
    await desk.watching.subscribe(AISHA, HERE, None, shared=False)
    await desk.looks.look(jobs, worlds.NOW)
    await desk.looks.look(jobs, worlds.NOW + timedelta(minutes=10))
    assert sorted(desk.tenant.pulses) == [app.id for app in apps]
    assert len(desk.slept) == len(apps) - 2
    await desk.looks.look(jobs, worlds.NOW + EACH["pulse"])
    assert len(desk.tenant.pulses) == len(apps) + MOST


async def test_a_mapping_that_somebody_changed_is_told_with_who_did_it_once(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    desk.tenant.schema_now = worlds.schema(version="v2", mappings=worlds.MAPPINGS[:-1])
    at = worlds.NOW + timedelta(minutes=30)
    desk.tenant.happened = (
        Happening(at=at, what="Update attribute mappings or scope", by="ines@fabrikam.example"),
        Happening(at=at, what="Restart provisioning configuration", by="olle@fabrikam.example"),
    )
    for hours in (1, 2, 3):
        await desk.seen(after(hours * HOUR), hours * HOUR)
    (news,) = await desk.owed()
    assert (news.topic, news.facts["by"], len(news.drifts)) == (Topic.MAPPINGS, "ines@fabrikam.example", 1)
    assert len(await desk.history.schema_changes(APP.id, since=worlds.NOW - HOUR)) == 1


async def test_the_filter_that_the_desk_itself_wrote_is_no_news(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    scope = worlds.filter_group(worlds.clause("mail", "IS NOT NULL"))
    desk.tenant.schema_now = worlds.schema(scope, version="written by the desk")
    desk.orders = [
        Order(
            id="o",
            version=1,
            kind=OrderKind.FILTER,
            state=OrderState.DONE,
            app=APP,
            by=INES,
            origin=HERE,
            created=worlds.NOW,
            updated=worlds.NOW,
            looked_at=worlds.NOW,
            print_after="written by the desk",
        )
    ]
    await desk.seen(after(HOUR), HOUR)
    assert await desk.owed() == []
    desk.tenant.schema_now = worlds.schema(version="v1")
    await desk.seen(after(2 * HOUR), 2 * HOUR)
    assert [one.topic for one in await desk.owed()] == [Topic.MAPPINGS], "who takes it back in the portal is told"


async def test_what_cannot_be_read_for_a_while_is_no_news_when_it_can_again(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    desk.tenant.schema_now = None
    await desk.seen(after(HOUR), HOUR)
    desk.tenant.schema_now = worlds.schema()
    await desk.seen(after(2 * HOUR), 2 * HOUR)
    assert await desk.owed() == []


async def test_a_certificate_that_ends_soon_is_said_at_once_and_then_at_its_days(desk: Desk) -> None:
    ends = worlds.NOW + timedelta(days=20)
    desk.tenant.credentials_now = (Credential(kind=CredentialKind.CERTIFICATE, ends=ends),)
    wish = await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    assert [one.topic for one in wish.standing] == [Topic.CREDENTIALS]
    told = []
    for day in range(1, 21):
        await desk.seen(after(timedelta(days=day)), timedelta(days=day))
        told += [(day, one.variant) for one in await desk.owed()]
        await desk.told()
    assert told == [(13, "7"), (19, "1")]


async def test_failures_beyond_the_usual_of_weeks_are_told_and_then_that_they_are_over(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)

    async def day(number: int, failed: int) -> list[tuple[Phase, str]]:
        for hour in range(0, 24, 4):
            later = timedelta(days=number, hours=hour)
            began = worlds.NOW + later - 15 * worlds.MINUTE
            cycle = worlds.cycle(began=began, escrowed=failed if hour == 20 else 0)
            await desk.history.observe([worlds.job(last=cycle)])
        await desk.seen(after(later), later)
        news = [one for one in await desk.owed() if one.topic is Topic.FAILURES]
        await desk.told()
        return [(one.phase, one.facts["failed"]) for one in news]

    for number in range(10):
        assert await day(number, 3 + number % 3) == []
    assert await day(10, 40) == [(Phase.BEGUN, "40")]
    assert await day(11, 45) == []
    assert await day(12, 4) == [(Phase.OVER, "40")]


async def test_a_cycle_that_began_this_very_second_counts_already(desk: Desk) -> None:
    cycle = worlds.cycle(began=worlds.NOW + timedelta(milliseconds=700), escrowed=5)
    await desk.history.observe([worlds.job(last=cycle)])
    seen = await desk.history.windows(APP.id, worlds.JOB_ID, until=worlds.NOW, length=24 * HOUR, most=3)
    assert [(one.cycles, one.failed) for one in seen] == [(1, 5), (0, 0), (0, 0)]


async def test_every_wish_is_audited(desk: Desk) -> None:
    await desk.watching.subscribe(AISHA, HERE, APP, shared=False)
    await desk.watching.hush(AISHA, HERE, APP.id, length=timedelta(days=1), shared=False)
    await desk.watching.set_pace(AISHA, HERE, Pace.WEEKLY, shared=False)
    await desk.watching.unsubscribe(AISHA, HERE, [APP.id], shared=False)
    async with desk.pool.connection() as connection:
        rows = await (
            await connection.execute("SELECT what FROM audit WHERE about = %s ORDER BY id", [f"news:{HERE}"])
        ).fetchall()
    assert [what for (what,) in rows] == [
        "watching for good",
        "news snoozed",
        "news told weekly",
        "not watching any more",
    ]
