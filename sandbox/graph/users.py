"""/users and /directory/deletedItems: reading people, changing them, and asking where they belong."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from sandbox.errors import GraphRefusalError, bad_request, not_found
from sandbox.graph.audits import record
from sandbox.graph.routing import Answer, Ask, Router
from sandbox.listing import Kind, answer_list, answer_one
from sandbox.membership import direct_groups, grants_of_user, transitive_groups
from sandbox.properties import APP_ROLE_ASSIGNMENT, GROUP, USER, USER_DEFAULT
from sandbox.stage import Stage

Json = dict[str, Any]

router = Router()

USERS = Kind(type_name="user", properties=USER, default=USER_DEFAULT)
DELETED = Kind(type_name="user", properties=USER, default=(*USER_DEFAULT, "deletedDateTime"))
GROUPS = Kind(type_name="group", properties=GROUP)
GRANTS = Kind(type_name="appRoleAssignment", properties=APP_ROLE_ASSIGNMENT)

_READ_ONLY = frozenset(
    {"id", "createdDateTime", "deletedDateTime", "creationType", "proxyAddresses", "imAddresses", "assignedLicenses"}
)
# What a synchronised account takes from the on-premises directory.
_CLOUD_OWNED = frozenset({"usageLocation", "otherMails", "passwordPolicies", "ageGroup", "showInAddressList"})
_MASTERED = (
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
    "currently undergoing migration."
)


def user_at(ask: Ask, key: str) -> Json:
    user = ask.world.find_user(key)
    if user is None:
        raise not_found(key)
    return user


@router.on("GET", "users")
def list_users(ask: Ask) -> Json:
    return answer_list(ask.world.people.candidates(ask.options), USERS, ask.asked)


@router.on("GET", "users/{}")
def get_user(ask: Ask, key: str) -> Json:
    return answer_one(_as_shown(ask, user_at(ask, key)), USERS, ask.asked)


def _as_shown(ask: Ask, user: Json) -> Json:
    """The user, or with the fault `directoryLagSeconds` for so long what a change has replaced."""
    lag = timedelta(seconds=ask.world.faults.get("directoryLagSeconds", 0))
    until, before = ask.world.before.get(user["id"], (None, user))
    return before if until is not None and ask.world.clock.now() < until + lag else user


@router.on("PATCH", "users/{}")
def patch_user(ask: Ask, key: str) -> Answer:
    change = {name: value for name, value in ask.json_body().items() if "@odata." not in name}
    change_user(ask.stage, user_at(ask, key), change, ask.client_id)
    return Answer(204)


def change_user(stage: Stage, user: Json, change: Json, client_id: str) -> None:
    """Change a user as Graph's PATCH does: all of it or nothing, with a row in the audit log."""
    for name, value in change.items():
        _check_change(user, name, value)
    if "userPrincipalName" in change:
        other = stage.world.find_user(change["userPrincipalName"])
        if other is not None and other is not user:
            message = "Another object with the same value for property userPrincipalName already exists."
            raise bad_request(message, "Request_BadRequest")
    changed = [
        {"displayName": name, "oldValue": json.dumps([user[name]]), "newValue": json.dumps([value])}
        for name, value in change.items()
    ]
    stage.world.before[user["id"]] = (stage.world.clock.now(), dict(user))
    user.update(change)
    stage.world.changed()
    target = {"id": user["id"], "displayName": user["displayName"], "type": "User"}
    target |= {"userPrincipalName": user["userPrincipalName"], "modifiedProperties": changed}
    record(stage.world, "Update user", "UserManagement", [target], client_id)
    stage.world.count("usersPatched")
    stage.save()


def _check_change(user: Json, name: str, value: Any) -> None:
    if name not in USER:
        text = f"Invalid property '{name}'."
        raise bad_request(text, "Request_BadRequest")
    if name in _READ_ONLY or name.startswith("onPremises"):
        text = f"Property '{name}' is read-only and cannot be set."
        raise bad_request(text, "Request_BadRequest")
    if user["onPremisesSyncEnabled"] and name not in _CLOUD_OWNED:
        raise GraphRefusalError(400, "Request_BadRequest", _MASTERED)
    kinds: dict[str, Any] = {"flag": bool, "texts": list, "list": list}
    required = name in ("accountEnabled", "displayName", "userPrincipalName", "userType")
    wrong_type = value is not None and not isinstance(value, kinds.get(USER[name], str))
    if wrong_type or (required and value in (None, "")):
        text = f"Invalid value specified for property '{name}' of resource 'User'."
        raise bad_request(text, "Request_BadRequest")


@router.on("GET", "users/{}/appRoleAssignments")
def list_grants(ask: Ask, key: str) -> Json:
    return answer_list(grants_of_user(ask.world, user_at(ask, key)["id"]), GRANTS, ask.asked)


def _groups(ask: Ask, found: list[Json]) -> Json:
    typed = [{"@odata.type": "#microsoft.graph.group"} | group for group in found]
    return answer_list(typed, GROUPS, ask.asked)


@router.on("GET", "users/{}/memberOf")
@router.on("GET", "users/{}/memberOf/graph.group")
def member_of(ask: Ask, key: str) -> Json:
    return _groups(ask, direct_groups(ask.world, user_at(ask, key)["id"]))


@router.on("GET", "users/{}/transitiveMemberOf")
@router.on("GET", "users/{}/transitiveMemberOf/graph.group")
def transitive_member_of(ask: Ask, key: str) -> Json:
    return _groups(ask, transitive_groups(ask.world, user_at(ask, key)["id"]))


@router.on("POST", "users/{}/checkMemberGroups")
def check_member_groups(ask: Ask, key: str) -> Json:
    """Tell which of up to 20 groups hold the user, also through other groups."""
    user = user_at(ask, key)
    ids = ask.json_body().get("groupIds")
    if not isinstance(ids, list) or not ids or len(ids) > 20:
        raise bad_request("The number of group ids must be between 1 and 20.", "Request_BadRequest")
    held = {group["id"].lower() for group in transitive_groups(ask.world, user["id"])}
    context = f"{ask.asked.context}#Collection(Edm.String)"
    return {"@odata.context": context, "value": [each for each in ids if str(each).lower() in held]}


@router.on("GET", "users/{}/manager")
def get_manager(ask: Ask, key: str) -> Json:
    manager = ask.world.users.get(ask.world.managers.get(user_at(ask, key)["id"], ""))
    if manager is None:
        raise not_found("manager")
    return {"@odata.type": "#microsoft.graph.user"} | answer_one(manager, USERS, ask.asked)


@router.on("GET", "directory/deletedItems/graph.user")
def list_deleted(ask: Ask) -> Json:
    return answer_list(ask.world.people.deleted, DELETED, ask.asked)


@router.on("GET", "directory/deletedItems/{}")
@router.on("GET", "directory/deletedItems/graph.user/{}")
@router.on("GET", "directory/deletedItems/{}/graph.user")
def get_deleted(ask: Ask, key: str) -> Json:
    user = ask.world.find_user(unquote(key), deleted=True)
    if user is None:
        raise not_found(key)
    return {"@odata.type": "#microsoft.graph.user"} | answer_one(user, DELETED, ask.asked)
