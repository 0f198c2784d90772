"""The company's doors on one origin: sign-in, Graph, the apps' SCIM sides and the play's controls."""

import asyncio
import contextlib
import json
import logging
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox import play
from sandbox.engine.cycle import recall
from sandbox.graph import door
from sandbox.signin import CLIENT_ID, CLIENT_SECRET, openid_configuration
from sandbox.stage import Stage
from sandbox.store import Store
from sandbox.tenant import DEMO, read_tenant
from sandbox.world import World, first_day

Json = dict[str, Any]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPerson:
    """Somebody of the company, as Graph names them."""

    id: str
    userPrincipalName: str  # noqa: N815 - Graph's own names
    displayName: str  # noqa: N815
    mail: str | None
    givenName: str | None  # noqa: N815
    surname: str | None


class Company:
    """A company that is open for business. Made by `start`; close it with `stop`."""

    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET

    def __init__(self, stage: Stage, runner: web.AppRunner, cycles: "asyncio.Task[None]") -> None:
        self._stage = stage
        self._runner = runner
        self._cycles = cycles
        self.origin = stage.origin
        self.tenant_id = str(stage.world.company["id"])
        self.default_domain = str(stage.world.company["defaultDomain"])
        self.display_name = str(stage.world.company["displayName"])
        self.agents_group: str | None = stage.world.roles["agents"]
        self.admins_group: str | None = stage.world.roles["admins"]

    def people(self) -> list[SandboxPerson]:
        """Give everybody who is not deleted, in the order of the tenant file."""
        names = SandboxPerson.__slots__
        return [SandboxPerson(**{name: user[name] for name in names}) for user in self._stage.world.active_users()]

    async def stop(self) -> None:
        """Close the doors and write everything down."""
        await self._runner.cleanup()
        self._stage.save()
        self._cycles.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._cycles


async def start(
    tenant: Path | None = None, *, host: str = "127.0.0.1", port: int = 0, data: Path | None = None
) -> Company:
    """Open a company on the loopback interface.

    `tenant` is a tenant file, or None for the demo's company; `data` is a folder in which it survives a
    restart, or None to keep it in memory. Raises TenantFileError with the JSON path of a mistake.
    """
    path = tenant or DEMO
    store = Store(data, path) if data is not None else None
    world = (store.load() if store is not None else None) or _fresh(path)
    app = web.Application(client_max_size=4 * 1024 * 1024)
    runner = web.AppRunner(app, access_log=None)
    listener = await _listening(host, port)
    name = f"[{host}]" if ":" in host else host
    stage = Stage(world, f"http://{name}:{listener.getsockname()[1]}", store)
    app.router.add_routes(_routes(stage))
    await runner.setup()
    await web.SockSite(runner, listener).start()
    stage.save()
    cycles = asyncio.create_task(_keep_cycling(stage), name="sandbox cycles")
    cycles.add_done_callback(_report)
    return Company(stage, runner, cycles)


def _report(cycles: "asyncio.Task[None]") -> None:
    """Say at once when the cycles stop for a reason other than closing time; `stop` raises it again."""
    if not cycles.cancelled() and cycles.exception() is not None:
        _log.error("no more cycles run by themselves", exc_info=cycles.exception())


async def _listening(host: str, port: int) -> socket.socket:
    """Bind before anything is served, so that the origin is known when the routes are made."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _fresh(path: Path) -> World:
    world = first_day(read_tenant(path))
    for app in world.apps.values():
        recall(world, app)
    return world


async def _keep_cycling(stage: Stage) -> None:
    """Run every cycle when the company's clock says so."""
    while True:
        stage.rescheduled.clear()
        await stage.run_due(stage.world.clock.now())
        due = stage.next_due()
        wait = None if due is None else max(0.0, (due - stage.world.clock.now()).total_seconds())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stage.rescheduled.wait(), wait)


def _routes(stage: Stage) -> list[web.RouteDef]:
    async def token(request: web.Request) -> web.Response:
        stage.world.count("tokens")
        stage.save_counters()
        lifetime = stage.world.faults["tokenLifetimeSeconds"]
        status, body = stage.signin.token(request.match_info["tenant"], await request.post(), lifetime)
        return web.json_response(body, status=status)

    async def metadata(request: web.Request) -> web.Response:
        return web.json_response(openid_configuration(stage.origin, stage.world.company["id"]))

    async def keys(request: web.Request) -> web.Response:
        return web.json_response({"keys": []})  # tokens are opaque: nobody verifies them but Graph's door

    async def graph(request: web.Request) -> web.Response:
        return await door.answer(stage, request)

    async def scim(request: web.Request) -> web.Response:
        return await _scim(stage, request)

    return [
        web.post("/{tenant}/oauth2/v2.0/token", token),
        web.get("/{tenant}/v2.0/.well-known/openid-configuration", metadata),
        web.get("/{tenant}/discovery/v2.0/keys", keys),
        web.route("*", "/v1.0/{path:.*}", graph),
        web.route("*", "/scim/{app}/v2{path:.*}", scim),
        *play.routes(stage),
    ]


async def _scim(stage: Stage, request: web.Request) -> web.Response:
    """Answer at an app's own SCIM address, in the app's own words."""
    try:
        play.check_origin(request, "application/scim+json", "application/octet-stream")
    except play.WrongControlError as wrong:
        return web.json_response({"detail": str(wrong)}, status=wrong.status)
    app = stage.world.apps.get(request.match_info["app"].lower())
    if app is None:
        return web.json_response({"detail": "No such app."}, status=404)
    await stage.warm()
    status, body, headers = stage.side(app).serve(
        request.method, request.match_info["path"], request.query, dict(request.headers), await request.read()
    )
    kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    if request.method not in ("GET", "HEAD"):
        stage.save()
    return web.Response(status=status, headers=kept, text=text, content_type="application/scim+json")
