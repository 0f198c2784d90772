"""Asking about one person and one app: read, judge, keep; and look again."""

from dataclasses import replace
from uuid import uuid4

from provisioning.cases import Case, CaseState
from provisioning.casework.records import audit_case, blank, record
from provisioning.casework.traces import lacking, proof, setback, trouble_of
from provisioning.diagnosis import diagnose, is_in_the_app
from provisioning.errors import NotAllowedError
from provisioning.eta import is_first, with_usual
from provisioning.evidence import Evidence
from provisioning.history import History
from provisioning.model import Actor, App, Diagnosis
from provisioning.permissions import FillIn, may_ask, may_fill_in
from provisioning.ports import Books, TenantReader
from provisioning.scoping import cost_of

LONGEST = 4000  # characters of a question that are kept


class Inquiries:
    """Questions become cases. Nothing here changes the tenant."""

    def __init__(
        self, *, tenant: TenantReader, books: Books, policy: FillIn = FillIn.NOBODY, history: History | None = None
    ) -> None:
        """``policy``: who is offered to fill in what is empty. ``history``: what was seen of jobs so far."""
        self._policy = policy
        self._tenant = tenant
        self._books = books
        self._history = history

    async def open(
        self, actor: Actor, person_id: str, app: App, *, question: str, origin: str, wish: bool = False
    ) -> Case:
        """Read everything about the person and the app, judge it, and keep the answer as a case.

        ``wish``: it was asked with the wish to provision, so the answer is whether that can be done.
        NotAllowedError unless the actor may ask about this person; NotThereError when there is no such person;
        TryLaterError when Graph cannot be read now.
        """
        _allow(actor, person_id)
        seen = await self._tenant.evidence(person_id, app)
        case = Case(
            id=str(uuid4()),
            version=0,
            actor=actor,
            question=storable(question),
            origin=origin,
            state=CaseState.LOOKED,
            diagnosis=await self._judged(seen),
            created=seen.as_of,
            updated=seen.as_of,
            wish=wish,
            may_fill=may_fill_in(actor, self._policy),
        )
        async with self._books.transaction() as ledger:
            added = await ledger.add_case(case)
            await audit_case(ledger, added, "asked", actor, cause=added.diagnosis.root.cause.value)
        return added

    async def again(self, actor: Actor, case_id: str) -> Case:
        """Read anew and keep the same case; a case whose work is under way is returned as it is. Errors as ``open``."""
        case = await self._books.read_case(case_id)
        _allow(actor, case.diagnosis.person.id)
        if case.waiting:
            return case
        seen = await self._tenant.evidence(case.diagnosis.person.id, case.diagnosis.app)
        today = await self._judged(seen)
        async with self._books.transaction() as ledger:
            current = await ledger.case(case_id)
            if current.waiting:
                return current
            seen_anew = _seen_anew(current, seen, today)
            return await record(ledger, seen_anew, "looked again", actor, cause=seen_anew.diagnosis.root.cause.value)

    async def _judged(self, seen: Evidence) -> Diagnosis:
        """What the evidence comes to; in a first cycle with what such cycles took before."""
        found = diagnose(seen)
        if self._history is None or not is_first(found):
            return found
        usual = cost_of(await self._history.full_cycles(found.app.id)).length
        return with_usual(found, usual) if usual else found


def storable(text: str) -> str:
    """What is kept of a person's text: half characters become question marks, and no more than ``LONGEST``."""
    return text[:LONGEST].encode("utf-8", "replace").decode("utf-8")


def _allow(actor: Actor, person_id: str) -> None:
    if not may_ask(actor, person_id):
        raise NotAllowedError("Only the helpdesk may ask about somebody else.")


def _settled(case: Case, seen: Evidence) -> Case:
    """A case that nobody knew the end of, with the end that the log shows by now; as it is while it shows none."""
    shown, failed = proof(seen.log, case), setback(seen.log, case)
    if shown is not None:
        missing = case.lacking if case.lacking is not None else lacking(shown)
        return replace(case, state=CaseState.DONE, proof=shown, lacking=missing, trouble=None, told=None)
    if failed is not None:
        return replace(case, state=CaseState.NOT_DONE, trouble=trouble_of(case).value, told=None)
    return case


def _seen_anew(case: Case, seen: Evidence, today: Diagnosis) -> Case:
    """The case with today's answer. What became of a promise stays on it while today's answer does not overtake it."""
    if case.state in {CaseState.UNCERTAIN, CaseState.CHECKING}:
        return replace(_settled(case, seen), diagnosis=today)  # what was known before tells new rows from old
    if case.state is CaseState.DONE and is_in_the_app(today):
        return replace(case, diagnosis=today)
    return replace(blank(case), state=CaseState.LOOKED, diagnosis=today)
