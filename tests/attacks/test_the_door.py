"""Nobody gets in: every attack of the table over HTTP against the whole service, set up as for a real tenant."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.attacks.fortress import Fortress, open_fortress
from tests.attacks.strike import OURS, heard, strike
from tests.attacks.table import ATTACKS, Attack
from tests.bot.channel.conftest import new_key, public

pytestmark = pytest.mark.asyncio(loop_scope="module")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of a request; nothing in it may be of the sender's."""
    found, wrong = heard(caplog.records)
    assert wrong == []
    return found


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
async def test_it_stays_outside(fortress: Fortress, attack: Attack) -> None:
    assert await strike(fortress, attack) == []


RAW = {
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    "a header without a colon": b"POST /api/messages HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n",
    "two lengths": b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length below zero": b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}",
    "a length and chunks": b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a method that is none": b"BREW /api/messages HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header with a NUL": b"POST /api/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \x00\r\n\r\n",
}


@pytest.mark.parametrize("request_", RAW.values(), ids=RAW)
async def test_what_is_not_http_is_400(fortress: Fortress, caplog: pytest.LogCaptureFixture, request_: bytes) -> None:
    before = await fortress.kept()
    assert await fortress.raw(request_) == 400
    assert len(lines(caplog)) <= 1, "the HTTP server keeps what begins like TLS or another protocol to itself"
    assert await fortress.kept() == before


async def test_the_wire_would_feel_it(fortress: Fortress) -> None:
    """What proves the rest: a good message is kept, worked on, and answered through the proxy that is the wire."""
    before = await fortress.kept()
    wrong = await strike(fortress, Attack("a good message that is said to be an attack", 401))
    assert wrong[0] == "answered 202 and not 401"
    assert "something of it is kept" in wrong
    await fortress.wire.until(OURS)
    async with asyncio.timeout(60):
        while (await fortress.kept())[2] == before[2]:  # the wire may have felt the typing sign first
            await asyncio.sleep(0.02)
    assert (await fortress.kept())[0] == before[0] + 1


async def test_the_last_of_two_service_urls_counts_everywhere(fortress: Fortress) -> None:
    """The door and the desk read one JSON, once: a name that comes twice cannot mean two things."""
    usual = fortress.activity(type="typing")
    body = b'{"serviceUrl":"https://evil.example/",' + json.dumps(usual).encode()[1:]
    assert await fortress.knock(token=fortress.signed(), body=body) == 200


async def test_readiness_posts_without_a_token_and_is_content_with_401(fortress: Fortress) -> None:
    before = await fortress.kept()
    async with fortress.session.get(f"{fortress.url}/readyz") as response:
        assert (response.status, await response.json()) == (200, {"ready": True, "wrong": {}})
    assert await fortress.kept() == before


async def test_many_unknown_keys_cause_one_fetch(fortress: Fortress) -> None:
    assert await fortress.admitted(fortress.signed()) == 200
    fortress.clock.now += 61
    before = fortress.microsoft.fetched
    unknown = [fortress.signed(head={"kid": f"unknown{number}"}) for number in range(20)]
    assert set(await asyncio.gather(*map(fortress.admitted, unknown))) == {401}
    assert fortress.microsoft.fetched == before + 1
    assert await fortress.admitted(unknown[0]) == 401
    assert fortress.microsoft.fetched == before + 1, "and no other for a minute"


async def test_when_microsoft_rotates_its_keys_new_and_old_traffic_come_in(fortress: Fortress) -> None:
    assert await fortress.admitted(fortress.signed()) == 200
    new = new_key()
    usual = list(fortress.microsoft.keys)
    try:
        fortress.microsoft.keys[:] = [public(new, "k2")]
        fortress.clock.now += 61
        fresh = [fortress.signed(key=new, head={"kid": "k2"}) for _ in range(10)]
        before = fortress.microsoft.fetched
        assert set(await asyncio.gather(*map(fortress.admitted, fresh))) == {200}
        assert fortress.microsoft.fetched == before + 1
        assert await fortress.admitted(fortress.signed()) == 200, "signed before the rotation"
        fortress.clock.now += 3601
        assert await fortress.admitted(fortress.signed()) == 401, "no token lives that long"
    finally:
        fortress.microsoft.keys[:] = usual
        fortress.clock.now += 61
    assert await fortress.admitted(fortress.signed()) == 200


async def test_while_the_metadata_is_down_the_known_keys_serve(fortress: Fortress) -> None:
    assert await fortress.admitted(fortress.signed()) == 200
    fortress.microsoft.broken = True
    try:
        fortress.clock.now += 48 * 3600
        assert await fortress.admitted(fortress.signed()) == 200
        assert await fortress.admitted(fortress.signed(head={"kid": "k3"})) == 401
    finally:
        fortress.microsoft.broken = False


@pytest_asyncio.fixture(loop_scope="module")
async def without_keys(database_url: str) -> AsyncIterator[Fortress]:
    """A service that was started while Microsoft's metadata is down."""
    async with open_fortress(database_url) as opened:
        opened.microsoft.broken = True
        yield opened


async def test_without_any_key_everybody_is_asked_to_come_again(
    without_keys: Fortress, caplog: pytest.LogCaptureFixture
) -> None:
    before = await without_keys.kept()
    good = without_keys.signed()
    assert await without_keys.knock(token=good) == 503
    assert await without_keys.knock(token=None) == 401, "who shows nothing is not asked to come again"
    assert await without_keys.kept() == before
    assert len(lines(caplog)) == 2
    without_keys.microsoft.broken = False
    without_keys.clock.now += 3
    assert await without_keys.admitted(good) == 200
