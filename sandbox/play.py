"""The play's own controls under /play: clock, cycles, faults, people, the apps' secrets, counters.

Whoever can post here can change the company, so a web page must not be able to: a request needs a loopback
Host, no foreign Origin, and for writing the content type application/json (which a page cannot send unasked).
"""

import ipaddress
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.engine.cycle import plan_next
from sandbox.errors import GraphRefusalError, TenantFileError
from sandbox.file.faults import Faults
from sandbox.file.job import Job
from sandbox.file.target import Target
from sandbox.graph.users import change_user
from sandbox.stage import Stage
from sandbox.tenant import as_json, read_part
from sandbox.times import read_duration, read_instant, write_instant
from sandbox.world import App

Json = dict[str, Any]

CONTROLS = (
    ("GET", "/play", "this list"),
    ("GET", "/play/clock", "the company's time and when the next cycles are due"),
    ("POST", "/play/clock", '{"advance": "PT40M"} or {"to": "2026-11-02T08:00:00Z"}; due cycles run on the way'),
    ("POST", "/play/cycle", '{"app": "<servicePrincipal id>"}: run a cycle of this app now'),
    ("GET", "/play/faults", "the faults that are set"),
    ("POST", "/play/faults", '{"latencyMs", "logLagSeconds", "throttleEvery", "failNext", …}: set some of them'),
    ("POST", "/play/tokens/expire", "{}: end every access token at once"),
    ("GET", "/play/people", "the people of the company"),
    ("PATCH", "/play/users/{id or upn}", "exactly Graph's PATCH of a user, without signing in"),
    ("GET", "/play/apps/{id}/target", "the app's own side: its rules and accounts"),
    ("PATCH", "/play/apps/{id}/target", '{"required", "unique", "seats", "rejects", "credentialsExpired", "down"}'),
    ("PATCH", "/play/apps/{id}/job", '{"status": {"code", "quarantine", …}}: what no cycle here brings about'),
    ("GET", "/play/counters", "how many calls of each kind came in"),
)


class WrongControlError(Exception):
    """A control was used wrongly; becomes a 4xx answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def routes(stage: Stage) -> list[web.RouteDef]:
    play = _Play(stage)
    return [
        web.get("/play", _guarded(play.controls)),
        web.get("/play/clock", _guarded(play.clock)),
        web.post("/play/clock", _guarded(play.move_clock)),
        web.post("/play/cycle", _guarded(play.cycle)),
        web.get("/play/faults", _guarded(play.faults)),
        web.post("/play/faults", _guarded(play.set_faults)),
        web.post("/play/tokens/expire", _guarded(play.expire_tokens)),
        web.get("/play/people", _guarded(play.people)),
        web.patch("/play/users/{user}", _guarded(play.patch_user)),
        web.get("/play/apps/{app}/target", _guarded(play.target)),
        web.patch("/play/apps/{app}/target", _guarded(play.patch_target)),
        web.patch("/play/apps/{app}/job", _guarded(play.patch_job)),
        web.get("/play/counters", _guarded(play.counters)),
    ]


Control = Callable[[web.Request], Awaitable[Json]]


def _guarded(control: Control) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            check_origin(request)
            return web.json_response(await control(request))
        except WrongControlError as wrong:
            return web.json_response({"error": str(wrong)}, status=wrong.status)
        except TenantFileError as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        except GraphRefusalError as refusal:
            error = {"code": refusal.code, "message": refusal.message}
            return web.json_response({"error": error}, status=refusal.status)

    return handle


def check_origin(request: web.Request, *types: str) -> None:
    """Refuse what a page of another site could have sent."""
    if not is_loopback(urlsplit(f"//{request.host}").hostname):
        raise WrongControlError(403, "The Host of this request is not the loopback interface.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise WrongControlError(403, "Requests from other sites are refused.")
    if request.method != "GET" and request.content_type not in ("application/json", *types):
        raise WrongControlError(415, "Send the content type application/json.")


def is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


async def _body(request: web.Request, *known: str) -> Json:
    raw = await request.read()
    try:
        body = json.loads(raw) if raw.strip() else {}
    except ValueError as broken:
        raise WrongControlError(400, "The body is not JSON.") from broken
    if not isinstance(body, dict):
        raise WrongControlError(400, "The body must be a JSON object.")
    unknown = sorted(set(body) - set(known)) if known else []
    if unknown:
        raise WrongControlError(400, f"Unknown key {unknown[0]!r}; known are {', '.join(known)}.")
    return body


class _Play:
    """The controls of one stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.world = stage.world

    async def controls(self, request: web.Request) -> Json:
        listed = [{"method": method, "path": path, "what": what} for method, path, what in CONTROLS]
        return {"controls": listed}

    async def clock(self, request: web.Request) -> Json:
        due = {app.display_name: app.next_cycle for app in self.world.apps.values() if app.next_cycle}
        return {"now": self.world.now(), "nextCycles": due}

    async def move_clock(self, request: web.Request) -> Json:
        """Advance the clock; every cycle that falls due on the way runs at its own time."""
        body = await _body(request, "advance", "to")
        if len(body) != 1:
            raise WrongControlError(400, 'Say either "advance" or "to".')
        try:
            if "advance" in body:
                until = self.world.clock.now() + read_duration(str(body["advance"]))
            else:
                until = read_instant(str(body["to"]))
        except ValueError as wrong:
            raise WrongControlError(400, str(wrong)) from wrong
        if until < self.world.clock.now() - timedelta(seconds=1):
            raise WrongControlError(400, "The clock runs forward only.")
        cycles = await self.stage.run_due(until)
        self.world.clock.move_to(until)
        self.stage.rescheduled.set()
        self.stage.save()
        return {"now": write_instant(self.world.clock.now()), "cycles": cycles}

    async def cycle(self, request: web.Request) -> Json:
        app = self._app(str((await _body(request, "app")).get("app")))
        if app.job is None:
            raise WrongControlError(409, f"Provisioning was never set up for {app.display_name}.")
        before = len(app.log)
        await self.stage.warm()
        self.stage.cycle(app)
        self.stage.save()
        self.stage.rescheduled.set()
        return {"app": app.id, "status": app.job["status"], "rows": app.log[before:]}

    async def faults(self, request: web.Request) -> Json:
        return self.world.faults

    async def set_faults(self, request: web.Request) -> Json:
        body = await _body(request)
        checked: Json = as_json(read_part(Faults, body), self.world.clock.now())
        self.world.faults.update({key: checked[key] for key in body})
        self.stage.save()
        return self.world.faults

    async def expire_tokens(self, request: web.Request) -> Json:
        return {"expired": self.stage.signin.expire_all()}

    async def people(self, request: web.Request) -> Json:
        names = ("id", "userPrincipalName", "displayName", "mail", "givenName", "surname")
        return {"people": [{name: user[name] for name in names} for user in self.world.active_users()]}

    async def patch_user(self, request: web.Request) -> Json:
        key = request.match_info["user"]
        user = self.world.find_user(key)
        if user is None:
            raise WrongControlError(404, f"Nobody here is called {key!r}.")
        change_user(self.stage, user, await _body(request), "play")
        return user

    async def target(self, request: web.Request) -> Json:
        app = self._app(request.match_info["app"])
        return app.target | {"accounts": app.accounts, "groups": app.target_groups}

    async def patch_target(self, request: web.Request) -> Json:
        app = self._app(request.match_info["app"])
        body = await _body(request)
        if "accounts" in body:
            raise WrongControlError(400, "Accounts are changed at the app's own SCIM address.")
        checked: Json = as_json(read_part(Target, body), self.world.clock.now())
        app.target.update({key: checked[key] for key in body})
        self.stage.save()
        return app.target

    async def patch_job(self, request: web.Request) -> Json:
        """Overwrite parts of a job's status; its next cycle is planned anew, or by the quarantine."""
        app = self._app(request.match_info["app"])
        if app.job is None:
            raise WrongControlError(409, f"Provisioning was never set up for {app.display_name}.")
        body = await _body(request, "status")
        now = self.world.clock.now()
        whole = read_part(Job, {"status": {**app.job["status"], **body.get("status", {})}})
        status: Json = as_json(whole, now)["status"]
        app.job["status"].update({key: status[key] for key in body.get("status", {})})
        plan_next(app, now)
        if app.next_cycle and status["quarantine"]:
            app.next_cycle = status["quarantine"]["nextAttempt"] or app.next_cycle
        self.stage.rescheduled.set()
        self.stage.save()
        return app.job

    async def counters(self, request: web.Request) -> Json:
        always = ("provisionOnDemand", "auditLogs", "usersPatched", "requests", "writes", "tokens", "cycles")
        return dict.fromkeys(always, 0) | self.world.counters

    def _app(self, key: str) -> App:
        wanted = key.lower()
        for app in self.world.apps.values():
            if wanted in (app.id.lower(), app.display_name.lower()):
                return app
        raise WrongControlError(404, f"No app here has the id or name {key!r}.")
