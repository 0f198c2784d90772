"""Whether the job's scoping filter keeps the person out."""

from provisioning.attempts import Verdict
from provisioning.attributes import UNREAD, value_of
from provisioning.evidence import Evidence
from provisioning.messages.events import failed_clauses, was_in_scope
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.scope import passes, printed, refusal
from provisioning.timing import is_older_than_change, newest_row


def filtered_out(seen: Evidence) -> Finding | None:
    """Fire when no group of the scoping filter lets the person through.

    Where the filter cannot be evaluated with certainty, only a log row that still stands is believed.
    """
    verdict = _today(seen)
    if verdict is None:
        return _logged(seen)
    if verdict or not seen.schema or not (refused := refusal(seen.schema.scope, seen.person)):
        return None
    first = refused.failed[0]
    value = value_of(seen.person, first.attribute)
    return finding(
        Cause.FILTERED_OUT,
        filter=refused.nearest.name,
        clause=printed(first),
        clauses=tuple(printed(clause) for clause in refused.failed),
        attribute=first.attribute,
        value=None if value is UNREAD or value is None else str(value),
        filters=refused.groups,
    )


def _today(seen: Evidence) -> bool | None:
    if not seen.knows("person", "schema") or seen.schema is None:
        return None
    return passes(seen.schema.scope, seen.person)


def _logged(seen: Evidence) -> Finding | None:
    row = newest_row(seen)
    if row is None or row.verdict is not Verdict.SKIPPED or was_in_scope(row.steps) is not False:
        return None
    if is_older_than_change(seen, row):
        return None
    clauses = failed_clauses(row.steps)
    return finding(
        Cause.FILTERED_OUT, seen_at=row.at, clause=clauses[0] if clauses else None, clauses=clauses, why="log"
    )
