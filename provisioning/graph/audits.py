"""The directory's audit log about one account: who did what to it."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from provisioning.attempts import Change
from provisioning.changes import DirectoryChange
from provisioning.graph.addresses import literal, path
from provisioning.graph.client import GraphClient
from provisioning.graph.logs import written
from provisioning.messages.lenient import instant

_TOP = "50"
# Bookkeeping of the directory itself, which nobody did.
_HOUSEKEEPING = frozenset({"included updated properties", "stsrefreshtokensvalidfrom", "targetid.usertype"})


class _Property(Struct, rename="camel"):
    display_name: str | None = None
    old_value: str | None = None
    new_value: str | None = None


class _Target(Struct, rename="camel"):
    id: str | None = None
    display_name: str | None = None
    user_principal_name: str | None = None
    type: str | None = None
    modified_properties: list[_Property] | None = None


class _Somebody(Struct, rename="camel"):
    display_name: str | None = None
    user_principal_name: str | None = None


class _By(Struct):
    user: _Somebody | None = None
    app: _Somebody | None = None


class _Audit(Struct, rename="camel"):
    activity_date_time: str | None = None
    activity_display_name: str | None = None
    result: str | None = None
    initiated_by: _By | None = None
    target_resources: list[_Target] | None = None


class _Page(Struct):
    value: list[_Audit] = []


async def read_changes(client: GraphClient, person_id: str, *, since: datetime) -> tuple[DirectoryChange, ...]:
    """The newest 50 entries about the account."""
    where = f"targetResources/any(t:t/id eq {literal(person_id.lower())}) and activityDateTime gt {written(since)}"
    options = {"$top": _TOP, "$orderby": "activityDateTime desc", "$filter": where}
    page = await client.get(path("auditLogs", "directoryAudits"), _Page, options=options)
    found = [_change(row, at, person_id) for row in page.value if (at := instant(row.activity_date_time))]
    return tuple(sorted(found, key=lambda change: change.at, reverse=True))


def _change(row: _Audit, at: datetime, person_id: str) -> DirectoryChange:
    targets = row.target_resources or []
    others = [target for target in targets if (target.id or "").lower() != person_id.lower()]
    return DirectoryChange(
        at=at,
        activity=row.activity_display_name or "",
        by=_by(row.initiated_by),
        succeeded=(row.result or "success").lower() == "success",
        touched=tuple(name for target in others if (name := target.display_name or target.user_principal_name)),
        app_ids=tuple(target.id for target in others if target.id and (target.type or "") == "ServicePrincipal"),
        changes=tuple(
            Change(attribute=each.display_name or "", old=_plain(each.old_value), new=_plain(each.new_value))
            for target in targets
            for each in target.modified_properties or ()
            if each.display_name and each.display_name.lower() not in _HOUSEKEEPING
        ),
    )


def _by(by: _By | None) -> str:
    who = (by.user or by.app) if by else None
    return (who.user_principal_name or who.display_name or "") if who else ""


def _plain(value: str | None) -> str | None:
    """Values come as JSON in a string, most of them a list of one: ["new@fabrikam.example"]."""
    if not value:
        return None
    try:
        read: Any = msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value
    parts = [str(part) for part in (read if isinstance(read, list) else [read]) if part not in (None, "")]
    return "; ".join(parts) or None
