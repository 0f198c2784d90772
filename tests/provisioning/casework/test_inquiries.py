"""Asking, and looking again: who may, what is kept, and what a second look does with a promise that was made."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.cases import CaseState, Refusal, Trouble
from provisioning.casework.inquiries import Inquiries
from provisioning.errors import NotAllowedError, NotThereError, TryLaterError, UncertainError
from provisioning.eta import first_cycle
from provisioning.model import Actor, Cause, JobState
from provisioning.store.history import PostgresHistory
from tests import worlds
from tests.provisioning.casework.company import failure
from tests.provisioning.casework.conftest import Desk

MINUTE = timedelta(minutes=1)


def _jose() -> Actor:
    return Actor(id=worlds.JOSE_ID, upn="jose@fabrikam.example", name="José García")


async def test_a_question_becomes_a_case_with_its_answer(desk: Desk) -> None:
    desk.tenant.seen = worlds.lacking("mail")
    case = await desk.asked()
    assert await desk.books.read_case(case.id) == case
    assert (case.state, case.version, case.actor) == (CaseState.LOOKED, 1, worlds.aisha())
    assert (case.question, case.origin) == ("why can't José get in", "chat-1")
    assert case.diagnosis.root.cause is Cause.MISSING_ATTRIBUTE
    assert await desk.audited(f"case:{case.id}") == ["asked"]
    assert desk.lever.calls == []


async def test_in_a_first_cycle_the_case_knows_what_such_cycles_took_before(desk: Desk) -> None:
    history = PostgresHistory(desk.pool)
    await history.observe([worlds.job(first_steady=worlds.LAST_CYCLE + MINUTE)])
    inquiries = Inquiries(tenant=desk.tenant, books=desk.books, history=history)
    first = worlds.job(
        state=JobState.NOT_RUN,
        first_steady=None,
        steady_since=None,
        last=worlds.cycle(began=worlds.NOW - MINUTE, ended=None),
    )
    desk.tenant.seen = worlds.healthy(job=first, log=())
    case = await inquiries.open(worlds.aisha(), worlds.JOSE_ID, worlds.askcody(), question="?", origin="c")
    assert case.diagnosis.root.cause is Cause.INITIAL_CYCLE_RUNNING
    estimate = first_cycle((await desk.books.read_case(case.id)).diagnosis)
    assert estimate and estimate.ends == worlds.NOW + MINUTE
    again = await inquiries.again(worlds.aisha(), case.id)
    assert first_cycle(again.diagnosis) == estimate
    desk.tenant.seen = worlds.healthy()
    assert "usual" not in (await inquiries.again(worlds.aisha(), case.id)).diagnosis.root.facts


async def test_a_person_may_ask_about_themself_and_about_nobody_else(desk: Desk) -> None:
    mine = await desk.inquiries.open(_jose(), worlds.JOSE_ID, worlds.askcody(), question="?", origin="c")
    assert mine.diagnosis.person.id == worlds.JOSE_ID
    with pytest.raises(NotAllowedError):
        await desk.inquiries.open(worlds.olle(), worlds.JOSE_ID, worlds.askcody(), question="?", origin="c")


async def test_nothing_is_read_for_somebody_who_may_not_ask(desk: Desk) -> None:
    read: list[str] = []
    desk.tenant.passing = read.append
    with pytest.raises(NotAllowedError):
        await desk.inquiries.open(worlds.olle(), worlds.JOSE_ID, worlds.askcody(), question="?", origin="c")
    case = await desk.asked()
    read.clear()
    with pytest.raises(NotAllowedError):
        await desk.inquiries.again(worlds.olle(), case.id)
    assert read == []


@pytest.mark.parametrize("text", ["half a smile \ud83d", "a\x00b", "x" * 10_000, "", "𐍈 ‮ 日本"])
async def test_whatever_was_typed_can_be_kept(desk: Desk, text: str) -> None:
    case = await desk.inquiries.open(worlds.aisha(), worlds.JOSE_ID, worlds.askcody(), question=text, origin="c")
    kept = (await desk.books.read_case(case.id)).question
    assert kept == text[:4000].replace("\ud83d", "?")


async def test_a_graph_that_cannot_be_read_leaves_no_case(desk: Desk) -> None:
    desk.tenant.down = TryLaterError("Graph is down.")
    with pytest.raises(TryLaterError):
        await desk.asked()
    async with desk.pool.connection() as connection:
        assert await (await connection.execute("SELECT count(*) FROM cases")).fetchone() == (0,)


async def test_looking_again_keeps_the_case_and_shows_what_is_true_now(desk: Desk) -> None:
    desk.tenant.seen = worlds.lacking("mail")
    case = await desk.asked()
    desk.tenant.seen = worlds.healthy()
    again = await desk.inquiries.again(worlds.aisha(), case.id)
    assert (again.id, again.version, again.created) == (case.id, 2, case.created)
    assert again.diagnosis.root.cause is Cause.PROVISIONED
    assert await desk.worker.queued() == ["show_case"]
    assert await desk.audited(f"case:{case.id}") == ["asked", "looked again"]


async def test_looking_again_at_a_case_that_does_not_exist_says_so(desk: Desk) -> None:
    with pytest.raises(NotThereError):
        await desk.inquiries.again(worlds.aisha(), "11111111-0000-4000-8000-00000000dead")


async def test_a_case_whose_work_is_under_way_is_returned_as_it_is(desk: Desk) -> None:
    case = await desk.promised()
    desk.tenant.down = AssertionError("must not be read")
    assert await desk.inquiries.again(worlds.aisha(), case.id) == case


async def test_a_second_look_after_a_failure_starts_afresh(desk: Desk) -> None:
    desk.lever.answers = [failure()]
    case = await desk.promised()
    await desk.worker.run()
    desk.tenant.happened.append(worlds.event(id="cycle", at=desk.tenant.clock + MINUTE))
    desk.tenant.clock += 2 * MINUTE
    again = await desk.inquiries.again(worlds.aisha(), case.id)
    assert again.state is CaseState.LOOKED
    assert (again.answer, again.promised_at, again.trouble) == (None, None, None)
    assert again.diagnosis.root.cause is Cause.PROVISIONED


async def test_a_second_look_after_a_refusal_starts_afresh(desk: Desk) -> None:
    healthy = desk.tenant.seen
    case = await desk.asked()
    desk.tenant.seen = replace(healthy, assignments=())
    refused = await desk.promises.promise(worlds.aisha(), case.id)
    assert refused.refusal is Refusal.NOT_ASSIGNED
    desk.tenant.seen = healthy
    again = await desk.inquiries.again(worlds.aisha(), case.id)
    assert (again.state, again.refusal) == (CaseState.LOOKED, None)


async def test_what_is_done_stays_done_while_the_account_is_there(desk: Desk) -> None:
    case = await desk.promised()
    await desk.worker.run()
    again = await desk.inquiries.again(worlds.aisha(), case.id)
    assert again.state is CaseState.DONE
    assert again.proof is not None


async def test_what_was_done_is_not_called_done_when_the_account_is_gone_again(desk: Desk) -> None:
    case = await desk.promised()
    await desk.worker.run()
    desk.tenant.seen = replace(desk.tenant.seen, person=worlds.jose(enabled=False))
    again = await desk.inquiries.again(worlds.aisha(), case.id)
    assert (again.state, again.proof) == (CaseState.LOOKED, None)
    assert again.diagnosis.root.cause is Cause.ACCOUNT_DISABLED


async def test_when_nobody_knew_a_second_look_finds_the_late_proof(desk: Desk) -> None:
    desk.lever.answers = [UncertainError("No answer came.")]
    desk.tenant.lag = 60 * MINUTE
    case = await desk.promised()
    await desk.worker.run()
    assert (await desk.inquiries.again(worlds.aisha(), case.id)).state is CaseState.UNCERTAIN
    desk.tenant.clock += 60 * MINUTE
    again = await desk.inquiries.again(worlds.aisha(), case.id)
    assert (again.state, again.trouble) == (CaseState.DONE, None)
    assert again.proof is not None


async def test_when_nobody_knew_a_second_look_finds_the_late_failure(desk: Desk) -> None:
    desk.lever.answers = [UncertainError("No answer came.")]
    desk.lever.writes_log = False
    case = await desk.promised()
    await desk.worker.run()
    desk.tenant.happened.append(worlds.failed("Unauthorized", at=desk.tenant.clock - MINUTE))
    again = await desk.inquiries.again(worlds.aisha(), case.id)
    assert (again.state, again.trouble) == (CaseState.NOT_DONE, Trouble.LOG_FAILED)


async def test_when_the_check_gave_up_a_second_look_finds_the_late_proof(desk: Desk) -> None:
    desk.tenant.lag = 13 * 60 * MINUTE
    case = await desk.promised()
    await desk.worker.run()
    still = await desk.inquiries.again(worlds.aisha(), case.id)
    assert still.state is CaseState.CHECKING
    assert still.trouble is not None
    desk.tenant.clock += 60 * MINUTE
    assert (await desk.inquiries.again(worlds.aisha(), case.id)).state is CaseState.DONE
