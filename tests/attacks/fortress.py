"""The service as it runs for a real tenant, with everything played that is not ours, and a wire across every way out.

Microsoft's signing keys stand on loopback, Graph is the sandbox's; every other address would be reached through the
proxy of the environment, which is the wire: it writes down who was called, and lets nobody through.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any, Self
from uuid import uuid4

import jwt
import psycopg
import pytest
from aiohttp import ClientSession
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.app import service
from bot.channel.keys import Keys
from bot.settings import Settings
from sandbox import Company, start
from tests.bot.channel.conftest import Clock, Microsoft, new_key, public
from tests.stories.house import listening

APP = "11111111-2222-4333-8444-555555555555"
SERVICE = "https://smba.trafficmanager.net/emea/"
ISSUER = "https://api.botframework.com"
SECRET_WORDS = "Aisha's salary is confidential"  # in every message: no log line may repeat it
_KEPT = b"""
    SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM conversations), (SELECT count(*) FROM outbox),
           (SELECT count(*) FROM places)
"""


class Wire:
    """Whoever is called from here, by the first line that was sent; nobody gets an answer worth having."""

    def __init__(self) -> None:
        self.touched: list[str] = []
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._touch, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _touch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.read(200)
            async with self._news:
                self.touched.append(line.split(b"\r\n")[0].decode("latin-1"))
                self._news.notify_all()
            writer.write(b"HTTP/1.1 502 No way out\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        finally:
            writer.close()

    async def until(self, line: str) -> None:
        """Wait until somebody was called by exactly this line."""
        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(lambda: line in self.touched)


class OwnToken:
    """What the bot shows to the connector: a token that Entra ID made out for it."""

    def __init__(self, token: str) -> None:
        self.token = token

    async def bearer(self) -> str:
        """The same one every time."""
        return self.token

    def spoiled(self, token: str) -> None:
        """Nobody takes it anyhow."""


@dataclass
class Fortress:
    """The running service and what an attacker has to play with."""

    url: str
    session: ClientSession
    microsoft: Microsoft
    wire: Wire
    company: Company
    clock: Clock
    database: psycopg.AsyncConnection
    key: RSAPrivateKey
    stranger: RSAPrivateKey = field(default_factory=new_key)

    def claims(self, **changed: Any) -> dict[str, Any]:
        """What Microsoft writes into a token for us; None leaves a claim out."""
        now = int(time.time())
        usual = {"iss": ISSUER, "aud": APP, "exp": now + 3600, "nbf": now - 10, "serviceurl": SERVICE}
        return {name: value for name, value in {**usual, **changed}.items() if value is not None}

    def signed(
        self, *, key: Any = None, alg: str = "RS256", head: Mapping[str, Any] | None = None, **claims: Any
    ) -> str:
        """A token; ``head`` replaces the header's fields."""
        fields = {name: value for name, value in {"kid": "k1", **(head or {})}.items() if value is not None}
        payload = json.dumps(self.claims(**claims)).encode()  # PyJWT itself refuses to write some of them
        return jwt.PyJWS().encode(payload, key or self.key, algorithm=alg, headers=fields)

    def activity(self, **changed: Any) -> dict[str, Any]:
        """A message that only wants a good token; None leaves a property out."""
        aisha = next(one for one in self.company.people() if one.userPrincipalName.startswith("aisha"))
        tenant = self.company.tenant_id
        usual = {
            "type": "message",
            "id": uuid4().hex,
            "channelId": "msteams",
            "serviceUrl": SERVICE,
            "from": {"id": "29:aisha", "name": "Aisha Khan", "aadObjectId": aisha.id},
            "recipient": {"id": f"28:{APP}", "name": "Sync Desk"},
            "conversation": {"id": "a:attack", "conversationType": "personal", "tenantId": tenant},
            "channelData": {"tenant": {"id": tenant}},
            "text": SECRET_WORDS,
            "locale": "en-GB",
        }
        return {name: value for name, value in {**usual, **changed}.items() if value is not None}

    async def knock(
        self,
        *,
        token: str | None = None,
        body: Any = None,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """One request with a bearer token (or none); ``body`` as it is when bytes, else as JSON."""
        names = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            names["Authorization"] = f"Bearer {token}"
        data = body if isinstance(body, bytes) else json.dumps(self.activity() if body is None else body).encode()
        skip = ("Content-Type",) if not names["Content-Type"] else ()
        for name in skip:
            del names[name]
        async with self.session.request(
            method, f"{self.url}/api/messages", data=BytesIO(data), headers=names, skip_auto_headers=skip
        ) as response:
            await response.read()
            return response.status

    async def raw(self, request: bytes) -> int:
        """Bytes on a socket; the status of the first answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.url.rpartition(":")[2]))
        try:
            writer.write(request)
            await writer.drain()
            async with asyncio.timeout(60):
                return int((await reader.readline()).split()[1])
        finally:
            writer.close()

    async def admitted(self, token: str) -> int:
        """The status of something harmless under this token: 200 when it comes in."""
        return await self.knock(token=token, body=self.activity(type="typing"))

    async def kept(self) -> tuple[Any, ...]:
        """How much of everything that came in was kept."""
        found = await self.database.execute(_KEPT)
        row = await found.fetchone()
        assert row is not None
        return tuple(row)


@asynccontextmanager
async def open_fortress(database_url: str) -> AsyncIterator[Fortress]:
    """Start it as ``sync-desk serve`` does for a real tenant, and stop it again."""
    key, clock = new_key(), Clock()
    company = await start()
    try:
        async with Wire() as wire, Microsoft(keys=[public(key, "k1")]) as microsoft:
            with _played(wire, microsoft, clock):
                # Settings that pass every check of a real tenant; only Graph is moved to the sandbox after that.
                settings = _settings(company, database_url).model_copy(
                    update={"graph_url": company.origin, "authority": company.origin}
                )
                async with (
                    service(settings) as desk,
                    listening(desk.web) as url,
                    ClientSession() as session,
                    await psycopg.AsyncConnection.connect(database_url, autocommit=True) as database,
                ):
                    yield Fortress(url, session, microsoft, wire, company, clock, database, key)
    finally:
        await company.stop()


def _settings(company: Company, database_url: str) -> Settings:
    return Settings.read(
        {
            "SYNC_DESK_TENANT_ID": company.tenant_id,
            "SYNC_DESK_CLIENT_ID": company.client_id,
            "SYNC_DESK_CLIENT_SECRET": company.client_secret,
            "SYNC_DESK_AGENTS_GROUP": str(company.agents_group),
            "SYNC_DESK_ADMINS_GROUP": str(company.admins_group),
            "SYNC_DESK_APP_ID": APP,
            "SYNC_DESK_APP_SECRET": "not needed, the token is played",
            "SYNC_DESK_DATABASE_URL": database_url,
        }
    )


@contextmanager
def _played(wire: Wire, microsoft: Microsoft, clock: Clock) -> Iterator[None]:
    """Microsoft's keys and our own token come from here; every way out but 127.0.0.1 leads over the wire."""
    own = OwnToken("our-own-outbound-token")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.outside.Keys", partial(Keys, metadata=f"{microsoft.url}/openid", clock=clock))
        patch.setattr("bot.outside.tokens_of", lambda settings: own)
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            patch.setenv(name, f"http://127.0.0.1:{wire.port}")
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, "127.0.0.1")
        yield
