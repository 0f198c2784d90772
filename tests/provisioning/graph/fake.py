"""A Graph that says what a test tells it to say, over real HTTP, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiohttp import web
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential

DATE = "Mon, 02 Mar 2026 09:30:00 GMT"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer. ``drop`` cuts the connection instead; ``hang`` never answers."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    hang: bool = False


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One request as it came in; ``path`` as it was written, still encoded."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


def refusal(status: int, code: str = "SomeCode", message: str = "José García is secret.", **headers: str) -> Reply:
    """Graph's error envelope, with a message that must not travel."""
    return Reply(
        status=status,
        body={"error": {"code": code, "message": message, "innerError": {"request-id": "r-1"}}},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


class FakeGraph:
    """Replies by method and path (below /v1.0), in order; the last one stays."""

    def __init__(self) -> None:
        self.origin = ""
        self.heard: list[Heard] = []
        self._replies: dict[tuple[str, str], list[Reply]] = {}
        self._stopped = asyncio.Event()

    def on(self, path: str, *replies: Reply, method: str = "GET") -> None:
        """Answer this address with these."""
        self._replies[method, path] = list(replies)

    def asked(self, path: str) -> list[Heard]:
        """What was asked of one address."""
        return [heard for heard in self.heard if heard.path == path]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path, _, _ = request.raw_path.removeprefix("/v1.0").partition("?")
        text = await request.text()
        self.heard.append(
            Heard(
                method=request.method,
                path=path,
                query=dict(request.query),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=json.loads(text) if text else None,
            )
        )
        replies = self._replies.get((request.method, path)) or [refusal(404, "Request_ResourceNotFound")]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if reply.drop:
            assert request.transport is not None
            request.transport.abort()
        if reply.hang:
            await self._stopped.wait()
        body = reply.body if isinstance(reply.body, str | bytes) else json.dumps(reply.body)
        return web.Response(
            status=reply.status,
            body=body if isinstance(body, bytes) else body.encode(),
            content_type="application/json",
            headers={"Date": DATE, "request-id": "req-1", **reply.headers},
        )

    def stop(self) -> None:
        """Let hanging requests go."""
        self._stopped.set()


@asynccontextmanager
async def running_graph() -> AsyncIterator[FakeGraph]:
    """A fake on a free port of this machine."""
    fake = FakeGraph()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield fake
    finally:
        fake.stop()
        await runner.cleanup()


class FakeCredential(AsyncTokenCredential):
    """Numbered tokens: token-1, token-2 … Each lives for ``lives`` seconds of ``wall``."""

    def __init__(self, lives: float = 3600.0, wall: float = 0.0) -> None:
        self.lives = lives
        self.wall = wall
        self.made = 0
        self.claims: list[str | None] = []
        self.scopes: list[str] = []
        self.trouble: Exception | None = None

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        await asyncio.sleep(0)  # lets other askers in between, as a real sign-in does
        if self.trouble:
            raise self.trouble
        self.made += 1
        self.claims.append(claims)
        self.scopes += scopes
        return AccessToken(f"token-{self.made}", int(self.wall + self.lives))

    async def close(self) -> None:
        """Nothing is open."""

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Nothing is open."""


class FakeTime:
    """A monotonic clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
