"""What the service answers over HTTP: ``POST /api/messages``, ``GET /livez``, ``GET /readyz``.

Bad input gets the status that says what is wrong with it and one sentence; never a 500, and never a stack.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from aiohttp import web
from psycopg import Error as DatabaseError
from psycopg_pool import PoolTimeout

from bot.channel.auth import Doorkeeper, RefusedRequestError
from bot.channel.wire import Arrival, UnreadableError, read
from bot.patience import Answer
from provisioning.errors import DeskError

LARGEST = 256 * 1024  # bytes of a request; Teams' own are below 100 KB
_RETRY = {"Retry-After": "5"}

Check = Callable[[], Awaitable[None]]

_log = logging.getLogger(__name__)


class Receiver(Protocol):
    """What takes activities in."""

    async def receive(self, arrival: Arrival) -> Answer:
        """The response to one activity."""


def web_app(*, door: Doorkeeper, receiver: Receiver, checks: Mapping[str, Check]) -> web.Application:
    """The whole HTTP side. Each of ``checks`` raises DeskError or a database error while the service is not ready."""
    app = web.Application(client_max_size=LARGEST)
    app.router.add_post("/api/messages", _Messages(door, receiver))
    app.router.add_get("/livez", _alive)
    app.router.add_get("/readyz", _Ready({"door": _closed(door), **checks}))
    return app


class _Messages:
    """The messaging endpoint."""

    def __init__(self, door: Doorkeeper, receiver: Receiver) -> None:
        self._door = door
        self._receiver = receiver

    async def __call__(self, request: web.Request) -> web.Response:
        try:
            return await self._answer(request)
        except RefusedRequestError as refusal:
            _log.warning("refused with %d: %s", refusal.status, refusal.reason)
            return _refusal(refusal.status)
        except UnreadableError as problem:
            return web.Response(status=400, text=str(problem))
        except web.RequestPayloadError:
            return web.Response(status=400, text="The body cannot be unpacked.")
        except (DatabaseError, PoolTimeout) as problem:
            _log.error("the database does not answer, the channel is asked to come again: %r", problem)
            return web.Response(status=503, text="Try again later.", headers=_RETRY)

    async def _answer(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return web.Response(status=415, text="Send application/json.")
        admitted = await self._door.admit(request.headers)
        arrival = read(await request.read())
        self._door.vouch(admitted, arrival)
        answer = await self._receiver.receive(arrival)
        if answer.body is None:
            return web.Response(status=answer.status)
        return web.json_response(answer.body, status=answer.status)


class _Ready:
    """Whether the service may be sent traffic."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    async def __call__(self, request: web.Request) -> web.Response:
        wrong = {}
        for name, check in self._checks.items():
            try:
                await check()
            except (DeskError, DatabaseError, PoolTimeout, OSError) as problem:
                _log.warning("not ready, %s: %r", name, problem)
                wrong[name] = str(problem) if isinstance(problem, DeskError) else "does not answer"
        return web.json_response({"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)


async def _alive(request: web.Request) -> web.Response:
    return web.Response(text="ok")


def _closed(door: Doorkeeper) -> Check:
    """A door that should ask for a token is tried without one, once for every look."""

    async def check() -> None:
        if door.anonymous:
            return
        try:
            await door.admit({})
        except RefusedRequestError:
            return
        raise DeskError("The door lets in requests without a token.")

    return check


def _refusal(status: int) -> web.Response:
    texts = {401: "Not authorized.", 403: "Forbidden.", 503: "Try again later."}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else _RETRY if status == 503 else None
    return web.Response(status=status, text=texts.get(status, ""), headers=headers)
