"""A list as a file in somebody's OneDrive: the whole house, with Teams' consent and OneDrive itself played."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channel import uploads
from tests.stories.house import House, open_house
from tests.stories.teams import Shown, Speaker

UPLOAD = "https://contoso-my.sharepoint.com/personal/aisha/uploadSession?tempauth=1"
PLACE = {
    "contentUrl": "https://contoso-my.sharepoint.com/personal/aisha/Documents/Applications/list.csv",
    "name": "list.csv",
    "uploadUrl": UPLOAD,
    "uniqueId": "1150D938-8870-4044-9F2C-5BBDEBA70C9D",
    "fileType": "csv",
}


@dataclass
class OneDrive:
    """Takes files over HTTP, as soon as its gate is open."""

    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        """One upload."""
        self.taken.append((dict(request.headers), await request.read()))
        await self.gate.wait()
        return web.json_response({"id": "1"}, status=201)


@asynccontextmanager
async def one_drive(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OneDrive]:
    """Its name leads to loopback; no other does."""
    drive, app = OneDrive(), web.Application()
    drive.gate.set()
    app.router.add_put("/upload", drive.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]

    class Session(aiohttp.ClientSession):
        def put(self, url: Any, **more: Any) -> Any:
            assert url == UPLOAD
            return super().put(f"http://127.0.0.1:{port}/upload", **more)

    monkeypatch.setattr(uploads, "ClientSession", Session)
    try:
        yield drive
    finally:
        drive.gate.set()
        await runner.cleanup()


CARD = "application/vnd.microsoft.card.adaptive"


@pytest.fixture
async def drive(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OneDrive]:
    async with one_drive(monkeypatch) as opened:
        yield opened


@pytest.fixture
async def giving(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url, give_files=True) as opened:
        yield opened


async def as_csv(house: House, who: Speaker, *, where: str = "", kind: str = "personal") -> Shown:
    """The card of a list's text."""
    people = [one.userPrincipalName for one in house.company.people() if one.mail][:3]
    card = await house.teams.say(who, "provision these in AskCody:\n" + "\n".join(people), where=where, kind=kind)
    await house.teams.see(lambda shown: shown.id == card.id and "crowd_people" in shown.verbs, what="the table")
    activity = house.teams._activity(who, card.conversation, kind) | {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "replyToId": card.id,
        "value": {"action": {"type": "Action.Execute", "verb": "crowd_csv", "data": {"id": "1", "page": 1}}},
    }
    status, answered = await house.teams.post(activity)
    assert status == 200
    if answered["type"] == CARD:  # clicked before the desk knew that the table stands there: it gives way
        card.activity = card.activity | {"attachments": [{"contentType": CARD, "content": answered["value"]}]}
    return await house.teams.see(lambda shown: "sync-desk crowd 1" in shown.text, what=f"CSV after {answered}")


def consent(shown: Shown) -> dict[str, Any] | None:
    """What a message asks Teams to ask, if it does."""
    for part in shown.activity.get("attachments") or ():
        if part["contentType"].endswith("file.consent"):
            found: dict[str, Any] = part["content"]
            return found
    return None


def is_file(shown: Shown) -> bool:
    """Whether it is the card of a file."""
    return any(part.get("contentType", "").endswith("file.info") for part in shown.activity.get("attachments") or ())


async def offered(house: House, who: Speaker) -> Shown:
    """The consent card."""
    text = await as_csv(house, who)
    answer = await house.teams.click(who, text, "crowd_file")
    assert "OneDrive" in answer["value"]
    return await house.teams.see(consent, what="the consent card")


async def answer(house: House, who: Speaker, asked: Shown, place: dict[str, str] | None = None) -> None:
    """Allow it."""
    value = {"type": "fileUpload", "action": "accept", "uploadInfo": place or PLACE}
    value["context"] = (consent(asked) or {})["acceptContext"]
    activity = house.teams._activity(who, asked.conversation, "personal") | {
        "type": "invoke",
        "name": "fileConsent/invoke",
        "replyToId": asked.id,
        "value": value,
    }
    began = monotonic()
    assert await house.teams.post(activity) == (200, None)
    assert await house.teams.post(activity) == (200, None), "delivered again"
    assert monotonic() - began < 6


async def test_whoever_allows_it_finds_the_list_in_onedrive(giving: House, drive: OneDrive) -> None:
    aisha = giving.person("aisha")
    asked = await offered(giving, aisha)
    drive.gate.clear()
    await answer(giving, aisha, asked)
    await giving.teams.gone(asked)
    drive.gate.set()
    await giving.teams.see(is_file, what="the file's card")
    ((headers, body),) = drive.taken
    assert body.startswith(b"\xef\xbb\xbfnumber,name,address")
    assert body.decode("utf-8-sig").count("\r\n") == 4, "the columns and three people"
    assert headers["Content-Range"] == f"bytes 0-{len(body) - 1}/{len(body)}"
    assert "Authorization" not in headers
    assert sum(map(is_file, giving.teams.shown)) == 1


async def test_a_place_that_is_not_onedrive_is_told_in_words_and_called_by_nobody(
    giving: House, drive: OneDrive
) -> None:
    aisha = giving.person("aisha")
    asked = await offered(giving, aisha)
    await answer(giving, aisha, asked, {**PLACE, "uploadUrl": "https://169.254.169.254/x.sharepoint.com"})
    told = await giving.teams.see(lambda shown: "not in OneDrive" in shown.text, what="why not")
    assert "As CSV on its card shows the same as text" in told.text
    assert drive.taken == []
    assert not any(map(is_file, giving.teams.shown))


async def test_whoever_left_the_helpdesk_meanwhile_gets_no_file(giving: House, drive: OneDrive) -> None:
    aisha = giving.person("aisha")
    asked = await offered(giving, aisha)
    await giving.leave_group(str(giving.company.agents_group), aisha.id)
    await answer(giving, aisha, asked)
    await giving.teams.see(lambda shown: "Only the helpdesk" in shown.text, what="why not")
    assert drive.taken == []


async def test_where_others_read_along_no_file_is_offered(giving: House) -> None:
    text = await as_csv(giving, giving.person("aisha"), where="19:all@thread.v2", kind="groupChat")
    assert "crowd_file" not in text.verbs


async def test_where_the_channel_takes_no_files_none_is_offered(house: House) -> None:
    assert "crowd_file" not in (await as_csv(house, house.person("aisha"))).verbs
