"""Whether the person reaches the app only through a group inside a group."""

from provisioning.assignments import effective
from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding
from provisioning.remedies import finding


def nested_group_only(seen: Evidence) -> Finding | None:
    """Fire when only a group inside an assigned group holds the person: provisioning does not read nested groups."""
    if not seen.knows("assignments", "nested") or effective(seen) or not seen.nested or seen.sync_all:
        return None
    assigned, member = seen.nested[0]
    return finding(
        Cause.NESTED_GROUP_ONLY,
        assigned_group=assigned.name,
        group=member.name if member else None,
        assigned_groups=tuple(dict.fromkeys(group.name for group, _ in seen.nested)),
    )
