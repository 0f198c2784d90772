"""May the desk run on-demand provisioning for this person now? Asked for the button, and again right before acting.

On-demand provisioning *disables* somebody who is not assigned, whose role entitles to nothing or whom the scoping
filter keeps out, so whatever is not known counts as a no.
"""

from collections.abc import Callable, Mapping

from provisioning.assignments import effective, entitles, entitles_nobody
from provisioning.attempts import LogEvent, Verdict
from provisioning.cases import Refusal
from provisioning.connectors import by_consent
from provisioning.evidence import Evidence
from provisioning.messages.events import was_assigned, was_entitled, was_in_scope
from provisioning.model import Assignment, Job, JobState
from provisioning.scope import passes
from provisioning.timing import is_older_than_change, newest_row

# What makes a run useless and hurts nobody: Microsoft documents that on-demand leaves the accounts of people alone who
# are disabled in the directory, and refuses a run of a job that it wants stopped.
HARMLESS = frozenset({Refusal.ACCOUNT_DISABLED, Refusal.MUST_BE_STOPPED})
_NEEDED = ("person", "job", "schema")
_READ = (*_NEEDED, "assignments", "roles", "log")
# Of the reasons in ``Evidence.unread`` those that pass by themselves: Graph was busy, or out of reach.
_PASSING = frozenset(
    {"throttled", "unavailable", "conflict", "timeout", "unreachable", "lost", "signed_out", "unreadable"}
)


def refusal_for(seen: Evidence) -> Refusal | None:
    """Why not, by this evidence; None: nothing speaks against it. Roles are ``permissions``' business."""
    return next(iter(refusals(seen)), None)


def refusals(seen: Evidence) -> tuple[Refusal, ...]:
    """Everything that speaks against it, what weighs most first."""
    return tuple(said for look in _LOOKS if (said := look(seen)))


def is_harmless(seen: Evidence) -> bool:
    """Whether something speaks against it, and nothing but what would make the run useless."""
    said = refusals(seen)
    return bool(said) and HARMLESS.issuperset(said) and not seen.person.deleted


def may_tell_later(seen: Evidence) -> bool:
    """Whether the check lacks something that Graph was only too busy to tell: ask again before saying yes or no."""
    if refusal_for(seen) not in {None, Refusal.NOT_READABLE}:
        return False  # what is known is a no already
    return is_passing(seen.unread)


def is_passing(unread: Mapping[str, str]) -> bool:
    """Whether something that the check reads is unread only for the moment. ``unread`` as in the evidence."""
    return any(unread.get(part, "").partition(":")[0] in _PASSING for part in _READ)


def holds(seen: Evidence) -> tuple[Assignment, ...]:
    """The assignments that provisioning honours: those of a mail group are none."""
    return effective(seen)


def _person(seen: Evidence) -> Refusal | None:
    if seen.knows("person") and (seen.person.deleted or seen.person.enabled is False):
        return Refusal.ACCOUNT_DISABLED
    return None


def _job(seen: Evidence) -> Refusal | None:
    return _job_state(seen.job) if seen.knows("job") else None


def _job_state(job: Job | None) -> Refusal | None:
    if job is None or job.state is JobState.NOT_CONFIGURED:
        return Refusal.JOB_NOT_CONFIGURED
    if job.state is JobState.QUARANTINE:
        return Refusal.JOB_QUARANTINED
    stopped = job.state is JobState.PAUSED or not job.scheduled
    if by_consent(job):  # of these, Microsoft takes on-demand runs only while the job is stopped
        return None if stopped else Refusal.MUST_BE_STOPPED
    return Refusal.JOB_PAUSED if stopped else None


def _assignment(seen: Evidence) -> Refusal | None:
    """A nested group is no assignment."""
    if holds(seen) or seen.sync_all:
        return None
    return Refusal.NOT_ASSIGNED if seen.knows("assignments") else Refusal.NOT_READABLE


def _entitlement(seen: Evidence) -> Refusal | None:
    """Some connectors entitle nobody through default access; of others a run that said so, and still stands, tells."""
    if entitles_nobody(seen) and not seen.sync_all:
        return Refusal.NOT_ENTITLED
    row = newest_row(seen)
    if row is None and _is_unsure(seen):
        return Refusal.NOT_READABLE
    if row is None or was_entitled(row.steps) is not False or was_assigned(row.steps) is False:
        return None  # of somebody who is not assigned the service says the same, and that is another matter
    return None if is_older_than_change(seen, row) else Refusal.NOT_ENTITLED


def _is_unsure(seen: Evidence) -> bool:
    """Whether neither a role nor the log says that somebody who is assigned is entitled to anything."""
    held = holds(seen)
    if seen.sync_all or not held or seen.knows("log"):
        return False
    return not any(entitles(each, seen) for each in held)


def _unread(seen: Evidence) -> Refusal | None:
    return Refusal.NOT_READABLE if not seen.knows(*_NEEDED) or seen.person.enabled is None else None


def _scope(seen: Evidence) -> Refusal | None:
    """A filter that cannot be judged here is let pass only where the newest log row, still standing, let it pass."""
    if seen.schema is None:
        return None
    inside = passes(seen.schema.scope, seen.person)
    if inside is False:
        return Refusal.FILTERED_OUT
    row = newest_row(seen)
    logged = row is not None and _let_pass(row) and not is_older_than_change(seen, row)
    return None if inside or logged else Refusal.NOT_READABLE


def _let_pass(row: LogEvent) -> bool:
    written = row.verdict is Verdict.SUCCESS and row.action in {"create", "update"}
    return written or was_in_scope(row.steps) is True


def _rule(seen: Evidence) -> Refusal | None:
    return None if seen.schema and seen.schema.rule_id else Refusal.NO_RULE


_LOOKS: tuple[Callable[[Evidence], Refusal | None], ...] = (
    _person,
    _job,
    _assignment,
    _entitlement,
    _unread,
    _scope,
    _rule,
)
