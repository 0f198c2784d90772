"""One access token for all calls: fetched once for all who wait, renewed before it ends or when Graph says so."""

import asyncio
import base64
import binascii
import logging
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from provisioning.errors import NotAllowedError
from provisioning.graph.credentials import RenewableCredential, ready
from provisioning.graph.refusals import Answer, TroubleError

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.credentials_async import AsyncTokenCredential

logger = logging.getLogger(__name__)

MARGIN = 300.0  # seconds before its end at which a token is replaced; an on-demand run lasts up to 150
_CLAIMS = re.compile(r'claims="([^"]+)"')
_AADSTS = re.compile(r"AADSTS\d+")


class Tokens:
    """Keeps the current token. ``wall`` is the clock in which ``expires_on`` is given: this machine's."""

    def __init__(
        self, credential: "AsyncTokenCredential", scope: str, *, wall: Callable[[], float] = time.time
    ) -> None:
        self._credential = credential
        self._scope = scope
        self._wall = wall
        self._token: AccessToken | None = None
        self._lock = asyncio.Lock()

    async def current(self) -> str:
        """A token with some minutes to live. NotAllowedError if sign-in refuses, TryLaterError if it is down."""
        if self._fresh():
            return self._held()
        async with self._lock:
            if not self._fresh():
                self._token = await self._fetch(claims=None)
            return self._held()

    async def instead_of(self, refused: str, answer: Answer) -> str | None:
        """Another token for one that Graph refused with ``answer``; None if the refusal is not about the token."""
        claims = claims_challenge(answer)
        if answer.code != "InvalidAuthenticationToken" and claims is None:
            return None
        async with self._lock:
            if self._token is None or self._token.token == refused:
                await self._forget()
                self._token = await self._fetch(claims=claims)
            return self._held()

    async def forget(self) -> None:
        """Drop the token: rights granted since it was made are not in it."""
        async with self._lock:
            await self._forget()

    async def _forget(self) -> None:
        self._token = None
        if isinstance(self._credential, RenewableCredential):
            await self._credential.forget()

    async def _fetch(self, *, claims: str | None) -> "AccessToken":
        await ready()
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        try:
            return await self._credential.get_token(self._scope, claims=claims, enable_cae=True)
        except ClientAuthenticationError as error:
            found = _AADSTS.search(str(error))
            code = found.group() if found else type(error).__name__
            logger.warning("sign-in refused: %s", code)
            raise NotAllowedError(f"Microsoft's sign-in refused the desk ({code}).", code=code) from error
        except (AzureError, OSError) as error:
            raise TroubleError("Microsoft's sign-in cannot be reached.", reason="unreachable") from error

    def _fresh(self) -> bool:
        return self._token is not None and self._token.expires_on - self._wall() > MARGIN

    def _held(self) -> str:
        assert self._token is not None
        return self._token.token


def claims_challenge(answer: Answer) -> str | None:
    """The claims that Graph wants in the next token (continuous access evaluation), as JSON text."""
    found = _CLAIMS.search(answer.headers.get("www-authenticate", ""))
    if not found:
        return None
    encoded = found.group(1)
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode() or None
    except (binascii.Error, UnicodeDecodeError):
        return None
