"""What the service answers over HTTP: ``POST /api/messages``, ``GET /livez``, ``GET /readyz``.

Bad input gets the status that says what is wrong with it and one sentence, and the log one line without anything
that the sender wrote; never a 500, and never a stack.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Protocol

from aiohttp import http_exceptions, web
from psycopg import Error as DatabaseError
from psycopg import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

from bot.channel.auth import Doorkeeper, RefusedRequestError
from bot.channel.wire import Arrival, UnreadableError, read
from bot.patience import Answer
from provisioning.errors import DeskError

LARGEST = 256 * 1024  # bytes of a request; Teams' own are below 100 KB
MESSAGES = "/api/messages"
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})  # JSON is UTF-8
_LATE = 8.0  # s after which the channel may have given up on a response; it says 10 to 15
_LOOK_COUNTS = 1.0  # s that one look at the readiness serves everybody who asks
_RETRY = {"Retry-After": "5"}

Check = Callable[[], Awaitable[None]]

_log = logging.getLogger(__name__)
_server_log = logging.getLogger("aiohttp.server")


class Receiver(Protocol):
    """What takes activities in."""

    async def receive(self, arrival: Arrival) -> Answer:
        """The response to one activity."""

    async def unheard(self, arrival: Arrival) -> None:
        """The channel may never see that response."""


class Mail(Protocol):
    """A posted request, as far as the door and the desk look at it."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Looks names up without regard to case."""

    @property
    def content_type(self) -> str:
        """In lower case, without parameters; application/octet-stream when there is none."""

    @property
    def charset(self) -> str | None:
        """What the content type names."""

    async def read(self) -> bytes:
        """The body, unpacked."""


def web_app(
    *, door: Doorkeeper, receiver: Receiver, checks: Mapping[str, Check], strangers: bool = False
) -> web.Application:
    """The whole HTTP side. Each of ``checks`` raises DeskError or a database error while the service is not ready.

    ``strangers``: an unsigned message may come in (the sandbox); else the service is ready only when it is refused.
    """
    if _SHORT not in _server_log.filters:
        _server_log.addFilter(_SHORT)
    app = web.Application(client_max_size=LARGEST)
    messages = _Messages(door, receiver)
    app.router.add_post(MESSAGES, messages)
    app.router.add_route("*", MESSAGES, _other_method)
    app.router.add_get("/livez", _alive)
    app.router.add_get("/readyz", _Ready(checks if strangers else {"door": _closed(messages), **checks}))
    return app


class _Messages:
    """The messaging endpoint."""

    def __init__(self, door: Doorkeeper, receiver: Receiver) -> None:
        self._door = door
        self._receiver = receiver

    async def __call__(self, request: web.Request) -> web.Response:
        began = monotonic()
        try:
            arrival, answer = await self.take(request)
            if monotonic() - began > _LATE or request.transport is None or request.transport.is_closing():
                await self._receiver.unheard(arrival)
        except RefusedRequestError as refusal:
            return _refused(refusal.status, refusal.reason, _TEXTS.get(refusal.status, ""))
        except UnreadableError as problem:
            return _refused(400, str(problem), str(problem))
        except (web.RequestPayloadError, ConnectionError):
            return _refused(400, "the body cannot be unpacked, or broke off", "The body cannot be unpacked.")
        except web.HTTPRequestEntityTooLarge:
            return _refused(413, "the body is too large", f"Send at most {LARGEST} bytes.")
        except (OperationalError, InterfaceError) as problem:  # what it could not take in is no better the next time
            _log.error("the database does not answer, the channel is asked to come again: %r", problem)
            return web.Response(status=503, text=_TEXTS[503], headers=_RETRY)
        except Exception:  # noqa: BLE001 – the last fence: a fault of ours is in the log, and may be gone next time
            _log.exception("a request broke off")
            return web.Response(status=503, text=_TEXTS[503], headers=_RETRY)
        headers = _RETRY if answer.status == 503 else None
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        return web.json_response(answer.body, status=answer.status, headers=headers)

    async def take(self, mail: Mail) -> tuple[Arrival, Answer]:
        """Every request's way in: RefusedRequestError, UnreadableError, or what came and what the desk answers."""
        if mail.content_type != "application/json":
            raise RefusedRequestError(415, "the content type is not application/json")
        if (mail.charset or "utf-8").lower() not in _UTF_8:
            raise RefusedRequestError(415, "the charset is not UTF-8")
        admitted = await self._door.admit(mail.headers)
        arrival = read(await mail.read())
        self._door.vouch(admitted, arrival)
        return arrival, await self._receiver.receive(arrival)


class _Ready:
    """Whether the service may be sent traffic. Anybody may ask, so many askers share one look."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._look: asyncio.Task[Mapping[str, str]] | None = None
        self._until = 0.0

    async def __call__(self, request: web.Request) -> web.Response:
        if self._look is None or (self._look.done() and asyncio.get_running_loop().time() >= self._until):
            self._look = asyncio.create_task(self._all(), name="readiness")
        wrong = await asyncio.shield(self._look)
        return web.json_response({"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)

    async def _all(self) -> Mapping[str, str]:
        wrong = {}
        for name, check in self._checks.items():
            try:
                await check()
            except (DeskError, DatabaseError, PoolTimeout, OSError) as problem:
                _log.warning("not ready, %s: %r", name, problem)
                wrong[name] = str(problem) if isinstance(problem, DeskError) else "does not answer"
        self._until = asyncio.get_running_loop().time() + _LOOK_COUNTS
        return wrong


class _Short(logging.Filter):
    """The HTTP server writes a stack for each request that is no HTTP, with the header that it stumbled over: a token,
    it may be. One line without it says the same."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten what the sender caused; a body that could not be unpacked was reported by us."""
        problem = record.exc_info[1] if record.exc_info else None
        if isinstance(problem, http_exceptions.HttpProcessingError):
            record.msg, record.args = "refused with %d: no HTTP (%s)", (problem.code, type(problem).__name__)
            record.exc_info, record.exc_text = None, None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return not isinstance(problem, web.RequestPayloadError)


_SHORT = _Short()


async def _alive(request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _other_method(request: web.Request) -> web.Response:
    return _refused(405, "not a POST", "Send POST.", Allow="POST")


class _Unsigned:
    """A message as the channel sends it, but for the token."""

    headers: Mapping[str, str] = {"Content-Type": "application/json", "Host": "localhost"}
    content_type = "application/json"
    charset = None

    async def read(self) -> bytes:
        """Something that nobody would answer, should it come in."""
        return (
            b'{"type":"typing","id":"readiness","channelId":"msteams","serviceUrl":"http://localhost/",'
            b'"conversation":{"id":"readiness"}}'
        )


def _closed(messages: _Messages) -> Check:
    """An unsigned message goes the way of every request, and must end at the door with 401."""

    async def check() -> None:
        try:
            await messages.take(_Unsigned())
        except RefusedRequestError as refusal:
            if refusal.status == 401:
                return
            raise DeskError(f"A message without a token is answered {refusal.status} and not 401.") from refusal
        raise DeskError("The door lets in messages without a token.")

    return check


_TEXTS = {401: "Not authorized.", 403: "Forbidden.", 415: "Send application/json in UTF-8.", 503: "Try again later."}


def _refused(status: int, reason: str, text: str, **headers: str) -> web.Response:
    """One line in the log, one sentence for the sender."""
    _log.warning("refused with %d: %s", status, reason)
    more = {"WWW-Authenticate": "Bearer"} if status == 401 else _RETRY if status == 503 else {}
    return web.Response(status=status, text=text, headers={**more, **headers})
