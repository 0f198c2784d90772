"""The door: every kind of bad request stays outside with the right status, and no handler ever runs."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from aiohttp import ClientSession, web

from bot.channel.auth import Door, OpenDoor
from bot.channel.wire import Arrival
from bot.endpoints import web_app
from bot.patience import Answer
from tests.bot.channel.conftest import new_key, public

APP = "11111111-2222-4333-8444-555555555555"
TENANT = "0f2b5a60-0000-4000-8000-000000000001"
SERVICE = "https://smba.trafficmanager.net/emea/"
HOSTS = ("smba.trafficmanager.net",)


@dataclass
class Handler:
    """Behind the door."""

    received: list[Arrival] = field(default_factory=list)

    async def receive(self, arrival: Arrival) -> Answer:
        self.received.append(arrival)
        return Answer(202)

    async def unheard(self, arrival: Arrival) -> None:
        raise AssertionError("It was answered at once, to somebody who was there.")


@dataclass
class Entrance:
    """The app over HTTP."""

    url: str
    session: ClientSession
    handler: Handler

    async def knock(self, activity: Any, *, body: bytes | None = None, **headers: str) -> int:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        data = json.dumps(activity).encode() if body is None else body
        names = {"Content-Type": "application/json"} | names
        async with self.session.post(f"{self.url}/api/messages", data=data, headers=names) as response:
            await response.read()
            assert response.status < 500 or response.status == 503
            return response.status


async def entrance(door: Any) -> AsyncIterator[Entrance]:
    handler = Handler()
    runner = web.AppRunner(web_app(door=door, receiver=handler, checks={}))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        yield Entrance(f"http://127.0.0.1:{runner.addresses[0][1]}", session, handler)
    await runner.cleanup()


@pytest.fixture
def door(keys: Any) -> Door:
    return Door(app_id=APP, tenants={TENANT.upper()}, service_hosts=HOSTS, keys=keys)


@pytest.fixture
async def closed(door: Door) -> AsyncIterator[Entrance]:
    async for one in entrance(door):
        yield one


@pytest.fixture
async def opened() -> AsyncIterator[Entrance]:
    async for one in entrance(OpenDoor(listen_host="127.0.0.1")):
        yield one


def activity(**more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "id": "1",
        "channelId": "msteams",
        "serviceUrl": SERVICE,
        "from": {"id": "29:aisha"},
        "recipient": {"id": "28:bot"},
        "conversation": {"id": "a:1"},
        "channelData": {"tenant": {"id": TENANT}},
        **more,
    }


async def test_what_microsoft_signed_for_us_comes_in(closed: Entrance, token: Callable[..., str]) -> None:
    assert await closed.knock(activity(), Authorization=f"Bearer {token()}") == 202
    assert await closed.knock(activity(serviceUrl=SERVICE.rstrip("/")), Authorization=f"bearer {token()}") == 202
    assert len(closed.handler.received) == 2


async def test_clocks_may_differ_by_five_minutes(closed: Entrance, token: Callable[..., str]) -> None:
    now = int(time.time())
    for claims in ({"exp": now - 240}, {"nbf": now + 240}):
        assert await closed.knock(activity(), Authorization=f"Bearer {token(**claims)}") == 202


NOW = int(time.time())
BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 3600},
    "not yet valid": {"nbf": NOW + 3600},
    "without an end": {"exp": None},
    "an end that is no number": {"exp": "tomorrow"},
    "another issuer": {"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"},
    "without issuer": {"iss": None},
    "for another bot": {"aud": "22222222-2222-4333-8444-555555555555"},
    "without audience": {"aud": None},
    "without service url": {"serviceurl": None},
    "an empty service url": {"serviceurl": ""},
    "a service url that is no text": {"serviceurl": [SERVICE]},
    "another service url": {"serviceurl": "https://smba.trafficmanager.net/amer/"},
    "an unknown key": {"kid": "k2"},
    "no key id": {"kid": None},
}


@pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
async def test_a_token_that_is_not_right_is_401(
    closed: Entrance, token: Callable[..., str], claims: dict[str, Any]
) -> None:
    assert await closed.knock(activity(), Authorization=f"Bearer {token(**claims)}") == 401
    assert closed.handler.received == []


async def test_a_token_signed_by_somebody_else_is_401(
    closed: Entrance, token: Callable[..., str], strange_key: Any
) -> None:
    assert await closed.knock(activity(), Authorization=f"Bearer {token(key=strange_key)}") == 401
    assert closed.handler.received == []


async def test_a_token_signed_with_the_public_key_as_a_secret_is_401(
    closed: Entrance, token: Callable[..., str], microsoft: Any
) -> None:
    forged = token(key="k" * 64, alg="HS256")
    assert await closed.knock(activity(), Authorization=f"Bearer {forged}") == 401


async def test_a_token_without_a_signature_is_401(closed: Entrance, token: Callable[..., str]) -> None:
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k1"}').rstrip(b"=").decode()
    unsigned = f"{head}.{token().split('.')[1]}."
    assert await closed.knock(activity(), Authorization=f"Bearer {unsigned}") == 401


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer ....",
        "Bearer é.é.é",
        "Bearer " + "a" * 8000,
        "Bearer e30.e30.e30",
        "Bearer bnVsbA.bnVsbA.bnVsbA",
        "Bearer W10.W10.W10",
    ],
)
async def test_what_is_no_token_is_401(closed: Entrance, header: str) -> None:
    assert await closed.knock(activity(), Authorization=header) == 401
    assert closed.handler.received == []


async def test_no_token_is_401_whatever_the_body_holds(closed: Entrance) -> None:
    assert await closed.knock(activity()) == 401
    assert await closed.knock(None, body=b"{") == 401
    async with closed.session.post(f"{closed.url}/api/messages", json=activity()) as response:
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert closed.handler.received == []


async def test_a_bad_body_behind_a_good_token_is_400(closed: Entrance, token: Callable[..., str]) -> None:
    assert await closed.knock(None, body=b"{", Authorization=f"Bearer {token()}") == 400


async def test_a_channel_that_the_key_does_not_speak_for_is_401(closed: Entrance, token: Callable[..., str]) -> None:
    assert await closed.knock(activity(channelId="slack"), Authorization=f"Bearer {token()}") == 401


async def test_a_key_without_endorsements_speaks_for_nobody(
    closed: Entrance, token: Callable[..., str], microsoft: Any
) -> None:
    del microsoft.keys[0]["endorsements"]
    assert await closed.knock(activity(), Authorization=f"Bearer {token()}") == 401


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evil.trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/emea/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://user@smba.trafficmanager.net/",
        "https://evil.example/#smba.trafficmanager.net",
        "https://evil.example\\@smba.trafficmanager.net/",
        "https://[::1",
        "nonsense",
    ],
)
async def test_a_service_host_that_we_do_not_know_is_403_even_when_it_is_signed(
    closed: Entrance, token: Callable[..., str], url: str
) -> None:
    signed = token(serviceurl=url)
    assert await closed.knock(activity(serviceUrl=url), Authorization=f"Bearer {signed}") == 403
    assert closed.handler.received == []


@pytest.mark.parametrize("data", [{"tenant": {"id": "somebody-else"}}, {}, None, {"tenant": {}}])
async def test_a_tenant_that_we_do_not_serve_is_403(closed: Entrance, token: Callable[..., str], data: Any) -> None:
    assert await closed.knock(activity(channelData=data), Authorization=f"Bearer {token()}") == 403
    assert closed.handler.received == []


async def test_while_no_key_was_ever_read_everybody_is_asked_to_come_again(
    closed: Entrance, token: Callable[..., str], microsoft: Any, clock: Any
) -> None:
    microsoft.broken = True
    assert await closed.knock(activity(), Authorization=f"Bearer {token()}") == 503
    microsoft.broken = False
    clock.now += 3
    assert await closed.knock(activity(), Authorization=f"Bearer {token()}") == 202


@pytest.mark.parametrize(
    "wrong",
    [
        {"app_id": "", "tenants": {TENANT}, "service_hosts": HOSTS},
        {"app_id": APP, "tenants": (), "service_hosts": HOSTS},
        {"app_id": APP, "tenants": {TENANT}, "service_hosts": ()},
    ],
)
def test_a_door_without_a_lock_cannot_be_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs"):
        Door(keys=None, **wrong)  # type: ignore[arg-type]


LOCAL = "http://localhost:56150/_connector"


@pytest.mark.parametrize(
    "url", [LOCAL, "http://127.0.0.1:1234", "http://[::1]:56150/_connector", "http://127.8.9.10/x"]
)
async def test_the_open_door_lets_this_machine_in(opened: Entrance, url: str) -> None:
    assert await opened.knock(activity(serviceUrl=url)) == 202


@pytest.mark.parametrize(
    "url",
    [
        SERVICE,
        "https://localhost/",
        "http://evil.example/",
        "http://localhost.evil.example/",
        "http://localhost@evil.example/",
        "http://evil.example#@localhost/",
        "http://evil.example\\@localhost/",
        "http://127.0.0.1.nip.io/",
        "http://169.254.169.254/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::ffff:10.0.0.1]/",
        "ftp://localhost/",
        "//localhost/",
        "localhost:56150",
    ],
)
async def test_the_open_door_sends_nothing_off_this_machine(opened: Entrance, url: str) -> None:
    assert await opened.knock(activity(serviceUrl=url)) == 403
    assert opened.handler.received == []


@pytest.mark.parametrize("header", ["Bearer a.b.c", "Bearer ", "", "Basic YTpi", "x"])
async def test_the_open_door_never_ignores_a_token(opened: Entrance, header: str) -> None:
    assert await opened.knock(activity(serviceUrl=LOCAL), Authorization=header) == 401
    assert opened.handler.received == []


async def test_the_open_door_checks_a_token_when_it_can(door: Door, token: Callable[..., str]) -> None:
    async for one in entrance(OpenDoor(listen_host="::1", signed=door)):
        assert await one.knock(activity(), Authorization=f"Bearer {token()}") == 202
        assert await one.knock(activity(), Authorization=f"Bearer {token(aud='other')}") == 401
        assert await one.knock(activity(serviceUrl=LOCAL), Authorization=f"Bearer {token()}") == 401
        assert await one.knock(activity(serviceUrl=LOCAL)) == 202


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", "null", "file://", ""])
async def test_a_web_page_from_elsewhere_may_not_speak_to_the_open_door(opened: Entrance, origin: str) -> None:
    assert await opened.knock(activity(serviceUrl=LOCAL), Origin=origin) == 403
    assert opened.handler.received == []


@pytest.mark.parametrize("origin", ["http://localhost:56150", "http://127.0.0.1:56150", "http://[::1]:3"])
async def test_a_page_of_this_machine_may(opened: Entrance, origin: str) -> None:
    assert await opened.knock(activity(serviceUrl=LOCAL), Origin=origin) == 202


@pytest.mark.parametrize("host", ["evil.example", "evil.example:3978", "localhost.evil.example", "10.0.0.1"])
async def test_a_name_that_was_bent_to_this_machine_is_refused(opened: Entrance, host: str) -> None:
    assert await opened.knock(activity(serviceUrl=LOCAL), Host=host) == 403
    assert opened.handler.received == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.1", "example.com", "127.0.0.1.nip.io"])
def test_an_open_door_cannot_be_made_for_the_network(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        OpenDoor(listen_host=host)


async def test_readiness_notices_a_door_that_lets_everybody_in(keys: Any) -> None:
    class Broken(Door):
        async def admit(self, headers: Any) -> Any:
            return None

        def vouch(self, admitted: Any, arrival: Arrival) -> None:
            return None

    async for one in entrance(Broken(app_id=APP, tenants={TENANT}, service_hosts=HOSTS, keys=keys)):
        async with one.session.get(f"{one.url}/readyz") as response:
            assert response.status == 503
            assert "without a token" in (await response.json())["wrong"]["door"]
        assert [arrival.type for arrival in one.handler.received] == ["typing"], "which nobody answers"


async def test_an_open_door_is_not_ready_where_no_stranger_is_expected() -> None:
    async for one in entrance(OpenDoor(listen_host="127.0.0.1")):
        async with one.session.get(f"{one.url}/readyz") as response:
            assert response.status == 503
            assert "without a token" in (await response.json())["wrong"]["door"]


async def test_a_closed_door_is_ready(closed: Entrance) -> None:
    async with closed.session.get(f"{closed.url}/readyz") as response:
        assert response.status == 200


async def test_a_fault_of_ours_asks_the_channel_to_come_again_and_is_in_the_log(
    closed: Entrance, token: Callable[..., str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(arrival: Arrival) -> Answer:
        raise LookupError("a fault of ours")

    monkeypatch.setattr(closed.handler, "receive", broken)
    assert await closed.knock(activity(), Authorization=f"Bearer {token()}") == 503
    assert "LookupError" in caplog.text


class Counted:
    """PyJWT's check, counted."""

    def __init__(self) -> None:
        self.times = 0
        self._decode = jwt.decode

    def __call__(self, *given: Any, **named: Any) -> Any:
        self.times += 1
        return self._decode(*given, **named)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted()
    monkeypatch.setattr("bot.channel.auth.jwt.decode", counted)
    return counted


async def test_a_token_that_was_proven_is_not_computed_again(
    closed: Entrance, token: Callable[..., str], checks: Counted
) -> None:
    good, other = f"Bearer {token()}", f"Bearer {token(extra='x')}"
    assert [await closed.knock(activity(), Authorization=one) for one in (good, good, other, good)] == [202] * 4
    assert checks.times == 2


async def test_a_token_is_proven_again_after_its_end(
    closed: Entrance, token: Callable[..., str], checks: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = f"Bearer {token()}"
    assert await closed.knock(activity(), Authorization=good) == 202
    later = time.time() + 3600 + 301
    monkeypatch.setattr("bot.channel.auth.time.time", lambda: later)
    assert await closed.knock(activity(), Authorization=good) == 202, "PyJWT has a clock of its own"
    assert checks.times == 2


async def test_a_token_is_proven_again_with_another_key_of_the_same_name(
    closed: Entrance, microsoft: Any, clock: Any, token: Callable[..., str], checks: Counted
) -> None:
    good = f"Bearer {token()}"
    assert await closed.knock(activity(), Authorization=good) == 202
    microsoft.keys[:] = [public(new_key(), "k1")]
    before, clock.now = microsoft.fetched, clock.now + 12 * 3600 + 1
    async with asyncio.timeout(60):
        while await closed.knock(activity(), Authorization=good) == 202:
            pass
    assert microsoft.fetched == before + 1
    assert await closed.knock(activity(), Authorization=good) == 401


async def test_a_token_that_was_refused_is_refused_again(
    closed: Entrance, strange_key: Any, token: Callable[..., str], checks: Counted
) -> None:
    bad = f"Bearer {token(key=strange_key)}"
    assert [await closed.knock(activity(), Authorization=bad) for _ in range(3)] == [401] * 3
    assert checks.times == 3


async def test_no_more_than_some_tokens_are_remembered(door: Door, token: Callable[..., str]) -> None:
    for number in range(110):
        await door.admit({"Authorization": f"Bearer {token(extra=number)}"})
    assert len(door._proven) == 100
