"""Whether the person holds the app only through a group that provisioning does not read."""

from provisioning.assignments import effective
from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding
from provisioning.remedies import finding


def group_not_security_enabled(seen: Evidence) -> Finding | None:
    """Fire when every assignment comes through a group that is not security-enabled, such as a mail group."""
    if not seen.knows("assignments") or not seen.assignments or effective(seen) or seen.sync_all:
        return None
    groups = tuple(dict.fromkeys(each.group.name for each in seen.assignments if each.group))
    return finding(Cause.GROUP_NOT_SECURITY_ENABLED, group=groups[0] if groups else None, groups=groups)
