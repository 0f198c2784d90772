"""A whole group: in fives, each member checked right before the call and followed to an end, whoever is killed."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from provisioning.attempts import LogEvent, OnDemandAnswer, Step, StepReport, Verdict
from provisioning.cases import Refusal, Trouble
from provisioning.casework.group_runs import GroupRuns
from provisioning.errors import DeskError, NotAllowedError, NotThereError, RefusedError, TryLaterError, UncertainError
from provisioning.evidence import Evidence
from provisioning.groups import AT_ONCE, GroupRun, GroupSeen, Hindrance, RunState, SeatState, hindrance_of
from provisioning.model import Actor, App, AppRole, Assignment, Group, JobState, Role
from provisioning.store.groups import PostgresGroups
from provisioning.store.queue import Queue
from tests import worlds
from tests.provisioning.casework.company import IN_SYNC, SUCCESS, Pace, Tenant, Worker, failure, ignore
from tests.provisioning.casework.company import Step as Passing
from tests.provisioning.casework.conftest import Desk
from tests.provisioning.casework.fuse import Crash, Fuse

MINUTE = timedelta(minutes=1)
GROUP = worlds.group("Designers")


def seen(n: int = 7, **changes: Any) -> GroupSeen:
    usual: dict[str, Any] = {
        "as_of": worlds.NOW,
        "group": GROUP,
        "app": worlds.askcody(),
        "job": worlds.job(),
        "rule_id": worlds.RULE_ID,
        "assigned": True,
        "members": tuple((f"p-{k}", f"Person {k}") for k in range(n)),
    }
    return GroupSeen(**{**usual, **changes})


@dataclass(slots=True)
class Reader:
    """``GroupReader`` over a group of values; ``spoiled`` is the evidence of some members."""

    tenant: Tenant
    now_seen: GroupSeen = field(default_factory=seen)
    spoiled: dict[str, Evidence | DeskError] = field(default_factory=dict)
    rows: dict[str, list[LogEvent]] = field(default_factory=dict)
    gone: NotThereError | None = None  # the group cannot be read any more
    closed: NotAllowedError | None = None  # nor can the log
    passing: Passing = ignore

    async def now(self) -> datetime:
        return self.tenant.clock

    async def actor(self, person_id: str) -> Actor:
        return await self.tenant.actor(person_id)

    async def find_groups(self, words: str) -> tuple[Group, ...]:
        return (GROUP,)

    async def group(self, group: Group, app: App) -> GroupSeen:
        self.passing("before reading the group")
        if self.gone:
            raise self.gone
        return replace(self.now_seen, as_of=self.tenant.clock)

    async def census(
        self, person_ids: Sequence[str], app: App
    ) -> AsyncGenerator[tuple[str, Evidence | DeskError], None]:
        self.passing("before the check")
        whole = worlds.healthy(assignments=(Assignment(group=GROUP),), log=())
        for one in person_ids:
            yield one, self.spoiled.get(one, whole)

    async def logs(self, person_ids: Sequence[str], app: App, *, since: datetime) -> Mapping[str, Sequence[LogEvent]]:
        self.passing("before reading the log")
        if self.closed:
            raise self.closed
        assert len(person_ids) <= 15, "more do not fit into one filter"
        return {one: [row for row in self.rows.get(one, []) if row.at > since] for one in person_ids}


@dataclass(slots=True)
class Levers:
    """``GroupLevers``: everybody succeeds but those in ``answers``; ``troubles`` are raised one a call."""

    reader: Reader
    answers: dict[str, OnDemandAnswer | None] = field(default_factory=dict)
    troubles: list[Exception] = field(default_factory=list)
    calls: list[list[str]] = field(default_factory=list)
    where: list[tuple[str, str]] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[object]] | None = None  # what happens while a call is under way
    writes_log: bool = True
    passing: Passing = ignore

    async def provision_group(
        self, *, app: App, job_id: str, rule_id: str, group_id: str, member_ids: Sequence[str]
    ) -> tuple[OnDemandAnswer, Mapping[str, OnDemandAnswer]]:
        self.passing("before the call")
        trouble = self.troubles.pop(0) if self.troubles else None
        self.calls.append(list(member_ids))
        self.where.append((job_id, rule_id))
        if self.meanwhile:
            await self.meanwhile()
        if self.writes_log and not isinstance(trouble, TryLaterError):
            self._write(member_ids)
        self.passing("after the call")
        if trouble:
            raise trouble
        said = {one: self.answers.get(one, SUCCESS) for one in member_ids}
        return SUCCESS, {one: answer for one, answer in said.items() if answer is not None}

    def _write(self, member_ids: Sequence[str]) -> None:
        clock = self.reader.tenant.clock = self.reader.tenant.clock + timedelta(seconds=1)
        for one in member_ids:
            answer = self.answers.get(one) or SUCCESS
            row = worlds.event(id=f"row-{one}", at=clock, verdict=answer.verdict, error=answer.error)
            self.reader.rows.setdefault(one, []).insert(0, row)


class KilledGroups(PostgresGroups):
    """Books that pass the fuse around every transaction and before its commit."""

    def __init__(self, pool: Any, queue: Any, fuse: Fuse) -> None:
        super().__init__(pool, queue)
        self._fuse = fuse

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        self._fuse("before a transaction")
        async with super().transaction() as ledger:
            yield ledger
            self._fuse("before the commit")
        self._fuse("after the commit")


@dataclass(frozen=True, slots=True)
class Town:
    """A desk that knows groups."""

    desk: Desk
    reader: Reader
    levers: Levers
    runs: GroupRuns
    worker: Worker

    async def promised(self) -> GroupRun:
        opened = await self.runs.open(worlds.aisha(), GROUP, worlds.askcody())
        return await self.runs.promise(worlds.aisha(), opened.id, opened.version)

    async def worked(self, run: GroupRun) -> GroupRun:
        await self.worker.run()
        return await self.runs.read(run.id)


def _town(desk: Desk, fuse: Fuse | None = None) -> Town:
    reader = Reader(desk.tenant)
    levers = Levers(reader)
    queue = Queue(desk.pool)
    if fuse:
        reader.passing = levers.passing = fuse
    books = KilledGroups(desk.pool, queue, fuse) if fuse else PostgresGroups(desk.pool, queue)
    runs = GroupRuns(reader=reader, levers=levers, books=books, pace=Pace(desk.tenant))
    return Town(desk, reader, levers, runs, Worker(desk.pool, desk.tenant, {"run_group": runs.step}))


@pytest.fixture
def town(desk: Desk) -> Town:
    return _town(desk)


async def test_seven_go_in_five_and_two_and_all_are_proven(town: Town) -> None:
    run = await town.worked(await town.promised())
    assert [len(call) for call in town.levers.calls] == [AT_ONCE, 2]
    assert (run.state, len(run.at(SeatState.DONE))) == (RunState.ENDED, 7)


async def test_a_large_group_is_looked_for_in_handfuls(town: Town) -> None:
    town.reader.now_seen = seen(32)
    run = await town.worked(await town.promised())
    assert (run.state, len(run.at(SeatState.DONE))) == (RunState.ENDED, 32)


async def test_nobody_is_called_done_before_the_log_shows_them(town: Town) -> None:
    town.levers.writes_log = False
    run = await town.worked(await town.promised())
    assert (run.state, len(run.at(SeatState.REPORTED))) == (RunState.ENDED, 7)
    assert town.desk.tenant.clock - worlds.NOW >= 30 * MINUTE


async def test_each_member_has_the_end_that_the_answer_gives(town: Town) -> None:
    town.levers.answers = {"p-1": failure(), "p-2": IN_SYNC}
    run = await town.worked(await town.promised())
    states = {seat.person_id: seat.state for seat in run.seats}
    assert (states["p-1"], states["p-2"], states["p-3"]) == (SeatState.FAILED, SeatState.DONE, SeatState.DONE)


async def test_whom_the_answer_does_not_name_the_log_has_the_word_about(town: Town) -> None:
    town.levers.answers = dict.fromkeys(f"p-{k}" for k in range(7))
    run = await town.worked(await town.promised())
    assert len(run.at(SeatState.DONE)) == 7


async def test_who_lost_the_assignment_is_left_out_of_the_call(town: Town) -> None:
    town.reader.spoiled = {"p-0": worlds.healthy(assignments=())}
    run = await town.worked(await town.promised())
    assert "p-0" not in town.levers.calls[0]
    assert (run.seats[0].state, run.seats[0].why) == (SeatState.LEFT_OUT, Refusal.NOT_ASSIGNED)


SWITCHED_OFF = AppRole(id="r-1", value="User", name="User", enabled=False)
NOT_ENTITLED = worlds.event(
    verdict=Verdict.SKIPPED,
    action="other",
    skip_reason="NotEffectivelyEntitled",
    steps=(
        StepReport(
            step=Step.SCOPING,
            verdict=Verdict.SKIPPED,
            details={"Assigned": "True", "IsEffectivelyEntitledForProvisioning": "False"},
        ),
    ),
)


@pytest.mark.parametrize(
    ("spoiled", "why"),
    [
        (
            worlds.healthy(assignments=(Assignment(group=GROUP, role_id="r-1"),), roles=(SWITCHED_OFF,), log=()),
            Refusal.NOT_ENTITLED,
        ),
        (worlds.healthy(assignments=(Assignment(group=GROUP),), log=(NOT_ENTITLED,)), Refusal.NOT_ENTITLED),
        (NotThereError("Gone."), Refusal.NO_LONGER_THERE),
        (NotAllowedError("No."), Refusal.NOT_READABLE),
    ],
    ids=["a role that is switched off", "a log row that still stands", "an account that is gone", "not to be read"],
)
async def test_whom_a_single_click_would_refuse_is_left_out_with_the_same_word(
    town: Town, spoiled: Evidence | DeskError, why: Refusal
) -> None:
    town.reader.spoiled = {"p-0": spoiled}
    run = await town.worked(await town.promised())
    assert "p-0" not in [one for call in town.levers.calls for one in call]
    assert (run.seats[0].state, run.seats[0].why) == (SeatState.LEFT_OUT, why)
    assert (run.state, len(run.at(SeatState.DONE))) == (RunState.ENDED, 6)


UNTOLD = worlds.healthy(assignments=(Assignment(group=GROUP),), log=(), unread={"log": "throttled"})


@pytest.mark.parametrize("busy", [UNTOLD, TryLaterError("Busy.")], ids=["the log alone", "everything"])
async def test_whom_graph_is_too_busy_to_tell_of_waits_and_is_called_once_it_tells(
    town: Town, busy: Evidence | DeskError
) -> None:
    town.reader.spoiled = {"p-0": busy}
    run = await town.promised()
    while len(town.levers.calls) < 2:
        await town.worker.run_one()
    assert "p-0" not in [one for call in town.levers.calls for one in call], "the unknown is not fine"
    assert (await town.runs.read(run.id)).seats[0].state is SeatState.WAITING
    town.reader.spoiled = {}
    run = await town.worked(run)
    assert (town.levers.calls[-1], len(run.at(SeatState.DONE))) == (["p-0"], 7)


async def test_whom_graph_does_not_tell_of_for_a_quarter_of_an_hour_is_left_out(town: Town) -> None:
    town.reader.spoiled = {"p-0": UNTOLD}
    run = await town.worked(await town.promised())
    assert (run.state, run.seats[0].state, run.seats[0].why) == (
        RunState.ENDED,
        SeatState.LEFT_OUT,
        Refusal.NOT_READABLE,
    )
    assert len(run.at(SeatState.DONE)) == 6


async def test_who_has_left_the_group_since_the_click_is_left_out_and_the_others_are_called(town: Town) -> None:
    run = await town.promised()
    town.reader.now_seen = seen(members=tuple((f"p-{k}", f"Person {k}") for k in range(7) if k not in {1, 6}))
    run = await town.worked(run)
    assert town.levers.calls == [["p-0", "p-2", "p-3", "p-4", "p-5"]]
    assert [(seat.state, seat.why) for seat in (run.seats[1], run.seats[6])] == [
        (SeatState.LEFT_OUT, Refusal.LEFT_THE_GROUP)
    ] * 2
    assert len(run.at(SeatState.DONE)) == 5


async def test_the_call_goes_to_the_job_of_now_and_not_to_that_of_the_click(town: Town) -> None:
    run = await town.promised()
    town.reader.now_seen = seen(5, job=worlds.job(id="another job"), rule_id="another rule")
    await town.worked(run)
    assert set(town.levers.where) == {("another job", "another rule")}


async def test_a_run_that_took_the_account_away_is_called_so(town: Town) -> None:
    town.levers.answers = {"p-0": replace(SUCCESS, action="disable")}
    run = await town.worked(await town.promised())
    assert (run.seats[0].state, run.seats[0].why) == (SeatState.FAILED, Trouble.TOOK_AWAY)


# Stopping


async def test_stopped_half_way_the_called_are_followed_to_an_end_and_the_rest_is_left_alone(town: Town) -> None:
    run = await town.promised()
    while not town.levers.calls:
        await town.worker.run_one()
    stopped = await town.runs.stop(worlds.ines(), run.id)
    assert (stopped.state, len(stopped.at(SeatState.STOPPED))) == (RunState.RUNNING, 2)
    run = await town.worked(run)
    assert (run.state, len(run.at(SeatState.DONE)), len(run.at(SeatState.STOPPED))) == (RunState.STOPPED, 5, 2)
    assert run.stopped_by == worlds.ines()
    assert len(town.levers.calls) == 1
    assert f"tell_group {run.id}" in town.worker.shown, "whoever wished for it is told"


async def test_stopped_before_the_first_call_it_is_over_at_once(town: Town) -> None:
    run = await town.promised()
    stopped = await town.runs.stop(worlds.aisha(), run.id)
    assert (stopped.state, len(stopped.at(SeatState.STOPPED))) == (RunState.STOPPED, 7)
    assert (await town.worked(run), town.levers.calls) == (stopped, [])
    assert town.worker.shown.count(f"tell_group {run.id}") == 1


async def test_a_stop_between_the_check_and_the_call_comes_in_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    run = await town.promised()

    async def reached(pace: Pace, at: datetime) -> bool:
        await town.runs.stop(worlds.aisha(), run.id)
        return True

    monkeypatch.setattr(Pace, "reached", reached)
    assert (await town.worked(run)).state is RunState.STOPPED
    assert town.levers.calls == []


@pytest.mark.parametrize("trouble", [None, TryLaterError("Busy.", wait=7)], ids=["answered", "put back"])
async def test_a_stop_during_a_call_loses_no_answer_and_calls_nobody_again(
    town: Town, trouble: TryLaterError | None
) -> None:
    town.levers.troubles = [trouble] if trouble else []
    run = await town.promised()
    town.levers.meanwhile = lambda: town.runs.stop(worlds.aisha(), run.id)
    run = await town.worked(run)
    ends = (len(run.at(SeatState.DONE)), len(run.at(SeatState.STOPPED)))
    assert (run.state, len(town.levers.calls), ends) == (RunState.STOPPED, 1, (0, 7) if trouble else (5, 2))


async def test_what_is_over_or_has_nobody_waiting_is_not_stopped(town: Town) -> None:
    looked = await town.runs.open(worlds.aisha(), GROUP, worlds.askcody())
    assert await town.runs.stop(worlds.aisha(), looked.id) == looked
    run = await town.worked(await town.promised())
    assert await town.runs.stop(worlds.aisha(), run.id) == run


async def test_only_the_helpdesk_stops(town: Town) -> None:
    run = await town.promised()
    with pytest.raises(NotAllowedError):
        await town.runs.stop(worlds.olle(), run.id)


@pytest.mark.parametrize(
    ("spoiled", "hindrance"),
    [
        ({"assigned": False}, Hindrance.NOT_ASSIGNED),
        ({"rule_id": None}, Hindrance.NOT_MAPPED),
        ({"group": replace(GROUP, security_enabled=False)}, Hindrance.NO_SECURITY_GROUP),
        ({"members": ()}, Hindrance.NOBODY),
        ({"n": 201}, Hindrance.TOO_MANY),
        ({"job": None}, Hindrance.JOB),
        ({"job": worlds.quarantined_job()}, Hindrance.JOB),
        ({"job": worlds.job(state=JobState.PAUSED)}, Hindrance.JOB),
        ({"job": worlds.job(template="slackOutDelta")}, Hindrance.JOB),
    ],
)
async def test_what_stands_in_the_way_starts_nothing(town: Town, spoiled: Any, hindrance: Hindrance) -> None:
    run = await town.runs.open(worlds.aisha(), GROUP, worlds.askcody())
    town.reader.now_seen = seen(**spoiled)
    refused = await town.runs.promise(worlds.aisha(), run.id, run.version)
    assert (refused.state, refused.hindrance) == (RunState.LOOKED, hindrance)
    assert await town.worker.queued() == []


def test_nothing_stands_in_the_way_of_a_healthy_group() -> None:
    assert hindrance_of(seen()) is None


async def test_an_assignment_that_ends_half_way_stops_the_rest(town: Town) -> None:
    run = await town.promised()
    while not town.levers.calls:
        await town.worker.run_one()
    town.reader.now_seen = seen(assigned=False)
    run = await town.worked(run)
    assert (run.state, len(town.levers.calls), len(run.at(SeatState.STOPPED))) == (RunState.STOPPED, 1, 2)


async def test_a_role_that_is_lost_half_way_stops_the_rest(town: Town) -> None:
    run = await town.promised()
    town.desk.tenant.actors[worlds.AISHA_ID] = replace(worlds.aisha(), roles=frozenset({Role.PERSON}))
    run = await town.worked(run)
    assert (run.state, run.told, town.levers.calls) == (RunState.STOPPED, Refusal.NOT_AN_AGENT, [])


async def test_an_account_that_is_gone_stops_the_rest(town: Town) -> None:
    run = await town.promised()
    del town.desk.tenant.actors[worlds.AISHA_ID]
    run = await town.worked(run)
    assert (run.state, run.told, town.levers.calls) == (RunState.STOPPED, Refusal.NOT_AN_AGENT, [])


async def test_a_group_that_is_gone_stops_the_rest(town: Town) -> None:
    run = await town.promised()
    town.reader.gone = NotThereError("There is no such group.")
    run = await town.worked(run)
    assert (run.state, run.told, town.levers.calls) == (RunState.STOPPED, "There is no such group.", [])


@pytest.mark.parametrize("answered", [True, False])
async def test_a_log_that_may_not_be_read_proves_nothing_and_the_run_ends(town: Town, answered: bool) -> None:
    town.reader.closed = NotAllowedError("No.")
    town.levers.troubles = [] if answered else [UncertainError("No answer.")] * 2
    run = await town.worked(await town.promised())
    left = SeatState.REPORTED if answered else SeatState.UNCERTAIN
    assert (run.state, len(run.at(left)), len(town.levers.calls)) == (RunState.ENDED, 7, 2)


async def test_a_refused_call_stops_the_run_and_says_why(town: Town) -> None:
    town.levers.troubles = [RefusedError("No.", code="RequestParameterInvalid")]
    run = await town.worked(await town.promised())
    assert (run.state, run.told, len(town.levers.calls)) == (RunState.STOPPED, "RequestParameterInvalid", 1)


async def test_a_busy_graph_is_asked_again_with_the_same_five(town: Town) -> None:
    town.levers.troubles = [TryLaterError("Busy.", wait=7)]
    run = await town.worked(await town.promised())
    assert (run.state, [len(call) for call in town.levers.calls]) == (RunState.ENDED, [5, 5, 2])


@pytest.mark.parametrize(("written", "end"), [(True, SeatState.DONE), (False, SeatState.UNCERTAIN)])
async def test_without_an_answer_the_log_is_looked_at_and_the_call_not_repeated(
    town: Town, written: bool, end: SeatState
) -> None:
    town.reader.now_seen = seen(5)
    town.levers.troubles, town.levers.writes_log = [UncertainError("Lost.")], written
    run = await town.worked(await town.promised())
    assert (run.state, len(run.at(end)), len(town.levers.calls)) == (RunState.ENDED, 5, 1)


async def test_two_clicks_start_one_run(town: Town) -> None:
    opened = await town.runs.open(worlds.aisha(), GROUP, worlds.askcody())
    first = await town.runs.promise(worlds.aisha(), opened.id, opened.version)
    assert await town.runs.promise(worlds.ines(), opened.id, opened.version) == first
    assert (await town.worker.queued()).count("run_group") == 1


async def test_only_the_helpdesk_may(town: Town) -> None:
    with pytest.raises(NotAllowedError):
        await town.runs.open(worlds.olle(), GROUP, worlds.askcody())


STEPS = 24  # reads and writes on the way from the click to the end of seven members


@pytest.mark.parametrize("step", range(1, STEPS + 1))
async def test_killed_at_any_step_nobody_is_called_twice_or_forgotten(desk: Desk, step: int) -> None:
    fuse = Fuse(None, [])
    town = _town(desk, fuse)
    run = await town.promised()
    fuse.steps.clear()
    fuse.left = step
    try:
        await town.worker.run()
    except Crash:
        fuse.left = None
        await town.worker.run()
    ended = await town.runs.read(run.id)
    called = [one for call in town.levers.calls for one in call]
    assert len(called) == len(set(called))
    assert ended.state is RunState.ENDED
    assert len(ended.at(SeatState.DONE, SeatState.UNCERTAIN)) == 7
    assert {seat.person_id for seat in ended.at(SeatState.DONE)} == set(called)
    assert len(fuse.steps) >= step, "the range ends behind the last step"


async def test_the_kills_reach_every_step(desk: Desk) -> None:
    fuse = Fuse(None, [])
    town = _town(desk, fuse)
    run = await town.promised()
    fuse.steps.clear()
    await town.worked(run)
    assert len(fuse.steps) == STEPS
