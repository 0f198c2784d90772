"""Mend and retry: filled in once, by who may, for a reason that is kept; killed anywhere, nothing is done twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from provisioning.cases import Case, CaseState, Refusal, Trouble
from provisioning.casework.promises import Promises
from provisioning.errors import DeskError, NotAllowedError, RefusedError, TryLaterError, UncertainError
from provisioning.evidence import Evidence
from provisioning.model import App, Person, Role
from provisioning.permissions import FillIn
from tests import worlds
from tests.provisioning.casework.company import Step, Tenant, Worker, ignore
from tests.provisioning.casework.conftest import Desk
from tests.provisioning.casework.fuse import Crash, Fuse, KilledBooks

MINUTE = timedelta(minutes=1)
MAIL = {"mail": "jose.garcia@fabrikam.example"}
STEPS = 30  # reads and writes on the way from the click to the proof
WHY = "His manager told me on the phone."


@dataclass(slots=True)
class Pen:
    """``Pen`` that writes into the tenant. ``troubles`` are raised one a call; a lost answer may have been written."""

    tenant: Tenant
    troubles: list[DeskError] = field(default_factory=list)
    written: list[dict[str, str]] = field(default_factory=list)
    lost: bool = False
    passing: Step = ignore

    async def fill_in(self, person_id: str, values: Mapping[str, str]) -> None:
        self.passing("before the directory is written")
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is None or self.lost:
            self.written.append(dict(values))
            _set(self.tenant, **values)
        self.passing("after the directory was written")
        if trouble is not None:
            raise trouble


def _still_old(tenant: Tenant, *, shown_after: timedelta) -> None:
    """What is read of the person is as before the writing, for so long."""
    old, read, until = tenant.seen.person, Tenant.evidence, tenant.clock + shown_after

    async def evidence(person_id: str, app: App) -> Evidence:
        seen = await read(tenant, person_id, app)
        return replace(seen, person=old) if tenant.clock < until else seen

    tenant.reading = evidence


def _set(tenant: Tenant, **values: str | None) -> None:
    person: Person = tenant.seen.person
    changed = replace(person, attributes={**person.attributes, **values}, mail=values.get("mail", person.mail))
    tenant.seen = replace(tenant.seen, person=changed)


@dataclass(frozen=True, slots=True)
class Mended:
    """A desk that may fill in."""

    desk: Desk
    pen: Pen
    promises: Promises
    worker: Worker

    async def asked(self) -> Case:
        return await self.desk.asked()

    async def filled(self) -> Case:
        return await self.promises.fill_in(worlds.aisha(), (await self.asked()).id, MAIL, why=WHY)

    async def worked(self, case: Case) -> Case:
        await self.worker.run()
        return await self.desk.books.read_case(case.id)


def _mended(desk: Desk, policy: FillIn = FillIn.AGENTS, fuse: Fuse | None = None) -> Mended:
    pen = Pen(desk.tenant)
    if fuse:
        pen.passing = desk.tenant.passing = desk.lever.passing = fuse
    books = KilledBooks(desk.books, fuse) if fuse else desk.books
    promises = Promises(tenant=desk.tenant, levers=desk.lever, books=books, pace=desk.pace, pen=pen, policy=policy)
    works = {"carry_out": promises.carry_out, "check_case": promises.check}
    return Mended(desk, pen, promises, Worker(desk.pool, desk.tenant, works))


@pytest.fixture
def mended(desk: Desk) -> Mended:
    desk.tenant.seen = worlds.lacking("mail")
    return _mended(desk)


async def test_what_was_empty_is_filled_in_and_then_the_person_is_provisioned(mended: Mended) -> None:
    case = await mended.worked(await mended.filled())
    assert (case.state, mended.pen.written, len(mended.desk.lever.calls)) == (CaseState.DONE, [MAIL], 1)
    assert case.fill is not None
    assert case.fill.at is not None
    did = await mended.desk.audited(f"case:{case.id}")
    assert did[:5] == ["asked", "promised", "filling in", "filled in", "calling"]


async def test_who_and_why_and_what_stand_in_the_audit(mended: Mended) -> None:
    case = await mended.worked(await mended.filled())
    async with mended.desk.pool.connection() as connection:
        found = await connection.execute(
            "SELECT by_upn, facts FROM audit WHERE about = %s AND what = 'filled in'", [f"case:{case.id}"]
        )
        ((by, facts),) = await found.fetchall()
    assert (by, facts["why"], facts["new mail"]) == ("aisha@fabrikam.example", WHY, MAIL["mail"])


@pytest.mark.parametrize(
    ("policy", "agent", "admin"),
    [(FillIn.NOBODY, False, False), (FillIn.ADMINS, False, True), (FillIn.AGENTS, True, True)],
)
async def test_the_policy_says_who_may(desk: Desk, policy: FillIn, agent: bool, admin: bool) -> None:
    desk.tenant.seen = worlds.lacking("mail")
    mended = _mended(desk, policy)
    for actor, allowed in ((worlds.aisha(), agent), (worlds.ines(), admin), (worlds.olle(), False)):
        case = await mended.asked()
        if allowed:
            assert (await mended.promises.fill_in(actor, case.id, MAIL, why=WHY)).state is CaseState.PROMISED
            await mended.worker.run()
            _set(desk.tenant, mail=None)
            desk.tenant.happened.clear()
        else:
            with pytest.raises(NotAllowedError):
                await mended.promises.fill_in(actor, case.id, MAIL, why=WHY)
    assert len(mended.pen.written) == agent + admin


@pytest.mark.parametrize(
    ("values", "why"),
    [({}, WHY), (MAIL, " "), ({"mail": "no address"}, WHY), ({"surname": "García"}, WHY), ({"userType": "Guest"}, WHY)],
    ids=["nothing", "no reason", "no address", "not what is missing", "not the desk's to write"],
)
async def test_what_cannot_stand_there_is_refused_and_nothing_happens(
    mended: Mended, values: dict[str, str], why: str
) -> None:
    case = await mended.asked()
    with pytest.raises(RefusedError):
        await mended.promises.fill_in(worlds.aisha(), case.id, values, why=why)
    assert await mended.desk.books.read_case(case.id) == case


async def test_what_somebody_has_filled_in_since_the_card_is_not_overwritten(mended: Mended) -> None:
    case = await mended.asked()
    _set(mended.desk.tenant, mail="other@fabrikam.example")
    with pytest.raises(RefusedError):
        await mended.promises.fill_in(worlds.aisha(), case.id, MAIL, why=WHY)


async def test_what_somebody_fills_in_between_click_and_writing_is_kept_and_the_run_goes_on(mended: Mended) -> None:
    case = await mended.filled()
    _set(mended.desk.tenant, mail="other@fabrikam.example")
    case = await mended.worked(case)
    assert (case.state, mended.pen.written) == (CaseState.DONE, [])
    assert case.fill is not None
    assert case.fill.found


async def test_an_account_that_came_under_on_premises_meanwhile_is_not_written(mended: Mended) -> None:
    case = await mended.filled()
    seen = mended.desk.tenant.seen
    mended.desk.tenant.seen = replace(seen, person=replace(seen.person, synced_from_ad=True))
    case = await mended.worked(case)
    assert (case.state, case.trouble, mended.pen.written) == (CaseState.NOT_DONE, Trouble.NOT_FILLED, [])
    assert mended.desk.lever.calls == []


async def test_a_role_that_was_lost_before_the_writing_stops_it(mended: Mended) -> None:
    case = await mended.filled()
    mended.desk.tenant.actors[worlds.AISHA_ID] = replace(worlds.aisha(), roles=frozenset({Role.PERSON}))
    case = await mended.worked(case)
    assert (case.state, case.refusal, mended.pen.written) == (CaseState.REFUSED, Refusal.NOT_AN_AGENT, [])


async def test_a_directory_that_refuses_is_quoted_and_nobody_is_provisioned(mended: Mended) -> None:
    mended.pen.troubles = [NotAllowedError("No.", code="Authorization_RequestDenied")]
    case = await mended.worked(await mended.filled())
    assert (case.state, case.trouble) == (CaseState.NOT_DONE, Trouble.NOT_FILLED)
    assert case.told == "Authorization_RequestDenied"
    assert mended.desk.lever.calls == []


async def test_a_busy_directory_is_asked_again(mended: Mended) -> None:
    mended.pen.troubles = [TryLaterError("Busy.", wait=9)]
    case = await mended.worked(await mended.filled())
    assert (case.state, mended.pen.written) == (CaseState.DONE, [MAIL])


@pytest.mark.parametrize("written", [True, False])
async def test_without_an_answer_it_is_looked_up_and_written_only_if_it_was_not(mended: Mended, written: bool) -> None:
    mended.pen.troubles, mended.pen.lost = [UncertainError("No answer came.")], written
    case = await mended.worked(await mended.filled())
    assert (case.state, mended.pen.written) == (CaseState.DONE, [MAIL])


async def test_what_would_hurt_is_refused_before_anything_is_written(mended: Mended) -> None:
    case = await mended.asked()
    mended.desk.tenant.seen = replace(mended.desk.tenant.seen, assignments=())
    refused = await mended.promises.fill_in(worlds.aisha(), case.id, MAIL, why=WHY)
    await mended.worker.run()
    assert (refused.state, mended.pen.written) == (CaseState.REFUSED, [])


async def test_work_that_comes_again_after_the_writing_looks_at_everything_before_the_call(mended: Mended) -> None:
    case = await mended.filled()
    seen = mended.desk.tenant.seen
    assert seen.job is not None
    await mended.promises.carry_out(case.id, job_id=seen.job.id, rule_id=worlds.RULE_ID)
    assert mended.pen.written == [MAIL]
    mended.desk.tenant.seen = replace(mended.desk.tenant.seen, assignments=())
    await mended.promises.carry_out(case.id, job_id=seen.job.id, rule_id=worlds.RULE_ID)
    ended = await mended.desk.books.read_case(case.id)
    assert (ended.state, ended.refusal) == (CaseState.REFUSED, Refusal.NOT_ASSIGNED)
    assert mended.desk.lever.calls == []


# A directory that lags


async def test_nobody_is_called_before_the_directory_shows_what_was_filled_in(mended: Mended) -> None:
    case = await mended.filled()
    _still_old(mended.desk.tenant, shown_after=2 * MINUTE)
    while (waiting := await mended.desk.books.read_case(case.id)).trouble is None:
        await mended.worker.run_one()
    assert (waiting.state, waiting.trouble) == (CaseState.PROMISED, Trouble.NOT_SHOWN_YET)
    assert mended.desk.lever.calls == []
    case = await mended.worked(case)
    assert (case.state, case.trouble, len(mended.desk.lever.calls)) == (CaseState.DONE, None, 1)
    assert mended.pen.written == [MAIL]
    assert await mended.desk.audited(f"case:{case.id}") == [
        *("asked", "promised", "filling in", "filled in", "not shown yet", "calling", "answered", "checking", "done")
    ]


async def test_a_directory_that_never_shows_it_ends_with_words_and_nobody_was_called(mended: Mended) -> None:
    case = await mended.filled()
    _still_old(mended.desk.tenant, shown_after=24 * 60 * MINUTE)
    case = await mended.worked(case)
    assert (case.state, case.trouble, mended.desk.lever.calls) == (CaseState.NOT_DONE, Trouble.NOT_SHOWN, [])
    assert 15 * MINUTE <= mended.desk.tenant.clock - worlds.NOW < 17 * MINUTE


async def test_the_wait_for_the_directory_can_be_called_off(mended: Mended) -> None:
    case = await mended.filled()
    _still_old(mended.desk.tenant, shown_after=2 * MINUTE)
    while (waiting := await mended.desk.books.read_case(case.id)).trouble is None:
        await mended.worker.run_one()
    off = await mended.promises.call_off(worlds.aisha(), case.id, waiting.version)
    assert (off.state, off.trouble) == (CaseState.NOT_DONE, Trouble.CALLED_OFF)
    assert (await mended.worked(case), mended.desk.lever.calls) == (off, [])


async def test_what_somebody_writes_over_it_afterwards_is_no_old_value(mended: Mended) -> None:
    case = await mended.filled()
    seen = mended.desk.tenant.seen
    assert seen.job is not None
    await mended.promises.carry_out(case.id, job_id=seen.job.id, rule_id=worlds.RULE_ID)
    _set(mended.desk.tenant, mail="other@fabrikam.example")
    case = await mended.worked(case)
    assert (case.state, len(mended.desk.lever.calls)) == (CaseState.DONE, 1)


@pytest.mark.parametrize("step", range(1, STEPS + 1))
async def test_killed_at_any_step_it_is_written_once_and_called_once_and_nothing_is_lost(desk: Desk, step: int) -> None:
    desk.tenant.seen = worlds.lacking("mail")
    fuse = Fuse(None, [])
    mended = _mended(desk, fuse=fuse)
    case = await mended.filled()
    fuse.steps.clear()
    fuse.left = step
    try:
        await mended.worker.run()
    except Crash:
        fuse.left = None
        await mended.worker.run()
    ended = await desk.books.read_case(case.id)
    assert mended.pen.written == [MAIL]
    assert len(desk.lever.calls) <= 1
    assert ended.state is (CaseState.DONE if desk.lever.calls else CaseState.UNCERTAIN)
    assert await mended.worker.queued() == []
    assert len(fuse.steps) >= step, "the range ends behind the last step"


async def test_the_kills_reach_every_step(desk: Desk) -> None:
    desk.tenant.seen = worlds.lacking("mail")
    fuse = Fuse(None, [])
    mended = _mended(desk, fuse=fuse)
    case = await mended.filled()
    fuse.steps.clear()
    await mended.worker.run()
    assert (await desk.books.read_case(case.id)).state is CaseState.DONE
    assert len(fuse.steps) == STEPS
    assert {"before the directory is written", "after the directory was written"} <= set(fuse.steps)


async def test_a_run_that_does_not_know_the_new_value_yet_is_repeated_once(mended: Mended) -> None:
    from tests.provisioning.casework.company import SUCCESS, failure

    mended.desk.lever.answers = [failure(), SUCCESS]
    case = await mended.worked(await mended.filled())
    assert (case.state, len(mended.desk.lever.calls), mended.pen.written) == (CaseState.DONE, 2, [MAIL])
    assert timedelta(minutes=3) <= mended.desk.tenant.clock - worlds.NOW
