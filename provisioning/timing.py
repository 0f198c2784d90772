"""What changed when, and whether the provisioning service can have noticed.

A log row is a photograph: before it is believed, it is held against the directory of today.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from provisioning.attempts import LogEvent, Verdict
from provisioning.attributes import UNREAD, is_empty, mappings_named, matching_mappings, value_of
from provisioning.evidence import Evidence
from provisioning.failures import NEVER_EMPTY, cause_of_row, names, said_by
from provisioning.messages.events import (
    REDUNDANT,
    REMOVING,
    rejected_attributes,
    was_active,
    was_assigned,
    was_entitled,
    was_in_scope,
)
from provisioning.model import AttributeMapping, Cause
from provisioning.scope import passes

LOG_LAG = timedelta(minutes=15)  # Microsoft says that rows may come 5–10 minutes after the fact
USUAL_INTERVAL = timedelta(minutes=40)
FRESH = timedelta(minutes=5)  # an assignment may take "a few minutes" to be honoured, says Microsoft
_EMPTY = frozenset({Cause.MISSING_ATTRIBUTE, Cause.MATCHING_ATTRIBUTE_EMPTY})
_ABOUT_A_VALUE = frozenset(
    {
        Cause.VALUE_TAKEN_IN_APP,
        Cause.ATTRIBUTE_REJECTED,
        Cause.INVALID_DOMAIN,
        Cause.MULTIPLE_VALUES,
        Cause.REFERENCE_UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The newest thing that could change the answer. ``what``: created, assigned or changed."""

    what: str
    at: datetime


def newest_row(seen: Evidence) -> LogEvent | None:
    """The newest row, if the log could be read and has one."""
    return max(seen.log, key=lambda row: row.at) if seen.log and seen.knows("log") else None


def last_change(seen: Evidence) -> Change | None:
    """The newest of: account created, first of today's assignments made, data changed."""
    since = [assignment.since for assignment in seen.assignments if assignment.since]
    assigned = min(since) if since and len(since) == len(seen.assignments) else None
    known = (("created", seen.person.created), ("assigned", assigned), ("changed", seen.changed))
    return max((Change(what=what, at=at) for what, at in known if at), key=lambda c: c.at, default=None)


def unnoticed_change(seen: Evidence) -> Change | None:
    """The newest change, if no row can tell about it yet: no cycle began after it, or one did only just now."""
    change, row = last_change(seen), newest_row(seen)
    if change is None or (row and row.at >= change.at):
        return None
    last = seen.job.last if seen.job else None
    if last is None or last.began is None or change.at > last.began:
        return change
    interval = (seen.job.interval if seen.job else None) or USUAL_INTERVAL
    fresh = seen.as_of - (last.ended or last.began) < LOG_LAG
    return change if fresh and change.at > last.began - interval else None


def is_older_than_change(seen: Evidence, row: LogEvent) -> bool:
    """Whether the person or the assignment changed after this row: it is probably obsolete."""
    change = last_change(seen)
    return change is not None and row.at < change.at


def was_healthy(row: LogEvent | None) -> bool:
    """Whether a row leaves an account behind in the app: written, or found equal."""
    if row is None or row.action in REMOVING:
        return False
    return row.verdict is Verdict.SUCCESS or (row.verdict is Verdict.SKIPPED and row.skip_reason == REDUNDANT)


def is_refuted(seen: Evidence, row: LogEvent) -> bool:
    """Whether today's directory contradicts the reason that a row gives, so that it no longer stands."""
    if row.verdict is Verdict.SUCCESS:
        return row.action in REMOVING and _is_entitled(seen)
    cause = cause_of_row(row)
    if cause in _EMPTY:
        return _is_filled(seen, row)
    if cause in _ABOUT_A_VALUE and _tried_another_value(seen, row):
        return True
    if cause is Cause.DUPLICATE_IN_DIRECTORY and seen.twins == ():
        return True
    if row.verdict is Verdict.SKIPPED and row.skip_reason == "NotEffectivelyEntitled":
        return _flags_are_lifted(seen, row)
    return row.verdict is Verdict.FAILURE and _is_unnoticed_after(seen, row)


def _is_unnoticed_after(seen: Evidence, row: LogEvent) -> bool:
    """A change that a cycle has seen without a new row did not matter; one that none has seen may."""
    change = unnoticed_change(seen)
    return change is not None and change.at > row.at


def _is_entitled(seen: Evidence) -> bool:
    if not seen.knows("person", "assignments") or seen.person.deleted or not seen.person.enabled:
        return False
    in_scope = passes(seen.schema.scope, seen.person) if seen.schema and seen.knows("schema") else None
    return bool(seen.assignments or seen.sync_all) and in_scope is True


def complained_mappings(seen: Evidence, row: LogEvent) -> tuple[AttributeMapping, ...]:
    """The mappings whose value a row misses, by today's schema; a row about matching misses the matching ones."""
    if not seen.schema or not seen.knows("schema"):
        return ()
    words = [f"'{target}'" for target in rejected_attributes(row.steps)]
    words += [said_by(row.error)] if row.error else []
    found = mappings_named("\n".join(words), seen.schema)
    if not found and cause_of_row(row) is Cause.MATCHING_ATTRIBUTE_EMPTY:
        return matching_mappings(seen.schema)[:1]
    return found


def _is_filled(seen: Evidence, row: LogEvent) -> bool:
    """Whether what was missing is there today; what can never have been empty was not the reason."""
    if not seen.knows("person"):
        return False
    mappings = complained_mappings(seen, row)
    if mappings:
        return any(set(m.sources) - NEVER_EMPTY for m in mappings) and all(
            is_empty(seen.person, mapping) is False for mapping in mappings
        )
    named = names(row)
    if seen.schema or not named:  # the attribute is not mapped at all, or none was named: filling helps nobody
        return False
    values = [value_of(seen.person, naming.directory) for naming in named]
    return all(value is not UNREAD and value not in (None, "") for value in values)


def _tried_another_value(seen: Evidence, row: LogEvent) -> bool:
    """Whether the value that clashed is no longer what would be sent."""
    if not seen.schema or not seen.knows("schema", "person"):
        return False
    tried = {change.attribute: change.new for change in row.changes if change.new}
    for mapping in complained_mappings(seen, row):
        if mapping.target in tried and len(mapping.sources) == 1 and "(" not in (mapping.expression or ""):
            today = value_of(seen.person, mapping.sources[0])
            return isinstance(today, str) and today.casefold() != (tried[mapping.target] or "").casefold()
    return False


def _flags_are_lifted(seen: Evidence, row: LogEvent) -> bool:
    """Whether every flag that was False when the row was written would be True today; no flag: nothing is known."""
    today = {
        "active": None if not seen.knows("person") else bool(seen.person.enabled and not seen.person.deleted),
        "assigned": bool(seen.assignments or seen.sync_all) if seen.knows("assignments") else None,
        "in_scope": passes(seen.schema.scope, seen.person) if seen.schema and seen.knows("schema") else None,
        "entitled": any(assignment.since and assignment.since > row.at for assignment in seen.assignments),
    }
    then = {
        "active": was_active(row.steps),
        "assigned": was_assigned(row.steps),
        "in_scope": was_in_scope(row.steps),
        "entitled": was_entitled(row.steps),
    }
    lowered = [name for name, flag in then.items() if flag is False]
    return bool(lowered) and all(today[name] for name in lowered)
