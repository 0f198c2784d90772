"""Which of somebody's assignments provisioning honours. The portal shows them all alike.

A group that is not security-enabled is not read, and a role that the connector does not take entitles nobody.
"""

from provisioning.connectors import needs_a_role
from provisioning.evidence import Evidence
from provisioning.model import DEFAULT_ACCESS, Assignment


def effective(seen: Evidence) -> tuple[Assignment, ...]:
    """The assignments that provisioning reads; one of which the group's kind is not known counts."""
    return tuple(each for each in seen.assignments if each.group is None or each.group.security_enabled is not False)


def entitles(assignment: Assignment, seen: Evidence) -> bool | None:
    """Whether the role makes provisioning write an account; None when that cannot be told from here."""
    if assignment.role_id == DEFAULT_ACCESS:
        return None if seen.job is None else not needs_a_role(seen.job)
    if seen.roles is None:
        return None
    return any(role.id == assignment.role_id and role.enabled for role in seen.roles)


def entitles_nobody(seen: Evidence) -> bool:
    """Whether every assignment that is read certainly entitles nobody."""
    read = effective(seen)
    return bool(read) and all(entitles(each, seen) is False for each in read)
