"""Keeping a promise: every answer, every way to fail, every step to be killed at; the lever is pulled once."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from provisioning.attempts import OnDemandAnswer, Verdict
from provisioning.cases import Case, CaseState, Refusal, Trouble
from provisioning.casework.promises import Promises
from provisioning.errors import (
    DeskError,
    NotAllowedError,
    NotThereError,
    RefusedError,
    TryLaterError,
    UncertainError,
)
from provisioning.model import Cause, Role
from tests import worlds
from tests.provisioning.casework.company import IN_SYNC, SUCCESS, UNREADABLE, Worker, failure
from tests.provisioning.casework.conftest import Desk
from tests.provisioning.casework.fuse import Crash, Fuse, KilledBooks

MINUTE = timedelta(minutes=1)


async def _worked(desk: Desk, case: Case) -> Case:
    await desk.worker.run()
    return await desk.books.read_case(case.id)


# What Graph answers


async def test_a_success_that_the_log_shows_is_done_and_carries_its_proof(desk: Desk) -> None:
    case = await _worked(desk, await desk.promised())
    assert case.state is CaseState.DONE
    assert case.proof is not None
    assert case.proof.id == "row-now"
    assert case.answer == SUCCESS
    assert case.diagnosis.root.cause is Cause.PROVISIONED
    assert desk.lever.calls == [
        {"app": worlds.APP_ID, "job": worlds.JOB_ID, "rule": worlds.RULE_ID, "person": worlds.JOSE_ID}
    ]
    did = ["asked", "promised", "calling", "answered", "checking", "done"]
    assert await desk.audited(f"case:{case.id}") == did


async def test_every_change_of_state_redraws_the_card(desk: Desk) -> None:
    case = await _worked(desk, await desk.promised())
    assert desk.worker.shown == [f"show_case {case.id}"] * 4  # promised, calling, checking, done


async def test_a_log_that_is_busy_during_the_run_does_not_blur_the_answer_on_the_card(desk: Desk) -> None:
    desk.tenant.seen = worlds.lacking("mail")
    desk.lever.answers = [failure()]
    asked = await desk.asked()
    desk.tenant.seen = replace(desk.tenant.seen, unread={"log": "throttled"})
    case = await _worked(desk, await desk.promises.promise(worlds.aisha(), asked.id))
    assert case.state is CaseState.NOT_DONE
    assert case.diagnosis == asked.diagnosis


async def test_while_the_log_lags_nothing_is_called_done_and_the_looks_get_rarer(desk: Desk) -> None:
    desk.tenant.lag = 4 * MINUTE
    case = await desk.promised()
    for _ in range(8):
        await desk.worker.run_one()
    assert (await desk.books.read_case(case.id)).state is CaseState.CHECKING
    case = await _worked(desk, case)
    assert case.state is CaseState.DONE
    assert desk.worker.waits == [pytest.approx(usual, rel=0.25) for usual in (5, 6, 12, 24, 48, 60, 60, 60)]


async def test_a_log_that_never_shows_it_leaves_the_case_checking_and_says_so(desk: Desk) -> None:
    desk.lever.writes_log = False
    case = await _worked(desk, await desk.promised())
    assert case.state is CaseState.CHECKING
    assert case.trouble == Trouble.NO_PROOF
    assert not case.waiting, "it holds nobody up"
    assert 12 * 60 * MINUTE <= desk.tenant.clock - worlds.NOW < 13 * 60 * MINUTE


async def test_a_log_that_shows_it_after_hours_is_believed_and_the_card_says_so(desk: Desk) -> None:
    desk.tenant.lag = 5 * 60 * MINUTE
    case = await _worked(desk, await desk.promised())
    assert (case.state, case.trouble) == (CaseState.DONE, None)
    assert case.proof is not None
    assert await desk.audited(f"case:{case.id}") == [
        *("asked", "promised", "calling", "answered", "checking", "not checked", "done")
    ]


async def test_a_check_that_gave_up_holds_up_no_other_promise(desk: Desk) -> None:
    desk.lever.writes_log = False
    await _worked(desk, await desk.promised())
    other = await desk.asked()
    assert (await desk.promises.promise(worlds.ines(), other.id)).state is CaseState.PROMISED


async def test_a_log_that_may_not_be_read_ends_the_check_and_says_so(desk: Desk) -> None:
    desk.tenant.log_down = NotAllowedError("AuditLog.Read.All is missing.")
    case = await _worked(desk, await desk.promised())
    assert case.state is CaseState.CHECKING
    assert (case.trouble, case.told) == (Trouble.LOG_UNREADABLE, "AuditLog.Read.All is missing.")


async def test_already_in_sync_is_done_because_graph_said_so(desk: Desk) -> None:
    desk.lever.answers = [IN_SYNC]
    case = await _worked(desk, await desk.promised())
    assert (case.state, case.proof) == (CaseState.DONE, None)
    assert case.diagnosis.root.cause is Cause.IN_SYNC


async def test_a_failure_is_not_done_and_diagnosed_with_what_graph_just_said(desk: Desk) -> None:
    desk.lever.answers = [failure()]
    desk.lever.writes_log = False
    case = await _worked(desk, await desk.promised())
    assert case.state is CaseState.NOT_DONE
    assert case.answer == failure()
    assert case.diagnosis.last_event is not None
    assert case.diagnosis.last_event.verdict is Verdict.FAILURE


async def test_a_failure_that_the_log_shows_already_is_not_counted_twice(desk: Desk) -> None:
    desk.lever.answers = [failure()]
    case = await _worked(desk, await desk.promised())
    assert case.diagnosis.last_event is not None
    assert case.diagnosis.last_event.id == "row-now"


async def test_a_skip_is_not_done(desk: Desk) -> None:
    desk.lever.answers = [OnDemandAnswer(verdict=Verdict.SKIPPED, skip_reason="NotEffectivelyEntitled")]
    assert (await _worked(desk, await desk.promised())).state is CaseState.NOT_DONE


@pytest.mark.parametrize("action", ["disable", "Delete", "StagedDelete"])
async def test_a_run_that_took_the_account_away_is_not_called_a_success(desk: Desk, action: str) -> None:
    desk.lever.answers = [replace(SUCCESS, action=action)]
    case = await _worked(desk, await desk.promised())
    assert case.state is CaseState.NOT_DONE
    assert case.trouble == Trouble.TOOK_AWAY


async def test_of_an_answer_that_nobody_understands_the_log_is_believed(desk: Desk) -> None:
    desk.lever.answers = [UNREADABLE]
    case = await _worked(desk, await desk.promised())
    assert (case.state, len(desk.lever.calls)) == (CaseState.DONE, 1)


async def test_an_old_success_in_the_log_proves_nothing(desk: Desk) -> None:
    desk.tenant.seen = worlds.healthy(log=(worlds.event(at=worlds.NOW),))
    desk.lever.writes_log = False
    assert (await _worked(desk, await desk.promised())).state is CaseState.CHECKING


async def test_a_removal_after_the_success_is_not_taken_for_it(desk: Desk) -> None:
    desk.lever.writes_log = False
    case = await desk.promised()
    desk.tenant.happened.append(worlds.event(id="gone", at=worlds.NOW + MINUTE, action="disable"))
    case = await _worked(desk, case)
    assert case.state is CaseState.NOT_DONE
    assert case.trouble == Trouble.LOG_DIFFERS


async def test_a_success_that_a_cycle_brought_meanwhile_counts_too(desk: Desk) -> None:
    desk.lever.writes_log = False
    desk.tenant.happened.append(worlds.event(id="cycle-row", at=worlds.NOW + 3 * MINUTE, change_id="other"))
    case = await _worked(desk, await desk.promised())
    assert case.state is CaseState.DONE
    assert case.proof is not None
    assert case.proof.id == "cycle-row"


# What Graph refuses


@pytest.mark.parametrize(
    ("no", "trouble"),
    [
        (RefusedError("Something new."), Trouble.NOT_TAKEN),
        (RefusedError("No.", code="RequestParameterInvalid"), Trouble.NOT_FITTING),
        (RefusedError("No.", code="CredentialsMissing"), Trouble.NO_CREDENTIALS),
        (RefusedError("No.", code="SalesforceInvalidCredentials"), Trouble.BAD_CREDENTIALS),
        (NotAllowedError("A permission is missing.", code="Authorization_RequestDenied"), Trouble.FORBIDDEN),
        (NotAllowedError("Graph does not say why.", unknown_caller=True), Trouble.UNKNOWN_CALLER),
        (NotThereError("No such job."), Trouble.GONE),
    ],
)
async def test_a_refused_call_is_not_done_and_repeats_what_was_said(
    desk: Desk, no: DeskError, trouble: Trouble
) -> None:
    desk.lever.answers = [no]
    desk.lever.writes_log = False
    case = await _worked(desk, await desk.promised())
    told = getattr(no, "code", None) or no.args[0]
    assert (case.state, case.trouble, case.told) == (CaseState.NOT_DONE, trouble, told)
    assert (case.answer, len(desk.lever.calls)) == (None, 1)


@pytest.mark.parametrize(
    ("reason", "trouble"),
    [("throttled", Trouble.THROTTLED), ("conflict", Trouble.CONFLICT), ("unavailable", Trouble.DOWN)],
)
async def test_a_graph_that_says_why_it_cannot_is_quoted(desk: Desk, reason: str, trouble: Trouble) -> None:
    desk.lever.answers = [TryLaterError("Not now.", wait=60, reason=reason)]
    case = await _worked(desk, await desk.promised())
    assert (case.state, case.trouble) == (CaseState.NOT_DONE, trouble)


async def test_a_busy_graph_is_asked_again_after_the_time_it_wants(desk: Desk) -> None:
    desk.lever.answers = [TryLaterError("Graph is busy.", wait=17), SUCCESS]
    case = await _worked(desk, await desk.promised())
    assert (case.state, case.trouble, len(desk.lever.calls)) == (CaseState.DONE, None, 2)
    assert round(desk.worker.waits[0]) == 17


async def test_a_cycle_that_fails_before_the_call_is_not_the_calls_failure(desk: Desk) -> None:
    """The promise waits for a busy Graph, a cycle fails, the data is mended, the call succeeds; all rows lag."""
    desk.tenant.lag = 4 * MINUTE
    desk.lever.answers = [TryLaterError("Graph is busy.", wait=480), SUCCESS]
    desk.tenant.happened.append(worlds.failed("Unauthorized", at=worlds.NOW + 5 * MINUTE))
    case = await desk.promised()
    desk.lever.writes_log = False
    while len(desk.lever.calls) < 2:
        await desk.worker.run_one()
    called = await desk.books.read_case(case.id)
    assert called.state is CaseState.CHECKING
    assert called.called_at is not None
    assert called.called_at > worlds.NOW + 7 * MINUTE
    own = worlds.event(id="own", at=desk.tenant.clock, change_id=SUCCESS.change_id)
    desk.tenant.clock += 2 * MINUTE
    assert [row.verdict for row in desk.tenant.shown()] == [Verdict.FAILURE]
    await desk.promises.check(case.id)
    assert (await desk.books.read_case(case.id)).state is CaseState.CHECKING
    desk.tenant.happened.append(own)
    desk.tenant.lag = 0 * MINUTE
    await desk.promises.check(case.id)
    done = await desk.books.read_case(case.id)
    assert (done.state, done.proof and done.proof.id) == (CaseState.DONE, "own")


async def test_while_graph_is_busy_the_case_waits_and_says_why(desk: Desk) -> None:
    desk.lever.answers = [TryLaterError("Graph is busy.", wait=17)]
    case = await desk.promised()
    for _ in range(2):
        await desk.worker.run_one()
    case = await desk.books.read_case(case.id)
    assert (case.state, case.trouble, case.told) == (CaseState.PROMISED, Trouble.BUSY, "Graph is busy.")
    assert case.called_at is None


async def test_a_graph_that_stays_busy_ends_the_promise(desk: Desk) -> None:
    desk.lever.answers = [TryLaterError("Graph is busy.", wait=60)]
    case = await _worked(desk, await desk.promised())
    assert (case.state, case.trouble, case.told) == (CaseState.NOT_DONE, Trouble.BUSY, "Graph is busy.")
    assert 14 <= len(desk.lever.calls) <= 16


async def test_a_fault_of_our_own_does_not_keep_a_check_going_for_ever(desk: Desk) -> None:
    desk.tenant.lag = 60 * MINUTE
    case = await desk.promised()
    for _ in range(4):
        await desk.worker.run_one()
    assert (await desk.books.read_case(case.id)).state is CaseState.CHECKING
    desk.tenant.log_down = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await desk.promises.check(case.id)
    desk.tenant.clock += 31 * MINUTE
    await desk.promises.check(case.id)
    assert not (await desk.books.read_case(case.id)).waiting


# What changed between the click and the call


async def test_a_fresh_promise_is_carried_out_without_reading_everything_again(desk: Desk) -> None:
    case = await desk.promised()
    read: list[str] = []
    desk.lever.passing = desk.tenant.passing = read.append
    await _worked(desk, case)
    assert read == ["before the request", "before the answer", "before reading log", "before reading evidence"]


@dataclass(frozen=True)
class Late:
    """A desk whose promise has waited for two minutes."""

    desk: Desk
    case: Case


@pytest.fixture
async def late(desk: Desk) -> Late:
    case = await desk.promised()
    desk.tenant.clock += 2 * MINUTE
    return Late(desk, case)


async def test_a_promise_that_waited_long_is_checked_again_and_kept(late: Late) -> None:
    case = await _worked(late.desk, late.case)
    assert (case.state, len(late.desk.lever.calls)) == (CaseState.DONE, 1)


async def test_an_assignment_that_was_lost_while_the_promise_waited_stops_the_call(late: Late) -> None:
    late.desk.tenant.seen = replace(late.desk.tenant.seen, assignments=())
    case = await _worked(late.desk, late.case)
    assert (case.state, case.refusal, late.desk.lever.calls) == (CaseState.REFUSED, Refusal.NOT_ASSIGNED, [])


async def test_a_person_who_left_while_the_promise_waited_stops_the_call(late: Late) -> None:
    late.desk.tenant.down = NotThereError("There is no such person.")
    case = await _worked(late.desk, late.case)
    assert (case.state, case.refusal, late.desk.lever.calls) == (CaseState.REFUSED, Refusal.NO_LONGER_THERE, [])


async def test_a_permission_that_was_lost_while_the_promise_waited_stops_the_call(late: Late) -> None:
    late.desk.tenant.down = NotAllowedError("User.Read.All is missing.")
    case = await _worked(late.desk, late.case)
    assert (case.state, case.refusal, late.desk.lever.calls) == (CaseState.REFUSED, Refusal.NOT_READABLE, [])


async def test_a_role_that_was_lost_while_the_promise_waited_stops_the_call(late: Late) -> None:
    late.desk.tenant.actors[worlds.AISHA_ID] = replace(worlds.aisha(), roles=frozenset({Role.PERSON}))
    case = await _worked(late.desk, late.case)
    assert (case.state, case.refusal, late.desk.lever.calls) == (CaseState.REFUSED, Refusal.NOT_AN_AGENT, [])


async def test_a_maker_whose_account_is_gone_stops_the_call(late: Late) -> None:
    late.desk.tenant.actors.clear()
    assert (await _worked(late.desk, late.case)).refusal is Refusal.NOT_AN_AGENT


async def test_a_tenant_that_stays_unreadable_ends_the_promise_without_a_call(late: Late) -> None:
    late.desk.tenant.down = TryLaterError("Graph is down.", wait=60)
    case = await _worked(late.desk, late.case)
    assert (case.state, case.trouble, case.told) == (CaseState.NOT_DONE, Trouble.BUSY, "Graph is down.")
    assert late.desk.lever.calls == []


async def test_a_fault_of_our_own_is_raised_while_there_is_time_and_ends_the_promise_then(late: Late) -> None:
    late.desk.tenant.down = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await late.desk.promises.carry_out(late.case.id)
    late.desk.tenant.clock += 16 * MINUTE
    await late.desk.promises.carry_out(late.case.id)
    case = await late.desk.books.read_case(late.case.id)
    assert (case.state, case.trouble, case.told) == (CaseState.NOT_DONE, Trouble.FAULT, None)


async def test_work_for_a_case_that_is_gone_ends_quietly(desk: Desk) -> None:
    await desk.promises.carry_out("00000000-0000-4000-8000-000000000000")
    await desk.promises.check("00000000-0000-4000-8000-000000000000")


# When no answer came


async def test_without_an_answer_the_log_is_looked_at_and_the_lever_left_alone(desk: Desk) -> None:
    desk.lever.answers = [UncertainError("No answer came.")]
    desk.tenant.lag = 3 * MINUTE
    case = await _worked(desk, await desk.promised())
    assert (case.state, len(desk.lever.calls)) == (CaseState.DONE, 1)


async def test_without_an_answer_the_card_says_that_the_log_is_being_looked_at(desk: Desk) -> None:
    desk.lever.answers = [UncertainError("Graph broke down (504).")]
    desk.tenant.lag = 3 * MINUTE
    case = await desk.promised()
    for _ in range(2):
        await desk.worker.run_one()
    looking = await desk.books.read_case(case.id)
    assert (looking.state, looking.trouble, looking.told) == (
        CaseState.CALLING,
        Trouble.NO_ANSWER,
        "Graph broke down (504).",
    )


async def test_while_a_call_of_somebody_who_died_is_looked_for_the_case_says_so_once(desk: Desk) -> None:
    case = await desk.promised()
    desk.lever.writes_log = False

    def dies(step: str) -> None:
        raise Crash(step)

    lives, desk.lever.passing = desk.lever.passing, dies
    with pytest.raises(Crash):
        await desk.promises.carry_out(case.id)
    desk.lever.passing, calls = lives, len(desk.lever.calls)
    died = await desk.books.read_case(case.id)
    assert (died.state, died.trouble) == (CaseState.CALLING, None)
    for _ in range(2):
        await desk.promises.carry_out(case.id)
    looked_for = await desk.books.read_case(case.id)
    assert (looked_for.state, looked_for.trouble) == (CaseState.CALLING, Trouble.NO_TRACE)
    trail = [line.what for line in await desk.books.trail(f"case:{case.id}")]
    assert trail.count("looked for") == 1
    assert len(desk.lever.calls) == calls, "nobody calls again"


async def test_without_an_answer_and_without_a_trace_nobody_knows(desk: Desk) -> None:
    desk.lever.answers = [UncertainError("No answer came.")]
    desk.lever.writes_log = False
    case = await _worked(desk, await desk.promised())
    assert (case.state, len(desk.lever.calls)) == (CaseState.UNCERTAIN, 1)
    assert case.trouble == Trouble.NO_TRACE


async def test_without_an_answer_a_failure_in_the_log_is_believed(desk: Desk) -> None:
    desk.lever.answers = [UncertainError("No answer came.")]
    desk.lever.writes_log = False
    case = await desk.promised()
    desk.tenant.happened.append(replace(worlds.failed("Unauthorized"), at=worlds.NOW + MINUTE))
    case = await _worked(desk, case)
    assert (case.state, len(desk.lever.calls)) == (CaseState.NOT_DONE, 1)


async def test_without_an_answer_and_without_the_log_nobody_knows_at_once(desk: Desk) -> None:
    desk.lever.answers = [UncertainError("No answer came.")]
    desk.tenant.log_down = NotAllowedError("AuditLog.Read.All is missing.")
    case = await _worked(desk, await desk.promised())
    assert case.state is CaseState.UNCERTAIN
    assert desk.tenant.clock - worlds.NOW < MINUTE


async def test_a_second_worker_on_the_same_promise_does_not_call(desk: Desk) -> None:
    """A process that was taken for dead and lives: its job runs twice at the same time."""
    case = await desk.promised()
    entered: list[str] = []

    def meet(step: str) -> None:
        entered.append(step)

    desk.lever.passing = meet
    await desk.promises.carry_out(case.id)
    await desk.promises.carry_out(case.id)
    assert (len(desk.lever.calls), entered.count("before the request")) == (1, 1)


# Killed at every step


async def _killed_at(
    desk: Desk, step: int, answer: OnDemandAnswer | Exception, *, waited: int = 0
) -> tuple[Case, list[str]]:
    """Run a promise, kill the process at that step, let a successor finish. Returns the case and the steps passed."""
    desk.lever.answers = [answer]
    case = await desk.promised()
    desk.tenant.clock += waited * MINUTE
    fuse = Fuse(step, [])
    desk.tenant.passing = desk.lever.passing = fuse
    mortal = Promises(tenant=desk.tenant, levers=desk.lever, books=KilledBooks(desk.books, fuse), pace=desk.pace)
    works = {"carry_out": mortal.carry_out, "check_case": mortal.check}
    worker = Worker(desk.pool, desk.tenant, works)
    try:
        await worker.run()
    except Crash:
        fuse.left = None
        await worker.run()
    return await desk.books.read_case(case.id), fuse.steps


@pytest.mark.parametrize("step", range(1, 19))
@pytest.mark.parametrize(
    ("lag", "waited"), [(0, 0), (3, 0), (0, 2)], ids=["prompt log", "late log", "promise that waited"]
)
async def test_killed_at_any_step_the_lever_is_pulled_once_at_most_and_the_end_is_true(
    desk: Desk, step: int, lag: int, waited: int
) -> None:
    desk.tenant.lag = lag * MINUTE
    case, steps = await _killed_at(desk, step, SUCCESS, waited=waited)
    assert len(desk.lever.calls) <= 1
    assert await desk.worker.queued() == []
    called = len(desk.lever.calls) == 1
    assert case.state is (CaseState.DONE if called else CaseState.UNCERTAIN)
    assert len(steps) >= step, "the range ends behind the last step"


@pytest.mark.parametrize("step", range(1, 14))
async def test_killed_at_any_step_a_failure_stays_a_failure(desk: Desk, step: int) -> None:
    case, steps = await _killed_at(desk, step, failure())
    assert len(desk.lever.calls) <= 1
    assert await desk.worker.queued() == []
    called = len(desk.lever.calls) == 1
    assert case.state is (CaseState.NOT_DONE if called else CaseState.UNCERTAIN)
    assert len(steps) >= step


async def test_the_kills_reach_every_step(desk: Desk) -> None:
    _, steps = await _killed_at(desk, 10_000, SUCCESS)
    assert len(steps) == 18
    assert {"before the request", "before the answer", "before the commit", "after the commit"} <= set(steps)


# Whose turn it is


async def test_a_call_waits_for_its_turn_and_a_near_one_is_waited_for_in_place(desk: Desk) -> None:
    desk.pace.turns = [desk.pace.turn(2)]
    case = await desk.promised()
    await desk.worker.run_one()
    await desk.worker.run_one()
    called = await desk.books.read_case(case.id)
    assert called.called_at == worlds.NOW + timedelta(seconds=2)
    assert len(desk.lever.calls) == 1


async def test_a_turn_that_is_far_ahead_keeps_no_worker_busy_and_is_kept_for_the_call(desk: Desk) -> None:
    desk.pace.turns = [desk.pace.turn(20)]
    case = await _worked(desk, await desk.promised())
    assert case.state is CaseState.DONE
    assert case.called_at == worlds.NOW + timedelta(seconds=20)
    assert round(desk.worker.waits[0]) == 17, "near enough that the worker is there in time"
    assert len(desk.pace.crowds) == 1, "it was reserved once"


async def test_a_turn_that_was_missed_is_replaced_by_another(desk: Desk) -> None:
    far = desk.pace.turn(20)
    desk.pace.turns, desk.pace.missed = [far], {far.at}
    case = await _worked(desk, await desk.promised())
    assert (case.state, len(desk.lever.calls), len(desk.pace.crowds)) == (CaseState.DONE, 1, 2)


async def test_when_graph_asks_to_wait_everybodys_turns_are_put_off(desk: Desk) -> None:
    desk.lever.answers = [TryLaterError("Graph is busy.", wait=17), SUCCESS]
    await _worked(desk, await desk.promised())
    assert desk.pace.held == [17]


async def test_a_promise_that_waits_for_its_turn_has_not_called_yet(desk: Desk) -> None:
    desk.pace.turns = [desk.pace.turn(20)]
    case = await desk.promised()
    for _ in range(2):
        await desk.worker.run_one()
    assert (await desk.books.read_case(case.id)).state is CaseState.PROMISED
    assert desk.lever.calls == []
