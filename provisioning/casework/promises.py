"""The click on *Provision now*: everything is checked again, then case, audit line and job are one transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from provisioning.cases import Case, CaseState, Fill, Refusal, Trouble
from provisioning.casework.errands import Errands
from provisioning.casework.inquiries import storable
from provisioning.casework.records import CARRY_OUT, audit_case, blank, record
from provisioning.casework.targets import Target, target_of
from provisioning.casework.traces import clearer
from provisioning.diagnosis import diagnose
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.filling import LONGEST_WHY, fillable, is_fit, still_empty
from provisioning.model import Actor, Diagnosis
from provisioning.permissions import FillIn, may_fill_in, may_provision
from provisioning.ports import Books, Ledger, Levers, Pace, Pen, TenantReader


class Promises:
    """Promises to provision somebody now, and what becomes of them."""

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
        """``policy``: who may have empty attributes filled in, with the ``pen``."""
        self._tenant = tenant
        self._books = books
        self._policy = policy
        self._errands = Errands(tenant=tenant, levers=levers, books=books, pace=pace, pen=pen, policy=policy)

    async def fill_in(
        self, actor: Actor, case_id: str, values: Mapping[str, str], *, why: str, version: int | None = None
    ) -> Case:
        """Promise to fill in empty attributes of the case's person and to provision them then; as ``promise``.

        NotAllowedError unless the policy lets the actor; RefusedError for values that cannot stand there, or when the
        attributes are not what is missing (any more) or not the desk's to write.
        """
        case = await self._books.read_case(case_id)
        if not may_fill_in(actor, self._policy):
            raise NotAllowedError("Who may fill in attributes is decided by the tenant's owner.")
        if not why.strip() or not values or not all(is_fit(name, value) for name, value in values.items()):
            raise RefusedError("Something that was filled in cannot stand there.")
        if _settled(case) or version not in {None, case.version}:
            return case
        person = await self._tenant.person(case.diagnosis.person.id)
        if person.synced_from_ad or not still_empty(person, values) or not set(values) <= set(fillable(case.diagnosis)):
            raise RefusedError("These attributes are not empty any more, or are kept elsewhere. Press Refresh.")
        fill = Fill(values=dict(values), why=storable(why.strip())[:LONGEST_WHY])
        return await self.promise(actor, case_id, case.version, fill=fill)

    async def promise(
        self,
        actor: Actor,
        case_id: str,
        version: int | None = None,
        *,
        anyway: bool = False,
        fill: Fill | None = None,
    ) -> Case:
        """Accept the click (PROMISED) or refuse it (REFUSED); on a case that is under way or done it changes nothing.

        ``version`` is what the clicker was looking at: when the case has changed since, the click was about something
        else (or is the same one again), and the case comes back as it is. None: whatever it looks like. ``anyway``: run
        although that may be useless, as long as it hurts nobody. ``fill``: what is filled in first.
        NotAllowedError unless the actor may provision, NotThereError without such a case, TryLaterError when Graph
        cannot be read now: then nothing has changed.
        """
        case = await self._books.read_case(case_id)
        if not may_provision(actor):
            await self._note_denial(actor, case)
            raise NotAllowedError("Only the helpdesk may provision.")
        if _settled(case) or version not in {None, case.version}:
            return case
        diagnosis, refusal, target = await self._check(case)
        async with self._books.transaction() as ledger:
            person, app = diagnosis.person, diagnosis.app
            held_by = await ledger.held_by(person.id, app.id)
            current = await ledger.case(case_id)
            if _settled(current) or version not in {None, current.version}:
                return current
            fresh = replace(blank(current), diagnosis=diagnosis)
            if held_by is not None:
                return await _refuse(ledger, fresh, actor, Refusal.ALREADY_RUNNING, held_by=held_by)
            if (refusal is not None and not (anyway and diagnosis.harmless)) or target is None:
                return await _refuse(ledger, fresh, actor, refusal or Refusal.NOT_READABLE)
            backdrop = clearer(current.diagnosis, diagnosis)
            promised = replace(
                fresh,
                state=CaseState.PROMISED,
                diagnosis=backdrop,
                promised_by=actor,
                promised_at=diagnosis.as_of,
                anyway=anyway,
                fill=fill,
            )
            saved = await record(ledger, promised, "promised", actor)
            await ledger.defer(CARRY_OUT, case_id=case_id, job_id=target.job_id, rule_id=target.rule_id)
            return saved

    async def call_off(self, actor: Actor, case_id: str, version: int | None = None) -> Case:
        """Take back a promise whose call has not been sent (yet, or again); any other case comes back as it is.

        ``version`` as in ``promise``. NotAllowedError, NotThereError.
        """
        if not may_provision(actor):
            raise NotAllowedError("Only the helpdesk may provision.")
        async with self._books.transaction() as ledger:
            case = await ledger.case(case_id)
            if case.state is not CaseState.PROMISED or version not in {None, case.version}:
                return case
            trouble, told = Trouble.CALLED_OFF.value, actor.name
            off = replace(case, state=CaseState.NOT_DONE, trouble=trouble, told=told, again_at=None)
            return await record(ledger, off, "called off", actor)

    async def carry_out(
        self, case_id: str, job_id: str | None = None, rule_id: str | None = None, turn: str | None = None
    ) -> None:
        """Keep a promise: one step further from wherever the case stands. Safe to run again at any point.

        ``job_id`` and ``rule_id`` are what the click found; without them, or a minute later, they are read again.
        ``turn``: the turn that was reserved for the call, ISO 8601.
        """
        known = Target(job_id=job_id, rule_id=rule_id) if job_id and rule_id else None
        await self._errands.carry_out(case_id, known, datetime.fromisoformat(turn) if turn else None)

    async def check(self, case_id: str) -> None:
        """Look whether the log shows yet what Graph answered. Safe to run again at any point."""
        await self._errands.check(case_id)

    async def _check(self, case: Case) -> tuple[Diagnosis, Refusal | None, Target | None]:
        """Today's answer, why not to act on it, and what to act with."""
        try:
            seen = await self._tenant.evidence(case.diagnosis.person.id, case.diagnosis.app)
        except NotThereError:
            return case.diagnosis, Refusal.NO_LONGER_THERE, None
        except NotAllowedError:
            return case.diagnosis, Refusal.NOT_READABLE, None
        diagnosis = diagnose(seen)
        return diagnosis, Refusal(diagnosis.refusal) if diagnosis.refusal else None, target_of(seen)

    async def _note_denial(self, actor: Actor, case: Case) -> None:
        async with self._books.transaction() as ledger:
            await audit_case(ledger, case, "provisioning denied", actor)


async def _refuse(ledger: Ledger, case: Case, actor: Actor, refusal: Refusal, *, held_by: str | None = None) -> Case:
    refused = replace(case, state=CaseState.REFUSED, refusal=refusal)
    if held_by is not None:
        refused = replace(refused, trouble=Trouble.HELD.value, told=held_by)
    return await record(ledger, refused, "refused", actor, refusal=refusal.value)


def _settled(case: Case) -> bool:
    """Whether a click has nothing to add: work is under way, it is done, or it may be (then Refresh looks first)."""
    if case.state is CaseState.UNCERTAIN:  # a log that was watched in vain for half an hour: a new click is not blind
        return case.trouble != Trouble.NO_TRACE
    return case.waiting or case.state in {CaseState.DONE, CaseState.CHECKING}
