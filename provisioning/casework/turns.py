"""One person of a crowd, from the check at the moment of the call to an end that the provisioning log proves.

A process can die at any line; its successor goes by the member's row alone:

* WAITING: Graph was not called.
* CALLING: it may have been called. Nobody calls before the log was looked at; half an hour without a trace of the
  call, and the person waits again, once.
* CHECKING: Graph answered success; the log is looked at until it shows it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from provisioning.attempts import LogEvent, OnDemandAnswer, Verdict
from provisioning.cases import Refusal, Trouble
from provisioning.casework.gathering import fact_of
from provisioning.casework.targets import Target, target_of
from provisioning.casework.traces import arrived, in_sync, took_away
from provisioning.crowd_ports import CrowdReader
from provisioning.crowds import Crowd, Member, MemberState, Why
from provisioning.diagnosis import diagnose
from provisioning.errors import NotThereError, TryLaterError
from provisioning.evidence import Evidence
from provisioning.preflight import may_tell_later, refusal_for

LOOKING = timedelta(minutes=30)  # how long the log is looked at; Microsoft calls minutes of delay normal
MOST_TRIES = 2
OF_THE_JOB = frozenset(
    {Refusal.JOB_QUARANTINED, Refusal.JOB_PAUSED, Refusal.JOB_NOT_CONFIGURED, Refusal.NO_RULE}
)  # no's that everybody of the crowd would hear


async def checked(reader: CrowdReader, member: Member, crowd: Crowd) -> tuple[Evidence, Target] | Refusal:
    """What to act with, by what the tenant says now; or why not. TryLaterError when it cannot be read now.

    Whom the table already knows well is only held against account, assignments, roles and filter of now; whom Graph
    was too busy to tell of then is looked at as for a single click, the log included.
    """
    assert crowd.app is not None
    try:
        seen = await reader.muster(member.person_id, crowd.app)
        refusal = refusal_for(seen)
        if refusal is Refusal.NOT_READABLE or (refusal is None and member.why == Why.UNSEEN):
            seen = await reader.evidence(member.person_id, crowd.app)
            refusal = refusal_for(seen)
            if may_tell_later(seen):
                raise TryLaterError("Microsoft Graph was too busy to tell everything that a check needs.")
    except NotThereError:
        return Refusal.NO_LONGER_THERE
    target = target_of(seen)
    if refusal is not None or target is None:
        return refusal or Refusal.NO_RULE
    return seen, target


def answered(member: Member, answer: OnDemandAnswer, seen: Evidence) -> Member:
    """The person after Graph's answer. One that cannot be read leaves them CALLING: only the log can tell."""
    if in_sync(answer):
        return _ended(member, MemberState.DONE)
    if took_away(answer):
        return _ended(member, MemberState.FAILED, Trouble.TOOK_AWAY.value)
    if answer.verdict in {Verdict.SUCCESS, Verdict.WARNING}:
        return replace(member, state=MemberState.CHECKING, change_id=answer.change_id or "")
    if not answer.readable or answer.verdict is Verdict.UNKNOWN:
        return member
    root = diagnose(replace(seen, log=(_row(answer, seen),), unread=_without_log(seen))).root
    told = answer.error.detail or "" if answer.error else ""
    if answer.verdict is Verdict.SKIPPED:
        return _ended(member, MemberState.SKIPPED, Why.SKIPPED.value, answer.skip_reason or "", told)
    return _ended(member, MemberState.FAILED, root.cause.value, fact_of(root), told)


def looked(member: Member, rows: Sequence[LogEvent], now: datetime) -> Member:
    """The person after a look into the log; unchanged while that shows nothing and there is time."""
    called = (member.called_at or now) - timedelta(seconds=1)  # Graph's clock is read from a header without fractions
    own = [row for row in rows if member.change_id and row.change_id == member.change_id]
    newest = next(iter(own or sorted((r for r in rows if r.at >= called), key=lambda r: r.at, reverse=True)), None)
    if newest is not None and arrived(newest):
        return replace(_ended(member, MemberState.DONE), proof=newest.id)
    if newest is not None and newest.verdict in {Verdict.FAILURE, Verdict.SUCCESS, Verdict.SKIPPED}:
        why = Trouble.LOG_DIFFERS if member.state is MemberState.CHECKING else Trouble.LOG_FAILED
        code = newest.error.code or "" if newest.error else newest.skip_reason or ""
        told = newest.error.detail or "" if newest.error else ""
        return replace(_ended(member, MemberState.FAILED, why.value, code, told), proof=newest.id)
    if now - called < LOOKING:
        return member
    if member.state is MemberState.CHECKING:
        return _ended(member, MemberState.UNCERTAIN, Trouble.NO_PROOF.value)
    if member.tries < MOST_TRIES:
        return replace(member, state=MemberState.WAITING, called_at=None)
    return _ended(member, MemberState.UNCERTAIN, Trouble.NO_TRACE.value)


def unlooked(member: Member, told: str) -> Member:
    """The person when the log may not be read: nothing can be proven."""
    return _ended(member, MemberState.UNCERTAIN, Trouble.LOG_UNREADABLE.value, told=told)


def refused(member: Member, refusal: Refusal, *, holder: str = "") -> Member:
    """The person whom the check at the moment of the call left out; ``holder``: who has them in hand."""
    return _ended(member, MemberState.SKIPPED, refusal.value, holder)


def not_taken(member: Member, told: str) -> Member:
    """The person whose call Graph did not take."""
    return _ended(member, MemberState.FAILED, Trouble.NOT_TAKEN.value, told=told)


def stopped(member: Member) -> Member:
    """The person who would wait again, in a crowd that nobody can resume."""
    if member.tries:  # a call went out, and the log shows nothing of it
        return _ended(member, MemberState.UNCERTAIN, Trouble.NO_TRACE.value)
    return _ended(member, MemberState.STOPPED, Why.STOPPED.value)


def at_fault(member: Member) -> Member:
    """The person whom the desk itself could not judge."""
    return _ended(member, MemberState.FAILED, Trouble.FAULT.value)


def _ended(member: Member, state: MemberState, why: str = "", fact: str = "", told: str = "") -> Member:
    return replace(member, state=state, why=why, fact=fact, told=told)


def _row(answer: OnDemandAnswer, seen: Evidence) -> LogEvent:
    """The answer as the log row that Microsoft will write about it."""
    return LogEvent(
        id=answer.change_id or "on-demand",
        at=seen.as_of,
        action=answer.action or "other",
        verdict=answer.verdict,
        steps=answer.steps,
        error=answer.error,
        skip_reason=answer.skip_reason,
        changes=answer.changes,
        job_id=seen.job.id if seen.job else None,
        change_id=answer.change_id,
        target_id=answer.target_id,
    )


def _without_log(seen: Evidence) -> dict[str, str]:
    return {name: why for name, why in seen.unread.items() if name != "log"}
