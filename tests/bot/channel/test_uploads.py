"""Files that are put into somebody's OneDrive: where to at all, and what is sent along."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channel import uploads
from bot.channel.uploads import MOST_BYTES, Uploads
from provisioning.errors import NotThereError, RefusedError, TryLaterError

URL = "https://contoso-my.sharepoint.com/personal/x/_api/v2.0/drive/items/1/uploadSession?guid=%272%27&tempauth=1"


@pytest.mark.parametrize(
    "url",
    [
        "http://contoso-my.sharepoint.com/upload",
        "https://contoso.sharepoint.com.evil.example/upload",
        "https://sharepoint.com/upload",
        "https://evilsharepoint.com/upload",
        "https://contoso.sharepoint.com@evil.example/upload",
        "https://contoso.sharepoint.com:8443/upload",
        "https://127.0.0.1/upload",
        "https://169.254.169.254/.sharepoint.com",
        "https://[::1/upload",
        "file:///etc/passwd",
        "",
    ],
)
async def test_nothing_is_sent_to_any_other_host(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(**more: Any) -> Any:
        raise AssertionError("somebody was called")

    monkeypatch.setattr(uploads, "ClientSession", nobody)
    with pytest.raises(RefusedError):
        await Uploads().put(url, b"x")


@asynccontextmanager
async def store(handler: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Uploads]:
    """OneDrive, played on loopback: only its name is trusted, and the name leads here."""
    app = web.Application()
    app.router.add_put("/upload", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]

    class Session(aiohttp.ClientSession):
        def put(self, url: Any, **more: Any) -> Any:
            assert url == URL, "as it was given: its signature is part of it"
            return super().put(f"http://127.0.0.1:{port}/upload", **more)

    monkeypatch.setattr(uploads, "ClientSession", Session)
    try:
        yield Uploads(trust_env=False)
    finally:
        await runner.cleanup()


async def test_the_whole_file_goes_in_one_piece_and_no_token_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    async def take(request: web.Request) -> web.Response:
        seen.update(headers=dict(request.headers), body=await request.read())
        return web.json_response({}, status=201)

    async with store(take, monkeypatch) as there:
        await there.put(URL, "\ufeffå;b".encode())
    assert seen["body"] == b"\xef\xbb\xbf\xc3\xa5;b"
    assert (seen["headers"]["Content-Range"], seen["headers"]["Content-Length"]) == ("bytes 0-6/7", "7")
    assert not {"Authorization", "Cookie"} & set(seen["headers"])


async def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("http://169.254.169.254/")

    async with store(away, monkeypatch) as there:
        with pytest.raises(NotThereError):
            await there.put(URL, b"x")


@pytest.mark.parametrize(
    ("status", "problem"),
    [(404, NotThereError), (409, NotThereError), (401, NotThereError), (429, TryLaterError), (503, TryLaterError)],
)
async def test_it_says_whether_another_attempt_is_worth_it(
    status: int, problem: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with store(refuse, monkeypatch) as there:
        with pytest.raises(problem):
            await there.put(URL, b"x")


async def test_a_piece_that_is_taken_is_not_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go_on(request: web.Request) -> web.Response:
        return web.json_response({"nextExpectedRanges": ["1-"]}, status=202)

    async with store(go_on, monkeypatch) as there:
        with pytest.raises(TryLaterError):
            await there.put(URL, b"xy")


async def test_a_store_that_does_not_answer_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with store(hang_up, monkeypatch) as there:
        with pytest.raises(TryLaterError):
            await there.put(URL, b"x")


@pytest.mark.parametrize("content", [b"", b"x" * (MOST_BYTES + 1)])
async def test_what_is_empty_or_too_large_is_not_sent(content: bytes) -> None:
    with pytest.raises(RefusedError):
        await Uploads().put(URL, content)
