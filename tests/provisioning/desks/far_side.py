"""The other side of a wire, on loopback: it keeps what it is sent, and breaks down on demand.

The two desks here answer as their makers' public documentation says (the addresses stand with each). They are no more
than that: whoever connects a real instance for the first time should look twice.
"""

import asyncio
import itertools
import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiohttp import web

Handler = Callable[[web.Request], Any]


@dataclass
class Faults:
    """What happens to the next requests but reads, in order: a status, "well", or "cut" (done, the answer is lost)."""

    coming: list[int | str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.seen.append(f"{request.method} {request.path}")
        fault = self.coming.pop(0) if self.coming and request.method != "GET" else None
        if isinstance(fault, int):
            return web.json_response({"error": {"message": "not today"}}, status=fault, headers=self.headers)
        response: web.StreamResponse = await handler(request)
        if fault == "cut":
            assert request.transport is not None
            request.transport.abort()
        return response


@asynccontextmanager
async def listening(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """The app's address while the block runs."""
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _signed_in(request: web.Request, login: str) -> bool:
    return request.headers.get("Authorization") == f"Basic {b64encode(login.encode()).decode()}"


class ServiceNowInstance:
    """Table API: https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html; journal fields append, and
    an incident is resolved only with a close code and close notes."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.records: dict[str, dict[str, str]] = {}
        self.journal: list[tuple[str, str, str]] = []  # sys_id, comments or work_notes, value
        self._numbers = itertools.count(10001)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware])
        app.router.add_post("/api/now/table/incident", self._create)
        app.router.add_get("/api/now/table/incident", self._query)
        app.router.add_get("/api/now/table/incident/{sys_id}", self._read)
        app.router.add_patch("/api/now/table/incident/{sys_id}", self._update)
        return app

    async def _create(self, request: web.Request) -> web.Response:
        if not _signed_in(request, "desk:secret"):
            return self._no(401, "User Not Authenticated")
        number = next(self._numbers)
        sys_id = f"{number:032x}"
        record = {"sys_id": sys_id, "number": f"INC00{number}", "state": "1", "sys_created_on": str(number)}
        self.records[sys_id] = record
        return self._written(record, await request.json(), status=201)

    async def _update(self, request: web.Request) -> web.Response:
        record = self.records.get(request.match_info["sys_id"])
        if record is None:
            return self._no(404, "No Record found")
        return self._written(record, await request.json(), status=200)

    def _written(self, record: dict[str, str], change: dict[str, str], *, status: int) -> web.Response:
        if change.get("state") == "6" and not (change.get("close_code") and change.get("close_notes")):
            return self._no(403, "Operation Failed: Data Policy Exception: close_code, close_notes are mandatory")
        for name in ("comments", "work_notes"):
            if name in change:
                self.journal.append((record["sys_id"], name, change[name]))
        record |= {name: value for name, value in change.items() if name not in {"comments", "work_notes"}}
        record["short_description"] = record.get("short_description", "")[:160]
        return web.json_response({"result": record}, status=status)

    async def _query(self, request: web.Request) -> web.Response:
        wanted, *order = request.query["sysparm_query"].split("^")
        assert order == ["ORDERBYsys_created_on"]
        name, _, value = wanted.partition("=")
        fits = [record for record in self.records.values() if record.get(name) == value]
        fields = request.query["sysparm_fields"].split(",")
        shown = [{field: record.get(field, "") for field in fields} for record in fits]
        return web.json_response({"result": shown[: int(request.query["sysparm_limit"])]})

    async def _read(self, request: web.Request) -> web.Response:
        record = self.records.get(request.match_info["sys_id"])
        return web.json_response({"result": record}) if record else self._no(404, "No Record found")

    def _no(self, status: int, message: str) -> web.Response:
        return web.json_response({"error": {"message": message, "detail": ""}, "status": "failure"}, status=status)


class JiraSite:
    """REST v3, https://developer.atlassian.com/cloud/jira/platform/rest/v3/: issues, comments, transitions, search/jql.

    The search sees an issue only after ``index``; a document with an empty text node is refused.
    """

    STATUSES: ClassVar = {"Waiting for support": "new", "In progress": "indeterminate", "Done": "done"}

    def __init__(self) -> None:
        self.faults = Faults()
        self.issues: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.statuses = dict(self.STATUSES)
        self.indexed: set[str] = set()
        self.late = False  # whether the index waits for ``index``

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware])
        app.router.add_post("/rest/api/3/issue", self._create)
        app.router.add_post("/rest/api/3/search/jql", self._search)
        app.router.add_get("/rest/api/3/issue/{key}", self._issue)
        app.router.add_post("/rest/api/3/issue/{key}/comment", self._comment)
        app.router.add_get("/rest/api/3/issue/{key}/comment", self._list)
        app.router.add_get("/rest/api/3/issue/{key}/transitions", self._transitions)
        app.router.add_post("/rest/api/3/issue/{key}/transitions", self._transition)
        return app

    def index(self) -> None:
        self.indexed |= set(self.issues)

    def status(self, key: str) -> str:
        return str(self.issues[key]["fields"]["status"]["name"])

    async def _create(self, request: web.Request) -> web.Response:
        if not _signed_in(request, "desk@fabrikam.example:token"):
            return web.json_response({"errorMessages": ["You are not authenticated."], "errors": {}}, status=401)
        fields = (await request.json())["fields"]
        wrong = {name: f"{name} is required." for name in ("project", "issuetype", "summary") if not fields.get(name)}
        wrong |= {"labels": "The label has spaces."} if any(" " in one for one in fields.get("labels", ())) else {}
        wrong |= {"description": "The document is not valid."} if _empty_text(fields.get("description")) else {}
        if wrong:
            return web.json_response({"errorMessages": [], "errors": wrong}, status=400)
        key = f"{fields['project']['key']}-{len(self.issues) + 1}"
        self.issues[key] = {"key": key, "fields": {**fields, "status": self._named("Waiting for support")}}
        self.comments[key] = []
        if not self.late:
            self.index()
        return web.json_response({"id": str(10000 + len(self.issues)), "key": key, "self": ""}, status=201)

    async def _search(self, request: web.Request) -> web.Response:
        found = re.fullmatch(
            r'project = "(\w+)" AND labels = "([\w-]+)" ORDER BY created ASC', (await request.json())["jql"]
        )
        assert found is not None
        fits = [one for key, one in self.issues.items() if key in self.indexed and found[2] in one["fields"]["labels"]]
        return web.json_response({"issues": [{"key": one["key"], "id": "1"} for one in fits], "isLast": True})

    async def _issue(self, request: web.Request) -> web.Response:
        issue = self.issues.get(request.match_info["key"])
        return web.json_response(issue) if issue else self._gone()

    async def _comment(self, request: web.Request) -> web.Response:
        if request.match_info["key"] not in self.issues:
            return self._gone()
        body = await request.json()
        if _empty_text(body["body"]):
            return web.json_response({"errorMessages": ["INVALID_INPUT"], "errors": {}}, status=400)
        self.comments[request.match_info["key"]].insert(0, body)
        return web.json_response({"id": "1"}, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        assert request.query["orderBy"] == "-created"
        return web.json_response(
            {"comments": self.comments[request.match_info["key"]][: int(request.query["maxResults"])]}
        )

    async def _transitions(self, request: web.Request) -> web.Response:
        offered = [{"id": str(n), "name": name, "to": self._named(name)} for n, name in enumerate(self.statuses)]
        return web.json_response({"transitions": offered})

    async def _transition(self, request: web.Request) -> web.Response:
        chosen = int((await request.json())["transition"]["id"])
        self.issues[request.match_info["key"]]["fields"]["status"] = self._named(list(self.statuses)[chosen])
        return web.Response(status=204)

    def _named(self, name: str) -> dict[str, Any]:
        return {"name": name, "statusCategory": {"key": self.STATUSES[name]}}

    def _gone(self) -> web.Response:
        return web.json_response({"errorMessages": ["Issue does not exist."], "errors": {}}, status=404)


class Receiver:
    """Takes messages at ``/hook``."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.got: list[tuple[dict[str, str], bytes]] = []

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware])
        app.router.add_post("/hook", self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        await asyncio.sleep(0)
        return web.Response(status=204)


def _empty_text(part: object) -> bool:
    return '"text": ""' in json.dumps(part)
