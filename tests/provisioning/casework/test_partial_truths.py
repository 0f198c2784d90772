"""Half truths: the account without its manager, a run that came too early, a success that nobody can see."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.attempts import Change, ForeignError, OnDemandAnswer, Step, StepReport, Verdict
from provisioning.cases import Case, CaseState, Trouble
from provisioning.early import NEW
from provisioning.errors import DeskError, NotAllowedError
from provisioning.model import Assignment
from tests import worlds
from tests.provisioning.casework.company import SUCCESS
from tests.provisioning.casework.conftest import Desk

MINUTE = timedelta(minutes=1)
WRITTEN = StepReport(step=Step.EXPORT, verdict=Verdict.SUCCESS, text="User was created", kind="export")
NO_MANAGER = StepReport(
    step=Step.EXPORT, verdict=Verdict.FAILURE, text="manager could not be set", kind="referenceresolution"
)
NOT_WRITTEN = replace(WRITTEN, verdict=Verdict.FAILURE)
EARLY = OnDemandAnswer(
    verdict=Verdict.SKIPPED,
    skip_reason="NotEffectivelyEntitled",
    steps=(StepReport(step=Step.SCOPING, verdict=Verdict.SKIPPED, details={"Assigned": "False", "IsActive": "True"}),),
    action="other",
)


def _without_manager(*steps: StepReport, verdict: Verdict = Verdict.FAILURE) -> OnDemandAnswer:
    error = ForeignError(code="ReferenceResolutionFailed", text="The manager was not found in the app.")
    return replace(SUCCESS, verdict=verdict, steps=(*worlds.four_steps()[:3], *steps), error=error)


async def _worked(desk: Desk, case: Case) -> Case:
    await desk.worker.run()
    return await desk.books.read_case(case.id)


# The account is there, its manager is not


@pytest.mark.parametrize("verdict", [Verdict.FAILURE, Verdict.WARNING])
async def test_an_account_without_its_manager_is_there_and_the_manager_is_named(desk: Desk, verdict: Verdict) -> None:
    desk.lever.answers = [_without_manager(WRITTEN, NO_MANAGER, verdict=verdict)]
    desk.lever.writes_log = False
    case = await desk.promised()
    row = worlds.event(
        id="half", at=worlds.NOW + MINUTE, verdict=verdict, steps=(WRITTEN, NO_MANAGER), change_id="change-now"
    )
    desk.tenant.happened.append(row)
    case = await _worked(desk, case)
    assert (case.state, case.lacking, case.proof and case.proof.id) == (CaseState.DONE, ("manager",), "half")


async def test_before_the_log_shows_it_half_a_success_is_no_more_than_a_whole_one(desk: Desk) -> None:
    desk.lever.answers = [_without_manager(WRITTEN, NO_MANAGER)]
    desk.lever.writes_log = False
    case = await desk.promised()
    for _ in range(2):
        await desk.worker.run_one()
    waiting = await desk.books.read_case(case.id)
    assert (waiting.state, waiting.lacking) == (CaseState.CHECKING, ("manager",))


@pytest.mark.parametrize(
    "steps",
    [(NOT_WRITTEN, NO_MANAGER), (NO_MANAGER,), (WRITTEN, NOT_WRITTEN)],
    ids=["nothing was written", "only the reference is told of", "something else failed as well"],
)
async def test_what_is_more_than_a_missing_reference_is_a_failure(desk: Desk, steps: tuple[StepReport, ...]) -> None:
    desk.lever.answers = [_without_manager(*steps)]
    case = await _worked(desk, await desk.promised())
    assert (case.state, case.lacking) == (CaseState.NOT_DONE, None)


def _created(*attributes: str, action: str = "create") -> OnDemandAnswer:
    changes = tuple(Change(attribute=name, old=None, new="x") for name in attributes)
    return replace(SUCCESS, changes=changes, action=action)


TARGET = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"


def _mapped(desk: Desk) -> None:
    schema = worlds.schema()
    mapped = replace(schema, mappings=(*schema.mappings, worlds.mapping(TARGET, "manager")))
    desk.tenant.seen = replace(desk.tenant.seen, schema=mapped)


@pytest.mark.parametrize(
    ("answer", "boss", "lacking"),
    [
        (_created("userName"), "Greta Lind", ("manager",)),
        (_created("userName", f"{TARGET}.value"), "Greta Lind", None),
        (_created("userName", TARGET), "Greta Lind", None),
        (_created("userName"), None, None),
        (_created("userName"), NotAllowedError("No."), None),
        (_created("title", action="update"), "Greta Lind", None),
        (_created(), "Greta Lind", None),
    ],
    ids=[
        *("left out in silence", "written", "written whole", "has none", "not readable"),
        *("an update may have it already", "it does not tell what it wrote"),
    ],
)
async def test_a_new_account_that_came_without_the_manager_is_not_called_whole(
    desk: Desk, answer: OnDemandAnswer, boss: str | DeskError | None, lacking: tuple[str, ...] | None
) -> None:
    _mapped(desk)
    desk.tenant.boss = boss
    desk.lever.answers = [answer]
    case = await _worked(desk, await desk.promised())
    assert (case.state, case.lacking) == (CaseState.DONE, lacking)


async def test_where_no_mapping_sends_a_manager_none_is_missed(desk: Desk) -> None:
    desk.tenant.boss = "Greta Lind"
    desk.lever.answers = [_created("userName")]
    case = await _worked(desk, await desk.promised())
    assert (case.state, case.lacking) == (CaseState.DONE, None)


# The run came too early


def _assigned(desk: Desk, ago: timedelta) -> None:
    desk.tenant.seen = replace(desk.tenant.seen, assignments=(Assignment(since=desk.tenant.clock - ago),))


async def test_a_run_that_did_not_know_a_fresh_assignment_is_repeated_once_after_three_minutes(desk: Desk) -> None:
    _assigned(desk, MINUTE)
    desk.lever.answers = [EARLY, SUCCESS]
    case = await _worked(desk, await desk.promised())
    assert (case.state, case.tries, len(desk.lever.calls)) == (CaseState.DONE, 1, 2)
    assert round(desk.worker.waits[0]) == 180


async def test_while_it_waits_the_card_says_when_it_tries_again(desk: Desk) -> None:
    _assigned(desk, MINUTE)
    desk.lever.answers = [EARLY]
    case = await desk.promised()
    for _ in range(2):
        await desk.worker.run_one()
    waiting = await desk.books.read_case(case.id)
    assert (waiting.state, waiting.trouble) == (CaseState.PROMISED, Trouble.TOO_EARLY)
    assert waiting.again_at == desk.tenant.clock + 3 * MINUTE


async def test_the_second_run_that_is_skipped_too_is_the_end(desk: Desk) -> None:
    _assigned(desk, MINUTE)
    desk.lever.answers = [EARLY]
    case = await _worked(desk, await desk.promised())
    assert (case.state, case.trouble, len(desk.lever.calls)) == (CaseState.NOT_DONE, None, 2)


async def test_an_account_that_the_early_run_took_away_comes_back_with_the_second(desk: Desk) -> None:
    _assigned(desk, MINUTE)
    desk.lever.answers = [replace(EARLY, verdict=Verdict.SUCCESS, action="disable"), SUCCESS]
    desk.lever.writes_log = False
    case = await desk.promised()
    for _ in range(2):
        await desk.worker.run_one()
    assert (await desk.books.read_case(case.id)).trouble == Trouble.TOO_EARLY
    desk.lever.writes_log = True
    assert (await _worked(desk, case)).state is CaseState.DONE


async def test_somebody_assigned_for_long_whom_the_run_calls_unassigned_is_not_tried_again(desk: Desk) -> None:
    _assigned(desk, NEW + MINUTE)
    desk.lever.answers = [EARLY]
    case = await _worked(desk, await desk.promised())
    assert (case.state, len(desk.lever.calls)) == (CaseState.NOT_DONE, 1)


async def test_a_skip_for_another_reason_is_not_tried_again(desk: Desk) -> None:
    _assigned(desk, MINUTE)
    active = StepReport(step=Step.SCOPING, verdict=Verdict.SKIPPED, details={"Assigned": "True", "IsActive": "False"})
    desk.lever.answers = [replace(EARLY, steps=(active,))]
    case = await _worked(desk, await desk.promised())
    assert (case.state, len(desk.lever.calls)) == (CaseState.NOT_DONE, 1)


async def test_the_second_run_checks_everything_again_first(desk: Desk) -> None:
    _assigned(desk, MINUTE)
    desk.lever.answers = [EARLY, SUCCESS]
    case = await desk.promised()
    for _ in range(2):
        await desk.worker.run_one()
    desk.tenant.seen = replace(desk.tenant.seen, assignments=())
    case = await _worked(desk, case)
    assert (case.state, len(desk.lever.calls)) == (CaseState.REFUSED, 1)


async def test_work_that_comes_round_before_its_time_waits_on(desk: Desk) -> None:
    """A process that was taken for dead: its piece of work runs beside the one that waits."""
    _assigned(desk, MINUTE)
    desk.lever.answers = [EARLY, SUCCESS]
    case = await desk.promised()
    for _ in range(2):
        await desk.worker.run_one()
    await desk.promises.carry_out(case.id, worlds.JOB_ID, worlds.RULE_ID)
    assert len(desk.lever.calls) == 1
    assert (await _worked(desk, case)).state is CaseState.DONE
    assert len(desk.lever.calls) == 2


# Calling it off


async def test_the_second_run_can_be_called_off_and_then_never_comes(desk: Desk) -> None:
    _assigned(desk, MINUTE)
    desk.lever.answers = [EARLY]
    case = await desk.promised()
    for _ in range(2):
        await desk.worker.run_one()
    waiting = await desk.books.read_case(case.id)
    off = await desk.promises.call_off(worlds.ines(), case.id, waiting.version)
    assert (off.state, off.trouble, off.told) == (CaseState.NOT_DONE, Trouble.CALLED_OFF, "Ines Berg")
    assert (await _worked(desk, case)).state is CaseState.NOT_DONE
    assert len(desk.lever.calls) == 1


async def test_what_has_been_sent_cannot_be_called_off(desk: Desk) -> None:
    case = await _worked(desk, await desk.promised())
    assert await desk.promises.call_off(worlds.aisha(), case.id) == case


async def test_a_click_on_an_older_card_calls_nothing_off(desk: Desk) -> None:
    case = await desk.promised()
    assert await desk.promises.call_off(worlds.aisha(), case.id, case.version - 1) == case


async def test_only_the_helpdesk_calls_off(desk: Desk) -> None:
    case = await desk.promised()
    with pytest.raises(NotAllowedError):
        await desk.promises.call_off(worlds.olle(), case.id)
