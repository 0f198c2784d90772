"""Every failure of a call is sorted by what is known about it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientTimeout, web

from bot.channel.connector import (
    AmbiguousError,
    ClosedError,
    Connector,
    NotDeliveredError,
    PermanentError,
    TooBigError,
)
from bot.channel.tokens import NoToken
from provisioning.errors import NotAllowedError, TryLaterError


@dataclass
class Channel:
    """Answers in turn; ``None`` breaks the connection off."""

    answers: list[web.Response | None] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    url: str = ""
    silent: bool = False  # takes what it is told and never says a word

    async def handle(self, request: web.Request) -> web.Response:
        if self.silent:
            await asyncio.Event().wait()
        body = await request.json() if request.can_read_body else None
        self.seen.append((request.method, request.raw_path, dict(request.headers), body))
        answer = self.answers.pop(0) if self.answers else web.json_response({"id": "m1"}, status=201)
        if answer is None:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return answer


@pytest.fixture
async def channel() -> AsyncIterator[Channel]:
    one = Channel()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", one.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/base/"
    yield one
    await runner.cleanup()


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    one = Connector(NoToken())
    yield one
    await one.aclose()


def refusal(status: int, code: str = "", **headers: str) -> web.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response({"error": {"code": code, "message": "no"}}, status=status, headers=names)


async def test_ids_are_quoted_and_the_answer_holds_the_new_id(channel: Channel, connector: Connector) -> None:
    assert await connector.post(channel.url, "19:a/b@x;messageid=1", {"type": "message"}) == "m1"
    method, path, headers, body = channel.seen[0]
    assert (method, path) == ("POST", "/base/v3/conversations/19%3Aa%2Fb%40x%3Bmessageid%3D1/activities")
    assert body == {"type": "message"}
    assert "Authorization" not in headers


async def test_edits_and_deletions_name_their_activity(channel: Channel, connector: Connector) -> None:
    await connector.put(channel.url, "c", "7/8", {"type": "message", "text": "x"})
    await connector.delete(channel.url, "c", "9")
    assert [(method, path) for method, path, _, _ in channel.seen] == [
        ("PUT", "/base/v3/conversations/c/activities/7%2F8"),
        ("DELETE", "/base/v3/conversations/c/activities/9"),
    ]
    assert channel.seen[0][3] == {"type": "message", "text": "x", "id": "7/8"}


async def test_a_new_conversation_has_an_id_and_a_first_message(channel: Channel, connector: Connector) -> None:
    channel.answers = [web.json_response({"id": "19:x;messageid=3", "activityId": "3"}, status=201)]
    made = await connector.create(channel.url, {"isGroup": True})
    assert (made.conversation, made.activity) == ("19:x;messageid=3", "3")
    assert channel.seen[0][1] == "/base/v3/conversations"


async def test_a_new_conversation_without_an_id_may_or_may_not_exist(channel: Channel, connector: Connector) -> None:
    channel.answers = [web.json_response({}, status=201)]
    with pytest.raises(AmbiguousError):
        await connector.create(channel.url, {})


@pytest.mark.parametrize("answer", [web.Response(status=202), web.Response(text="not json")])
async def test_a_success_without_an_id_is_a_success(channel: Channel, connector: Connector, answer: Any) -> None:
    channel.answers = [answer]
    assert await connector.post(channel.url, "c", {}) is None


@pytest.mark.parametrize(
    ("header", "wait"), [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("99999", 300.0), ("soon", None), ("", None)]
)
async def test_a_429_says_how_long_to_wait(
    channel: Channel, connector: Connector, header: str, wait: float | None
) -> None:
    channel.answers = [refusal(429, "ServiceError", Retry_After=header)]
    with pytest.raises(NotDeliveredError) as caught:
        await connector.post(channel.url, "c", {})
    assert caught.value.wait == wait


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_post_that_broke_off_is_ambiguous_and_an_edit_may_be_made_again(
    channel: Channel, connector: Connector, status: int
) -> None:
    channel.answers = [refusal(status) for _ in range(3)]
    with pytest.raises(AmbiguousError):
        await connector.post(channel.url, "c", {})
    with pytest.raises(NotDeliveredError):
        await connector.put(channel.url, "c", "1", {})
    with pytest.raises(NotDeliveredError):
        await connector.delete(channel.url, "c", "1")


async def test_a_connection_that_breaks_after_the_post_is_ambiguous(channel: Channel, connector: Connector) -> None:
    channel.answers = [None]
    with pytest.raises(AmbiguousError):
        await connector.post(channel.url, "c", {})


async def test_a_post_that_is_never_answered_is_ambiguous_and_such_an_edit_may_be_made_again(
    channel: Channel, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channel.connector._TIMEOUT", ClientTimeout(total=0.2))
    channel.silent = True
    with pytest.raises(AmbiguousError):
        await connector.post(channel.url, "c", {})
    with pytest.raises(NotDeliveredError):
        await connector.put(channel.url, "c", "1", {})


async def test_what_is_too_big_is_told_apart(channel: Channel, connector: Connector) -> None:
    for status, code in ((413, ""), (413, "Whatever"), (400, "MessageSizeTooBig")):
        channel.answers = [refusal(status, code)]
        with pytest.raises(TooBigError):
            await connector.post(channel.url, "c", {})


async def test_a_connection_that_never_was_delivered_nothing(connector: Connector) -> None:
    with pytest.raises(NotDeliveredError):
        await connector.post("http://127.0.0.1:9", "c", {})
    real = Connector(NoToken(), hosts=["does-not-exist.invalid"])
    with pytest.raises(NotDeliveredError):
        await real.post("https://does-not-exist.invalid", "c", {})
    await real.aclose()


class _Secret:
    """Tokens that must not leave."""

    def __init__(self) -> None:
        self.given = 0

    async def bearer(self) -> str:
        self.given += 1
        return "secret"

    def spoiled(self, token: str) -> None:
        raise AssertionError(token)


@pytest.mark.parametrize(
    "address",
    [
        "http://smba.trafficmanager.net/emea",  # not https
        "https://smba.trafficmanager.net.evil.example/emea",
        "http://127.0.0.1:9",  # what a sandbox left in the database
        "https://127.0.0.1",
        "https://169.254.169.254",
    ],
)
async def test_no_token_is_made_for_an_address_that_the_service_was_not_set_up_for(address: str) -> None:
    tokens = _Secret()
    connector = Connector(tokens, hosts=["smba.trafficmanager.net"])
    with pytest.raises(PermanentError):
        await connector.post(address, "c", {})
    assert tokens.given == 0
    await connector.aclose()


async def test_the_sandbox_calls_nobody_beyond_this_machine() -> None:
    connector = Connector(NoToken())
    with pytest.raises(PermanentError):
        await connector.post("https://smba.trafficmanager.net", "c", {})
    await connector.aclose()


@pytest.mark.parametrize(
    ("status", "code"), [(400, "BadSyntax"), (401, "401"), (403, "Forbidden"), (404, "404"), (413, "MessageSizeTooBig")]
)
async def test_a_refusal_is_for_good(channel: Channel, connector: Connector, status: int, code: str) -> None:
    channel.answers = [refusal(status, "" if code.isdigit() else code)]
    with pytest.raises(PermanentError) as caught:
        await connector.post(channel.url, "c", {})
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "BotDisabledByAdmin"),
        (403, "BotNotInConversationRoster"),
        (403, "ConversationBlockedByUser"),
        (403, "MessageWritesBlocked"),
        (404, "ConversationNotFound"),
    ],
)
async def test_a_closed_conversation_is_told_apart(
    channel: Channel, connector: Connector, status: int, code: str
) -> None:
    channel.answers = [refusal(status, code)]
    with pytest.raises(ClosedError):
        await connector.post(channel.url, "c", {})


async def test_a_redirection_is_not_followed(channel: Channel, connector: Connector) -> None:
    channel.answers = [web.Response(status=307, headers={"Location": f"{channel.url}elsewhere"})]
    with pytest.raises(PermanentError):
        await connector.post(channel.url, "c", {})
    assert len(channel.seen) == 1


async def test_connections_are_pooled(channel: Channel, connector: Connector) -> None:
    await connector.post(channel.url, "c", {})
    pool = connector._pool().connector
    assert pool is not None
    for _ in range(5):
        await connector.post(channel.url, "c", {})
    assert len(pool._conns) == 1


class Tokens:
    """Hands out t1, t2 … ; a spoiled one is replaced."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.number = 1
        self.problem = problem

    async def bearer(self) -> str:
        if self.problem is not None:
            raise self.problem
        return f"t{self.number}"

    def spoiled(self, token: str) -> None:
        self.number += 1


async def test_the_token_is_shown_and_a_refused_one_is_replaced_once(channel: Channel) -> None:
    connector = Connector(Tokens())
    channel.answers = [refusal(401)]
    assert await connector.post(channel.url, "c", {}) == "m1"
    assert [headers["Authorization"] for _, _, headers, _ in channel.seen] == ["Bearer t1", "Bearer t2"]
    channel.answers = [refusal(401), refusal(401)]
    with pytest.raises(PermanentError):
        await connector.post(channel.url, "c", {})
    assert len(channel.seen) == 4
    await connector.aclose()


@pytest.mark.parametrize("problem", [TryLaterError("busy", wait=9), NotAllowedError("no", code="invalid_client")])
async def test_without_a_token_nothing_is_delivered(channel: Channel, problem: Exception) -> None:
    connector = Connector(Tokens(problem))
    with pytest.raises(NotDeliveredError) as caught:
        await connector.post(channel.url, "c", {})
    assert caught.value.wait == (9 if isinstance(problem, TryLaterError) else 60)
    assert channel.seen == []
    await connector.aclose()


async def test_a_member_is_looked_up(channel: Channel, connector: Connector) -> None:
    channel.answers = [web.json_response({"id": "29:a", "aadObjectId": "oid"})]
    assert (await connector.member(channel.url, "c", "29:a"))["aadObjectId"] == "oid"
    assert channel.seen[0][:2] == ("GET", "/base/v3/conversations/c/members/29%3Aa")


async def test_calls_run_side_by_side(channel: Channel, connector: Connector) -> None:
    found = await asyncio.gather(*(connector.post(channel.url, f"c{number}", {}) for number in range(30)))
    assert found == ["m1"] * 30
