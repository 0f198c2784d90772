"""``POST /api/desks/<name>``: another desk calls back. Signed, dated, each call once; anything else changes nothing.

Refusals: 401 not signed, wrongly signed or out of its time; 409 taken before (a sender may count that as done); 400,
413 and 415 say what is wrong with the body; 404 a desk that may not call, or a ticket that it was never told of.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from psycopg import Error as DatabaseError
from psycopg_pool import PoolTimeout

from provisioning.casework.calls import Calls
from provisioning.desks import jira
from provisioning.desks.calls import read_call, read_jira
from provisioning.desks.signature import in_time, verified, verified_by_jira
from provisioning.errors import ConflictError, NotAllowedError, NotThereError, RefusedError
from provisioning.handover import Call

ROUTE = "/api/desks/{desk}"
LARGEST = 64 * 1024  # bytes of a body
JIRAS_WINDOW = 3600  # s; Jira repeats a call that failed for a while, with the date of the event
_RETRY = {"Retry-After": "5"}

_log = logging.getLogger(__name__)


class DeskCalls:
    """The endpoint. ``now`` is the database's clock, in seconds since 1970: a machine's may be wrong."""

    def __init__(self, *, secrets: Mapping[str, bytes], calls: Calls, now: Callable[[], Awaitable[float]]) -> None:
        self._secrets = secrets
        self._calls = calls
        self._now = now

    async def __call__(self, request: web.Request) -> web.Response:
        desk = request.match_info["desk"]
        try:
            return await self._take(desk, request)
        except NotAllowedError as no:
            return _refused(401, desk, str(no))
        except NotThereError as no:
            return _refused(404, desk, str(no))
        except ConflictError as no:
            return _refused(409, desk, str(no))
        except RefusedError as no:
            return _refused(400, desk, str(no))
        except web.HTTPRequestEntityTooLarge:
            return _refused(413, desk, f"Send at most {LARGEST} bytes.")
        except (web.RequestPayloadError, ConnectionError):
            return _refused(400, desk, "The body cannot be unpacked.")
        except (DatabaseError, PoolTimeout) as problem:
            _log.error("the database does not answer, a desk is asked to call again: %r", problem)
            return web.Response(status=503, text="Try again later.", headers=_RETRY)

    async def _take(self, desk: str, request: web.Request) -> web.Response:
        secret = self._secrets.get(desk)
        if secret is None:
            raise NotThereError("No such desk may call.")
        if request.method != "POST":
            return web.Response(status=405, text="Send POST.", headers={"Allow": "POST"})
        if request.content_type != "application/json":
            return _refused(415, desk, "Send application/json.")
        body = await request.read()
        if len(body) > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST, len(body))
        call = await self._verified(desk, secret, body, request.headers)
        if call is None:
            return web.json_response({"taken": False})
        moved = await self._calls.take(desk, call)
        answer = {"taken": True, "done": moved.done, "ticket": moved.ticket.name, "status": moved.ticket.state.value}
        return web.json_response(answer)

    async def _verified(self, desk: str, secret: bytes, body: bytes, headers: Mapping[str, str]) -> Call | None:
        if desk == jira.NAME and "webhook-signature" not in headers:
            key = verified_by_jira(secret, body, headers)
            call, at = read_jira(body, key=key)
            in_time(at, now=await self._now(), window=JIRAS_WINDOW)
            return call
        key, at = verified(secret, body, headers)
        in_time(at, now=await self._now())
        return read_call(body, key=key)


def _refused(status: int, desk: str, text: str) -> web.Response:
    """One line in the log without anything that the sender wrote, one sentence for the sender."""
    _log.warning("a desk's call is refused with %d", status, extra={"desk": desk[:20]})
    return web.Response(status=status, text=text)
