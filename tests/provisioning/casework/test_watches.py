"""Watching: who may, what is told, once, and what ends without a word."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.casework.watches import HANDFUL, Watches
from provisioning.crowds import Crowd, CrowdState
from provisioning.errors import DeskError, NotAllowedError, NotThereError, TryLaterError
from provisioning.model import Actor, App, Diagnosis, Job
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import Pool, open_database
from provisioning.store.queue import Queue
from provisioning.store.watches import PostgresWatches
from provisioning.tickets import Ticket, TicketState
from provisioning.watches import Watch, WatchKind, WatchState
from tests import worlds
from tests.provisioning.casework.town import LAG, Town, town_of

AISHA, APP = worlds.aisha(), worlds.askcody()


class Watched(Town):
    """The town of the crowds, and every app's job."""

    jobs_of: Mapping[str, Job | DeskError | None] = {}

    async def jobs(self, apps: Sequence[App]) -> Mapping[str, Job | DeskError | None]:
        return {app.id: self.jobs_of.get(app.id, self.job) for app in apps}

    async def job_of(self, app: App) -> Job | None:
        return self.job


class Desk:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.town = Watched(people=town_of(40).people)
        self.town.job_reader = self.town.job_of  # type: ignore[attr-defined]
        self.books = PostgresWatches(pool, Queue(pool))
        self.slept: list[float] = []
        self.watches = Watches(reader=_Reader(self.town), books=self.books, sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def watched(self, number: int = 1, **told: timedelta) -> Watch:
        found = await self.watches.person(AISHA, f"p-{number}", APP, origin="chat-1", **told)
        assert isinstance(found, Watch)
        return found

    async def arrives(self, number: int = 1) -> None:
        """The log shows it at once."""
        await self.town.provision_on_demand(app=APP, job_id="", rule_id="", person_id=f"p-{number}")
        self.town.skipped += LAG

    async def asked(self, actor: Actor) -> int:
        """A ticket of somebody; its number."""
        ticket = worlds.ticket(requester=actor, number=0)
        async with self.books.transaction() as ledger:
            return (await ledger.add_ticket(ticket))[0].number

    async def closed(self, number: int) -> None:
        """Somebody closed it."""
        async with self.books.transaction() as ledger:
            ticket = await ledger.ticket(number)
            await ledger.save_ticket(replace(ticket, state=TicketState.CLOSED, closed=worlds.NOW))

    async def told(self) -> list[int]:
        async with self.pool.connection() as connection:
            found = await connection.execute(
                "SELECT args->>'number' FROM procrastinate_jobs WHERE task_name = 'tell_watch'"
            )
            return [int(number) for (number,) in await found.fetchall()]

    async def late(self, watch: Watch) -> None:
        """Its time is over."""
        async with self.pool.connection() as connection:
            await connection.execute("UPDATE watches SET expires = now() WHERE number = %s", [watch.number])


class _Reader:
    """``WatchReader`` over the town."""

    def __init__(self, town: Watched) -> None:
        self._town = town
        self.now, self.actor, self.evidence = town.now, town.actor, town.evidence
        self.logs, self.jobs, self.job = town.logs, town.jobs, town.job_of


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_database(database_url) as pool:
        yield Desk(pool)


async def test_an_arrival_is_told_once_where_it_was_wished_for(desk: Desk) -> None:
    watch = await desk.watched()
    await desk.watches.look()
    assert await desk.told() == []
    await desk.arrives()
    await desk.watches.look()
    await desk.watches.look()
    met = await desk.books.read_watch(watch.number)
    assert (met.state, met.origin, bool(met.proof)) == (WatchState.MET, "chat-1", True)
    assert await desk.told() == [watch.number]


async def test_whoever_is_there_already_is_not_waited_for(desk: Desk) -> None:
    desk.town.there.add("p-1")
    found = await desk.watches.person(AISHA, "p-1", APP, origin="chat-1")
    assert isinstance(found, Diagnosis)
    assert await desk.watches.mine(AISHA) == []


async def test_people_watch_themselves_and_nobody_else(desk: Desk) -> None:
    olle = replace(worlds.olle(), id="p-1")
    assert isinstance(await desk.watches.person(olle, "p-1", APP, origin="chat-1"), Watch)
    with pytest.raises(NotAllowedError):
        await desk.watches.person(olle, "p-2", APP, origin="chat-1")


async def test_whoever_may_not_know_any_more_is_not_told(desk: Desk) -> None:
    watch = await desk.watched()
    desk.town.actors[AISHA.id] = replace(AISHA, roles=worlds.olle().roles)
    await desk.arrives()
    await desk.watches.look()
    assert (await desk.books.read_watch(watch.number)).state is WatchState.CANCELLED
    assert await desk.told() == []


async def test_an_asker_who_is_gone_is_not_told(desk: Desk) -> None:
    watch = await desk.watched()
    del desk.town.actors[AISHA.id]
    await desk.arrives()
    await desk.watches.look()
    assert (await desk.books.read_watch(watch.number)).state is WatchState.CANCELLED


async def test_the_same_wish_in_the_same_place_is_one_watch_and_may_grow_longer(desk: Desk) -> None:
    first = await desk.watched()
    again = await desk.watched(length=timedelta(days=30))
    shorter = await desk.watched(length=timedelta(days=1))
    assert first.number == again.number == shorter.number
    assert shorter.expires == again.expires > first.expires
    elsewhere = await desk.watches.person(AISHA, "p-1", APP, origin="chat-2")
    assert isinstance(elsewhere, Watch)
    assert elsewhere.number != first.number


async def test_it_ends_with_a_word_when_its_time_is_over(desk: Desk) -> None:
    watch = await desk.watched()
    await desk.late(watch)
    await desk.watches.look()
    await desk.watches.look()
    assert (await desk.books.read_watch(watch.number)).state is WatchState.EXPIRED
    assert await desk.told() == [watch.number]


async def test_what_has_expired_is_watched_again(desk: Desk) -> None:
    watch = await desk.watched()
    await desk.late(watch)
    await desk.watches.look()
    expired = await desk.books.read_watch(watch.number)
    again = await desk.watches.again(AISHA, watch.number, expired.version, origin="chat-1")
    assert isinstance(again, Watch)
    assert (again.state, again.number != watch.number) == (WatchState.OPEN, True)
    with pytest.raises(NotThereError):
        await desk.watches.again(worlds.ines(), watch.number, expired.version, origin="chat-1")


async def test_only_whoever_wished_for_it_ends_it(desk: Desk) -> None:
    watch = await desk.watched()
    with pytest.raises(NotThereError):
        await desk.watches.cancel(worlds.ines(), watch.number)
    assert (await desk.watches.cancel(AISHA, watch.number, 7)).state is WatchState.OPEN, "another version"
    assert (await desk.watches.cancel(AISHA, watch.number, watch.version)).state is WatchState.CANCELLED
    await desk.arrives()
    await desk.watches.look()
    assert await desk.told() == []


async def test_many_people_share_a_read_of_the_log(desk: Desk) -> None:
    for number in range(1, 2 * HANDFUL + 2):
        await desk.watched(number)
    await desk.watches.look()
    assert desk.town.read == [HANDFUL, HANDFUL, 1]
    assert len(desk.slept) == 2, "the log is not read faster than it may be"


async def test_a_busy_log_is_looked_at_in_the_next_round(desk: Desk) -> None:
    watch = await desk.watched()
    await desk.arrives()
    desk.town.log_down = TryLaterError("busy")
    await desk.watches.look()
    desk.town.log_down = None
    await desk.watches.look()
    assert await desk.told() == [watch.number]


async def test_a_job_that_does_not_run_well_is_watched_for_its_recovery(desk: Desk) -> None:
    desk.town.job = worlds.quarantined_job()
    watch = await desk.watches.job(AISHA, APP, origin="chat-1")
    assert watch.kind is WatchKind.WELL
    desk.town.job = worlds.job()
    await desk.watches.look()
    assert await desk.told() == [], "its last cycle is older than the wish"
    last = worlds.job().last
    assert last is not None
    desk.town.job = worlds.job(last=replace(last, ended=desk.town.clock))
    await desk.watches.look()
    assert await desk.told() == [watch.number]


async def test_a_job_that_runs_well_is_watched_for_trouble(desk: Desk) -> None:
    watch = await desk.watches.job(worlds.olle(), APP, origin="chat-1")
    assert watch.kind is WatchKind.ILL
    desk.town.jobs_of = {APP.id: TryLaterError("busy")}
    await desk.watches.look()
    assert await desk.told() == [], "not known is not ill"
    desk.town.jobs_of = {APP.id: worlds.quarantined_job()}
    await desk.watches.look()
    assert await desk.told() == [watch.number]


async def test_a_ticket_is_watched_until_it_is_closed(desk: Desk) -> None:
    number = await desk.asked(worlds.olle())
    watch = await desk.watches.ticket(AISHA, number, origin="chat-1")
    assert isinstance(watch, Watch)
    same = await desk.watches.ticket(AISHA, number, origin="chat-1")
    assert isinstance(same, Watch)
    assert same.number == watch.number
    other = await desk.watches.ticket(AISHA, await desk.asked(worlds.olle()), origin="chat-1")
    assert isinstance(other, Watch)
    assert other.number != watch.number, "another ticket is another wish"
    await desk.watches.look()
    assert await desk.told() == []
    await desk.closed(number)
    await desk.watches.look()
    await desk.watches.look()
    assert (await desk.books.read_watch(watch.number)).state is WatchState.MET
    assert await desk.told() == [watch.number]


async def test_a_closed_ticket_is_not_waited_for(desk: Desk) -> None:
    number = await desk.asked(worlds.olle())
    await desk.closed(number)
    found = await desk.watches.ticket(AISHA, number, origin="chat-1")
    assert isinstance(found, Ticket)
    assert await desk.watches.mine(AISHA) == []


async def test_people_watch_their_own_tickets_and_nobody_elses(desk: Desk) -> None:
    number = await desk.asked(worlds.olle())
    assert isinstance(await desk.watches.ticket(worlds.olle(), number, origin="chat-1"), Watch)
    for actor, wanted in ((replace(worlds.olle(), id="p-9"), number), (AISHA, 4711)):
        with pytest.raises(NotThereError):
            await desk.watches.ticket(actor, wanted, origin="chat-1")


async def test_whoever_may_not_see_the_ticket_any_more_is_not_told(desk: Desk) -> None:
    number = await desk.asked(worlds.olle())
    watch = await desk.watches.ticket(AISHA, number, origin="chat-1")
    assert isinstance(watch, Watch)
    desk.town.actors[AISHA.id] = replace(AISHA, roles=worlds.olle().roles)
    await desk.closed(number)
    await desk.watches.look()
    assert (await desk.books.read_watch(watch.number)).state is WatchState.CANCELLED
    assert await desk.told() == []


async def brought(desk: Desk) -> Crowd:
    """A list of people that is being called."""
    made = Crowd(
        number=0,
        version=0,
        state=CrowdState.RUNNING,
        actor=AISHA,
        origin="chat-1",
        words=("x",),
        created=worlds.NOW,
        app=APP,
        started_by=AISHA,
        started=worlds.NOW,
    )
    async with PostgresCrowds(desk.pool, Queue(desk.pool)).transaction() as ledger:
        return (await ledger.add_crowd(made, key=""))[0]


async def over(desk: Desk, crowd: Crowd, state: CrowdState = CrowdState.FINISHED) -> None:
    async with PostgresCrowds(desk.pool, Queue(desk.pool)).transaction() as ledger:
        await ledger.save_crowd(replace(crowd, state=state, ended=worlds.NOW))


@pytest.mark.parametrize("state", [CrowdState.FINISHED, CrowdState.STOPPED])
async def test_a_crowd_is_watched_until_it_is_over_and_told_once(desk: Desk, state: CrowdState) -> None:
    crowd = await brought(desk)
    watch = await desk.watches.crowd(AISHA, crowd.number, origin="chat-1")
    assert isinstance(watch, Watch)
    same = await desk.watches.crowd(AISHA, crowd.number, origin="chat-1")
    assert isinstance(same, Watch)
    assert same.number == watch.number
    await desk.watches.look()
    assert await desk.told() == []
    await over(desk, crowd, state)
    await desk.watches.look()
    await desk.watches.look()
    met = await desk.books.read_watch(watch.number)
    assert (met.state, met.met_at, met.proof) == (WatchState.MET, worlds.NOW, state.value)
    assert await desk.told() == [watch.number]
    assert isinstance(await desk.watches.crowd(AISHA, crowd.number, origin="chat-1"), Crowd), "it is over"


async def test_only_who_may_see_crowds_watches_them_then_and_later(desk: Desk) -> None:
    crowd = await brought(desk)
    with pytest.raises(NotAllowedError):
        await desk.watches.crowd(worlds.olle(), crowd.number, origin="chat-1")
    watch = await desk.watches.crowd(AISHA, crowd.number, origin="chat-1")
    assert isinstance(watch, Watch)
    desk.town.actors[AISHA.id] = replace(AISHA, roles=worlds.olle().roles)
    await over(desk, crowd)
    await desk.watches.look()
    assert (await desk.books.read_watch(watch.number)).state is WatchState.CANCELLED
    assert await desk.told() == []


async def test_a_rehearsal_keeps_nothing(desk: Desk) -> None:
    rehearsal = Watches(reader=_Reader(desk.town), books=desk.books, stored=False)
    found = await rehearsal.person(AISHA, "p-1", APP, origin="command line")
    assert isinstance(found, Watch)
    assert (found.number, await desk.watches.mine(AISHA)) == (0, [])
