"""Whether the assignment is too young for the provisioning service to honour it."""

from datetime import datetime

from provisioning.assignments import effective
from provisioning.attempts import LogEvent
from provisioning.evidence import Evidence
from provisioning.messages.events import was_assigned
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.timing import FRESH, newest_row


def assignment_too_fresh(seen: Evidence) -> Finding | None:
    """Fire when the assignment is minutes old: a run that comes now may still take the person for unassigned."""
    made = _made(seen)
    if made is None:
        return None
    row = newest_row(seen)
    if (row is None or row.at < made) and seen.as_of - made > FRESH:
        return None
    if row and row.at >= made and not missed(seen, row):
        return None
    return finding(Cause.ASSIGNMENT_TOO_FRESH, at=made.isoformat(), seen_at=row.at if row else None)


def missed(seen: Evidence, row: LogEvent) -> bool:
    """Whether a row says "not assigned" right after the assignment was made."""
    made = _made(seen)
    return made is not None and was_assigned(row.steps) is False and made <= row.at <= made + FRESH


def _made(seen: Evidence) -> datetime | None:
    """When the first of today's assignments was made; None if any of them does not say."""
    since = [each.since for each in effective(seen)]
    known = [at for at in since if at]
    return min(known) if known and len(known) == len(since) and seen.knows("assignments") else None
