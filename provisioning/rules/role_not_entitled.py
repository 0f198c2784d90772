"""Whether the person's assignments entitle to anything."""

from provisioning.assignments import effective, entitles, entitles_nobody
from provisioning.attempts import LogEvent, Verdict
from provisioning.evidence import Evidence
from provisioning.messages.events import was_assigned, was_entitled
from provisioning.model import DEFAULT_ACCESS, Assignment, Cause, Finding
from provisioning.remedies import finding
from provisioning.timing import is_refuted, newest_row


def role_not_entitled(seen: Evidence) -> Finding | None:
    """Fire when every assignment is one that provisions nobody, by its role or by the newest row.

    The portal shows the person as assigned, so the administrator sees nothing wrong.
    """
    if not seen.knows("assignments") or not effective(seen) or seen.sync_all:
        return None
    row = newest_row(seen)
    said = row if row and _says_so(seen, row) else None
    if not said and not entitles_nobody(seen):
        return None
    roles = tuple(dict.fromkeys(_name(seen, each.role_id) for each in effective(seen)))
    return finding(
        Cause.ROLE_NOT_ENTITLED,
        seen_at=said.at if said else None,
        role=roles[0],
        roles=roles,
        usable=tuple(role.name for role in seen.roles or () if role.enabled),
        because="role" if entitles_nobody(seen) else "log",
    )


def _says_so(seen: Evidence, row: LogEvent) -> bool:
    if row.verdict is not Verdict.SKIPPED or was_entitled(row.steps) is not False or was_assigned(row.steps) is False:
        return False
    return not is_refuted(seen, row) and not any(entitles(each, seen) for each in _newer(seen, row))


def _newer(seen: Evidence, row: LogEvent) -> list[Assignment]:
    return [each for each in effective(seen) if each.since and each.since > row.at]


def _name(seen: Evidence, role_id: str) -> str:
    if role_id == DEFAULT_ACCESS:
        return "Default Access"
    return next((role.name for role in seen.roles or () if role.id == role_id), role_id)
