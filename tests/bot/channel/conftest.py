"""Microsoft's side of the door, played: a signing key, its metadata over HTTP, tokens good and spoiled."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import jwt
import pytest
from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from bot.channel.keys import Keys

APP = "11111111-2222-4333-8444-555555555555"
TENANT = "0f2b5a60-0000-4000-8000-000000000001"
SERVICE = "https://smba.trafficmanager.net/emea/"


def new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def public(key: RSAPrivateKey, kid: str, **more: Any) -> dict[str, Any]:
    entry = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {**entry, "kid": kid, "use": "sig", "endorsements": ["msteams", "webchat"], **more}


@dataclass
class Microsoft:
    """The OpenID metadata of the Bot Framework."""

    keys: list[dict[str, Any]] = field(default_factory=list)
    fetched: int = 0
    broken: bool = False
    before: Callable[[], Awaitable[None]] | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/openid", self._metadata)
        app.router.add_get("/keys", self._keys)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _metadata(self, request: web.Request) -> web.Response:
        return web.json_response({"issuer": "https://api.botframework.com", "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, request: web.Request) -> web.Response:
        self.fetched += 1
        if self.before is not None:
            await self.before()
        if self.broken:
            return web.Response(status=503)
        return web.json_response({"keys": self.keys})


@pytest.fixture(scope="session")
def signing_key() -> RSAPrivateKey:
    return new_key()


@pytest.fixture(scope="session")
def strange_key() -> RSAPrivateKey:
    return new_key()


@pytest.fixture
async def microsoft(signing_key: RSAPrivateKey) -> AsyncIterator[Microsoft]:
    async with Microsoft(keys=[public(signing_key, "k1")]) as opened:
        yield opened


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def keys(microsoft: Microsoft, clock: Clock) -> AsyncIterator[Keys]:
    async with ClientSession() as session:
        opened = Keys(session, metadata=f"{microsoft.url}/openid", clock=clock)
        yield opened
        await opened.aclose()


@pytest.fixture
def token(signing_key: RSAPrivateKey) -> Callable[..., str]:
    """Makes a token as Microsoft does; an argument replaces a claim, None leaves it out."""

    def make(*, key: Any = signing_key, kid: str | None = "k1", alg: str = "RS256", **claims: Any) -> str:
        now = int(time.time())
        usual = {
            "iss": "https://api.botframework.com",
            "aud": APP,
            "exp": now + 3600,
            "nbf": now - 10,
            "serviceurl": SERVICE,
        }
        chosen = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode(chosen, key, algorithm=alg, headers={"kid": kid} if kid else None)

    return make
