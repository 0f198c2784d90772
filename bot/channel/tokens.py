"""The bearer token that we show to the connector: one msal application for the process, never on the event loop."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from provisioning.errors import NotAllowedError, TryLaterError

SCOPE = "https://api.botframework.com/.default"
_EARLY = 300.0  # s before its end that a token is renewed
_TIMEOUT = 10.0  # s for one call to the sign-in service


class TokenSource(Protocol):
    """Where a bearer token comes from."""

    async def bearer(self) -> str | None:
        """A token that lives a few minutes at least, None in anonymous mode. TryLaterError, NotAllowedError."""

    def spoiled(self, token: str) -> None:
        """The connector refused this token: do not give it out again."""


class NoToken:
    """Anonymous mode: nothing is shown."""

    async def bearer(self) -> str | None:
        """Nothing."""
        return None

    def spoiled(self, token: str) -> None:
        """Cannot happen: there was no token."""


class AppTokens:
    """The bot's own tokens by client credentials (secret or certificate, as msal takes them)."""

    def __init__(
        self,
        *,
        app_id: str,
        tenant_id: str,
        credential: str | Mapping[str, str],
        authority: str = "https://login.microsoftonline.com",
        make: Callable[..., Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app_id = app_id
        self._authority = f"{authority.rstrip('/')}/{tenant_id}"
        self._credential = credential
        self._make = make
        self._clock = clock
        self._app: Any = None
        self._token: str | None = None
        self._until = 0.0
        self._one = asyncio.Lock()

    async def bearer(self) -> str:
        """A token; renewed early, by one caller while the others wait for it."""
        if self._token is None or self._clock() >= self._until:
            async with self._one:
                if self._token is None or self._clock() >= self._until:
                    await self._renew()
        assert self._token is not None
        return self._token

    def spoiled(self, token: str) -> None:
        """Forget it, here and in msal's cache."""
        if token == self._token:
            self._token = None
            if self._app is not None:
                self._app.remove_tokens_for_client()

    async def _renew(self) -> None:
        try:
            answer = await asyncio.to_thread(self._ask)
        except (OSError, ValueError) as problem:  # requests' errors are OSErrors; msal wraps discovery in ValueError
            raise TryLaterError("The sign-in service for the bot's own token does not answer.") from problem
        token = answer.get("access_token")
        if not token:
            code = str(answer.get("error"))
            raise NotAllowedError(f"The bot may not sign in to the channel ({code}).", code=code)
        self._token = token
        self._until = self._clock() + max(float(answer.get("expires_in", 0)) - _EARLY, 0.0)

    def _ask(self) -> dict[str, Any]:
        if self._app is None:
            self._app = self._application()
        answer: dict[str, Any] = self._app.acquire_token_for_client(scopes=[SCOPE])
        return answer

    def _application(self) -> Any:
        make = self._make
        if make is None:
            # 0.2 s: only where there is something to sign
            from msal import ConfidentialClientApplication  # type: ignore[import-untyped]

            make = ConfidentialClientApplication
        return make(self._app_id, client_credential=self._credential, authority=self._authority, timeout=_TIMEOUT)
