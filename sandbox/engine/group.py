"""A group's way into the app: the group itself, and those of its members who have an account there."""

import json
from typing import Any

from sandbox.engine.entry import Entry
from sandbox.engine.provision import Run, end_refused
from sandbox.engine.scim import Refused
from sandbox.membership import members_of
from sandbox.world import App, World

Json = dict[str, Any]

_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def assigned_groups(world: World, app: App) -> list[Json]:
    principals = {grant["principalId"] for grant in app.assignments}
    return [group for key, group in world.groups.items() if key in principals and group["securityEnabled"]]


def group_fingerprint(world: World, app: App, group: Json) -> str:
    accounts = sorted(_member_accounts(world, app, group))
    return json.dumps([group["displayName"], accounts])


def provision_group(run: Run, group: Json) -> Entry:
    """Create the group in the app, or bring its name and members up to date."""
    name = group["displayName"]
    entry = Entry(
        kind="Group",
        source_id=group["id"],
        source_name=name,
        source_details={"odatatype": "Group", "id": group["id"], "DisplayName": name},
        began=run.now(),
        cycle_id=run.cycle_id,
    )
    entry.step("EntryImport", "import", "success", f"Received Group '{name}' from Microsoft Entra ID")
    assigned = any(each["id"] == group["id"] for each in assigned_groups(run.world, run.app))
    flags = {"Assigned to the application": str(assigned), "Active in the source system": "True"}
    outcome = "success" if assigned else "skipped"
    entry.step("EntrySynchronizationScoping", "scoping", outcome, "Determine if Group in scope", flags)
    if not assigned:
        details = {"SkipReason": "NotEffectivelyEntitled", "Assigned": "False", "IsActive": "True"}
        entry.step("EntrySynchronizationSkip", "export", "skipped", f"Group '{name}' is not assigned", details)
        entry.skip("NotEffectivelyEntitled")
        return entry
    try:
        _export(run, group, entry)
        run.app.escrows.pop(group["id"], None)
    except Refused as refused:
        entry.step("EntryExport", "export", "failure", f"Group '{name}' could not be written")
        end_refused(run, entry, refused)
    run.app.seen[group["id"]] = group_fingerprint(run.world, run.app, group)
    return entry


def _export(run: Run, group: Json, entry: Entry) -> None:
    name, where = group["displayName"], run.app.display_name
    wanted = f"displayName eq {json.dumps(name, ensure_ascii=False)}"
    found = run.side.call("GET", "/Groups", query={"filter": wanted})["Resources"]
    members = sorted(_member_accounts(run.world, run.app, group))
    before = sorted(each["value"] for each in (found[0].get("members") or [])) if found else []
    entry.modified = [
        {"displayName": "members", "oldValue": None, "newValue": each} for each in members if each not in before
    ] + [{"displayName": "members", "oldValue": each, "newValue": None} for each in before if each not in members]
    listed = [{"value": each} for each in members]
    if not found:
        entry.action = "create"
        entry.step("EntrySynchronizationAdd", "matching", "success", f"Group '{name}' will be created in {where}")
        body = {"schemas": [_SCHEMA], "displayName": name, "externalId": group["id"], "members": listed}
        made = run.side.call("POST", "/Groups", body)
        entry.step("EntryExportAdd", "export", "success", f"Group '{name}' was created in {where}")
    else:
        made = found[0]
        entry.step("EntrySynchronizationUpdate", "matching", "success", f"Group '{name}' was found in {where}")
        if not entry.modified:
            text = f"The Group '{name}' will be skipped. SkipReason=RedundantExport"
            entry.step("EntrySynchronizationSkip", "export", "skipped", text, {"SkipReason": "RedundantExport"})
            entry.skip("RedundantExport")
        else:
            entry.action = "update"
            operations = [{"op": "Replace", "path": "members", "value": listed}]
            run.side.call("PATCH", f"/Groups/{made['id']}", {"schemas": [_PATCH], "Operations": operations})
            entry.step("EntryExportUpdate", "export", "success", f"Group '{name}' was updated in {where}")
    entry.target_id, entry.target_name = made["id"], name
    run.app.links[group["id"]] = made["id"]


def _member_accounts(world: World, app: App, group: Json) -> list[str]:
    """Give the accounts of the members who have one; a member without an account is left out."""
    return [app.links[member["id"]] for member in members_of(world, group["id"]) if member["id"] in app.links]
