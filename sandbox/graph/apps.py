"""/servicePrincipals: enterprise apps, their owners and who is assigned to them."""

import re
from dataclasses import replace
from typing import Any

from sandbox.errors import bad_request, not_found
from sandbox.file.base import NO_ROLE
from sandbox.graph.audits import record
from sandbox.graph.routing import Answer, Ask, Router
from sandbox.graph.users import GRANTS, USERS
from sandbox.listing import Kind, answer_list, answer_one, select
from sandbox.properties import SERVICE_PRINCIPAL
from sandbox.world import App, assignment, derived_id

Json = dict[str, Any]

router = Router()

_OWNERS = re.compile(r"owners(?:\(\$select=(?P<names>[\w,]+)\))?")  # the one relation that is expanded
_MOST_EXPANDED = 20  # Graph's own limit of what comes along
SERVICE_PRINCIPALS = Kind(type_name="servicePrincipal", properties=SERVICE_PRINCIPAL)


def app_at(ask: Ask, key: str) -> App:
    """Find an app by the object id of its service principal, or by `appId=…`."""
    if key.startswith("appId="):
        wanted = key.removeprefix("appId=").lower()
        found = next((app for app in ask.world.apps.values() if app.app_id.lower() == wanted), None)
    else:
        found = ask.world.apps.get(key.lower())
    if found is None:
        raise not_found(key)
    return found


def _as_graph(app: App) -> Json:
    return {
        "id": app.id,
        "accountEnabled": app.account_enabled,
        "appId": app.app_id,
        "appDisplayName": app.display_name,
        "appRoleAssignmentRequired": app.app_role_assignment_required,
        "appRoles": app.app_roles,
        "createdDateTime": None,
        "deletedDateTime": None,
        "displayName": app.display_name,
        "keyCredentials": app.key_credentials,
        "notificationEmailAddresses": [],
        "passwordCredentials": app.password_credentials,
        "servicePrincipalType": "Application",
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
    }


@router.on("GET", "servicePrincipals")
def list_apps(ask: Ask) -> Json:
    return answer_list([_as_graph(app) for app in ask.world.apps.values()], SERVICE_PRINCIPALS, ask.asked)


@router.on("GET", "servicePrincipals/{}")
def get_app(ask: Ask, key: str) -> Json:
    app, asked = app_at(ask, key), ask.asked
    wanted = _OWNERS.fullmatch(asked.options.get("$expand", ""))
    if wanted is None:
        return answer_one(_as_graph(app), SERVICE_PRINCIPALS, asked)
    plain = {name: value for name, value in asked.options.items() if name != "$expand"}
    options = {"$select": wanted["names"]} if wanted["names"] else {}
    owners = [select(owner, USERS, options) for owner in _owners(ask, app)[:_MOST_EXPANDED]]
    return answer_one(_as_graph(app), SERVICE_PRINCIPALS, replace(asked, options=plain)) | {"owners": owners}


@router.on("GET", "applications/{}")
def get_registration(ask: Ask, key: str) -> Json:
    """Every app here comes from a gallery: its registration is kept in the vendor's tenant, not in this one."""
    raise not_found(key)


@router.on("GET", "servicePrincipals/{}/owners")
def list_owners(ask: Ask, key: str) -> Json:
    return answer_list(_owners(ask, app_at(ask, key)), USERS, ask.asked)


def _owners(ask: Ask, app: App) -> list[Json]:
    users = [ask.world.users[owner] for owner in app.owners]
    return [{"@odata.type": "#microsoft.graph.user"} | user for user in users if user["deletedDateTime"] is None]


@router.on("GET", "servicePrincipals/{}/appRoleAssignedTo")
def list_assigned(ask: Ask, key: str) -> Json:
    return answer_list(app_at(ask, key).assignments, GRANTS, ask.asked)


@router.on("POST", "servicePrincipals/{}/appRoleAssignedTo")
def assign(ask: Ask, key: str) -> Answer:
    """Assign a user or group: `{"principalId", "resourceId", "appRoleId"}`."""
    app, body, world = app_at(ask, key), ask.json_body(), ask.world
    principal, role = str(body.get("principalId", "")).lower(), str(body.get("appRoleId", NO_ROLE))
    if principal not in world.users and principal not in world.groups:
        raise not_found(principal)
    if str(body.get("resourceId", app.id)).lower() != app.id.lower():
        raise bad_request("The resourceId is not the id in the address.", "Request_BadRequest")
    if role != NO_ROLE and all(each["id"] != role for each in app.app_roles):
        raise bad_request("Permission being assigned was not found on application.", "Request_BadRequest")
    if any(g["principalId"] == principal and g["appRoleId"] == role for g in app.assignments):
        text = "Permission being assigned already exists on the object"
        raise bad_request(text, "Request_BadRequest")
    given = {"principalId": principal, "appRoleId": role, "createdDateTime": world.now()}
    given["id"] = derived_id(app.id, principal, role, world.now()).replace("-", "")
    made = assignment(app.id, app.display_name, given, world.users, world.groups)
    app.assignments.append(made)
    _note(ask, "Add app role assignment grant to user", app, principal)
    return Answer(201, {"@odata.context": f"{ask.asked.context}#appRoleAssignments/$entity"} | made)


@router.on("DELETE", "servicePrincipals/{}/appRoleAssignedTo/{}")
def unassign(ask: Ask, key: str, grant_id: str) -> Answer:
    app = app_at(ask, key)
    found = next((grant for grant in app.assignments if grant["id"] == grant_id), None)
    if found is None:
        raise not_found(grant_id)
    app.assignments.remove(found)
    _note(ask, "Remove app role assignment from user", app, found["principalId"])
    return Answer(204)


def _note(ask: Ask, activity: str, app: App, principal_id: str) -> None:
    targets = [
        {"id": app.id, "displayName": app.display_name, "type": "ServicePrincipal"},
        {"id": principal_id, "type": "User"},
    ]
    record(ask.world, activity, "ApplicationManagement", targets, ask.client_id)
    ask.world.count("assignmentsWritten")
    ask.stage.save()
