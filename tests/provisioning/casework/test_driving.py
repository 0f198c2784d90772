"""Crowds on their way: nobody is called twice, nobody is forgotten, whoever dies in between."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.cases import Case, CaseState, Refusal, Trouble
from provisioning.casework import crowd_calls, turns
from provisioning.casework.crowds import Crowds
from provisioning.casework.driving import Driving
from provisioning.crowds import CrowdState, Member, MemberState, Progress
from provisioning.diagnosis import diagnose
from provisioning.errors import NotAllowedError, RefusedError, TryLaterError, UncertainError
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import Pool, open_database
from provisioning.store.queue import Queue
from tests import worlds
from tests.provisioning.casework.company import SUCCESS, failure
from tests.provisioning.casework.town import DiedError, QuickPace, Town, town_of

AISHA, APP = worlds.aisha(), worlds.askcody()
PATIENCE = 30.0  # s until a test gives up


class Desk:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.town: Town = town_of(5)
        self.books = PostgresCrowds(pool, Queue(pool))
        self.pace = QuickPace()

    async def started(self, *numbers: int) -> int:
        """A crowd of these people, on its way."""
        crowds = Crowds(reader=self.town, books=self.books, called=lambda person, words: person.upn == words)
        words = [f"p{n}@x.example" for n in numbers]
        seen = await crowds.open(AISHA, origin="chat-1", words=words, app=APP)
        assert seen.crowd.state is CrowdState.READY
        await crowds.start(AISHA, seen.crowd.number, seen.crowd.version)
        return seen.crowd.number

    async def drive(self) -> None:
        work = Driving(
            reader=self.town, levers=self.town, books=self.books, pace=self.pace, sleep=self.town.sleep
        ).drive()
        await asyncio.wait_for(work, PATIENCE)

    async def fared(self, number: int) -> dict[str, Member]:
        return {one.person_id: one for one in await self.books.members(number)}

    async def progress(self, number: int) -> Progress:
        return await self.books.progress(number)

    async def count(self, statement: str) -> int:
        async with self.pool.connection() as connection:
            row = await (await connection.execute(statement.encode())).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_database(database_url) as pool:
        yield Desk(pool)


async def test_everybody_is_called_once_and_done_when_the_log_shows_it(desk: Desk) -> None:
    number = await desk.started(1, 2, 3)
    await desk.drive()
    fared = await desk.fared(number)
    assert {one.state for one in fared.values()} == {MemberState.DONE}
    assert all(one.proof for one in fared.values()), "done is what the log shows"
    assert sorted(desk.town.calls) == ["p-1", "p-2", "p-3"]
    assert (await desk.progress(number)).crowd.state is CrowdState.FINISHED
    assert await desk.count("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tell_crowd'") == 1
    assert await desk.count("SELECT count(*) FROM audit WHERE what = 'answered'") == 3


async def test_calls_overlap(desk: Desk) -> None:
    running, together = 0, asyncio.Event()

    async def slow(**told: object) -> object:
        nonlocal running
        running += 1
        if running > 1:
            together.set()
        await asyncio.wait_for(together.wait(), PATIENCE)
        return await called(**told)  # type: ignore[arg-type]

    called = desk.town.provision_on_demand
    desk.town.provision_on_demand = slow  # type: ignore[method-assign,assignment]
    number = await desk.started(1, 2, 3, 4)
    await desk.drive()
    assert (await desk.progress(number)).of(MemberState.DONE) == 4, "the first call waits for the second"


async def test_the_log_is_read_for_many_at_once(desk: Desk) -> None:
    desk.town.hidden = 5
    await desk.started(1, 2, 3, 4, 5)
    await desk.drive()
    assert max(desk.town.read) > 1


async def test_whoever_was_unassigned_a_moment_ago_is_not_called(desk: Desk) -> None:
    number = await desk.started(1, 2)
    desk.town.unassigned.add("p-1")
    await desk.drive()
    fared = await desk.fared(number)
    assert (fared["p-1"].state, fared["p-1"].why) == (MemberState.SKIPPED, Refusal.NOT_ASSIGNED)
    assert desk.town.calls == ["p-2"]


async def test_a_failure_keeps_its_cause_and_the_others_go_on(desk: Desk) -> None:
    desk.town.answers["p-1"] = [failure()]
    number = await desk.started(1, 2)
    await desk.drive()
    fared = await desk.fared(number)
    assert (fared["p-1"].state, fared["p-2"].state) == (MemberState.FAILED, MemberState.DONE)
    assert fared["p-1"].why


async def test_a_quarantined_job_stops_the_crowd_and_not_its_people(desk: Desk) -> None:
    number = await desk.started(1, 2)
    desk.town.job = worlds.quarantined_job()
    await desk.drive()
    seen = await desk.progress(number)
    assert (seen.crowd.state, seen.crowd.trouble) == (CrowdState.PAUSED, Refusal.JOB_QUARANTINED)
    assert (seen.of(MemberState.WAITING), desk.town.calls) == (2, [])


async def test_a_starter_who_left_the_helpdesk_stops_the_crowd(desk: Desk) -> None:
    number = await desk.started(1)
    desk.town.actors[AISHA.id] = replace(AISHA, roles=worlds.olle().roles)
    await desk.drive()
    seen = await desk.progress(number)
    assert (seen.crowd.trouble, desk.town.calls) == (Refusal.NOT_AN_AGENT, [])


async def test_an_account_that_is_gone_starts_nothing(desk: Desk) -> None:
    number = await desk.started(1)
    del desk.town.actors[AISHA.id]
    await desk.drive()
    assert (await desk.progress(number)).crowd.trouble == Refusal.NOT_AN_AGENT


async def test_a_busy_graph_is_waited_for_and_nobody_loses_their_place(desk: Desk) -> None:
    desk.town.answers["p-1"] = [TryLaterError("busy", wait=3.0), SUCCESS]
    number = await desk.started(1, 2)
    await desk.drive()
    fared = await desk.fared(number)
    assert {one.state for one in fared.values()} == {MemberState.DONE}
    assert (desk.pace.held, fared["p-1"].tries) == ([3.0], 1)


async def test_whoever_would_wait_again_in_a_stopped_crowd_has_an_end_as_well(desk: Desk) -> None:
    number = await desk.started(1)

    async def busy(**told: object) -> object:
        crowds = Crowds(reader=desk.town, books=desk.books, called=lambda person, words: False)
        await crowds.stop(AISHA, number, (await desk.progress(number)).crowd.version)
        raise TryLaterError("busy", wait=1.0)

    desk.town.provision_on_demand = busy  # type: ignore[method-assign,assignment]
    await desk.drive()
    assert (await desk.progress(number)).counts == {MemberState.STOPPED: 1}


async def test_a_check_that_is_busy_is_made_again(desk: Desk) -> None:
    desk.town.unreadable["p-1"] = TryLaterError("busy", wait=1.0)
    number = await desk.started(1)

    async def mended() -> None:
        await desk.town.sleep(5)
        desk.town.unreadable.clear()

    await asyncio.gather(desk.drive(), mended())
    assert (await desk.fared(number))["p-1"].state is MemberState.DONE


NO_ROLE = {"Assigned": "True", "IsEffectivelyEntitledForProvisioning": "False"}


@pytest.mark.parametrize("seen_in_time", [True, False])
async def test_whom_graph_was_too_busy_to_tell_of_is_looked_at_as_for_a_single_click(
    desk: Desk, seen_in_time: bool
) -> None:
    desk.town.standing["p-1"] = worlds.skipped("NotEffectivelyEntitled", NO_ROLE)
    desk.town.untold |= {"p-1", "p-2"}
    number = await desk.started(1, 2)
    if seen_in_time:
        desk.town.untold.clear()
    await desk.drive()
    fared = await desk.fared(number)
    assert desk.town.calls == (["p-2"] if seen_in_time else []), "on-demand would disable whoever is not entitled"
    why = Refusal.NOT_ENTITLED if seen_in_time else Refusal.NOT_READABLE
    assert (fared["p-1"].state, fared["p-1"].why) == (MemberState.SKIPPED, why)


async def test_what_graph_takes_from_nobody_stops_the_crowd(desk: Desk) -> None:
    desk.town = town_of(15)  # calls overlap: a few more go out before the third no is written
    for person_id in desk.town.people:
        desk.town.answers[person_id] = [RefusedError("no")]
    number = await desk.started(*range(1, 16))
    await desk.drive()
    seen = await desk.progress(number)
    assert (seen.crowd.state, seen.crowd.trouble, seen.crowd.told) == (CrowdState.PAUSED, Trouble.NOT_TAKEN, "no")
    assert crowd_calls.NO_IN_A_ROW <= len(desk.town.calls) < 15


async def test_a_call_without_an_answer_is_settled_by_the_log_and_not_repeated(desk: Desk) -> None:
    desk.town.answers["p-1"] = [UncertainError("no answer")]
    number = await desk.started(1)
    await desk.drive()
    assert (await desk.fared(number))["p-1"].state is MemberState.DONE
    assert desk.town.calls == ["p-1"]


async def test_without_the_log_nothing_is_called_done(desk: Desk) -> None:
    desk.town.log_down = NotAllowedError("no")
    number = await desk.started(1)
    await desk.drive()
    one = (await desk.fared(number))["p-1"]
    assert (one.state, one.why) == (MemberState.UNCERTAIN, Trouble.LOG_UNREADABLE)


async def test_somebody_whom_the_desk_cannot_judge_holds_up_nobody(desk: Desk) -> None:
    number = await desk.started(1, 2)
    desk.town.unreadable["p-1"] = ValueError("a fault of ours")
    await desk.drive()
    fared = await desk.fared(number)
    assert (fared["p-1"].why, fared["p-2"].state) == (Trouble.FAULT, MemberState.DONE)


async def test_two_crowds_take_turns(desk: Desk) -> None:
    first, second = await desk.started(1, 2), await desk.started(3, 4)
    await desk.drive()
    assert [call in {"p-1", "p-2"} for call in desk.town.calls] == [True, False, True, False]
    for number in (first, second):
        assert (await desk.progress(number)).crowd.state is CrowdState.FINISHED


async def test_a_single_click_takes_the_turn_and_the_crowd_waits(desk: Desk) -> None:
    desk.pace.refused = 2
    number = await desk.started(1)
    await desk.drive()
    assert (await desk.progress(number)).of(MemberState.DONE) == 1


async def test_a_paused_crowd_calls_nobody_new(desk: Desk) -> None:
    number = await desk.started(1, 2, 3)
    crowds = Crowds(reader=desk.town, books=desk.books, called=lambda *_: True)

    def pause(step: str) -> None:
        if step == "before the request" and not desk.town.calls:
            paused.append(asyncio.ensure_future(turn()))

    async def turn() -> None:
        await crowds.pause(AISHA, number, (await desk.books.read_crowd(number)).version)

    paused: list[asyncio.Future[None]] = []
    desk.town.passing = pause
    called = desk.town.provision_on_demand

    async def waiting(**told: object) -> object:
        answer = await called(**told)  # type: ignore[arg-type]
        await asyncio.gather(*paused)
        return answer

    desk.town.provision_on_demand = waiting  # type: ignore[method-assign,assignment]
    await desk.drive()
    seen = await desk.progress(number)
    assert seen.crowd.state is CrowdState.PAUSED
    assert seen.of(MemberState.WAITING) >= 1
    await crowds.resume(AISHA, number, seen.crowd.version)
    await desk.drive()
    assert (await desk.progress(number)).of(MemberState.DONE) == 3
    assert sorted(desk.town.calls) == ["p-1", "p-2", "p-3"]


async def test_whom_a_single_click_is_provisioning_already_is_left_to_it(desk: Desk) -> None:
    number = await desk.started(1, 2)
    seen = await desk.town.evidence("p-1", APP)
    case = Case(
        id="11111111-2222-4333-8444-555555555555",
        version=0,
        actor=worlds.ines(),
        question="why",
        origin="chat-2",
        state=CaseState.CALLING,
        diagnosis=diagnose(seen),
        created=worlds.NOW,
        updated=worlds.NOW,
    )
    async with desk.books.transaction() as ledger:
        await ledger.add_case(case)
    await desk.drive()
    one = (await desk.fared(number))["p-1"]
    assert (one.state, one.why) == (MemberState.SKIPPED, Refusal.ALREADY_RUNNING)
    assert desk.town.calls == ["p-2"]


STEPS = (
    "before the check",
    "before reading the role",
    "before the request",
    "before the answer",
    "before reading the log",
)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("victim", [1, 2, 3])
async def test_whoever_dies_at_whatever_step_nobody_is_called_twice_or_forgotten(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str, victim: int
) -> None:
    """The n-th time that a drive comes to a step it dies there; the next one finds what was written and goes on."""
    monkeypatch.setattr(turns, "LOOKING", timedelta(seconds=60))
    number = await desk.started(1, 2, 3)
    passed = 0

    def die(where: str) -> None:
        nonlocal passed
        passed += where == step
        if where == step and passed == victim:
            raise DiedError

    desk.town.passing = die
    dead = await _died(desk)
    desk.town.passing = lambda _: None
    await desk.drive()
    seen = await desk.progress(number)
    assert seen.crowd.state is CrowdState.FINISHED
    assert seen.of(MemberState.DONE) == 3, (step, dead)
    effective = [who for who, _row in desk.town.happened]
    assert sorted(effective) == ["p-1", "p-2", "p-3"], "one effective call each"
    assert await desk.count("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tell_crowd'") == 1


async def _died(desk: Desk) -> bool:
    try:
        await desk.drive()
    except BaseExceptionGroup as group:
        assert group.subgroup(DiedError) is not None
        return True
    except DiedError:
        return True
    return False


async def test_a_single_click_for_whom_a_crowd_is_calling_is_told_who_started_it(desk: Desk) -> None:
    number = await desk.started(1)
    (one,) = await desk.books.members(number)
    async with desk.books.transaction() as ledger:
        assert await ledger.held_by("p-1", APP.id) is None
        assert await ledger.move(one, replace(one, state=MemberState.CALLING))
        assert await ledger.held_by("p-1", APP.id) == AISHA.name
        assert await ledger.held_by("p-1", "another app") is None
