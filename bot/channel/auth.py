"""Who may post to us. A request passes this door, or nothing of it is looked at.

``admit`` judges the request before its body is read, ``vouch`` the activity against what was admitted. Both
raise ``RefusedRequestError`` with the HTTP status and a reason that helps an operator and tells a stranger nothing.
"""

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, Protocol

import jwt
from yarl import URL

from bot.channel.keys import Key, Keys, NoKeysError
from bot.channel.wire import Arrival

ISSUER = "https://api.botframework.com"
_LEEWAY = 300  # s that clocks may differ
_REMEMBERED = 100  # tokens; one service URL has two or three alive
_LONGEST_TOKEN = 8192  # characters; Microsoft's have about 1200
# Set by a proxy or a tunnel: whoever speaks through one is not on this machine, whatever the socket says.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")

_log = logging.getLogger(__name__)


class RefusedRequestError(Exception):
    """The request stays outside. ``status``: 401 not proven, 403 not welcome, 503 nobody can be checked now."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Pass:
    """What an admitted request has proven: the service URL and channels that its token speaks for."""

    __slots__ = ("channels", "service_url")

    def __init__(self, service_url: str, channels: frozenset[str]) -> None:
        self.service_url = service_url
        self.channels = channels


@dataclass(frozen=True, slots=True)
class _Proven:
    """What a token came to. Microsoft shows the same one for up to an hour, and its signature need not be computed
    again while the key is the one that it was checked with."""

    kid: str
    key: Key
    until: float  # s since 1970
    pass_: Pass


class Doorkeeper(Protocol):
    """The two doors look alike from inside."""

    async def admit(self, headers: Mapping[str, str]) -> Pass | None:
        """Judge the headers alone. ``headers`` looks names up without regard to case."""

    def vouch(self, admitted: Pass | None, arrival: Arrival) -> None:
        """Judge the activity by what was admitted."""


class Door:
    """The Bot Framework's signed requests for one app, from allowed hosts and for allowed tenants only."""

    def __init__(
        self, *, app_id: str, tenants: Collection[str], service_hosts: Collection[str], keys: Keys, issuer: str = ISSUER
    ) -> None:
        if not app_id or not tenants or not service_hosts:
            raise ValueError("A door needs an app id, at least one tenant and at least one service host.")
        self._app_id = app_id
        self._tenants = frozenset(tenant.lower() for tenant in tenants)
        self._hosts = frozenset(host.lower() for host in service_hosts)
        self._keys = keys
        self._issuer = issuer
        self._proven: dict[bytes, _Proven] = {}  # by the token's hash

    async def admit(self, headers: Mapping[str, str]) -> Pass:
        """401 unless the bearer token is Microsoft's, for us, alive and signed with a key that we know."""
        token = _bearer(headers)
        mark = sha256(token.encode("utf-8", "replace")).digest()
        known = self._proven.get(mark)
        if known is not None and time.time() < known.until and await self._keys.key(known.kid) is known.key:
            return known.pass_
        proven = await self._prove(token)
        while len(self._proven) >= _REMEMBERED:
            del self._proven[next(iter(self._proven))]  # the one that was proven first
        self._proven[mark] = proven
        return proven.pass_

    async def _prove(self, token: str) -> _Proven:
        try:
            kid = _key_id(token)
            key = await self._keys.key(kid)
            if key is None:
                raise RefusedRequestError(401, "the token was signed with an unknown key")
            claims = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self._app_id,
                issuer=self._issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", "aud"]},
            )
        except NoKeysError as problem:
            raise RefusedRequestError(503, str(problem)) from problem
        except (jwt.PyJWTError, ValueError, TypeError) as problem:
            raise RefusedRequestError(401, f"the token is not valid: {type(problem).__name__}") from problem
        service_url = claims.get("serviceurl")
        if not isinstance(service_url, str) or not service_url:
            raise RefusedRequestError(401, "the token names no service URL")
        return _Proven(kid, key, int(claims["exp"]) + _LEEWAY, Pass(service_url, key.endorsements))

    def vouch(self, admitted: Pass | None, arrival: Arrival) -> None:
        """401 where token and activity disagree, 403 for a host or a tenant that we do not serve."""
        if admitted is None:
            raise RefusedRequestError(401, "the request was not admitted")
        if arrival.channel not in admitted.channels:
            raise RefusedRequestError(401, "the token's key does not speak for this channel")
        if admitted.service_url.rstrip("/") != arrival.service_url.rstrip("/"):
            raise RefusedRequestError(401, "the token is for another service URL")
        url = _url(arrival.service_url)
        if (
            url.scheme != "https"
            or url.host not in self._hosts
            or url.explicit_port not in {None, 443}
            or _odd(arrival)
        ):
            raise RefusedRequestError(403, "the service URL is not one that we answer to")
        if arrival.tenant.lower() not in self._tenants:
            raise RefusedRequestError(403, "this tenant is not served here")


class OpenDoor:
    """Anybody on this machine, for the sandbox alone: everything, in and out, stays on loopback.

    A web page in a browser on this machine is not "anybody on this machine": it says where it comes from, and
    is refused unless that is loopback too. Nor is whoever comes through a proxy or a
    tunnel. A token is never ignored: without a ``signed`` door it is refused.
    """

    def __init__(self, *, listen_host: str, signed: Door | None = None) -> None:
        if not is_loopback(listen_host):
            raise ValueError(f"An open door must listen on loopback, not on {listen_host!r}.")
        self._signed = signed

    async def admit(self, headers: Mapping[str, str]) -> Pass | None:
        """403 for a page from elsewhere, a borrowed host name, a proxy; a token is checked, or refused with 401."""
        _same_machine(headers)
        if headers.get("Authorization") is None:
            return None
        if self._signed is None:
            raise RefusedRequestError(401, "this door takes no tokens")
        return await self._signed.admit(headers)

    def vouch(self, admitted: Pass | None, arrival: Arrival) -> None:
        """403 unless the answers stay on this machine."""
        if admitted is not None and self._signed is not None:
            self._signed.vouch(admitted, arrival)
            return
        url = _url(arrival.service_url)
        if url.scheme != "http" or not is_loopback(url.host) or _odd(arrival):
            raise RefusedRequestError(403, "without a token the service URL must be http on a loopback host")


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host in {"localhost", "ip6-localhost"}:
        return True
    try:
        return ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return False


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("Authorization", "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise RefusedRequestError(401, "there is no bearer token")
    if len(token) > _LONGEST_TOKEN:
        raise RefusedRequestError(401, "the token is too long")
    return token


def _key_id(token: str) -> str:
    header: dict[str, Any] = jwt.get_unverified_header(token)
    kid = header.get("kid")
    if header.get("alg") != "RS256" or not isinstance(kid, str) or not kid:
        raise RefusedRequestError(401, "the token's header is not one of Microsoft's")
    return kid


def _same_machine(headers: Mapping[str, str]) -> None:
    origin = headers.get("Origin")
    if origin is not None and not is_loopback(_host(origin)):
        raise RefusedRequestError(403, "a web page from elsewhere may not speak to the sandbox")
    if not is_loopback(_host(f"http://{headers.get('Host', '')}")):
        raise RefusedRequestError(403, "the sandbox answers to loopback names only")
    if any(name in headers for name in _FORWARDED):
        raise RefusedRequestError(403, "the sandbox does not answer through a proxy or a tunnel")


def _host(url: str) -> str | None:
    try:
        return URL(url).host
    except ValueError:
        return None


def _odd(arrival: Arrival) -> bool:
    """Whether an address holds what no service URL has: a user or password, a query, a fragment, a backslash."""
    return any(sign in arrival.service_url for sign in "@?#\\")


def _url(text: str) -> URL:
    """Parsed by the library that will call it, so that both read the same host."""
    try:
        url = URL(text)
        _ = url.host  # decoded only now; a name that is no name is a ValueError as well
    except ValueError as problem:
        raise RefusedRequestError(403, "the service URL cannot be read") from problem
    return url
