"""provisionOnDemand: what it demands of the request and the job, and its answer in both documented shapes."""

import json
import uuid
from typing import Any

from sandbox.engine.cycle import count_entries
from sandbox.engine.entry import STATUS_INFO, on_demand_entry
from sandbox.engine.group import provision_group
from sandbox.engine.plan import has_rule, read_plan
from sandbox.engine.provision import Run, provision
from sandbox.engine.scim import ScimSide
from sandbox.errors import GraphRefusalError, not_found
from sandbox.times import read_instant
from sandbox.world import App, World

Json = dict[str, Any]

MOST_MEMBERS = 5


def provision_on_demand(world: World, app: App, side: ScimSide, body: Any, *, shape: str, initiator: Json) -> Json:
    """Provision one user, or one group with up to five members, now; gives a stringKeyStringValuePair."""
    _check_job(app)
    subject = _subject(app, body)
    cycle_id = str(uuid.uuid4())
    entries = []
    for kind, source in _objects(world, subject):
        plan = read_plan(app.schema, kind)
        if plan is None:
            raise _invalid(f"The rule has no enabled mapping for objects of type '{kind}'.")
        run = Run(world=world, app=app, side=side, plan=plan, cycle_id=cycle_id, on_demand=True)
        entries.append(provision(run, source) if kind == "User" else provision_group(run, source))
    count_entries(app, entries)
    ended = world.clock.now()
    rows = [entry.row(app, world.company["id"], ended, initiator) for entry in entries]
    app.log.extend(rows)
    answers = [on_demand_entry(row, read_instant(row["activityDateTime"]), ended) for row in rows]
    return _shape_a(rows, answers) if shape == "A" else _shape_b(answers)


def _check_job(app: App) -> None:
    assert app.job is not None
    if app.job["status"]["code"] == "Quarantine":
        raise GraphRefusalError(401, "UnknownError", "")
    if app.job["status"]["code"] == "NotConfigured":
        raise GraphRefusalError(400, "CredentialsMissing", "The credentials for this application are missing.")
    if app.target["credentialsExpired"]:
        message = "We are not able to connect: the application answered 401 Unauthorized to the connection test."
        raise GraphRefusalError(400, "SystemForCrossDomainIdentityManagementInvalidCredentials", message)
    if app.credentials == "oauth" and app.running:
        message = "Provisioning must be stopped before an application that was authorised by consent is used on demand."
        raise GraphRefusalError(400, "RequestParameterInvalid", message)


def _subject(app: App, body: Any) -> Json:
    """Find the one subject in `{"parameters":[{"ruleId":…,"subjects":[…]}]}`."""
    parameters = body.get("parameters") if isinstance(body, dict) else None
    if not isinstance(parameters, list) or len(parameters) != 1 or not isinstance(parameters[0], dict):
        raise _invalid("The request must hold exactly one entry in 'parameters'.")
    rule_id = parameters[0].get("ruleId")
    if not isinstance(rule_id, str) or not has_rule(app.schema, rule_id):
        message = f"The request names the rule '{rule_id or ''}'. However, the job does not include the rule."
        raise _invalid(message)
    subjects = parameters[0].get("subjects")
    if not isinstance(subjects, list) or len(subjects) != 1 or not isinstance(subjects[0], dict):
        raise _invalid("Exactly one subject can be provisioned on demand.")
    subject: Json = subjects[0]
    if subject.get("objectTypeName") not in ("User", "Group"):
        raise _invalid(f"The object type '{subject.get('objectTypeName')}' is not known to the rule.")
    return subject


def _objects(world: World, subject: Json) -> list[tuple[str, Json]]:
    """Name the objects to provision: the members before their group, so that it can hold them."""
    if subject["objectTypeName"] == "User":
        return [("User", _user(world, subject.get("objectId")))]
    group = world.groups.get(str(subject.get("objectId")).lower())
    if group is None:
        raise not_found(str(subject.get("objectId")))
    members = (subject.get("links") or {}).get("members") or []
    if len(members) > MOST_MEMBERS:
        raise _invalid(f"A group can be provisioned on demand with {MOST_MEMBERS} members at most.")
    users = [_user(world, member.get("objectId")) for member in members]
    for user in users:
        if user["id"] not in world.members[group["id"]]:
            raise _invalid(f"The user '{user['id']}' is no immediate member of the group.")
    return [*(("User", user) for user in users), ("Group", group)]


def _user(world: World, object_id: Any) -> Json:
    user = world.find_user(str(object_id)) if object_id else None
    if user is None or user["id"].lower() != str(object_id).lower():
        raise not_found(str(object_id))
    return user


def _shape_a(rows: list[Json], answers: list[Json]) -> Json:
    """The API reference's shape: the verdict in the key, one object in the value."""
    row = rows[-1]
    info = row["provisioningStatusInfo"]
    details: Json = {}
    if info["status"] == "skipped":
        reason = row["provisioningSteps"][-1]["details"].get("SkipReason")
        details = {"errorCode": reason, "errorMessage": row["provisioningSteps"][-1]["description"]}
    elif info["errorInformation"] is not None:
        error = info["errorInformation"]
        details = {"errorCode": error["errorCode"], "errorMessage": error["reason"]}
    verdict = {"result": info["status"].capitalize(), "details": details}
    return {"key": json.dumps(verdict), "value": json.dumps(answers[-1])}


def _shape_b(answers: list[Json]) -> Json:
    """The shape seen in use: a type's name as the key, one entry for every object in the value."""
    return {"key": STATUS_INFO, "value": json.dumps(answers)}


def _invalid(message: str) -> GraphRefusalError:
    return GraphRefusalError(400, "RequestParameterInvalid", message)
