"""May the desk run on-demand provisioning for this person now? Asked for the button, and again right before acting.

On-demand provisioning *disables* somebody who is not assigned or whom the scoping filter keeps out, so whatever is
not known counts as a no.
"""

from provisioning.cases import Refusal
from provisioning.evidence import Evidence
from provisioning.messages.events import was_in_scope
from provisioning.model import Job, JobState, LogEvent, Verdict
from provisioning.scope import passes
from provisioning.timing import is_older_than_change, newest_row

_NEEDED = ("person", "job", "schema")


def refusal_for(seen: Evidence) -> Refusal | None:
    """Why not, by this evidence; None: nothing speaks against it. Roles are ``permissions``' business."""
    for said in (_person(seen), _job(seen), _assignment(seen), _unread(seen), _scope(seen), _rule(seen)):
        if said:
            return said
    return None


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
    if job.state is JobState.PAUSED or not job.scheduled:
        return Refusal.JOB_PAUSED
    return None


def _assignment(seen: Evidence) -> Refusal | None:
    """A nested group is no assignment."""
    if seen.assignments or seen.sync_all:
        return None
    return Refusal.NOT_ASSIGNED if seen.knows("assignments") else Refusal.NOT_READABLE


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
