"""Bad input gets the status that says what is wrong with it; nothing of it is worked on, and nothing breaks."""

import asyncio
import gzip
import json
from typing import Any

import pytest
from aiohttp import FormData
from psycopg import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from psycopg_pool import PoolTimeout

from bot.endpoints import _Ready
from bot.inbox import Inbox


def activity_without(bot: Any, *path: str) -> dict[str, Any]:
    activity = json.loads(json.dumps(bot.activity("x")))
    inner = activity
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return dict(activity)


async def send(bot: Any, data: Any, **headers: str) -> int:
    names = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    async with bot.session.post(f"{bot.url}/api/messages", data=data, headers=names) as response:
        await response.read()
        return int(response.status)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"[{}]",
        b"7",
        b"{}",
        b"\xff\xfe{}",
        b'{"type": NaN}',
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b"9" * 5000,
    ],
)
async def test_a_body_that_is_no_activity_is_400(bot: Any, desk: Any, body: bytes) -> None:
    assert await send(bot, body) == 400
    assert await bot.rows(b"SELECT 1 FROM inbox") == []


@pytest.mark.parametrize(
    "path", [("type",), ("channelId",), ("serviceUrl",), ("conversation",), ("conversation", "id")]
)
async def test_an_activity_without_what_everybody_needs_is_400(bot: Any, path: tuple[str, ...]) -> None:
    assert (await bot.post(activity_without(bot, *path)))[0] == 400


@pytest.mark.parametrize("value", [None, 7, True, [], {}, "", "x" * 600, "a\u0000b", "a\nb", "\ud800"])
@pytest.mark.parametrize("name", ["type", "channelId", "serviceUrl"])
async def test_a_property_of_the_wrong_shape_is_400(bot: Any, name: str, value: Any) -> None:
    assert (await bot.post(bot.activity("x", **{name: value})))[0] in ({400, 403} if name == "serviceUrl" else {400})


@pytest.mark.parametrize(
    "odd",
    [
        {"from": {"id": "29:aisha", "name": 7, "aadObjectId": {}}},
        {"from": {"id": "29:aisha", "aadObjectId": "half a pair \ud800"}},
        {"from": {"id": "29:aisha", "aadObjectId": "\u0000"}},
        {"recipient": {"id": "28:x", "name": "\ud800\u0000"}},
        {"text": None},
        {"text": {"a": 1}},
        {"text": "nul \u0000 and half \ud83d a pair"},
        {"entities": None},
        {"entities": {}},
        {"entities": [None, 7, {"type": 7}, {"type": "mention"}, {"type": "mention", "mentioned": 7, "text": 7}]},
        {"entities": [{"type": "mention", "mentioned": {"id": "\ud800", "name": "\u0000"}, "text": "x"}]},
        {"attachments": "x"},
        {"attachments": [None, {"contentType": 7}]},
        {"channelData": None},
        {"channelData": {"tenant": None}},
        {"channelData": {"tenant": {"id": 7}}},
        {"locale": "\u0000"},
        {"locale": ["de"]},
        {"timestamp": "yesterday"},
        {"timestamp": 7},
        {"replyToId": {}},
        {"id": None},
        {"id": {"a": 1}},
        {"value": 1e999},
        {"conversation": {"id": "a:1", "conversationType": 7, "isGroup": "yes"}},
    ],
)
async def test_oddities_inside_an_activity_do_not_stop_it(bot: Any, teams: Any, odd: dict[str, Any]) -> None:
    text = json.dumps(bot.activity("hello") | odd).replace("Infinity", "1e999")
    assert await send(bot, text.encode()) == 202
    (answer,) = await teams.said(1)
    assert answer.text


@pytest.mark.parametrize("account", [None, [], {}, "bot", {"id": 7}, {"id": ""}, {"id": None}, {"name": "x"}])
@pytest.mark.parametrize("name", ["from", "recipient"])
async def test_a_message_that_does_not_say_who_speaks_to_whom_is_400(bot: Any, name: str, account: Any) -> None:
    assert (await bot.post(bot.activity("x", **{name: account})))[0] == 400


@pytest.mark.parametrize("odd", [{}, [], ["add"], {"add": 1}, 7, None])
@pytest.mark.parametrize("name", ["action", "membersAdded", "membersRemoved"])
async def test_an_event_of_the_wrong_shape_is_nothing_to_do(bot: Any, desk: Any, name: str, odd: Any) -> None:
    for kind in ("installationUpdate", "conversationUpdate"):
        assert (await bot.post(bot.activity(type=kind, **{name: odd})))[0] == 200
    assert desk.welcomed == []


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/xml"])
async def test_another_content_type_is_415(bot: Any, content_type: str) -> None:
    assert await send(bot, b"{}", Content_Type=content_type) == 415


async def test_a_form_is_415(bot: Any) -> None:
    async with bot.session.post(f"{bot.url}/api/messages", data=FormData({"a": "b"})) as response:
        assert response.status == 415


async def test_a_charset_beside_the_content_type_is_fine(bot: Any, teams: Any) -> None:
    body = json.dumps(bot.activity("hello")).encode()
    assert await send(bot, body, Content_Type="application/json; charset=utf-8") == 202


async def test_a_body_that_is_too_large_is_413(bot: Any) -> None:
    body = json.dumps(bot.activity("x" * (300 * 1024))).encode()
    assert await send(bot, body) == 413


async def test_a_small_body_that_unpacks_to_a_large_one_is_413(bot: Any) -> None:
    body = gzip.compress(json.dumps(bot.activity("x" * (5 * 1024 * 1024))).encode())
    assert len(body) < 16 * 1024
    assert await send(bot, body, Content_Encoding="gzip") == 413


async def test_a_body_that_cannot_be_unpacked_is_400(bot: Any) -> None:
    assert await send(bot, b"this is not gzip", Content_Encoding="gzip") == 400


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_other_methods_are_405(bot: Any, method: str) -> None:
    async with bot.session.request(method, f"{bot.url}/api/messages") as response:
        assert response.status == 405


async def test_many_who_ask_whether_it_is_ready_share_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.endpoints._LOOK_COUNTS", 3600.0)
    looks = 0

    async def check() -> None:
        nonlocal looks
        looks += 1

    ready = _Ready({"database": check})
    for _ in range(3):
        answers = await asyncio.gather(*(ready(None) for _ in range(20)))  # type: ignore[arg-type]  # it looks at none
        assert {answer.status for answer in answers} == {200}
    assert looks == 1


async def test_other_paths_are_404(bot: Any) -> None:
    async with bot.session.get(f"{bot.url}/api") as response:
        assert response.status == 404


async def test_it_lives_and_is_ready(bot: Any) -> None:
    async with bot.session.get(f"{bot.url}/livez") as response:
        assert response.status == 200
    async with bot.session.get(f"{bot.url}/readyz") as response:
        assert (response.status, await response.json()) == (200, {"ready": True, "wrong": {}})


async def test_without_our_tables_it_lives_and_is_not_ready_and_messages_shall_come_again(bot: Any) -> None:
    await bot.rows(b"ALTER TABLE inbox RENAME TO gone")
    async with bot.session.get(f"{bot.url}/readyz") as response:
        assert response.status == 503
        assert (await response.json())["wrong"] == {"database": "does not answer"}
    async with bot.session.get(f"{bot.url}/livez") as response:
        assert response.status == 200
    status, _ = await bot.post(bot.activity("hello"))
    assert status == 503
    await bot.rows(b"ALTER TABLE gone RENAME TO inbox")


@pytest.mark.parametrize(
    ("problem", "away"),
    [
        (OperationalError("the connection is lost"), True),
        (PoolTimeout("couldn't get a connection"), True),
        (InterfaceError("the connection is closed"), True),
        (DataError("a NUL"), False),
        (ProgrammingError("no such column"), False),
        (IntegrityError("no such conversation"), False),
        (LookupError("a fault of ours"), False),
    ],
)
async def test_only_a_database_that_is_away_is_called_so_and_everything_else_leaves_its_stack(
    bot: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, problem: Exception, away: bool
) -> None:
    async def broken(self: Inbox, *_: Any) -> Any:
        raise problem

    monkeypatch.setattr(Inbox, "begin", broken)
    async with bot.session.post(f"{bot.url}/api/messages", json=bot.activity("hello")) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
    (record,) = [one for one in caplog.records if one.name == "bot.endpoints"]
    assert ("does not answer" in record.getMessage(), record.exc_info is None) == (away, away)


async def test_the_same_message_without_an_id_is_one_message(bot: Any, teams: Any, desk: Any) -> None:
    message = bot.activity("hello")
    del message["id"]
    await bot.post(message)
    await bot.post(message)
    await teams.said(1)
    await bot.hear("next")
    await teams.said(2)
    assert [speech.text for speech in desk.heard] == ["hello", "next"]
