"""Whether directory and app already agree."""

from provisioning.attempts import Verdict
from provisioning.evidence import Evidence
from provisioning.messages.events import REDUNDANT
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.timing import newest_row


def in_sync(seen: Evidence) -> Finding | None:
    """Fire when the newest row was skipped because both sides were already equal: the good skip."""
    row = newest_row(seen)
    if row is None or row.verdict is not Verdict.SKIPPED or row.skip_reason != REDUNDANT:
        return None
    return finding(Cause.IN_SYNC, seen_at=row.at, target=row.target_name)
