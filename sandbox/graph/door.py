"""Graph's door: the token, the faults, the counters, one request or a batch, and Graph's error envelope."""

import asyncio
import fnmatch
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from aiohttp import web

from sandbox.errors import GraphRefusalError, bad_request, forbidden
from sandbox.graph import apps, groups, jobs, logs, places, settings, users
from sandbox.graph.routing import Answer, Ask, Router, segments_of
from sandbox.limits import too_many
from sandbox.signin import READER_ID
from sandbox.stage import Stage
from sandbox.times import write_instant

Json = dict[str, Any]

LARGEST_BATCH = 20

router = Router()
for part in (users, groups, apps, jobs, logs, places, settings):
    router.include(part.router)


async def answer(stage: Stage, request: web.Request) -> web.Response:
    """Answer one HTTP request under /v1.0."""
    try:
        ask = await _read(stage, request)
        if latency := stage.world.faults["latencyMs"]:  # of the round trip: the parts of a batch run side by side
            await asyncio.sleep(latency / 1000)
        found = await (_batch(ask) if segments_of(ask.path) == ["$batch"] else answer_one(ask))
    except GraphRefusalError as refusal:
        found = envelope(stage, refusal)
    return _response(stage, found)


async def answer_one(ask: Ask) -> Answer:
    """Answer a request, also one from inside a batch: each is counted, limited and refused by itself."""
    try:
        _count(ask)
        _suffer(ask)
        if ask.client_id == READER_ID and not _only_reads(ask):
            raise forbidden()
        if segments_of(ask.path)[-1].lower() == "provisionondemand":
            await ask.stage.warm()
        return router.dispatch(ask)
    except GraphRefusalError as refusal:
        return envelope(ask.stage, refusal)
    finally:
        ask.stage.save_counters()


def envelope(stage: Stage, refusal: GraphRefusalError) -> Answer:
    """Put a refusal into Graph's error envelope."""
    if refusal.body is not None:
        return Answer(refusal.status, refusal.body, refusal.headers)
    request_id = str(uuid.uuid4())
    inner = {
        "date": write_instant(stage.world.clock.now().replace(microsecond=0)).rstrip("Z"),
        "request-id": request_id,
        "client-request-id": request_id,
    }
    error = {"code": refusal.code, "message": refusal.message, "innerError": inner}
    return Answer(refusal.status, {"error": error}, refusal.headers)


async def _read(stage: Stage, request: web.Request) -> Ask:
    path, _, query = request.raw_path.removeprefix("/v1.0").partition("?")
    client_id = _client(stage, request)
    return Ask(
        stage=stage,
        method=request.method,
        path=path.strip("/"),
        options=_options(query),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_json(await request.read()),
        client_id=client_id,
    )


def _client(stage: Stage, request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    challenge = {"WWW-Authenticate": 'Bearer realm="", authorization_uri="/oauth2/v2.0/authorize"'}
    if scheme.lower() != "bearer" or not token:
        raise GraphRefusalError(401, "InvalidAuthenticationToken", "Access token is empty.", headers=challenge)
    client_id = stage.signin.client_of(token.strip())
    if client_id is None:
        message = "Lifetime validation failed, the token is expired."
        raise GraphRefusalError(401, "InvalidAuthenticationToken", message, headers=challenge)
    return client_id


def _options(query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        name = unquote_plus(name)
        name = name if name.startswith("$") else f"${name}"  # Graph takes both
        if name in options:
            raise bad_request(f"Query option '{name}' was specified more than once.")
        options[name] = unquote_plus(value)
    return options


def _json(raw: bytes) -> Any:
    if not raw.strip():
        return None
    try:
        return json.loads(raw)
    except ValueError as broken:
        raise bad_request("Unable to read JSON request payload. The body is not valid JSON.") from broken


def _only_reads(ask: Ask) -> bool:
    return ask.method == "GET" or segments_of(ask.path)[-1].lower() == "checkmembergroups"


def _count(ask: Ask) -> None:
    """Count every call that came in, refused or not: by its first word, and the limited ones by name."""
    segments = [segment.lower() for segment in segments_of(ask.path)]
    ask.world.count("requests")
    names = {
        "users": "users",
        "groups": "groups",
        "serviceprincipals": "servicePrincipals",
        "auditlogs": "auditLogs",
        "places": "places",
        "directory": "directory",
    }
    name = names.get(segments[0], "other")
    if "synchronization" in segments:
        name = "provisionOnDemand" if segments[-1] == "provisionondemand" else "synchronization"
    ask.world.count(name)
    if ask.method not in ("GET", "HEAD") and segments[-1] != "checkmembergroups":
        ask.world.count("writes")


def _suffer(ask: Ask) -> None:
    """Let the faults that are set happen to this call."""
    faults = ask.world.faults
    ask.stage.calls += 1
    if faults["throttleEvery"] and ask.stage.calls % faults["throttleEvery"] == 0:
        raise too_many(1)
    for failure in faults["failNext"]:
        if _strikes(failure, ask):
            failure["times"] -= 1
            faults["failNext"] = [each for each in faults["failNext"] if each["times"] > 0]
            raise _failure(failure)


def _strikes(failure: Json, ask: Ask) -> bool:
    path = f"/{ask.path}".lower()
    wanted = failure["path"].lower()
    hit = fnmatch.fnmatchcase(path, wanted) if "*" in wanted else wanted in path
    return hit and (failure["method"] or ask.method).upper() == ask.method


def _failure(failure: Json) -> GraphRefusalError:
    names = {401: "InvalidAuthenticationToken", 403: "Authorization_RequestDenied", 429: "TooManyRequests"}
    wait = failure["retryAfter"]
    return GraphRefusalError(
        failure["status"],
        failure["code"] or names.get(failure["status"], "UnknownError"),
        failure["message"] or "The sandbox was told to fail this call.",
        headers={} if wait is None else {"Retry-After": f"{wait:g}"},
        body=failure["body"],
    )


async def _batch(ask: Ask) -> Answer:
    """Answer `$batch`: up to 20 requests; one that depends on a failed one is refused with 424."""
    ask.world.count("batches")
    requests = ask.json_body().get("requests") if ask.method == "POST" else None
    if not isinstance(requests, list) or not requests:
        raise bad_request("Invalid batch payload format.")
    if len(requests) > LARGEST_BATCH:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {LARGEST_BATCH}.")
    answers: dict[str, Answer] = {}
    for each in requests:
        if not isinstance(each, dict) or not {"id", "method", "url"} <= set(each) or str(each["id"]) in answers:
            raise bad_request("Invalid batch payload format: every request needs an id of its own, method and url.")
        failed = [name for name in each.get("dependsOn") or [] if name not in answers or answers[name].status >= 400]
        refusal = GraphRefusalError(424, "FailedDependency", "A request that this one depends on has failed.")
        answers[str(each["id"])] = envelope(ask.stage, refusal) if failed else await _batched(ask, each)
    listed = [
        {"id": key, "status": a.status, "headers": {"Content-Type": "application/json", **a.headers}, "body": a.body}
        for key, a in answers.items()
    ]
    return Answer(200, {"responses": listed})


async def _batched(ask: Ask, each: Json) -> Answer:
    headers = {str(name).lower(): str(value) for name, value in (each.get("headers") or {}).items()}
    path, _, query = str(each["url"]).partition("?")
    try:
        if each.get("body") is not None and "content-type" not in headers:
            raise bad_request("A batched request with a body needs the header Content-Type.")
        part = replace(
            ask,
            method=str(each["method"]).upper(),
            path=path.strip("/"),
            options=_options(query),
            headers=headers,
            body=each.get("body"),
        )
    except GraphRefusalError as refusal:
        return envelope(ask.stage, refusal)
    return await answer_one(part)


def _response(stage: Stage, found: Answer) -> web.Response:
    headers: Mapping[str, str] = {
        "Date": stage.world.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "request-id": str(uuid.uuid4()),
        **found.headers,
    }
    if found.body is None:
        return web.Response(status=found.status, headers=headers)
    text = json.dumps(found.body, ensure_ascii=False)
    return web.Response(status=found.status, headers=headers, text=text, content_type="application/json")
