"""The way to another desk over HTTP: patience, and its refusals put into our words. Its exceptions never leave here.

A write that may have arrived raises UncertainError: whoever tries again looks first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, ConnectionTimeoutError
from aiohttp.client_exceptions import ClientConnectorError

from provisioning.errors import (
    ConflictError,
    NotAllowedError,
    NotThereError,
    RefusedError,
    TryLaterError,
    UncertainError,
)

PATIENCE = ClientTimeout(total=30, sock_connect=10)
LARGEST = 1_000_000  # bytes of an answer that are read
_BUSY = frozenset({408, 425, 429, 503})  # the other side says that nothing was done
_SHOWN = 200  # characters of the other side's own words


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``body`` is {} unless it was a JSON object; ``headers`` know no case."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class Http:
    """Requests to one desk; ``headers`` go with each of them."""

    def __init__(self, session: ClientSession, *, origin: str, headers: Mapping[str, str], name: str) -> None:
        self._session = session
        self._origin = origin.rstrip("/")
        self._headers = {"Accept": "application/json", **headers}
        self._name = name

    async def get(self, path: str, **params: str) -> Answer:
        """A read; what raises has changed nothing."""
        return await self._ask("GET", path, params=params, headers={}, data=None)

    async def send(
        self, method: str, path: str, body: Any, *, headers: Mapping[str, str] | None = None, writes: bool = True
    ) -> Answer:
        """A JSON body, or bytes that are JSON already. ``writes``: whether it changes anything over there."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        more = {"Content-Type": "application/json", **(headers or {})}
        return await self._ask(method, path, params={}, headers=more, data=data, writes=writes)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        data: bytes | None,
        writes: bool = False,
    ) -> Answer:
        url = f"{self._origin}{path}"
        try:
            async with self._session.request(
                method,
                url,
                params=params,
                data=data,
                headers={**self._headers, **headers},
                timeout=PATIENCE,
                allow_redirects=False,
            ) as response:
                answer = await _read(response)
        except (ClientConnectorError, ConnectionTimeoutError) as problem:
            raise TryLaterError(f"{self._name} cannot be reached.") from problem
        except (ClientError, TimeoutError) as problem:
            if writes:
                raise UncertainError(f"{self._name} took the request and did not answer.") from problem
            raise TryLaterError(f"{self._name} does not answer.") from problem
        self._judge(answer, writes)
        return answer

    def _judge(self, answer: Answer, writes: bool) -> None:
        status = answer.status
        if 200 <= status < 300:
            return
        said = f"{self._name} answered {status}{_words(answer.body)}."
        if status in _BUSY:
            raise TryLaterError(said, wait=_wait(answer.headers))
        if status >= 500:
            raise UncertainError(said) if writes else TryLaterError(said)
        if status in {401, 403}:
            raise NotAllowedError(said)
        if status == 412:
            raise ConflictError(said)
        if status in {404, 410}:
            raise NotThereError(said)
        raise RefusedError(said, code=str(status))


async def _read(response: ClientResponse) -> Answer:
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > LARGEST:
            break
    try:
        found = json.loads(raw) if raw else {}
    except ValueError:
        found = {}
    return Answer(response.status, found if isinstance(found, dict) else {}, response.headers)


def _wait(headers: Mapping[str, str]) -> float:
    """Retry-After in seconds; its form as a date is not worth the trouble."""
    asked = headers.get("Retry-After", "")
    return min(float(asked), 3600.0) if asked.isdigit() else 5.0


def _words(body: Mapping[str, Any]) -> str:
    """The reason as ServiceNow, Jira, Roundup or a webhook's receiver give it."""
    error = body.get("error")
    parts: list[str] = []
    if isinstance(error, Mapping):
        parts += [str(error[key]) for key in ("message", "detail", "msg") if error.get(key)]
    elif error:
        parts.append(str(error))
    messages, errors = body.get("errorMessages"), body.get("errors")
    parts += [str(one) for one in messages] if isinstance(messages, list) else []
    parts += [f"{name}: {why}" for name, why in errors.items()] if isinstance(errors, Mapping) else []
    said = " ".join("; ".join(parts).split())
    return f" ({said[:_SHOWN]})" if said else ""
