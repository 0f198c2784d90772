"""/servicePrincipals/{id}/synchronization: jobs, their schema, and the levers that move them."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.engine.cycle import INVALID_CREDENTIALS
from sandbox.engine.expressions import ExpressionError, evaluate, parse
from sandbox.engine.ondemand import provision_on_demand
from sandbox.errors import GraphRefusalError, TenantFileError, bad_request, not_found
from sandbox.file.schema import Schema
from sandbox.graph.apps import app_at
from sandbox.graph.audits import record_job
from sandbox.graph.routing import Answer, Ask, Router
from sandbox.listing import Kind, answer_list, answer_one
from sandbox.mapping import default_schema, filter_operators
from sandbox.tenant import as_json, read_part
from sandbox.times import YEAR_ONE, write_instant
from sandbox.world import App

Json = dict[str, Any]

router = Router()

_JOB = ("id", "templateId", "schedule", "status", "synchronizationJobSettings")
_SCHEMA = ("id", "version", "synchronizationRules", "directories")
_OPERATOR = ("id", "name", "arity", "multivaluedComparisonType", "supportedAttributeTypes")
JOBS = Kind(
    type_name="synchronizationJob",
    properties=dict.fromkeys(_JOB, "object") | {"id": "text", "templateId": "text"},
    directory=False,
    options=frozenset({"$select", "$filter", "$top", "$skip", "$count", "$orderby", "$skiptoken"}),
)
SCHEMA = Kind(type_name="synchronizationSchema", properties=dict.fromkeys(_SCHEMA, "object"), directory=False)
OPERATORS = Kind(type_name="filterOperatorSchema", properties=dict.fromkeys(_OPERATOR, "object"), directory=False)
_ROOT = "servicePrincipals/{}/synchronization/jobs"
# The flags of restart's resetScope; an empty one is what the portal's button does.
_RESETS = ("None", "ConnectorDataStore", "Escrows", "Watermark", "QuarantineState", "Full", "ForceDeletes")
SOON = timedelta(minutes=1)  # until the cycle that a new schema asks for
_PORTAL_RESTART = frozenset({"Escrows", "Watermark", "QuarantineState"})


def job_of(ask: Ask, key: str, job_id: str) -> tuple[App, Json]:
    app = app_at(ask, key)
    if app.job is None or app.job["id"] != job_id:
        raise not_found(job_id)
    return app, app.job


@router.on("GET", _ROOT)
def list_jobs(ask: Ask, key: str) -> Json:
    app = app_at(ask, key)
    return answer_list([app.job] if app.job else [], JOBS, ask.asked)


@router.on("GET", f"{_ROOT}/{{}}")
def get_job(ask: Ask, key: str, job_id: str) -> Json:
    return answer_one(job_of(ask, key, job_id)[1], JOBS, ask.asked)


@router.on("POST", f"{_ROOT}/{{}}/start")
def start_job(ask: Ask, key: str, job_id: str) -> Answer:
    """Resume a paused job where it stopped, and lift a quarantine. A cycle follows at once."""
    app, job = job_of(ask, key, job_id)
    if job["status"]["code"] == "NotConfigured":
        raise GraphRefusalError(400, "CredentialsMissing", "The credentials for this application are missing.")
    job["schedule"]["state"] = "Active"
    _lift_quarantine(job)
    _awake(job)
    record_job(ask.world, app, "Enable/start provisioning configuration", ask.client_id)
    return _moved(ask, app, "jobsStarted", ask.world.clock.now())


@router.on("POST", f"{_ROOT}/{{}}/pause")
def pause_job(ask: Ask, key: str, job_id: str) -> Answer:
    app, job = job_of(ask, key, job_id)
    job["schedule"]["state"] = "Disabled"
    job["status"]["code"] = "Paused"
    record_job(ask.world, app, "Disable/pause provisioning configuration", ask.client_id)
    return _moved(ask, app, "jobsPaused", None)


@router.on("POST", f"{_ROOT}/{{}}/restart")
def restart_job(ask: Ask, key: str, job_id: str) -> Answer:
    """Forget what `{"criteria":{"resetScope":"Watermark, Escrows"}}` names, then run at once."""
    app, job = job_of(ask, key, job_id)
    scope = _reset_scope(ask.body)
    if scope & {"Watermark", "Full"}:
        _begin_anew(app, job)
    if scope & {"Escrows", "Full"}:
        app.escrows.clear()
        job["status"]["escrowsPruned"] = False
    if "Full" in scope:
        app.links.clear()
    if scope & {"QuarantineState", "Full", "ForceDeletes"}:
        _lift_quarantine(job)
    job["schedule"]["state"] = "Active"
    _awake(job)
    record_job(ask.world, app, "Enable/restart provisioning configuration", ask.client_id)
    return _moved(ask, app, "jobsRestarted", ask.world.clock.now())


def _begin_anew(app: App, job: Json) -> None:
    """The next cycle looks at everybody again: an initial one."""
    app.seen.clear()
    job["status"]["steadyStateFirstAchievedTime"] = YEAR_ONE
    job["status"]["steadyStateLastAchievedTime"] = YEAR_ONE


def _reset_scope(body: Any) -> frozenset[str]:
    criteria = (body or {}).get("criteria") if isinstance(body, dict) or body is None else None
    criteria = {} if criteria is None else criteria
    if not isinstance(criteria, dict) or set(criteria) - {"resetScope", "@odata.type"}:
        raise bad_request("Only resetScope is a property of synchronizationJobRestartCriteria.")
    given = frozenset(part.strip() for part in (criteria.get("resetScope") or "").split(",") if part.strip())
    if given - set(_RESETS):
        raise bad_request(f"The resetScope '{criteria['resetScope']}' is not known.")
    return given or _PORTAL_RESTART


def _awake(job: Json) -> None:
    if job["status"]["code"] != "Quarantine":
        job["status"]["code"] = "Active" if job["status"]["lastExecution"] else "NotRun"


def _lift_quarantine(job: Json) -> None:
    job["status"]["quarantine"] = None
    if job["status"]["code"] == "Quarantine":
        job["status"]["code"] = "Active"


def _moved(ask: Ask, app: App, counter: str, due: datetime | None) -> Answer:
    app.next_cycle = write_instant(due) if due else None
    ask.world.count(counter)
    ask.stage.rescheduled.set()
    ask.stage.save()
    return Answer(204)


@router.on("POST", f"{_ROOT}/{{}}/validateCredentials")
def validate_credentials(ask: Ask, key: str, job_id: str) -> Answer:
    app, _ = job_of(ask, key, job_id)
    if app.target["credentialsExpired"] or app.target["down"]:
        code = INVALID_CREDENTIALS if app.target["credentialsExpired"] else "ServiceUnavailable"
        message = "We received this unexpected response from your application: Unauthorized"
        raise GraphRefusalError(400, code, message)
    return Answer(204)


@router.on("POST", f"{_ROOT}/{{}}/provisionOnDemand")
def on_demand(ask: Ask, key: str, job_id: str) -> Json:
    app, _ = job_of(ask, key, job_id)
    ask.stage.limits.check(ask.client_id, "provisionOnDemand")
    shape = ask.headers.get("x-sandbox-shape", "").upper() or ask.world.faults["onDemandShape"]
    initiator = {"id": ask.client_id, "displayName": ask.client_id, "initiatorType": "application"}
    pair = provision_on_demand(ask.world, app, ask.stage.side(app), ask.body, shape=shape, initiator=initiator)
    ask.stage.save()
    return {"@odata.context": f"{ask.asked.context}#microsoft.graph.stringKeyStringValuePair"} | pair


@router.on("GET", f"{_ROOT}/{{}}/schema")
def get_schema(ask: Ask, key: str, job_id: str) -> Json:
    app, _ = job_of(ask, key, job_id)
    return answer_one(app.schema, SCHEMA, ask.asked)


@router.on("PUT", f"{_ROOT}/{{}}/schema")
@router.on("PATCH", f"{_ROOT}/{{}}/schema")  # what the official clients send
def put_schema(ask: Ask, key: str, job_id: str) -> Answer:
    """Replace the whole schema. A cycle that looks at everybody again follows."""
    app, job = job_of(ask, key, job_id)
    try:
        given = as_json(read_part(Schema, ask.json_body()), ask.world.clock.now())
    except TenantFileError as wrong:
        raise bad_request(f"The schema is not valid: {wrong}") from wrong
    if not given["synchronizationRules"]:
        raise bad_request("The schema needs at least one synchronization rule.")
    kept = {name: value for name, value in given.items() if name in ask.json_body()}
    return _replace_schema(ask, app, job, kept)


@router.on("DELETE", f"{_ROOT}/{{}}/schema")
def reset_schema(ask: Ask, key: str, job_id: str) -> Answer:
    app, job = job_of(ask, key, job_id)
    return _replace_schema(ask, app, job, default_schema(job["id"], app.display_name))


def _replace_schema(ask: Ask, app: App, job: Json, schema: Json) -> Answer:
    app.schema = app.schema | schema
    app.schema["version"] = f"Date:{ask.world.now()}, Sequence:{ask.world.counters.get('schemasPut', 0) + 2}"
    _begin_anew(app, job)
    record_job(ask.world, app, "Update attribute mappings or scope", ask.client_id)
    due = ask.world.clock.now() + SOON if app.running else None
    return _moved(ask, app, "schemasPut", due)


@router.on("POST", f"{_ROOT}/{{}}/schema/parseExpression")
def parse_expression(ask: Ask, key: str, job_id: str) -> Json:
    """Work an expression out for the values given; a function that we do not know is said to be one."""
    job_of(ask, key, job_id)
    body = ask.body if isinstance(ask.body, dict) else {}
    given = (body.get("testInputObject") or {}).get("properties") or []
    values = {pair["key"]: pair.get("value") for pair in given}
    answer = {"@odata.type": "#microsoft.graph.parseExpressionResponse", "parsingSucceeded": False}
    try:
        node = parse(str(body.get("expression") or ""))
        result = evaluate(node, values.get)
    except ExpressionError as wrong:
        return answer | {"evaluationSucceeded": False, "evaluationResult": [], "error": {"message": str(wrong)}}
    found = [] if result is None else [str(result)]
    return answer | {"parsingSucceeded": True, "evaluationSucceeded": True, "evaluationResult": found, "error": None}


@router.on("GET", f"{_ROOT}/{{}}/schema/filterOperators")
def list_operators(ask: Ask, key: str, job_id: str) -> Json:
    job_of(ask, key, job_id)
    return answer_list(filter_operators(), OPERATORS, ask.asked)
