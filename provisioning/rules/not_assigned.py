"""Whether the person holds the app at all."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding
from provisioning.remedies import finding
from provisioning.rules.dynamic_membership_pending import dynamic_membership_pending


def not_assigned(seen: Evidence) -> Finding | None:
    """Fire when the person is assigned neither directly nor by a group, and the job does not sync everybody.

    Who is about to join an assigned group by its rule is not called unassigned.
    """
    if not seen.knows("assignments") or seen.assignments or seen.nested or seen.sync_all:
        return None
    if dynamic_membership_pending(seen):
        return None
    assumed = "assigned_only" if seen.sync_all is None else None
    paused = tuple(group.name for group in seen.dynamic if group.rule_paused)
    return finding(Cause.NOT_ASSIGNED, owners=seen.app.owners, assumed=assumed, paused_groups=paused)
