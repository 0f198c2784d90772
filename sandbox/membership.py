"""Who is in which group, directly and through other groups, and who is therefore assigned to an app."""

from datetime import timedelta
from typing import Any

from sandbox.file.base import NO_ROLE
from sandbox.times import read_instant
from sandbox.world import App, World

Json = dict[str, Any]

# Connectors that still want a real role: "default access" entitles nobody there.
_NEED_A_ROLE = ("salesforce",)


def direct_groups(world: World, member_id: str) -> list[Json]:
    return [world.groups[key] for key in world.groups_of(member_id)]


def transitive_groups(world: World, member_id: str) -> list[Json]:
    """Give every group that holds the member, directly or through groups in groups."""
    found: dict[str, Json] = {}
    ahead = [member_id]
    while ahead:
        for group in direct_groups(world, ahead.pop()):
            if group["id"] not in found:
                found[group["id"]] = group
                ahead.append(group["id"])
    return list(found.values())


def members_of(world: World, group_id: str) -> list[Json]:
    """Give the immediate members that are not deleted, users and groups."""
    found = []
    for member_id in world.members[group_id]:
        user = world.users.get(member_id)
        if user is not None and user["deletedDateTime"] is None:
            found.append({"@odata.type": "#microsoft.graph.user"} | user)
        elif member_id in world.groups:
            found.append({"@odata.type": "#microsoft.graph.group"} | world.groups[member_id])
    return found


def transitive_members_of(world: World, group_id: str) -> list[Json]:
    found: dict[str, Json] = {}
    ahead = [group_id]
    while ahead:
        for member in members_of(world, ahead.pop()):
            if member["id"] not in found:
                found[member["id"]] = member
                if member["id"] in world.groups:
                    ahead.append(member["id"])
    return list(found.values())


def grants_of_user(world: World, user_id: str) -> list[Json]:
    """Give a user's assignments: direct ones, and those of groups the user is an immediate member of."""
    groups = {group["id"] for group in direct_groups(world, user_id)}
    return [
        grant
        for app in world.apps.values()
        for grant in app.assignments
        if grant["principalId"] == user_id or grant["principalId"] in groups
    ]


def provisioning_grants(world: World, app: App, user_id: str) -> list[Json]:
    """Give the assignments that provisioning honours: nested groups and mail groups are not read.

    One that is younger than the fault `assignmentLagSeconds` has not reached the provisioning service yet.
    """
    groups = {group["id"] for group in direct_groups(world, user_id) if group["securityEnabled"]}
    known = world.clock.now() - timedelta(seconds=world.faults.get("assignmentLagSeconds", 0))
    return [
        grant
        for grant in app.assignments
        if (grant["principalId"] == user_id or grant["principalId"] in groups)
        and read_instant(grant["createdDateTime"]) <= known
    ]


def entitles(app: App, grant: Json) -> bool:
    """Whether an assignment carries a role with which the connector provisions."""
    if grant["appRoleId"] == NO_ROLE:
        connector = app.job["templateId"].lower() if app.job else ""
        return not connector.startswith(_NEED_A_ROLE)
    return any(role["id"] == grant["appRoleId"] and role["isEnabled"] for role in app.app_roles)
