"""Whether the person holds the app at all."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding
from provisioning.remedies import finding


def not_assigned(seen: Evidence) -> Finding | None:
    """Fire when the person is assigned neither directly nor by a group, and the job does not sync everybody."""
    if not seen.knows("assignments") or seen.assignments or seen.nested or seen.sync_all:
        return None
    assumed = "assigned_only" if seen.sync_all is None else None
    return finding(Cause.NOT_ASSIGNED, owners=seen.app.owners, assumed=assumed)
