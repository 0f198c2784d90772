"""Orders about a job: who may agree, what keeps them from being done, every answer, every step to be killed at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from provisioning.casework.orders import PERFORM, STUDY, Orders
from provisioning.casework.performance import PATIENCE, Performance
from provisioning.casework.studies import Studies
from provisioning.errors import (
    DeskError,
    NotAllowedError,
    NotThereError,
    RefusedError,
    TryLaterError,
    UncertainError,
)
from provisioning.health import Pulse
from provisioning.model import JobState, Role
from provisioning.orders import Hindrance, Mending, Order, OrderKind, OrderState
from provisioning.ports import OrderLedger
from provisioning.schemas import filter_groups
from provisioning.scoping import GroupSeen, Kind, Member, Unread
from provisioning.store.database import Pool, open_database
from provisioning.store.history import PostgresHistory
from provisioning.store.orders import PostgresOrders
from provisioning.store.queue import Queue
from tests import worlds
from tests.provisioning.casework.company import Worker
from tests.provisioning.casework.fuse import Crash, Fuse
from tests.provisioning.casework.plant import BY_DEPARTMENT, Plant, PlantTenant, raw_schema

MINUTE = timedelta(minutes=1)
APP = worlds.askcody()
SVEN = replace(worlds.ines(), id="11111111-0000-4000-8000-00000000000a", name="Sven Holm")
SIMPLE = [OrderKind.START, OrderKind.PAUSE, OrderKind.RESTART, OrderKind.CHECK]


@dataclass(slots=True)
class Yard:
    """Everything that a test of orders talks to."""

    pool: Pool
    books: PostgresOrders
    tenant: PlantTenant
    plant: Plant
    orders: Orders
    worker: Worker

    def using(self, books: PostgresOrders, *, two: bool = False) -> Worker:
        """Orders and a worker over these books."""
        history = PostgresHistory(self.pool)
        self.orders = Orders(tenant=self.tenant, books=books, history=history, two=two)
        performance = Performance(tenant=self.tenant, levers=self.plant, books=books, history=history)
        studies = Studies(tenant=self.tenant, levers=self.plant, books=books, history=history)
        self.worker = Worker(self.pool, self.tenant, {PERFORM: performance.perform, STUDY: studies.study})
        return self.worker

    async def planned(self, kind: OrderKind) -> Order:
        if kind is OrderKind.START:
            assert self.tenant.work
            self.tenant.work = replace(self.tenant.work, state=JobState.PAUSED, scheduled=False)
        if kind is OrderKind.FILTER:
            return await self.looked()
        return await self.orders.plan(worlds.ines(), APP, kind, origin="chat-1")

    async def looked(self) -> Order:
        """Aisha has asked why the sync is slow, and everybody was looked at."""
        order = await self.orders.read_everybody(worlds.aisha(), APP, origin="chat-1", question="why slow")
        await self.worker.run()
        return await self.books.read(order.id)

    async def agreed(self, kind: OrderKind, **more: Any) -> Order:
        order = await self.planned(kind)
        return await self.orders.agree(worlds.ines(), order.id, order.version, **more)

    async def worked(self, order: Order, pieces: int = 30) -> Order:
        """What is queued, piece by piece, with a cycle as soon as the job waits for one."""
        for _ in range(pieces):
            if not await self.worker.run_one():
                break
            now = await self.books.read(order.id)
            if now.state is OrderState.WATCHING and self.tenant.work and not _cycled(self.tenant, now):
                self.plant.cycle(imported=50, exported=2, escrowed=1)
        return await self.books.read(order.id)

    async def audited(self, order: Order) -> list[str]:
        async with self.pool.connection() as connection:
            found = await connection.execute(
                "SELECT what FROM audit WHERE about = %s ORDER BY id", [f"order:{order.id}"]
            )
            return [what for (what,) in await found.fetchall()]


def _cycled(tenant: PlantTenant, order: Order) -> bool:
    last = tenant.work.last if tenant.work else None
    return bool(last and last.began and order.acted_at and last.began > order.acted_at)


@pytest.fixture
async def yard(database_url: str) -> AsyncIterator[Yard]:
    async with open_database(database_url) as pool:
        tenant = PlantTenant()
        tenant.people = [
            person("Jo", mail="jo@x.example", direct=True),
            person("Room 1", givenName=None, surname=None, mail="room.1@x.example"),
            person("Gil", mail=None),
            GroupSeen(name="AskCody Users", members=2),
        ]
        tenant.rooms = {"room.1@x.example": Kind.ROOM}
        books = PostgresOrders(pool, Queue(pool))
        yard = Yard(pool, books, tenant, Plant(tenant), None, None)  # type: ignore[arg-type]
        yard.using(books)
        yield yard


def person(name: str, *, direct: bool = False, **attributes: Any) -> Member:
    values = {"givenName": name, "surname": "Ek", "department": "Sales", "mail": None, **attributes}
    seen = worlds.jose(id=f"id-{name}", name=name, attributes=values)
    return Member(person=replace(seen, mail=values["mail"]), licensed=True, direct=direct)


# Who may


@pytest.mark.parametrize("kind", SIMPLE)
async def test_only_an_admin_plans_and_agrees(yard: Yard, kind: OrderKind) -> None:
    with pytest.raises(NotAllowedError):
        await yard.orders.plan(worlds.aisha(), APP, kind, origin="chat-1")
    order = await yard.planned(kind)
    with pytest.raises(NotAllowedError):
        await yard.orders.agree(worlds.aisha(), order.id, order.version)
    assert (await yard.books.read(order.id)).state is OrderState.PLANNED
    assert yard.plant.pulls == []


async def test_an_agent_may_look_at_everybody_and_a_person_may_not(yard: Yard) -> None:
    assert (await yard.looked()).state is OrderState.PLANNED
    with pytest.raises(NotAllowedError):
        await yard.orders.read_everybody(worlds.olle(), APP, origin="chat-1", question="why")


async def test_an_admin_who_is_none_any_more_when_it_begins_is_refused(yard: Yard) -> None:
    order = await yard.agreed(OrderKind.PAUSE)
    yard.tenant.actors[worlds.INES_ID] = replace(worlds.ines(), roles=frozenset({Role.PERSON}))
    ended = await yard.worked(order)
    assert (ended.state, ended.hindrance) == (OrderState.REFUSED, Hindrance.NOT_AN_ADMIN)
    assert yard.plant.pulls == []


async def test_a_click_on_an_older_version_changes_nothing(yard: Yard) -> None:
    order = await yard.agreed(OrderKind.PAUSE)
    again = await yard.orders.agree(worlds.ines(), order.id, order.version - 1)
    assert again == order
    await yard.worked(order)
    assert yard.plant.pulls == ["pause"]


async def test_what_was_decided_against_is_not_done(yard: Yard) -> None:
    order = await yard.planned(OrderKind.PAUSE)
    assert (await yard.orders.drop(worlds.ines(), order.id, order.version)).state is OrderState.DROPPED
    assert (await yard.orders.agree(worlds.ines(), order.id, order.version + 1)).state is OrderState.DROPPED
    assert PERFORM not in await yard.worker.queued()


# What Graph answers


@pytest.mark.parametrize(
    ("kind", "pull", "end"),
    [
        (OrderKind.PAUSE, ["pause"], OrderState.DONE),
        (OrderKind.CHECK, ["check"], OrderState.DONE),
        (OrderKind.START, ["start"], OrderState.DONE),
        (OrderKind.RESTART, ["restart Watermark, Escrows, QuarantineState"], OrderState.DONE),
        (OrderKind.FILTER, ["save"], OrderState.DONE),
    ],
)
async def test_each_lever_is_pulled_once_and_what_starts_cycles_is_done_when_one_was_seen(
    yard: Yard, kind: OrderKind, pull: list[str], end: OrderState
) -> None:
    ended = await yard.worked(await yard.agreed(kind))
    assert (ended.state, yard.plant.pulls) == (end, pull)
    assert (ended.after is not None) is (kind not in {OrderKind.PAUSE, OrderKind.CHECK})
    assert "about to act" in await yard.audited(ended)


async def test_nothing_is_called_done_before_a_cycle_was_seen(yard: Yard) -> None:
    order = await yard.agreed(OrderKind.START)
    for _ in range(6):
        await yard.worker.run_one()
    assert (await yard.books.read(order.id)).state is OrderState.WATCHING
    assert (await yard.worked(order)).state is OrderState.DONE


async def test_how_long_it_takes_to_look_at_everybody_is_told_from_the_times_that_it_was_seen(yard: Yard) -> None:
    assert (await yard.planned(OrderKind.RESTART)).full.cycles == 0
    await yard.worked(await yard.agreed(OrderKind.RESTART))
    planned = await yard.planned(OrderKind.RESTART)
    assert (planned.full.cycles, planned.full.imported) == (1, 50)
    assert (await yard.looked()).full.cycles == 1


async def test_only_known_resets_are_used_whatever_a_client_sends(yard: Yard) -> None:
    await yard.worked(await yard.agreed(OrderKind.RESTART, reset="ForceDeletes"))
    assert yard.plant.pulls == ["restart Watermark, Escrows, QuarantineState"]


async def test_failures_alone_can_be_forgotten(yard: Yard) -> None:
    await yard.worked(await yard.agreed(OrderKind.RESTART, reset="failures"))
    assert yard.plant.pulls == ["restart Escrows"]


@pytest.mark.parametrize("problem", [RefusedError("No."), NotAllowedError("No."), NotThereError("No.")])
async def test_a_no_ends_the_order_in_graphs_own_words(yard: Yard, problem: DeskError) -> None:
    yard.plant.answers = [problem]
    ended = await yard.worked(await yard.agreed(OrderKind.PAUSE))
    assert (ended.state, ended.told) == (OrderState.NOT_DONE, "No.")


async def test_a_busy_graph_is_asked_again(yard: Yard) -> None:
    yard.plant.answers = [TryLaterError("Busy.", wait=30), None]
    assert (await yard.worked(await yard.agreed(OrderKind.PAUSE))).state is OrderState.DONE
    assert yard.plant.pulls == ["pause", "pause"]


async def test_an_order_does_not_outlive_its_patience(yard: Yard) -> None:
    order = await yard.agreed(OrderKind.PAUSE)
    yard.tenant.clock += PATIENCE
    ended = await yard.worked(order)
    assert (ended.state, ended.hindrance) == (OrderState.NOT_DONE, Hindrance.BUSY)
    assert yard.plant.pulls == []


@pytest.mark.parametrize("kind", [OrderKind.START, OrderKind.PAUSE, OrderKind.FILTER])
async def test_without_an_answer_the_job_is_looked_at_and_not_asked_again_if_it_shows(
    yard: Yard, kind: OrderKind
) -> None:
    yard.plant.answers, yard.plant.silent = [UncertainError("No answer.")], True
    ended = await yard.worked(await yard.agreed(kind))
    assert ended.state is OrderState.DONE
    assert len(yard.plant.pulls) == 1


async def test_a_restart_that_nothing_shows_stays_uncertain_and_is_not_repeated(yard: Yard) -> None:
    yard.plant.answers = [UncertainError("No answer.")]
    ended = await yard.worked(await yard.agreed(OrderKind.RESTART), pieces=200)
    assert ended.state is OrderState.UNCERTAIN
    assert len(yard.plant.pulls) == 1


# Fix before restart


@pytest.mark.parametrize("kind", [OrderKind.START, OrderKind.RESTART])
async def test_a_quarantine_over_credentials_is_not_lifted_before_the_app_takes_them(
    yard: Yard, kind: OrderKind
) -> None:
    yard.tenant.work = worlds.quarantined_job(scheduled=kind is not OrderKind.START)
    yard.plant.rejects = True
    order = await yard.orders.plan(worlds.ines(), APP, kind, origin="chat-1")
    ended = await yard.worked(await yard.orders.agree(worlds.ines(), order.id, order.version))
    assert (ended.state, ended.hindrance) == (OrderState.REFUSED, Hindrance.CREDENTIALS)
    assert ended.told == "The app rejects it. (InvalidCredentials)"
    assert yard.plant.pulls == ["check"]
    yard.plant.rejects = False
    second = await yard.orders.plan(worlds.ines(), APP, kind, origin="chat-1")
    ended = await yard.worked(await yard.orders.agree(worlds.ines(), second.id, second.version))
    assert ended.state is OrderState.DONE
    assert yard.plant.pulls[1:] == ["check", "start" if kind is OrderKind.START else yard.plant.pulls[-1]]


@pytest.mark.parametrize("kind", [OrderKind.START, OrderKind.RESTART])
async def test_removals_that_are_held_back_are_never_let_through_by_the_desk(yard: Yard, kind: OrderKind) -> None:
    yard.tenant.work = worlds.quarantined_job("TooManyDeletes", "TooManyDeletes", scheduled=kind is OrderKind.RESTART)
    order = await yard.orders.plan(worlds.ines(), APP, kind, origin="chat-1")
    assert order.hindrance is Hindrance.DELETIONS_HELD
    agreed = await yard.orders.agree(worlds.ines(), order.id, order.version)
    assert (agreed.state, agreed.hindrance) == (OrderState.REFUSED, Hindrance.DELETIONS_HELD)
    assert yard.plant.pulls == []


@pytest.mark.parametrize("kind", [OrderKind.START, OrderKind.RESTART])
async def test_removals_that_only_the_log_shows_stop_a_start_at_each_look(yard: Yard, kind: OrderKind) -> None:
    yard.tenant.told = Pulse(failing=0, held=12)
    order = await yard.planned(kind)
    assert (order.hindrance, order.held) == (Hindrance.DELETIONS_HELD, 12)
    yard.tenant.told = Pulse(failing=0, held=0)
    second = await yard.planned(kind)
    yard.tenant.told = Pulse(failing=0, held=1)
    refused = await yard.orders.agree(worlds.ines(), second.id, second.version)
    assert (refused.state, refused.hindrance) == (OrderState.REFUSED, Hindrance.DELETIONS_HELD)
    yard.tenant.told = Pulse(failing=0, held=0)
    third = await yard.agreed(kind)
    yard.tenant.told = Pulse(failing=0, held=1)
    ended = await yard.worked(third)
    assert (ended.state, ended.hindrance) == (OrderState.REFUSED, Hindrance.DELETIONS_HELD)
    assert yard.plant.pulls == []


async def test_a_pause_is_not_kept_back_by_removals_that_are_held(yard: Yard) -> None:
    yard.tenant.told = Pulse(failing=0, held=12)
    assert (await yard.worked(await yard.agreed(OrderKind.PAUSE))).state is OrderState.DONE


NOT_SHOWN = [
    ("EncounteredBaseEscrowThreshold", Mending.FAILURES),
    ("EncounteredTotalEscrowThreshold", Mending.FAILURES),
    ("EncounteredEscrowProportionThreshold", Mending.FAILURES),
    ("QuarantinedOnDemand", Mending.MICROSOFT),
    ("QuarantineOnDemand", Mending.MICROSOFT),
    ("IngestionInterrupted", Mending.INTERRUPTION),
    ("Unknown", Mending.NO_REASON),
    ("SomethingNew", Mending.NO_REASON),
]


@pytest.mark.parametrize("kind", [OrderKind.START, OrderKind.RESTART])
@pytest.mark.parametrize(("reason", "asked"), NOT_SHOWN)
async def test_what_nothing_shows_to_be_mended_is_confirmed_before_a_quarantine_is_lifted(
    yard: Yard, kind: OrderKind, reason: str, asked: Mending
) -> None:
    yard.tenant.work = worlds.quarantined_job(reason, "", scheduled=kind is OrderKind.RESTART)
    yard.tenant.told = Pulse(failing=3, held=0)
    order = await yard.orders.plan(worlds.ines(), APP, kind, origin="chat-1")
    assert (order.hindrance, order.to_confirm) == (None, (asked,))
    open_still = await yard.orders.agree(worlds.ines(), order.id, order.version)
    assert (open_still.state, open_still.agreed) == (OrderState.PLANNED, ())
    assert PERFORM not in await yard.worker.queued()
    yes = await yard.orders.agree(worlds.ines(), order.id, open_still.version, mended=True)
    ended = await yard.worked(yes)
    assert (ended.state, ended.confirmed) == (OrderState.DONE, (asked,))
    assert yard.plant.pulls[-1].startswith(kind.value)


async def test_failures_that_the_whole_log_shows_to_be_over_need_no_confirmation(yard: Yard) -> None:
    yard.tenant.work = worlds.quarantined_job("EncounteredTotalEscrowThreshold", "")
    yard.tenant.told = Pulse(failing=0, held=0)
    order = await yard.orders.plan(worlds.ines(), APP, OrderKind.RESTART, origin="chat-1")
    assert order.to_confirm == ()
    ended = await yard.worked(await yard.orders.agree(worlds.ines(), order.id, order.version))
    assert ended.state is OrderState.DONE


async def test_a_log_that_could_not_be_read_to_its_end_is_no_proof_that_nothing_is_held(yard: Yard) -> None:
    yard.tenant.told = Pulse()
    order = await yard.planned(OrderKind.RESTART)
    assert order.to_confirm == (Mending.REMOVALS,)
    seen = await yard.orders.agree(worlds.ines(), order.id, order.version)
    assert seen.state is OrderState.PLANNED
    assert (await yard.orders.agree(worlds.ines(), order.id, seen.version, mended=True)).state is OrderState.ORDERED


async def test_a_log_that_is_busy_at_the_click_does_not_undo_what_the_look_has_seen(yard: Yard) -> None:
    order = await yard.planned(OrderKind.RESTART)
    yard.tenant.told = Pulse()
    assert (await yard.orders.agree(worlds.ines(), order.id, order.version)).state is OrderState.ORDERED
    late = await yard.orders.plan(worlds.ines(), worlds.askcody(id="another"), OrderKind.RESTART, origin="chat-1")
    assert late.to_confirm == (Mending.REMOVALS,)


async def test_an_old_look_at_the_log_is_no_word_for_now(yard: Yard) -> None:
    order = await yard.planned(OrderKind.RESTART)
    yard.tenant.told = Pulse()
    yard.tenant.clock += 11 * MINUTE
    seen = await yard.orders.agree(worlds.ines(), order.id, order.version)
    assert (seen.state, seen.to_confirm) == (OrderState.PLANNED, (Mending.REMOVALS,))


async def test_a_yes_to_one_reason_is_none_to_another(yard: Yard) -> None:
    yard.tenant.work = worlds.quarantined_job("IngestionInterrupted", "")
    order = await yard.orders.plan(worlds.ines(), APP, OrderKind.RESTART, origin="chat-1")
    yard.tenant.work = worlds.quarantined_job("QuarantinedOnDemand", "")
    seen = await yard.orders.agree(worlds.ines(), order.id, order.version, mended=True)
    assert (seen.state, seen.to_confirm) == (OrderState.PLANNED, (Mending.MICROSOFT,))
    yes = await yard.orders.agree(worlds.ines(), order.id, seen.version, mended=True)
    yard.tenant.work = worlds.quarantined_job("Unknown", "")
    ended = await yard.worked(yes)
    assert (ended.state, ended.hindrance) == (OrderState.REFUSED, Hindrance.NOT_MENDED)
    assert yard.plant.pulls == []


async def test_roles_of_the_same_name_are_renamed_before_a_quarantine_is_lifted(yard: Yard) -> None:
    yard.tenant.work = worlds.quarantined_job("EncounteredQuarantineException", "DuplicateRoles")
    yard.tenant.told = Pulse(failing=0, held=0, roles_twice=("User",))
    order = await yard.orders.plan(worlds.ines(), APP, OrderKind.RESTART, origin="chat-1")
    assert order.hindrance is Hindrance.DUPLICATE_ROLES
    yard.tenant.work = worlds.job()
    assert (await yard.planned(OrderKind.RESTART)).hindrance is None


async def test_one_order_at_a_time_holds_an_app(yard: Yard) -> None:
    first, second = await yard.planned(OrderKind.PAUSE), await yard.planned(OrderKind.RESTART)
    await yard.orders.agree(worlds.ines(), first.id, first.version)
    refused = await yard.orders.agree(worlds.ines(), second.id, second.version)
    assert (refused.state, refused.hindrance) == (OrderState.REFUSED, Hindrance.OTHER_ORDER)


# Filters


async def test_a_look_counts_everybody_and_offers_one_new_group_where_there_is_none(yard: Yard) -> None:
    order = await yard.looked()
    study = order.study
    assert study is not None
    assert (study.total, dict(study.kinds), study.direct) == (3, {"person": 2, "room": 1}, 1)
    assert [group.name for group in study.offered] == ["People with mail, first and last name"]
    assert [(one.name, one.kind, one.lacks) for one in study.outcasts] == [
        ("Gil", Kind.PERSON, ("mail",)),
        ("Room 1", Kind.ROOM, ("givenName", "surname")),
    ]
    assert (study.now.through, study.then.through) == (3, 1)


@pytest.mark.parametrize("skips", [True, False])
async def test_whether_accounts_stay_is_read_and_kept_with_the_look(yard: Yard, skips: bool) -> None:
    yard.tenant.skips = skips
    order = await yard.looked()
    assert order.study is not None and order.study.keeps_accounts is skips


async def test_a_setting_that_may_not_be_read_is_said_and_keeps_nobody_from_the_offer(yard: Yard) -> None:
    yard.tenant.skips = NotAllowedError("No.")
    order = await yard.looked()
    assert order.study is not None
    assert (order.study.keeps_accounts, order.study.unread["setting"]) == (None, "No.")
    assert order.hindrance is None


async def test_the_filter_is_added_to_every_group_and_the_rest_of_the_schema_stays(yard: Yard) -> None:
    yard.plant.there = raw_schema(BY_DEPARTMENT, {"name": "All else", "clauses": []}) | {"odd": {"kept": True}}
    await yard.worked(await yard.agreed(OrderKind.FILTER))
    (saved,) = yard.plant.saved
    assert saved["odd"] == {"kept": True}
    assert [[clause.attribute for clause in group.clauses] for group in filter_groups(saved)] == [
        ["department", "mail", "givenName", "surname"],
        ["mail", "givenName", "surname"],
    ]


async def test_an_edit_in_the_portal_between_the_look_and_the_click_is_never_overwritten(yard: Yard) -> None:
    order = await yard.agreed(OrderKind.FILTER)
    edited = raw_schema(BY_DEPARTMENT)
    yard.plant.there = edited
    ended = await yard.worked(order)
    assert (ended.state, ended.hindrance) == (OrderState.REFUSED, Hindrance.SCHEMA_CHANGED)
    assert (yard.plant.pulls, yard.plant.there) == ([], edited)


async def test_an_edit_while_no_answer_came_leaves_it_open_what_happened(yard: Yard) -> None:
    yard.plant.answers = [UncertainError("No answer.")]
    order = await yard.agreed(OrderKind.FILTER)
    await yard.worker.run_one()  # the card
    while (await yard.books.read(order.id)).state is not OrderState.ACTING:
        await yard.worker.run_one()
    yard.plant.there = raw_schema(BY_DEPARTMENT)
    ended = await yard.worked(order)
    assert (ended.state, ended.hindrance) == (OrderState.UNCERTAIN, Hindrance.SCHEMA_CHANGED)
    assert yard.plant.pulls == ["save"]


async def test_who_falls_out_must_be_known_before_anything_is_written(yard: Yard) -> None:
    yard.tenant.people.append(Unread(what="groups", why="not_allowed"))
    order = await yard.looked()
    assert order.hindrance is Hindrance.NOT_ALL_READ
    assert (await yard.orders.agree(worlds.ines(), order.id, order.version)).state is OrderState.REFUSED


async def test_an_hour_later_everybody_has_to_be_looked_at_again(yard: Yard) -> None:
    order = await yard.looked()
    yard.tenant.clock += timedelta(hours=1, seconds=1)
    agreed = await yard.orders.agree(worlds.ines(), order.id, order.version)
    assert (agreed.state, agreed.hindrance) == (OrderState.REFUSED, Hindrance.TOO_OLD)


async def test_where_everything_is_asked_for_already_nothing_is_offered(yard: Yard) -> None:
    await yard.worked(await yard.agreed(OrderKind.FILTER))
    order = await yard.looked()
    assert order.hindrance is Hindrance.NOTHING_TO_CHANGE


async def test_policy_can_want_a_second_admin_and_one_is_not_two(yard: Yard) -> None:
    yard.using(yard.books, two=True)
    order = await yard.agreed(OrderKind.FILTER)
    assert order.state is OrderState.SECOND
    same = await yard.orders.agree(worlds.ines(), order.id, order.version)
    assert same.state is OrderState.SECOND
    yard.tenant.actors[SVEN.id] = SVEN
    second = await yard.orders.agree(SVEN, order.id, order.version)
    assert second.state is OrderState.ORDERED
    assert [one.by.name for one in second.agreed] == ["Ines Berg", "Sven Holm"]
    assert (await yard.worked(second)).state is OrderState.DONE


async def test_the_policy_is_about_scope_and_not_about_a_pause(yard: Yard) -> None:
    yard.using(yard.books, two=True)
    assert (await yard.agreed(OrderKind.PAUSE)).state is OrderState.ORDERED


# Undo


async def undone(yard: Yard, done: Order) -> Order:
    plan = await yard.orders.plan_undo(worlds.ines(), done.id, origin="chat-1")
    agreed = await yard.orders.agree(worlds.ines(), plan.id, plan.version)
    return await yard.worked(agreed)


async def test_undo_puts_the_old_schema_back_and_is_offered_once(yard: Yard) -> None:
    before = yard.plant.there = raw_schema(BY_DEPARTMENT)
    done = await yard.worked(await yard.agreed(OrderKind.FILTER))
    assert done.may_be_undone(yard.tenant.clock)
    back = await undone(yard, done)
    assert back.state is OrderState.DONE
    assert filter_groups(yard.plant.there) == filter_groups(before)
    again = await yard.books.read(done.id)
    assert again.undone_by == back.id
    assert not again.may_be_undone(yard.tenant.clock)


async def test_undo_does_not_overwrite_what_somebody_saved_since(yard: Yard) -> None:
    done = await yard.worked(await yard.agreed(OrderKind.FILTER))
    yard.plant.there = raw_schema(BY_DEPARTMENT)
    ended = await undone(yard, done)
    assert (ended.state, ended.hindrance) == (OrderState.REFUSED, Hindrance.SCHEMA_CHANGED)


async def test_after_thirty_days_the_old_schema_is_not_kept(yard: Yard) -> None:
    done = await yard.worked(await yard.agreed(OrderKind.FILTER))
    async with yard.pool.connection() as connection:
        await connection.execute("UPDATE schemas_kept SET kept_until = now() - interval '1 second'")
    ended = await undone(yard, done)
    assert (ended.state, ended.hindrance) == (OrderState.REFUSED, Hindrance.NOT_KEPT)
    await yard.books.forget()
    assert await yard.books.kept_schema(done.id, "before") is None


# Killed at every step


class KilledOrders(PostgresOrders):
    """Books that pass the fuse around every transaction, before its commit and before reading."""

    def __init__(self, books: PostgresOrders, fuse: Fuse) -> None:
        super().__init__(books._pool, books._queue)
        self._fuse = fuse

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[OrderLedger]:  # type: ignore[override]
        self._fuse("before a transaction")
        async with super().transaction() as ledger:
            yield ledger
            self._fuse("before the commit")
        self._fuse("after the commit")

    async def read(self, order_id: str) -> Order:
        self._fuse("before reading the order")
        return await super().read(order_id)


async def killed_at(yard: Yard, kind: OrderKind, step: int) -> tuple[Order, list[str]]:
    """Agreed to, then worked on until the fuse burns; a successor goes on from the books alone."""
    order = await yard.agreed(kind)
    fuse = Fuse(step, [])
    yard.tenant.passing = yard.plant.passing = fuse
    books = yard.books
    yard.using(KilledOrders(books, fuse))
    try:
        for _ in range(40):
            if not await yard.worker.run_one() or (await books.read(order.id)).state is OrderState.WATCHING:
                break
    except Crash:
        pass
    fuse.left = None
    yard.using(books)
    return await yard.worked(order, pieces=200), fuse.steps


@pytest.mark.parametrize("step", range(1, 14))
async def test_killed_at_any_step_a_filter_is_saved_once_and_the_old_schema_is_kept(yard: Yard, step: int) -> None:
    before = yard.plant.there = raw_schema(BY_DEPARTMENT)
    ended, steps = await killed_at(yard, OrderKind.FILTER, step)
    assert ended.state is OrderState.DONE
    assert yard.plant.pulls == ["save"]
    assert await yard.worker.queued() == []
    kept = await yard.books.kept_schema(ended.id, "before")
    assert kept is not None
    assert filter_groups(kept) == filter_groups(before)
    assert len(steps) >= step, "the range ends behind the last step"


@pytest.mark.parametrize("step", range(1, 13))
async def test_killed_at_any_step_a_restart_is_sent_once_at_most_and_the_end_is_true(yard: Yard, step: int) -> None:
    ended, steps = await killed_at(yard, OrderKind.RESTART, step)
    assert len(yard.plant.pulls) <= 1
    assert ended.state is (OrderState.DONE if yard.plant.pulls else OrderState.UNCERTAIN)
    assert len(steps) >= step, "the range ends behind the last step"


@pytest.mark.parametrize("step", range(1, 12))
async def test_killed_at_any_step_a_pause_comes_to_its_end(yard: Yard, step: int) -> None:
    ended, steps = await killed_at(yard, OrderKind.PAUSE, step)
    assert ended.state is OrderState.DONE
    assert len(yard.plant.pulls) == 1
    assert len(steps) >= step, "the range ends behind the last step"
