"""The public keys that the Bot Framework signs with: kept, renewed aside, served stale when need be."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jwt
from aiohttp import ClientError, ClientSession, ClientTimeout

METADATA = "https://login.botframework.com/v1/.well-known/openidconfiguration"
_TIMEOUT = ClientTimeout(total=5, connect=3)
_OLD = 12 * 3600.0  # s: Microsoft asks for a daily refresh
_GAP = 60.0  # s between fetches that somebody's unknown key id, or a source that is down, may cause
_GRACE = 3600.0  # s that a withdrawn key still serves: tokens that it signed before live that long
_GAP_WITHOUT = 2.0  # s between fetches while there are no keys at all

_log = logging.getLogger(__name__)


class NoKeysError(Exception):
    """No key was ever fetched and the metadata cannot be read: nobody can be told from anybody."""


@dataclass(frozen=True, slots=True)
class Key:
    """One signing key and the channels that it may speak for; ``until``: when a withdrawn one ends, on our clock."""

    public: jwt.PyJWK
    endorsements: frozenset[str]
    until: float | None = None


class Keys:
    """Signing keys by key id. One fetch at a time, however many requests wait for it."""

    def __init__(
        self, session: ClientSession, *, metadata: str = METADATA, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._metadata = metadata
        self._clock = clock
        self._keys: Mapping[str, Key] = {}
        self._fetched = -_OLD
        self._tried: float | None = None
        self._fetch: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> Key | None:
        """The key with this id; None when even a fresh look does not know it. NoKeysError when there are none."""
        known = self._known(kid)
        if known is not None:
            if self._clock() - self._fetched > _OLD and self._may_try(_GAP):
                self._refresh()  # meanwhile the old ones serve
            return known
        await self._look_again()
        if not self._keys:
            raise NoKeysError("The channel's signing keys cannot be read.")
        return self._known(kid)

    async def aclose(self) -> None:
        """Stop a fetch that is under way."""
        if self._fetch is not None and not self._fetch.done():
            self._fetch.cancel()
            await asyncio.gather(self._fetch, return_exceptions=True)

    async def _look_again(self) -> None:
        running = self._fetch is not None and not self._fetch.done()
        gap = _GAP if self._keys else _GAP_WITHOUT
        if running or self._may_try(gap):
            await asyncio.shield(self._refresh())

    def _known(self, kid: str) -> Key | None:
        key = self._keys.get(kid)
        return None if key is None or (key.until is not None and self._clock() >= key.until) else key

    def _may_try(self, gap: float) -> bool:
        return self._tried is None or self._clock() - self._tried >= gap

    def _refresh(self) -> asyncio.Task[None]:
        if self._fetch is None or self._fetch.done():
            self._tried = self._clock()
            self._fetch = asyncio.create_task(self._fetch_all(), name="signing keys")
        return self._fetch

    async def _fetch_all(self) -> None:
        try:
            metadata = await self._json(self._metadata)
            found = _read(await self._json(metadata["jwks_uri"]))
        except (ClientError, TimeoutError, ValueError, KeyError, TypeError) as problem:
            _log.warning("signing keys could not be fetched, %d old ones stay: %r", len(self._keys), problem)
            return
        if found:
            self._fetched = self._clock()
            self._keys = {**self._withdrawn(found), **found}

    def _withdrawn(self, found: Mapping[str, Key]) -> dict[str, Key]:
        """The keys that are published no more and serve a little longer, as in Microsoft's own libraries."""
        now = self._clock()
        old = {kid: key for kid, key in self._keys.items() if kid not in found}
        return {
            kid: key if key.until is not None else replace(key, until=now + _GRACE)
            for kid, key in old.items()
            if key.until is None or now < key.until
        }

    async def _json(self, url: str) -> Any:
        async with self._session.get(url, timeout=_TIMEOUT, raise_for_status=True) as response:
            return await response.json(content_type=None)


def _read(document: Any) -> dict[str, Key]:
    """The RSA keys of a key set; one that cannot be read does not spoil the others."""
    found: dict[str, Key] = {}
    for entry in document["keys"]:
        try:
            if entry.get("kty") != "RSA":
                continue
            key = Key(jwt.PyJWK(entry, algorithm="RS256"), frozenset(entry.get("endorsements") or ()))
            found[str(entry["kid"])] = key
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError) as problem:
            _log.warning("a signing key was skipped: %r", problem)
    return found
