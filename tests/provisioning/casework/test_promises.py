"""The click: what is checked again, what is refused and why, and that two clicks never become two promises."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from provisioning.cases import CaseState, Refusal, Trouble
from provisioning.errors import NotAllowedError, NotThereError, TryLaterError, UncertainError
from provisioning.model import JobState
from provisioning.store.books import PostgresBooks
from tests import worlds
from tests.provisioning.casework.company import SUCCESS, failure
from tests.provisioning.casework.conftest import Desk


async def test_a_click_becomes_a_promise_with_its_work_and_its_audit_line(desk: Desk) -> None:
    desk.tenant.clock += timedelta(minutes=5)
    case = await desk.promised()
    assert case.state is CaseState.PROMISED
    assert case.promised_by == worlds.aisha()
    assert case.promised_at == desk.tenant.clock
    assert await desk.worker.queued() == ["show_case", "carry_out"]
    assert await desk.audited(f"case:{case.id}") == ["asked", "promised"]
    assert desk.lever.calls == []


async def test_a_second_click_changes_nothing(desk: Desk) -> None:
    first = await desk.promised()
    assert await desk.promises.promise(worlds.ines(), first.id) == first
    assert await desk.worker.queued() == ["show_case", "carry_out"]


async def test_a_click_on_what_is_done_changes_nothing(desk: Desk) -> None:
    case = await desk.promised()
    await desk.worker.run()
    done = await desk.books.read_case(case.id)
    assert done.state is CaseState.DONE
    assert await desk.promises.promise(worlds.aisha(), case.id) == done


async def test_nobody_provisions_again_what_may_have_happened(desk: Desk) -> None:
    desk.lever.answers = [UncertainError("No answer came.")]
    desk.tenant.log_down = NotAllowedError("AuditLog.Read.All is missing.")
    case = await desk.promised()
    await desk.worker.run()
    uncertain = await desk.books.read_case(case.id)
    assert uncertain.state is CaseState.UNCERTAIN
    assert await desk.promises.promise(worlds.aisha(), case.id) == uncertain
    assert (await desk.worker.queued(), len(desk.lever.calls)) == ([], 1)


async def test_when_the_log_was_watched_in_vain_a_person_may_decide_to_run_it_again(desk: Desk) -> None:
    """Not blindly: half an hour of a readable log shows nothing, and everything is checked again at the click."""
    desk.lever.answers = [UncertainError("No answer came."), SUCCESS]
    desk.lever.writes_log = False
    case = await desk.promised()
    await desk.worker.run()
    assert (await desk.books.read_case(case.id)).trouble == Trouble.NO_TRACE
    desk.lever.writes_log = True
    assert (await desk.promises.promise(worlds.aisha(), case.id)).state is CaseState.PROMISED
    await desk.worker.run()
    assert (await desk.books.read_case(case.id)).state is CaseState.DONE


async def test_what_would_be_useless_and_hurts_nobody_is_run_when_somebody_insists(desk: Desk) -> None:
    case = await desk.asked()
    desk.tenant.seen = replace(desk.tenant.seen, person=worlds.jose(enabled=False))
    refused = await desk.promises.promise(worlds.aisha(), case.id)
    assert (refused.state, refused.diagnosis.harmless) == (CaseState.REFUSED, True)
    insisted = await desk.promises.promise(worlds.aisha(), case.id, anyway=True)
    assert (insisted.state, insisted.anyway) == (CaseState.PROMISED, True)
    desk.tenant.clock += timedelta(minutes=2)
    await desk.worker.run()
    assert len(desk.lever.calls) == 1, "it is not refused by the second check either"


async def test_what_would_hurt_is_refused_however_much_somebody_insists(desk: Desk) -> None:
    case = await desk.asked()
    desk.tenant.seen = replace(desk.tenant.seen, person=worlds.jose(enabled=False), assignments=())
    refused = await desk.promises.promise(worlds.aisha(), case.id, anyway=True)
    assert (refused.state, await desk.worker.queued()) == (CaseState.REFUSED, ["show_case"])


async def test_nobody_provisions_again_what_graph_called_a_success(desk: Desk) -> None:
    desk.lever.writes_log = False
    case = await desk.promised()
    await desk.worker.run()
    given_up = await desk.books.read_case(case.id)
    assert (given_up.state, given_up.waiting) == (CaseState.CHECKING, False)
    assert await desk.promises.promise(worlds.aisha(), case.id) == given_up
    assert len(desk.lever.calls) == 1


async def test_the_same_click_again_after_its_end_does_not_act_again(desk: Desk) -> None:
    desk.lever.answers = [failure()]
    asked = await desk.asked()
    await desk.promises.promise(worlds.aisha(), asked.id, asked.version)
    await desk.worker.run()
    failed = await desk.books.read_case(asked.id)
    assert failed.state is CaseState.NOT_DONE
    assert await desk.promises.promise(worlds.aisha(), asked.id, asked.version) == failed
    assert len(desk.lever.calls) == 1
    again = await desk.promises.promise(worlds.aisha(), asked.id, failed.version)
    assert again.state is CaseState.PROMISED


async def test_of_two_clicks_on_one_version_at_the_same_moment_one_acts(desk: Desk) -> None:
    desk.tenant.seen = replace(desk.tenant.seen, assignments=())
    asked = await desk.asked()
    both = [desk.promises.promise(worlds.aisha(), asked.id, asked.version) for _ in range(2)]
    refused = await asyncio.gather(*both)
    assert refused[0] == refused[1]
    assert await desk.audited(f"case:{asked.id}") == ["asked", "refused"]


async def test_a_plain_person_may_not_provision_and_the_try_is_kept(desk: Desk) -> None:
    case = await desk.asked()
    with pytest.raises(NotAllowedError):
        await desk.promises.promise(worlds.olle(), case.id)
    assert await desk.books.read_case(case.id) == case
    assert await desk.audited(f"case:{case.id}") == ["asked", "provisioning denied"]


async def test_there_has_to_be_such_a_case(desk: Desk) -> None:
    for unknown in (str(uuid4()), "' OR 1=1 --"):
        with pytest.raises(NotThereError):
            await desk.promises.promise(worlds.aisha(), unknown)


async def test_somebody_who_lost_the_assignment_since_the_question_is_not_provisioned(desk: Desk) -> None:
    case = await desk.asked()
    desk.tenant.seen = replace(desk.tenant.seen, assignments=())
    refused = await desk.promises.promise(worlds.aisha(), case.id)
    assert (refused.state, refused.refusal) == (CaseState.REFUSED, Refusal.NOT_ASSIGNED)
    assert refused.diagnosis.refusal == Refusal.NOT_ASSIGNED
    assert await desk.worker.queued() == ["show_case"]
    assert await desk.audited(f"case:{case.id}") == ["asked", "refused"]


@pytest.mark.parametrize(
    ("spoiled", "refusal"),
    [
        ({"person": worlds.jose(enabled=False)}, Refusal.ACCOUNT_DISABLED),
        ({"job": worlds.quarantined_job()}, Refusal.JOB_QUARANTINED),
        ({"job": worlds.job(state=JobState.PAUSED, raw_state="Paused")}, Refusal.JOB_PAUSED),
        ({"job": None}, Refusal.JOB_NOT_CONFIGURED),
        ({"schema": worlds.schema(rule_id=None)}, Refusal.NO_RULE),
        ({"assignments": (), "unread": {"assignments": "403"}}, Refusal.NOT_READABLE),
    ],
)
async def test_what_forbids_a_run_refuses_the_click(desk: Desk, spoiled: dict[str, object], refusal: Refusal) -> None:
    case = await desk.asked()
    desk.tenant.seen = replace(desk.tenant.seen, **spoiled)  # type: ignore[arg-type]
    refused = await desk.promises.promise(worlds.aisha(), case.id)
    assert (refused.state, refused.refusal) == (CaseState.REFUSED, refusal)


async def test_a_person_who_is_gone_refuses_the_click(desk: Desk) -> None:
    case = await desk.asked()
    desk.tenant.down = NotThereError("There is no such person.")
    refused = await desk.promises.promise(worlds.aisha(), case.id)
    assert (refused.state, refused.refusal) == (CaseState.REFUSED, Refusal.NO_LONGER_THERE)


async def test_a_tenant_that_may_not_be_read_refuses_the_click(desk: Desk) -> None:
    case = await desk.asked()
    desk.tenant.down = NotAllowedError("User.Read.All is missing.")
    refused = await desk.promises.promise(worlds.aisha(), case.id)
    assert (refused.state, refused.refusal) == (CaseState.REFUSED, Refusal.NOT_READABLE)


async def test_a_busy_graph_leaves_everything_as_it_was(desk: Desk) -> None:
    case = await desk.asked()
    desk.tenant.down = TryLaterError("Graph is busy.", wait=7)
    with pytest.raises(TryLaterError):
        await desk.promises.promise(worlds.aisha(), case.id)
    assert await desk.books.read_case(case.id) == case
    assert await desk.worker.queued() == []


async def test_a_refusal_can_be_overcome_by_clicking_again_when_the_cause_is_mended(desk: Desk) -> None:
    healthy = desk.tenant.seen
    case = await desk.asked()
    desk.tenant.seen = replace(healthy, assignments=())
    await desk.promises.promise(worlds.aisha(), case.id)
    desk.tenant.seen = healthy
    again = await desk.promises.promise(worlds.aisha(), case.id)
    assert (again.state, again.refusal) == (CaseState.PROMISED, None)


async def test_while_one_promise_is_under_way_another_for_the_same_pair_is_refused_and_names_its_maker(
    desk: Desk,
) -> None:
    await desk.promised()
    other = await desk.asked()
    refused = await desk.promises.promise(worlds.ines(), other.id)
    assert (refused.state, refused.refusal) == (CaseState.REFUSED, Refusal.ALREADY_RUNNING)
    assert (refused.trouble, refused.told) == (Trouble.HELD, "Aisha Khan")


async def test_of_two_clicks_at_the_same_moment_one_wins(desk: Desk) -> None:
    cases = [await desk.asked() for _ in range(4)]
    clicks = [desk.promises.promise(worlds.aisha(), case.id) for case in cases]
    states = sorted(case.state for case in await asyncio.gather(*clicks))
    assert states == [CaseState.PROMISED, *[CaseState.REFUSED] * 3]
    assert (await desk.worker.queued()).count("carry_out") == 1


async def test_of_many_clicks_on_one_card_at_the_same_moment_all_see_the_one_promise(desk: Desk) -> None:
    case = await desk.asked()
    seen = await asyncio.gather(*(desk.promises.promise(worlds.aisha(), case.id) for _ in range(5)))
    assert {(one.state, one.version) for one in seen} == {(CaseState.PROMISED, 2)}
    assert (await desk.worker.queued()).count("carry_out") == 1


async def test_when_the_work_is_over_another_promise_for_the_pair_is_accepted(desk: Desk) -> None:
    await desk.promised()
    await desk.worker.run()
    other = await desk.asked()
    assert (await desk.promises.promise(worlds.ines(), other.id)).state is CaseState.PROMISED
    assert SUCCESS.change_id is not None


async def test_nothing_is_promised_when_the_job_cannot_be_queued(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await desk.asked()

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no queue")

    monkeypatch.setattr(desk.books._queue, "defer", broken)
    with pytest.raises(RuntimeError):
        await desk.promises.promise(worlds.aisha(), case.id)
    assert await PostgresBooks(desk.pool, desk.books._queue).read_case(case.id) == case
    assert await desk.audited(f"case:{case.id}") == ["asked"]
