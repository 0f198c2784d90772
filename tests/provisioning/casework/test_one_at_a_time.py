"""One person in one app is in one hand at a time: a click's, a crowd's or a group's, and the second is told whose.

Everybody starts at the same moment, on connections of their own, as replicas do; the database decides who is first.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from provisioning.attempts import OnDemandAnswer
from provisioning.cases import Case, CaseState, Refusal
from provisioning.casework.crowds import Crowds
from provisioning.casework.driving import Driving
from provisioning.casework.group_runs import GroupRuns
from provisioning.casework.inquiries import Inquiries
from provisioning.casework.promises import Promises
from provisioning.crowds import MemberState
from provisioning.groups import GroupRun, GroupSeen, RunState, SeatState
from provisioning.model import App, Group
from provisioning.store.books import PostgresBooks
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import Pool, open_database
from provisioning.store.groups import PostgresGroups
from provisioning.store.queue import Queue
from tests import worlds
from tests.provisioning.casework.company import SUCCESS
from tests.provisioning.casework.town import DiedError, QuickPace, Town, town_of

APP, GROUP = worlds.askcody(), worlds.group("Designers")
AISHA, INES = worlds.aisha(), worlds.ines()
ROUNDS = 6


@dataclass
class GroupTown(Town):
    """A town with a group of everybody in it; ``open_calls`` counts who is in how many calls at the same moment."""

    under_way: dict[str, int] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None  # calls of groups wait for it

    async def find_groups(self, words: str) -> tuple[Group, ...]:
        return (GROUP,)

    async def group(self, group: Group, app: App) -> GroupSeen:
        return GroupSeen(
            as_of=self.clock,
            group=GROUP,
            app=app,
            job=self.job,
            rule_id=worlds.RULE_ID,
            assigned=True,
            members=tuple((one.id, one.name) for one in self.people.values()),
        )

    async def provision_on_demand(self, *, app: App, job_id: str, rule_id: str, person_id: str) -> OnDemandAnswer:
        with self._in_a_call([person_id]):
            return await super().provision_on_demand(app=app, job_id=job_id, rule_id=rule_id, person_id=person_id)

    async def provision_group(
        self, *, app: App, job_id: str, rule_id: str, group_id: str, member_ids: Sequence[str]
    ) -> tuple[OnDemandAnswer, Mapping[str, OnDemandAnswer]]:
        with self._in_a_call(member_ids):
            if self.hold:
                await self.hold.wait()
            for one in member_ids:
                self.calls.append(one)
                self._write(one, SUCCESS)
            await self.sleep(2.0)
            return SUCCESS, dict.fromkeys(member_ids, SUCCESS)

    def _in_a_call(self, who: Sequence[str]) -> "_Calls":
        return _Calls(self, who)


class _Calls:
    def __init__(self, town: GroupTown, who: Sequence[str]) -> None:
        self._town, self._who = town, who

    def __enter__(self) -> None:
        for one in self._who:
            self._town.under_way[one] = self._town.under_way.get(one, 0) + 1
            if self._town.under_way[one] > 1:
                self._town.twice.append(one)

    def __exit__(self, *_: object) -> None:
        for one in self._who:
            self._town.under_way[one] -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One replica's hands, all on the same database."""

    pool: Pool
    town: GroupTown
    promises: Promises
    inquiries: Inquiries
    books: PostgresBooks
    lists: PostgresCrowds
    crowds: Crowds
    driving: Driving
    groups: GroupRuns

    async def asked(self, n: int = 1) -> str:
        case = await self.inquiries.open(AISHA, f"p-{n}", APP, question="?", origin="chat-1")
        return case.id

    async def started(self, *numbers: int) -> int:
        words = [f"p{n}@x.example" for n in numbers]
        seen = await self.crowds.open(INES, origin="chat-1", words=words, app=APP)
        await self.crowds.start(INES, seen.crowd.number, seen.crowd.version)
        return seen.crowd.number

    async def wished(self) -> GroupRun:
        opened = await self.groups.open(INES, GROUP, APP)
        return await self.groups.promise(INES, opened.id, opened.version)

    async def one_step(self, run: GroupRun) -> GroupRun:
        await self.groups.step(run.id)
        return await self.groups.read(run.id)

    async def to_the_end(self, run: GroupRun) -> GroupRun:
        while (run := await self.one_step(run)).state is RunState.RUNNING:
            await self.town.sleep(5.0)
        return run


def _desk(pool: Pool, town: GroupTown) -> Desk:
    queue, pace = Queue(pool), QuickPace()
    books, lists = PostgresBooks(pool, queue), PostgresCrowds(pool, queue)
    return Desk(
        pool=pool,
        town=town,
        promises=Promises(tenant=town, levers=town, books=books, pace=pace),  # type: ignore[arg-type]
        inquiries=Inquiries(tenant=town, books=books),  # type: ignore[arg-type]
        books=books,
        lists=lists,
        crowds=Crowds(reader=town, books=lists, called=lambda person, words: person.upn == words),
        driving=Driving(reader=town, levers=town, books=lists, pace=pace, sleep=town.sleep),
        groups=GroupRuns(reader=town, levers=town, books=PostgresGroups(pool, queue), pace=pace),
    )


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_database(database_url) as pool:
        yield _desk(pool, GroupTown(people=town_of(1).people))


# Who comes second, in every order


async def test_a_group_leaves_out_whom_a_single_click_has_in_hand_and_says_whose(desk: Desk) -> None:
    await desk.promises.promise(AISHA, await desk.asked())
    run = await desk.to_the_end(await desk.wished())
    (seat,) = run.seats
    assert (seat.state, seat.why, seat.told) == (SeatState.LEFT_OUT, Refusal.ALREADY_RUNNING, AISHA.name)
    assert desk.town.calls == []


async def test_a_single_click_is_told_that_a_groups_call_is_under_way_and_whose(desk: Desk) -> None:
    case, run = await desk.asked(), await desk.wished()
    desk.town.hold = asyncio.Event()
    call = asyncio.create_task(desk.one_step(run))
    while not desk.town.under_way:
        await asyncio.sleep(0.01)
    refused = await desk.promises.promise(AISHA, case)
    assert (refused.state, refused.refusal, refused.told) == (CaseState.REFUSED, Refusal.ALREADY_RUNNING, INES.name)
    desk.town.hold.set()
    await call
    assert (await desk.promises.promise(AISHA, case)).state is CaseState.PROMISED, "its answer has come"


async def test_a_crowd_skips_whom_a_groups_call_has_in_hand_and_says_whose(desk: Desk) -> None:
    number, run = await desk.started(1), await desk.wished()
    desk.town.hold = asyncio.Event()
    call = asyncio.create_task(desk.one_step(run))
    while not desk.town.under_way:
        await asyncio.sleep(0.01)
    await asyncio.wait_for(desk.driving.drive(), 30)
    (member,) = await desk.lists.members(number)
    assert (member.state, member.why, member.fact) == (MemberState.SKIPPED, Refusal.ALREADY_RUNNING, INES.name)
    desk.town.hold.set()
    await call


async def test_a_group_leaves_out_whom_a_crowd_is_calling_and_says_whose(desk: Desk) -> None:
    run = await desk.wished()
    number = await desk.started(1)
    desk.town.passing = _dies_before_the_request
    with pytest.raises(BaseExceptionGroup):
        await desk.driving.drive()
    (member,) = await desk.lists.members(number)
    assert member.state is MemberState.CALLING, "whoever called them is gone; nobody knows how far it went"
    (seat,) = (await desk.one_step(run)).seats
    assert (seat.state, seat.why, seat.told) == (SeatState.LEFT_OUT, Refusal.ALREADY_RUNNING, INES.name)


async def test_of_two_groups_the_second_leaves_out_whom_the_first_is_calling(desk: Desk) -> None:
    first, second = await desk.wished(), await desk.wished()
    desk.town.hold = asyncio.Event()
    call = asyncio.create_task(desk.one_step(first))
    while not desk.town.under_way:
        await asyncio.sleep(0.01)
    (seat,) = (await desk.one_step(second)).seats
    assert (seat.state, seat.why, seat.told) == (SeatState.LEFT_OUT, Refusal.ALREADY_RUNNING, INES.name)
    desk.town.hold.set()
    await call


def _dies_before_the_request(step: str) -> None:
    if step == "before the request":
        raise DiedError


# All at once


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_of_all_who_start_at_the_same_moment_nobody_calls_for_somebody_whom_another_has(
    database_url: str, number: int
) -> None:
    """Two clicks, two groups of five and a crowd of five on five replicas. Every wish ends, and knows how."""
    town = GroupTown(people=town_of(5).people)
    async with (
        open_database(database_url) as one,
        open_database(database_url) as two,
        open_database(database_url) as three,
        open_database(database_url) as four,
        open_database(database_url) as five,
    ):
        desks = [_desk(pool, town) for pool in (one, two, three, four, five)]
        cases = [await desks[0].asked(1), await desks[1].asked(number % 5 + 1)]
        runs = [await desks[2].wished(), await desks[3].wished()]
        listed = await desks[4].started(*range(1, 6))
        clicks = [_clicked(desk, case, number) for desk, case in zip(desks[:2], cases, strict=True)]
        groups = [desk.to_the_end(run) for desk, run in zip(desks[2:4], runs, strict=True)]
        async with asyncio.timeout(60):
            clicked, grouped, _ = await asyncio.gather(
                asyncio.gather(*clicks), asyncio.gather(*groups), desks[4].driving.drive()
            )
        assert town.twice == []
        assert {case.state for case in clicked} <= {CaseState.DONE, CaseState.CHECKING, CaseState.REFUSED}
        for run in grouped:
            assert {seat.state for seat in run.seats} <= {SeatState.DONE, SeatState.LEFT_OUT}
            assert all(seat.told for seat in run.seats if seat.state is SeatState.LEFT_OUT)
        fared = await desks[4].lists.members(listed)
        assert {one.state for one in fared} <= {MemberState.DONE, MemberState.SKIPPED}
        assert {one.why for one in fared if one.state is MemberState.SKIPPED} <= {Refusal.ALREADY_RUNNING}


async def _clicked(desk: Desk, case_id: str, late: int) -> Case:
    await asyncio.sleep(late * 0.01)
    await desk.promises.promise(AISHA, case_id)
    for _ in range(20):
        await desk.promises.carry_out(case_id)
        case = await desk.books.read_case(case_id)
        if not case.waiting or case.state is CaseState.CHECKING:
            break
        await desk.town.sleep(1.0)
    return case
