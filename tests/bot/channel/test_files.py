"""Attached lists: which attachments are lists, and from where a file is fetched at all."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channel import files
from bot.channel.files import MOST_BYTES, Downloads, files_of
from dialogs.talk import File
from provisioning.errors import RefusedError, TryLaterError

DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
URL = "https://contoso-my.sharepoint.com/personal/x/download.aspx?tempauth=1"


def attached(*attachments: Any) -> tuple[File, ...]:
    return files_of({"attachments": list(attachments)})


def test_a_file_that_was_sent_in_teams_is_a_list_to_be_fetched() -> None:
    info = {"contentType": DOWNLOAD, "name": "people.csv", "content": {"downloadUrl": URL, "fileType": "csv"}}
    assert attached(info) == (File(name="people.csv", url=URL),)


def test_a_text_that_comes_with_the_message_is_a_list() -> None:
    assert attached({"contentType": "text/csv; charset=utf-8", "content": "mail\na@x.example"}) == (
        File(name="", text="mail\na@x.example"),
    )
    assert attached({"contentType": "text/plain", "contentUrl": "data:text/plain,a"})[0].url == "data:text/plain,a"


@pytest.mark.parametrize(
    "attachment",
    [
        {"contentType": "image/png", "contentUrl": "https://x.example/a.png"},
        {"contentType": "text/html", "content": "<p>hello</p>"},
        {"contentType": DOWNLOAD, "name": "a.docx", "content": {"downloadUrl": URL, "fileType": "docx"}},
        {"contentType": DOWNLOAD, "content": {"downloadUrl": 7, "fileType": "csv"}},
        {"contentType": DOWNLOAD, "content": "no object"},
        {"contentType": 7},
        "no object",
        None,
    ],
)
def test_everything_else_is_left_alone(attachment: Any) -> None:
    assert attached(attachment) == ()


def test_a_message_without_attachments_has_no_lists() -> None:
    assert files_of({}) == files_of({"attachments": "x"}) == ()


@pytest.mark.parametrize(
    "url",
    [
        "http://contoso.sharepoint.com/a.csv",
        "https://contoso.sharepoint.com.evil.example/a.csv",
        "https://sharepoint.com/a.csv",
        "https://evilsharepoint.com/a.csv",
        "https://contoso.sharepoint.com@evil.example/a.csv",
        "https://contoso.sharepoint.com:8443/a.csv",
        "https://127.0.0.1/a.csv",
        "https://[::1/a.csv",
        "file:///etc/passwd",
        "ftp://contoso.sharepoint.com/a.csv",
        "",
    ],
)
async def test_no_other_host_is_asked_for_anything(url: str) -> None:
    with pytest.raises(RefusedError):
        await Downloads().read(File(name="a.csv", url=url))


@asynccontextmanager
async def store(handler: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Downloads]:
    """Teams' file store, played on loopback: only its name is trusted, and the name leads here."""
    app = web.Application()
    app.router.add_get("/list.csv", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]

    class Session(aiohttp.ClientSession):
        def get(self, url: Any, **more: Any) -> Any:
            assert str(url) == "https://contoso.sharepoint.com/list.csv"
            assert "Authorization" not in self.headers
            return super().get(f"http://127.0.0.1:{port}/list.csv", **more)

    monkeypatch.setattr(files, "ClientSession", Session)
    try:
        yield Downloads(trust_env=False)
    finally:
        await runner.cleanup()


FILE = File(name="list.csv", url="https://contoso.sharepoint.com/list.csv")


@pytest.mark.parametrize(
    "body", ["mail\nå@x.example".encode(), "\ufeffmail\nå@x.example".encode(), "mail\nå@x.example".encode("utf-16")]
)
async def test_the_file_is_read_in_whatever_way_excel_wrote_it(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    async def give(request: web.Request) -> web.Response:
        return web.Response(body=body)

    async with store(give, monkeypatch) as downloads:
        assert await downloads.read(FILE) == "mail\nå@x.example"


async def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(request: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/")

    async with store(away, monkeypatch) as downloads:
        with pytest.raises(TryLaterError):
            await downloads.read(FILE)


async def test_a_file_that_does_not_end_is_left_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x" * 65_536)
        return response

    async with store(endless, monkeypatch) as downloads:
        with pytest.raises(RefusedError, match="too large"):
            await downloads.read(FILE)


async def test_a_workbook_is_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    async def give(request: web.Request) -> web.Response:
        return web.Response(body=b"PK\x03\x04\x00\x00\x00")

    async with store(give, monkeypatch) as downloads:
        with pytest.raises(RefusedError, match="CSV"):
            await downloads.read(FILE)


async def test_what_lies_in_the_address_itself_needs_no_fetching() -> None:
    body = base64.b64encode(b"mail\na@x.example").decode()
    assert await Downloads().read(File(name="", url=f"data:text/csv;base64,{body}")) == "mail\na@x.example"
    assert await Downloads().read(File(name="", url="data:text/csv,mail%0Aa")) == "mail\na"
    with pytest.raises(RefusedError):
        await Downloads().read(File(name="", url="data:text/csv;base64,!"))
    with pytest.raises(RefusedError):
        await Downloads().read(File(name="", url="data:text/csv," + "x" * (2 * MOST_BYTES + 1)))
