"""Keeping a promise, as a state machine on its case: write "about to", call, write the answer, look for the proof.

A process can die at any point and its successor starts from the case alone:

* PROMISED: Graph was not called. Call, after checking everything again unless the check at the click is fresh.
* CALLING without an answer: it may have been called. Never call again; look for a trace in the log.
* CALLING with an answer: the answer is kept; draw the conclusion from it.
* CHECKING: Graph answered success; look until the log shows it.
"""

import logging
from datetime import datetime, timedelta

from provisioning.attempts import OnDemandAnswer, Verdict
from provisioning.cases import Case, CaseState, Refusal, Trouble
from provisioning.casework.filling import Filling, wait_until_shown
from provisioning.casework.looking import LOOKING, Looking
from provisioning.casework.moves import SOONEST, Moves, Next, maker
from provisioning.casework.records import CARRY_OUT, CHECK_CASE
from provisioning.casework.refused import trouble_of, words_of
from provisioning.casework.targets import Target, target_of
from provisioning.casework.traces import clearer, in_sync, lacking, took_away
from provisioning.diagnosis import diagnose
from provisioning.early import came_too_early
from provisioning.errors import NotAllowedError, NotThereError, RefusedError, TryLaterError, UncertainError
from provisioning.evidence import Evidence
from provisioning.filling import is_shown
from provisioning.model import Actor, Diagnosis
from provisioning.permissions import FillIn, may_provision
from provisioning.ports import Books, Levers, Pace, Pen, TenantReader

PATIENCE = timedelta(minutes=15)  # how long a promise waits for a Graph that is busy
FRESH = timedelta(seconds=60)  # a promise that waited longer is checked again before the call
NEAR = timedelta(seconds=3)  # a turn that is nearer is waited for in place; a check before the call fits in as well
SECOND = timedelta(seconds=1)
SETTLING = timedelta(minutes=3)  # Microsoft says that a change can take "a few minutes" to be known everywhere

_log = logging.getLogger(__name__)


class Errands:
    """What the background does about promised cases."""

    def __init__(
        self,
        *,
        tenant: TenantReader,
        levers: Levers,
        books: Books,
        pace: Pace,
        pen: Pen | None = None,
        policy: FillIn = FillIn.NOBODY,
    ) -> None:
        """Without a ``pen`` nothing is filled in."""
        self._tenant = tenant
        self._levers = levers
        self._pace = pace
        self._moves = Moves(tenant=tenant, books=books)
        self._looking = Looking(self._moves)
        self._filling = Filling(moves=self._moves, tenant=tenant, pen=pen, policy=policy) if pen else None

    async def carry_out(self, case_id: str, target: Target | None, turn: datetime | None = None) -> None:
        """One step further. Raises what should be tried again (TryLaterError, the unexpected) while there is time.

        ``target`` is what the check at the click found; a promise that is not fresh is checked again and finds its own.
        ``turn``: the one that was reserved for the call.
        """
        try:
            await self._step(await self._moves.read(case_id), target, turn)
        except Exception as problem:  # noqa: BLE001  a promise must end some day, whatever is broken
            await self._give_up_in_time(case_id, problem)

    async def check(self, case_id: str) -> None:
        """Look once; come back later until the log shows the success or time has passed. Raises as above."""
        try:
            case = await self._moves.read(case_id)
            if case.state is CaseState.CHECKING and case.trouble in {None, Trouble.NO_PROOF}:
                await self._looking.for_the_proof(case)
        except Exception as problem:  # noqa: BLE001  as above
            await self._give_up_in_time(case_id, problem)

    async def _step(self, case: Case, target: Target | None, turn: datetime | None) -> None:
        if case.state is CaseState.PROMISED and (wait := await self._too_soon(case)):
            await self._moves.later(case, Next(work=CARRY_OUT, after=wait))
        elif case.state is CaseState.PROMISED and case.fill is not None and case.fill.at is None and self._filling:
            await self._filling.step(case, case.fill)
        elif case.state is CaseState.PROMISED and target and case.fill is None and await self._is_fresh(case):
            # What was filled in may have moved the person out of the filter: then everything is looked at again.
            await self._start(case, target, case.diagnosis, turn)
        elif case.state is CaseState.PROMISED:
            await self._check_and_start(case, turn)
        elif case.state is CaseState.CALLING and case.answer is not None and case.answer.readable:
            await self._conclude(case, case.answer)
        elif case.state is CaseState.CALLING:
            await self._looking.for_a_trace(case)

    # PROMISED

    async def _check_and_start(self, case: Case, turn: datetime | None) -> None:
        """The tenant may have changed since the click, and so may the role: look at everything again."""
        seen = await self._evidence(case)
        if isinstance(seen, Refusal):
            await self._refuse(case, seen, case.diagnosis)
            return
        if case.fill is not None and not is_shown(seen.person, case.fill.values):
            await wait_until_shown(self._moves, case, case.fill)
            return
        diagnosis, target = diagnose(seen), target_of(seen)
        forbidden = diagnosis.refusal if not (case.anyway and diagnosis.harmless) else None
        if forbidden or target is None:
            await self._refuse(case, Refusal(forbidden or Refusal.NOT_READABLE), diagnosis)
        elif not await self._may_still(maker(case)):
            await self._refuse(case, Refusal.NOT_AN_AGENT, diagnosis)
        else:
            await self._start(case, target, clearer(case.diagnosis, diagnosis), turn)

    async def _start(self, case: Case, target: Target, diagnosis: Diagnosis, turn: datetime | None) -> None:
        if not await self._its_turn(case, target, turn):
            return
        at = await self._moves.now()
        calling = await self._moves.move(
            case, "calling", state=CaseState.CALLING, diagnosis=diagnosis, called_at=at, answer=None, again_at=None
        )
        if calling is not None:  # else another process was quicker
            await self._call(calling, target)

    async def _its_turn(self, case: Case, target: Target, turn: datetime | None) -> bool:
        """Whether the call may go out now; else the work is queued again for when its turn is near."""
        if turn is not None and await self._pace.reached(turn):
            return True
        reserved = await self._pace.reserve()
        ahead = timedelta(seconds=reserved.wait)
        if ahead <= NEAR and await self._pace.reached(reserved.at):
            return True
        wanted = {"job_id": target.job_id, "rule_id": target.rule_id, "turn": reserved.at.isoformat()}
        await self._moves.later(case, Next(work=CARRY_OUT, after=max(ahead - NEAR, timedelta(0)), known=wanted))
        return False

    async def _evidence(self, case: Case) -> Evidence | Refusal:
        try:
            return await self._tenant.evidence(case.diagnosis.person.id, case.diagnosis.app)
        except NotThereError:
            return Refusal.NO_LONGER_THERE
        except NotAllowedError:
            return Refusal.NOT_READABLE

    async def _may_still(self, by: Actor) -> bool:
        try:
            return may_provision(await self._tenant.actor(by.id))
        except NotThereError:  # the account itself is gone
            return False

    async def _refuse(self, case: Case, refusal: Refusal, diagnosis: Diagnosis) -> None:
        await self._moves.move(case, "refused", state=CaseState.REFUSED, refusal=refusal, diagnosis=diagnosis)

    async def _call(self, case: Case, target: Target) -> None:
        """Pull the lever, once. Whatever is raised beyond the words of the lever leaves the case in CALLING."""
        person, app = case.diagnosis.person, case.diagnosis.app
        try:
            answer = await self._levers.provision_on_demand(
                app=app, job_id=target.job_id, rule_id=target.rule_id, person_id=person.id
            )
        except TryLaterError as busy:
            await self._pace.hold(busy.wait)
            await self._put_back(case, busy)
        except UncertainError as lost:
            look = Next(work=CARRY_OUT, after=SOONEST)
            trouble = Trouble.NO_ANSWER.value
            await self._moves.move(case, "no answer", trouble=trouble, told=words_of(lost), then=look)
        except (NotAllowedError, RefusedError, NotThereError) as no:
            diagnosis = await self._moves.diagnosed_anew(case, None)
            await self._moves.fail(case, trouble_of(no), told=words_of(no), diagnosis=diagnosis)
        else:
            await self._keep_answer(case, answer)

    async def _put_back(self, case: Case, busy: TryLaterError) -> None:
        """Graph did nothing yet: the promise waits again, unless it has waited long enough."""
        trouble, told = trouble_of(busy), words_of(busy)
        if await self._moves.age(case) >= PATIENCE:
            await self._moves.fail(case, trouble, told=told)
            return
        again = Next(work=CARRY_OUT, after=timedelta(seconds=busy.wait))
        await self._moves.move(
            case, "put back", state=CaseState.PROMISED, called_at=None, trouble=trouble.value, told=told, then=again
        )

    async def _keep_answer(self, case: Case, answer: OnDemandAnswer) -> None:
        """Write the answer down before anything else is done with it."""
        answered = await self._moves.move(case, "answered", {"verdict": answer.verdict.value}, answer=answer)
        if answered is None:
            return
        if answer.readable:
            await self._conclude(answered, answer)
        else:
            await self._looking.for_a_trace(answered)

    # CALLING

    async def _conclude(self, case: Case, answer: OnDemandAnswer) -> None:
        missing = lacking(answer)
        if in_sync(answer):
            diagnosis = await self._moves.diagnosed_anew(case, answer)
            await self._moves.move(case, "done", state=CaseState.DONE, diagnosis=diagnosis)
        elif missing is not None or (answer.verdict in {Verdict.SUCCESS, Verdict.WARNING} and not took_away(answer)):
            proof = Next(work=CHECK_CASE)
            await self._moves.move(case, "checking", state=CaseState.CHECKING, lacking=missing, then=proof)
        else:
            await self._did_not_work(case, answer)

    async def _did_not_work(self, case: Case, answer: OnDemandAnswer) -> None:
        """A failure, a skip, or an account that was taken away instead; once, a run that came too early is repeated."""
        away = took_away(answer)
        diagnosis, seen = await self._moves.looked_at_anew(case, None if away else answer)
        now = await self._moves.now()
        if seen is not None and now is not None and came_too_early(answer, case, seen):
            again = Next(work=CARRY_OUT, after=SETTLING)
            tries, at, trouble = case.tries + 1, now + SETTLING, Trouble.TOO_EARLY.value
            await self._moves.move(
                case, "too early", state=CaseState.PROMISED, trouble=trouble, tries=tries, again_at=at, then=again
            )
        elif away:
            await self._moves.fail(case, Trouble.TOOK_AWAY, diagnosis=diagnosis)
        else:
            await self._moves.move(case, "not done", state=CaseState.NOT_DONE, diagnosis=diagnosis)

    # Anywhere

    async def _give_up_in_time(self, case_id: str, problem: Exception) -> None:
        """End the case when its time has passed; before that, raise ``problem`` again so that the queue tries again."""
        try:
            case = await self._moves.read(case_id)  # it may have moved since the work on it began
        except NotThereError:
            _log.warning("work for a case that is gone", extra={"case": case_id})
            return
        limit = PATIENCE if case.state is CaseState.PROMISED else LOOKING
        if not case.waiting or await self._moves.age(case) < limit:
            raise problem
        _log.error("a promise is given up", exc_info=problem, extra={"case": case_id})
        trouble, told = trouble_of(problem), words_of(problem)
        if case.state is CaseState.PROMISED:
            await self._moves.fail(case, trouble, told=told)
        else:
            await self._moves.leave_open(case, trouble, told=told)

    async def _too_soon(self, case: Case) -> timedelta | None:
        """How long the second run of a promise has to wait still; Graph's clock counts whole seconds."""
        now = await self._moves.now() if case.again_at else None
        left = case.again_at - now if case.again_at and now else timedelta(0)
        return left if left >= SECOND else None

    async def _is_fresh(self, case: Case) -> bool:
        now = await self._moves.now()
        return now is not None and case.promised_at is not None and now - case.promised_at <= FRESH
