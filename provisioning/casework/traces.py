"""What the provisioning log and an on-demand answer prove about a promise. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from provisioning.attempts import LogEvent, OnDemandAnswer, Step, Verdict
from provisioning.cases import Case, Trouble
from provisioning.messages.attributes import attributes_in
from provisioning.messages.events import REDUNDANT
from provisioning.model import Diagnosis, Schema

MANAGER = "manager"  # by the directory's name
_LEAVING = frozenset({"disable", "delete", "stageddelete"})  # a success of these takes the account away
_WRITING = frozenset({"create", "update"})
_NOT_WELL = frozenset({Verdict.FAILURE, Verdict.WARNING})
_SECOND = timedelta(seconds=1)  # Graph's clock is read from a header that has no fractions


def since(case: Case) -> datetime:
    """From when on log rows have to be read so that none of the promise's second is missed."""
    return (case.promised_at or case.created) - _SECOND


def proof(rows: Sequence[LogEvent], case: Case) -> LogEvent | None:
    """The row since the promise that shows the person in the app, if any; the call's own row goes first."""
    arrivals = [row for row in _after(rows, case) if arrived(row)]
    own = [row for row in arrivals if _is_own(row, case)]
    return next(iter(own or arrivals), None)


def setback(rows: Sequence[LogEvent], case: Case) -> LogEvent | None:
    """The newest row since the call when it is a failure, a skip that provisions nobody, or a removal.

    A cycle that failed while the promise still waited for its call says nothing about the call.
    """
    newest = next((row for row in _after(rows, case) if _is_own(row, case) or _is_after_the_call(row, case)), None)
    if newest is None or arrived(newest) or newest.verdict in {Verdict.WARNING, Verdict.UNKNOWN}:
        return None
    return newest


def trouble_of(case: Case) -> Trouble:
    """What a setback means: without a usable answer it is the only word there is."""
    return Trouble.LOG_DIFFERS if case.answer and case.answer.readable else Trouble.LOG_FAILED


def arrived(row: LogEvent) -> bool:
    """Whether the row says that the account is there: written now, or found to be as it should be."""
    if row.verdict is Verdict.SUCCESS:
        return row.action.casefold() not in _LEAVING
    return (row.verdict is Verdict.SKIPPED and row.skip_reason == REDUNDANT) or lacking(row) is not None


def in_sync(answer: OnDemandAnswer) -> bool:
    """Whether Graph found nothing to do because both sides were equal already."""
    return answer.verdict is Verdict.SKIPPED and answer.skip_reason == REDUNDANT


def took_away(answer: OnDemandAnswer) -> bool:
    """Whether the run succeeded in disabling or removing the account: Graph does that to people out of scope."""
    return answer.verdict in {Verdict.SUCCESS, Verdict.WARNING} and (answer.action or "").casefold() in _LEAVING


def lacking(said: OnDemandAnswer | LogEvent) -> tuple[str, ...] | None:
    """The references that an account was written without, where that is all that went wrong; None: it is not.

    Microsoft calls such a run failed although the account is there: the export of the account succeeded, and what came
    after it (its manager, as a rule) did not. () if it does not name them.
    """
    if said.verdict not in {Verdict.FAILURE, Verdict.WARNING} or (said.action or "").casefold() not in _WRITING:
        return None
    written = [report.kind == "export" and report.verdict is Verdict.SUCCESS for report in said.steps]
    if True not in written:
        return None
    after = said.steps[written.index(True) + 1 :]
    wrong = [report for report in after if report.step is Step.EXPORT and report.verdict in _NOT_WELL]
    if (said.verdict is Verdict.FAILURE and not wrong) or any(one.kind != "referenceresolution" for one in wrong):
        return None
    told = [said.error.text if said.error else None, *(one.text for one in wrong)]
    words = " ".join(part for part in told if part)
    named = tuple(naming.directory for naming in attributes_in(words))
    return named or (("manager",) if "manager" in words.casefold() else ())


def silent_about(rows: Sequence[LogEvent], row: LogEvent, case: Case, schema: Schema | None) -> bool:
    """Whether a new account was written without the manager that the mappings would send, and nobody says why.

    Microsoft leaves a reference out where the other account is not in the app. What an update does not write may be
    there from before, so only a row that creates tells, and only where it tells at all what it wrote; a reference that
    was resolved, or that another of the ``rows`` wrote, is there.
    """
    changes = row.changes or (case.answer.changes if case.answer else ())
    if schema is None or row.verdict is not Verdict.SUCCESS or row.action.casefold() != "create" or not changes:
        return False
    if any(step.kind == "referenceresolution" and step.verdict is Verdict.SUCCESS for step in row.steps):
        return False
    targets = {one.target.casefold() for one in schema.mappings if MANAGER in one.sources}
    told = (*changes, *(one for other in rows if other.verdict is Verdict.SUCCESS for one in other.changes))
    written = {one.attribute.casefold() for one in told if one.new}
    return bool(targets) and not any(MANAGER in one or one in targets for one in written)


def row_of(answer: OnDemandAnswer, case: Case, at: datetime) -> LogEvent:
    """The answer as the log row that Microsoft will write about it minutes later."""
    return LogEvent(
        id=answer.change_id or f"on-demand {case.id}",
        at=at,
        action=answer.action or "other",
        verdict=answer.verdict,
        steps=answer.steps,
        error=answer.error,
        skip_reason=answer.skip_reason,
        changes=answer.changes,
        job_id=case.diagnosis.job.id if case.diagnosis.job else None,
        change_id=answer.change_id,
        target_id=answer.target_id,
    )


def clearer(old: Diagnosis, new: Diagnosis) -> Diagnosis:
    """The new answer, unless Graph let us read less for it than for the old one: a busy log must not blur the card."""
    return new if set(new.unread) <= set(old.unread) else old


def _after(rows: Sequence[LogEvent], case: Case) -> list[LogEvent]:
    """Rows that were written after the promise, newest first; the last one known before it is none of them."""
    if case.promised_at is None:
        return []
    known = case.diagnosis.last_event.id if case.diagnosis.last_event else None
    fresh = [row for row in rows if _is_own(row, case) or (row.at >= case.promised_at and row.id != known)]
    return sorted(fresh, key=lambda row: row.at, reverse=True)


def _is_after_the_call(row: LogEvent, case: Case) -> bool:
    return case.called_at is None or row.at >= case.called_at


def _is_own(row: LogEvent, case: Case) -> bool:
    """Microsoft joins an on-demand answer and its later log row by the change's id."""
    return bool(case.answer and case.answer.change_id and row.change_id == case.answer.change_id)
