"""Couriers: what is owed to another desk arrives once and in order, whoever is down or killed in between.

The desks here are played; ServiceNow's server stands in where it matters what the other side really keeps.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession

from provisioning.casework.couriers import MOST_DOUBTS, Courier, actor_id
from provisioning.casework.tickets import Tickets
from provisioning.desks.servicenow import ServiceNow
from provisioning.errors import DeskError, NotAllowedError, NotThereError, RefusedError, TryLaterError, UncertainError
from provisioning.handover import Link, Notice, Standing
from provisioning.model import Actor, Role
from provisioning.moves import Close, Note, Take
from provisioning.ports import Desk
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool, open_database
from provisioning.store.post import PostgresPost
from provisioning.store.queue import Queue
from provisioning.tickets import Elsewhere, Event, Ticket
from tests import worlds
from tests.provisioning.desks.far_side import ServiceNowInstance, listening

LEASE = timedelta(seconds=30)


@dataclass
class FarDesk:
    """Keeps what it is told; ``coming`` breaks the next attempts, before or after it is written down."""

    name: str = "far"
    got: list[str] = field(default_factory=list)
    tries: list[tuple[str, bool]] = field(default_factory=list)
    coming: list[DeskError | Callable[[], object]] = field(default_factory=list)
    written_first: bool = False

    async def tell(self, notice: Notice, link: Link | None, *, again: bool) -> Link:
        self.tries.append((notice.key, again))
        trouble = self.coming.pop(0) if self.coming else None
        if (trouble is None or self.written_first) and not (again and notice.key in self.got):
            self.got.append(notice.key)
        if isinstance(trouble, DeskError):
            raise trouble
        if trouble is not None:
            trouble()
            await asyncio.sleep(3600)
        return link or Link(id=notice.mark, name=notice.mark)


def compose(ticket: Ticket, step: int) -> Notice:
    """The bare bones; words are the cards' business."""
    event = ticket.history[step]
    standing = {Event.OPENED: Standing.OPEN, Event.TAKEN: Standing.TAKEN, Event.CLOSED: Standing.CLOSED}
    return Notice(
        source="sd",
        ticket=ticket.name,
        step=step,
        what=event.what,
        at=event.at,
        subject=ticket.question,
        text=event.text or event.what,
        description=ticket.question,
        standing=standing.get(Event(event.what)),
        severity=ticket.severity,
        requester=ticket.requester.name,
        address=ticket.requester.upn,
        public=not event.internal,
    )


@dataclass(frozen=True)
class World:
    pool: Pool
    books: PostgresBooks
    post: PostgresPost
    tickets: Tickets
    desk: FarDesk

    def courier(self, desk: Desk | None = None) -> Courier:
        return Courier(desk=desk or self.desk, post=self.post, books=self.books, compose=compose)

    async def ticket(self, text: str = "help") -> Ticket:
        return await self.tickets.open(worlds.aisha(), origin="chat-1", text=text)

    async def delivered(self) -> None:
        """As many rounds as there is anything due."""
        while await self.courier().round():
            pass

    async def later(self, seconds: float) -> None:
        """What the database's clock says moves on: everything that was to wait has waited longer."""
        async with self.pool.connection() as connection:
            for column in ("due", "called", "tried"):
                await connection.execute(
                    f"UPDATE desk_deliveries SET {column} = {column} - %s", [timedelta(seconds=seconds)]
                )
            await connection.execute("UPDATE desk_rests SET until = until - %s", [timedelta(seconds=seconds)])

    async def states(self) -> list[tuple[int, str, int]]:
        async with self.pool.connection() as connection:
            found = await connection.execute("SELECT step, state, attempts FROM desk_deliveries ORDER BY ticket, step")
            return [(step, state, attempts) for step, state, attempts in await found.fetchall()]


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_database(database_url) as pool:
        books = PostgresBooks(pool, Queue(pool), desks=["far"])
        yield World(pool, books, PostgresPost(pool, lease=LEASE), Tickets(books=books), FarDesk())


async def test_every_step_of_a_ticket_is_told_once_and_in_order(world: World) -> None:
    ticket = await world.ticket()
    await world.tickets.move(worlds.aisha(), ticket.number, Take(), Note(text="one moment"))
    await world.delivered()
    await world.tickets.move(worlds.aisha(), ticket.number, Close())
    await world.delivered()
    assert world.desk.got == [f"sd-SD-1001/{n}" for n in range(4)]
    assert world.desk.tries == [(f"sd-SD-1001/{n}", False) for n in range(4)]
    assert await world.post.link("far", 1001) == Link(id="sd-SD-1001", name="sd-SD-1001")


async def test_the_ticket_shows_where_else_it_stands(world: World) -> None:
    async def tell(notice: Notice, link: Link | None, *, again: bool) -> Link:
        return Link(id="a1", name="INC0010001", url="https://fabrikam.example/INC0010001")

    world.desk.tell = tell  # type: ignore[method-assign]
    ticket = await world.ticket()
    await world.tickets.move(worlds.aisha(), ticket.number, Take())
    await world.delivered()
    shown = await world.books.read_ticket(1001)
    there = Elsewhere(desk="far", name="INC0010001", url="https://fabrikam.example/INC0010001")
    assert shown.elsewhere == (there,) and shown.step == 2
    async with world.pool.connection() as connection:
        found = await connection.execute("SELECT what FROM audit WHERE about = 'ticket:1001' ORDER BY id")
        assert [what for (what,) in await found.fetchall()] == ["opened", "taken", "told another desk"]


async def test_a_change_that_was_rolled_back_is_owed_to_nobody(world: World) -> None:
    with pytest.raises(RuntimeError):
        async with world.books.transaction() as ledger:
            ticket = await world.ticket()
            await ledger.save_ticket(replace(await ledger.ticket(ticket.number), history=ticket.history * 2))
            raise RuntimeError
    assert await world.states() == [(0, "waiting", 0)]


async def test_a_desk_that_is_connected_later_is_told_from_the_beginning(world: World) -> None:
    quiet = Tickets(books=PostgresBooks(world.pool, Queue(world.pool)))
    ticket = await quiet.open(worlds.aisha(), origin="chat-1", text="help")
    await world.delivered()
    assert world.desk.got == []
    await world.tickets.move(worlds.aisha(), ticket.number, Take())
    await world.delivered()
    assert world.desk.got == ["sd-SD-1001/0", "sd-SD-1001/1"]


async def test_what_was_done_in_the_other_desk_is_not_told_to_it(world: World) -> None:
    there = Actor(id=actor_id("far"), upn="", name="Kim (Far)", roles=frozenset({Role.AGENT}))
    ticket = await world.ticket()
    await world.tickets.move(there, ticket.number, Take())
    await world.tickets.move(worlds.aisha(), ticket.number, Close())
    await world.delivered()
    assert world.desk.got == ["sd-SD-1001/0", "sd-SD-1001/2"]


async def test_an_attempt_that_got_through_without_an_answer_is_looked_for_before_it_is_repeated(world: World) -> None:
    world.desk.coming, world.desk.written_first = [UncertainError("no answer")], True
    await world.ticket()
    await world.delivered()
    assert await world.states() == [(0, "waiting", 1)], "not at once: their search may be slow"
    await world.later(31)
    await world.delivered()
    assert world.desk.tries == [("sd-SD-1001/0", False), ("sd-SD-1001/0", True)]
    assert world.desk.got == ["sd-SD-1001/0"]


async def test_a_process_that_dies_in_the_middle_leaves_it_to_another_which_looks_first(world: World) -> None:
    called = asyncio.Event()
    world.desk.coming, world.desk.written_first = [called.set], True
    ticket = await world.ticket()
    dying = asyncio.create_task(world.courier().round())
    await called.wait()
    dying.cancel()
    await asyncio.wait([dying])
    assert await world.courier().round() == 0, "it may only be slow"
    await world.later(LEASE.total_seconds() + 1)
    await world.tickets.move(worlds.aisha(), ticket.number, Take())
    await world.delivered()
    assert world.desk.tries == [("sd-SD-1001/0", False), ("sd-SD-1001/0", True), ("sd-SD-1001/1", False)]
    assert world.desk.got == ["sd-SD-1001/0", "sd-SD-1001/1"]


async def test_two_replicas_never_tell_the_same_step(world: World) -> None:
    for n in range(12):
        await world.ticket(f"help {n}")
    couriers = [world.courier() for _ in range(3)]
    while sum(await asyncio.gather(*(each.round() for each in couriers))):
        pass
    assert sorted(world.desk.got) == sorted(f"sd-SD-{1001 + n}/0" for n in range(12))


async def test_a_desk_that_is_down_rests_longer_each_time_and_loses_nothing(world: World) -> None:
    first = await world.ticket("first")
    world.desk.coming = [TryLaterError("far cannot be reached.")] * 100
    rests = []
    for _ in range(12):
        await world.delivered()
        rests.append(await _rest(world.pool))
        await world.later(rests[-1])
    assert [round(one) for one in rests[:3]] == [5, 10, 20] and {round(one) for one in rests[-3:]} == {300}
    await world.ticket("second")
    await world.tickets.move(worlds.aisha(), first.number, Take(), Note(text="meanwhile"))
    world.desk.coming = []
    await world.later(300)
    await world.delivered()
    assert [key for key in world.desk.got if "1001" in key] == [f"sd-SD-1001/{n}" for n in range(3)]
    assert "sd-SD-1002/0" in world.desk.got and len(world.desk.got) == 4
    assert await _rest(world.pool) == 0


async def test_while_a_desk_rests_nobody_calls_it(world: World) -> None:
    world.desk.coming = [TryLaterError("busy", wait=120)]
    await world.ticket()
    await world.delivered()
    await world.ticket()
    await world.later(110)
    await world.delivered()
    assert len(world.desk.tries) == 1
    await world.later(11)
    await world.delivered()
    assert len(world.desk.got) == 2


async def test_an_hour_without_servicenow_costs_nothing_but_time(world: World) -> None:
    instance = ServiceNowInstance()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(ClientSession())
        async with listening(instance.app()) as url:
            pass
        port = int(url.rpartition(":")[2])
        servicenow = ServiceNow(session, url=url, user="desk", password="secret", close_code="Solved")
        servicenow.name = "far"
        for n in range(3):
            ticket = await world.ticket(f"help {n}")
            await world.tickets.move(worlds.aisha(), ticket.number, Take(), Note(text=f"note {n}"), Close())
        for _ in range(12):  # an hour of rests
            await world.courier(servicenow).round()
            await world.later(300)
        assert instance.records == {}
        await stack.enter_async_context(listening(instance.app(), port))
        while await world.courier(servicenow).round():
            pass
    assert sorted((one["correlation_id"], one["state"]) for one in instance.records.values()) == [
        (f"sd-SD-{1001 + n}", "6") for n in range(3)
    ]
    assert sorted(said for _, _, said in instance.journal if "note" in said) == ["note 0", "note 1", "note 2"]


async def test_what_the_desk_refuses_is_dead_at_once_with_the_reason_and_holds_its_ticket_alone(world: World) -> None:
    world.desk.coming = [RefusedError("far answered 400 (labels: no).")]
    ticket = await world.ticket("first")
    await world.tickets.move(worlds.aisha(), ticket.number, Take())
    await world.delivered()
    await world.ticket("second")
    await world.delivered()
    assert world.desk.got == ["sd-SD-1002/0"]
    (dead,) = await world.post.dead()
    assert (dead.desk, dead.ticket, dead.step, dead.why) == ("far", 1001, 0, "far answered 400 (labels: no).")
    assert dead.behind == 1


async def test_a_dead_step_is_told_again_in_its_place_when_an_operator_says_so(world: World) -> None:
    world.desk.coming = [NotThereError("gone")]
    ticket = await world.ticket()
    await world.tickets.move(worlds.aisha(), ticket.number, Take())
    await world.delivered()
    (dead,) = await world.post.dead()
    await world.post.retry(dead.id)
    await world.delivered()
    assert world.desk.got == ["sd-SD-1001/0", "sd-SD-1001/1"] and await world.post.dead() == []
    with pytest.raises(NotThereError):
        await world.post.retry(dead.id)


async def test_what_waits_behind_a_dropped_step_goes_on(world: World) -> None:
    world.desk.coming = [RefusedError("no")]
    ticket = await world.ticket()
    await world.tickets.move(worlds.aisha(), ticket.number, Take())
    await world.delivered()
    (dead,) = await world.post.dead()
    await world.post.drop(dead.id)
    await world.delivered()
    assert world.desk.got == ["sd-SD-1001/1"]


async def test_a_step_whose_fate_stays_unknown_is_given_up_after_a_limit(world: World) -> None:
    world.desk.coming = [UncertainError("far answered 500.")] * 100
    await world.ticket()
    for _ in range(MOST_DOUBTS):
        assert await world.post.dead() == []
        await world.courier().round()
        await world.later(901)
    assert [one.why for one in await world.post.dead()] == ["far answered 500."]


async def test_one_step_that_breaks_its_desk_does_not_hold_up_other_tickets(world: World) -> None:
    world.desk.coming = [UncertainError("far answered 500.")]
    await world.ticket("first")
    await world.delivered()
    await world.ticket("second")
    await world.delivered()
    assert world.desk.got == ["sd-SD-1002/0"]


async def test_an_outage_of_hours_does_not_use_up_the_attempts(world: World) -> None:
    world.desk.coming = [*(TryLaterError("down") for _ in range(30)), UncertainError("no answer")]
    await world.ticket()
    for _ in range(32):
        await world.courier().round()
        await world.later(300)
    assert len(world.desk.got) == 1


async def test_credentials_that_are_refused_for_days_end_in_the_list_of_the_dead(world: World) -> None:
    world.desk.coming = [NotAllowedError("far answered 401.")] * 100
    await world.ticket()
    await world.courier().round()
    assert await _rest(world.pool) > 290
    await world.later(timedelta(days=3, hours=1).total_seconds())
    await world.courier().round()
    assert [one.why for one in await world.post.dead()] == ["far answered 401."]


async def test_standings_say_how_much_waits_and_why(world: World) -> None:
    world.desk.coming = [TryLaterError("far cannot be reached.")]
    await world.ticket()
    await world.delivered()
    (standing,) = await world.post.standings()
    assert (standing.desk, standing.waiting, standing.dead, standing.why) == ("far", 1, 0, "far cannot be reached.")
    assert standing.rests_until is not None


async def test_two_databases_never_have_the_same_source(world: World) -> None:
    async with world.pool.connection() as connection:
        await connection.execute("INSERT INTO desk (tenant, sandbox) VALUES ('t', true)")
        first = await world.post.source()
        await connection.execute("UPDATE desk SET since = since + interval '1 second'")
    assert first != await world.post.source() and first.isalnum()


async def _rest(pool: Pool) -> float:
    async with pool.connection() as connection:
        row = await (
            await connection.execute("SELECT extract(epoch FROM until - clock_timestamp())::float FROM desk_rests")
        ).fetchone()
    return float(row[0]) if row else 0.0
