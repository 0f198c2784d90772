"""How we speak to Teams: one pooled client for the Bot Connector's REST API, honest about what became of a call.

A post carries no key that would make it safe to repeat. So every failure is sorted by what is known: nothing was
delivered, nobody knows, it is refused for good, or the whole conversation is closed to us.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channel.auth import is_loopback
from bot.channel.tokens import TokenSource
from bot.channel.wire import dump
from provisioning.errors import NotAllowedError, TryLaterError

_TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
SIDE_BY_SIDE = 100  # calls to one host; the tenant's limit of calls a second lets fewer be under way
_POOL = 150
_LONGEST_WAIT = 300.0  # s: more than the channel ever asks for
_CLOSED = frozenset({"BotDisabledByAdmin", "BotNotInConversationRoster", "ConversationBlockedByUser",
                     "ConversationNotFound", "MessageWritesBlocked"})  # fmt: skip
_TOO_BIG = frozenset({"MessageSizeTooBig", "RequestEntityTooLarge"})
_NOTHING_HAPPENED = frozenset({412, 429})  # documented as not delivered
_PASSING = frozenset({408, 500, 502, 503, 504})

_log = logging.getLogger(__name__)


class ConnectorError(Exception):
    """A call that did not succeed; ``code`` is the channel's word or the status."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class NotDeliveredError(ConnectorError):
    """Nothing reached anybody; the same call may be made again. ``wait`` in seconds when the channel named one."""

    def __init__(self, message: str, *, code: str = "", wait: float | None = None) -> None:
        super().__init__(message, code=code)
        self.wait = wait


class AmbiguousError(ConnectorError):
    """A post may or may not have been shown. Repeating it could show it twice."""


class PermanentError(ConnectorError):
    """This call is wrong or forbidden, now and later."""


class TooBigError(PermanentError):
    """The message is larger than the channel takes; nobody has seen it."""


class ClosedError(ConnectorError):
    """The conversation takes nothing from us any more: removed, blocked, gone."""


@dataclass(frozen=True, slots=True)
class Created:
    """A new conversation and the id of its first message (None when the channel did not say)."""

    conversation: str
    activity: str | None


class Connector:
    """Posts, edits and deletes. The service URL of each call is one that the door let in."""

    def __init__(
        self,
        tokens: TokenSource,
        *,
        hosts: Collection[str] | None = None,
        keepalive: float = 30.0,
        trust_env: bool = False,
    ) -> None:
        """``hosts``: the only ones that are called, by https; None: loopback alone (the sandbox, tests)."""
        self._tokens = tokens
        self._hosts = None if hosts is None else frozenset(host.lower() for host in hosts)
        self._keepalive = keepalive
        self._trust_env = trust_env  # proxies from the environment
        self._session: aiohttp.ClientSession | None = None

    async def ready(self) -> None:
        """Have the token that the next call shows. NotDeliveredError when there is none to be had."""
        await self._token()

    async def post(self, service_url: str, conversation: str, body: Mapping[str, Any]) -> str | None:
        """Say something; the new activity's id, None when the channel gives none (typing, split messages)."""
        answer = await self._call("POST", _url(service_url, conversation, "activities"), body)
        return _identifier(answer, "id")

    async def put(self, service_url: str, conversation: str, activity: str, body: Mapping[str, Any]) -> None:
        """Replace one of our messages."""
        await self._call("PUT", _url(service_url, conversation, "activities", activity), {**body, "id": activity})

    async def delete(self, service_url: str, conversation: str, activity: str) -> None:
        """Take one of our messages back."""
        await self._call("DELETE", _url(service_url, conversation, "activities", activity), None)

    async def create(self, service_url: str, body: Mapping[str, Any]) -> Created:
        """Open a conversation, such as a new thread in a Teams channel, with its first message in ``body``."""
        answer = await self._call("POST", _url(service_url), body)
        conversation = _identifier(answer, "id")
        if conversation is None:
            raise AmbiguousError("The channel opened a conversation and did not say which.")
        return Created(conversation, _identifier(answer, "activityId"))

    async def member(self, service_url: str, conversation: str, account: str) -> Mapping[str, Any]:
        """What the channel knows of one member: id, name, aadObjectId …"""
        answer = await self._call("GET", _url(service_url, conversation, "members", account), None)
        return answer if isinstance(answer, dict) else {}

    async def aclose(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            pool = aiohttp.TCPConnector(limit=_POOL, limit_per_host=SIDE_BY_SIDE, keepalive_timeout=self._keepalive)
            self._session = aiohttp.ClientSession(
                connector=pool,
                timeout=_TIMEOUT,
                trust_env=self._trust_env,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "sync-desk"},
            )
        return self._session

    async def _call(self, method: str, url: str, body: Mapping[str, Any] | None) -> Any:
        self._permit(url)
        token = await self._token()
        try:
            return await self._once(method, url, body, token)
        except PermanentError as refusal:
            if token is None or refusal.code != "401":
                raise
        self._tokens.spoiled(token)  # revoked or too old; nothing was delivered, so one more try is safe
        return await self._once(method, url, body, await self._token())

    def _permit(self, url: str) -> None:
        """No token and no word leaves for an address that this service was not set up for, whoever stored it."""
        where = URL(url, encoded=True)
        if self._hosts is None:
            allowed = is_loopback(where.host or "")
        else:
            allowed = where.scheme == "https" and (where.host or "").lower() in self._hosts
        if not allowed:
            raise PermanentError("The conversation's service address is not one that we call.", code="address")

    async def _token(self) -> str | None:
        try:
            return await self._tokens.bearer()
        except TryLaterError as problem:
            raise NotDeliveredError(str(problem), code="sign-in", wait=problem.wait) from problem
        except NotAllowedError as problem:
            raise NotDeliveredError(str(problem), code="sign-in", wait=60.0) from problem

    async def _once(self, method: str, url: str, body: Mapping[str, Any] | None, token: str | None) -> Any:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        data = dump(body).encode() if body is not None else None
        try:
            where = URL(url, encoded=True)  # ids stay quoted as we quoted them
            async with self._pool().request(method, where, data=data, headers=headers, allow_redirects=False) as answer:
                return await _judged(method, answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as problem:
            raise NotDeliveredError("The channel cannot be reached.", code=type(problem).__name__) from problem
        except (aiohttp.ClientError, TimeoutError) as problem:
            raise _broken_off(method, type(problem).__name__) from problem


async def _judged(method: str, answer: aiohttp.ClientResponse) -> Any:
    """The decoded body of a success; every other status becomes one of our errors."""
    content = await _json(answer)
    if 200 <= answer.status < 300:
        return content
    code = _code(content)
    message = f"The channel answered {answer.status} {code}".rstrip() + "."
    if answer.status in _NOTHING_HAPPENED:
        raise NotDeliveredError(message, code=code or str(answer.status), wait=_wait(answer))
    if answer.status in _PASSING:
        raise _broken_off(method, code or str(answer.status), wait=_wait(answer))
    if answer.status == 413 or code in _TOO_BIG:
        raise TooBigError(message, code=code or str(answer.status))
    if code in _CLOSED:
        raise ClosedError(message, code=code)
    raise PermanentError(message, code="401" if answer.status == 401 else code or str(answer.status))


async def _json(answer: aiohttp.ClientResponse) -> Any:
    try:
        return await answer.json(content_type=None)
    except ValueError:
        return None


def _broken_off(method: str, code: str, wait: float | None = None) -> ConnectorError:
    if method == "POST":
        return AmbiguousError("The channel broke off; the message may have been shown.", code=code)
    return NotDeliveredError("The channel broke off; the same edit may be made again.", code=code, wait=wait)


def _code(content: Any) -> str:
    error = content.get("error") if isinstance(content, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code[:100] if isinstance(code, str) else ""


def _wait(answer: aiohttp.ClientResponse) -> float | None:
    try:
        return min(max(float(answer.headers["Retry-After"]), 0.0), _LONGEST_WAIT)
    except (KeyError, ValueError):
        return None  # absent, or a date: our own patience serves


def _identifier(answer: Any, key: str) -> str | None:
    word = answer.get(key) if isinstance(answer, dict) else None
    return word if isinstance(word, str) and word else None


def _url(service_url: str, *parts: str) -> str:
    path = "/".join(quote(part, safe="") for part in parts)
    return f"{service_url.rstrip('/')}/v3/conversations" + (f"/{path}" if path else "")
