"""Whether the account stands in the app."""

from provisioning.attempts import Verdict
from provisioning.evidence import Evidence
from provisioning.messages.events import REMOVING
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.timing import newest_row


def provisioned(seen: Evidence) -> Finding | None:
    """Fire when the newest row wrote the account to the app and did not disable it there."""
    row = newest_row(seen)
    if row is None or row.verdict is not Verdict.SUCCESS or row.action in REMOVING:
        return None
    return finding(Cause.PROVISIONED, seen_at=row.at, target=row.target_name, action=row.action)
