"""Signing keys are fetched once for many, again for a new one, and serve when their source does not."""

import asyncio
from typing import Any

import pytest

from bot.channel.keys import NoKeysError
from tests.bot.channel.conftest import new_key, public

HOURS = 3600.0


async def test_many_requests_at_the_start_cause_one_fetch(keys: Any, microsoft: Any) -> None:
    found = await asyncio.gather(*(keys.key("k1") for _ in range(20)))
    assert all(found)
    assert microsoft.fetched == 1


async def test_a_new_key_is_found_by_looking_again(keys: Any, microsoft: Any, clock: Any) -> None:
    assert await keys.key("k1")
    microsoft.keys.append(public(new_key(), "k2"))
    clock.now += 61
    assert await keys.key("k2")
    assert microsoft.fetched == 2


async def test_invented_key_ids_do_not_make_us_fetch_all_the_time(keys: Any, microsoft: Any, clock: Any) -> None:
    assert await keys.key("k1")
    for number in range(50):
        clock.now += 1
        assert await keys.key(f"invented{number}") is None
    assert microsoft.fetched == 1
    clock.now += 60
    assert await keys.key("invented") is None
    assert microsoft.fetched == 2


async def test_old_keys_serve_while_new_ones_are_fetched(keys: Any, microsoft: Any, clock: Any) -> None:
    assert await keys.key("k1")
    hold = asyncio.Event()
    microsoft.before = hold.wait
    clock.now += 13 * HOURS
    assert await keys.key("k1"), "nobody waits for the renewal"
    hold.set()
    await keys._fetch
    assert microsoft.fetched == 2


async def test_old_keys_serve_when_the_source_is_down(keys: Any, microsoft: Any, clock: Any) -> None:
    assert await keys.key("k1")
    microsoft.broken = True
    clock.now += 48 * HOURS
    assert await keys.key("k1")
    await keys._fetch
    assert await keys.key("k1")
    assert await keys.key("unknown") is None


async def test_without_any_key_nobody_is_let_in_and_it_is_tried_again_soon(
    keys: Any, microsoft: Any, clock: Any
) -> None:
    microsoft.broken = True
    for _ in range(5):
        with pytest.raises(NoKeysError):
            await keys.key("k1")
    assert microsoft.fetched == 1
    microsoft.broken = False
    clock.now += 2
    assert await keys.key("k1")


async def test_a_key_that_is_withdrawn_serves_as_long_as_its_last_token_lives(
    keys: Any, microsoft: Any, clock: Any
) -> None:
    assert await keys.key("k1")
    microsoft.keys[:] = [public(new_key(), "k2")]
    clock.now += 61
    assert await keys.key("k2")
    assert await keys.key("k1")
    clock.now += HOURS
    assert await keys.key("k1") is None
    assert await keys.key("k2")


async def test_a_second_look_does_not_prolong_a_withdrawn_key(keys: Any, microsoft: Any, clock: Any) -> None:
    assert await keys.key("k1")
    microsoft.keys[:] = [public(new_key(), "k2")]
    clock.now += 61
    assert await keys.key("k2")
    clock.now += HOURS - 60
    assert await keys.key("k3") is None
    clock.now += 61
    assert await keys.key("k1") is None


async def test_a_source_that_stays_down_is_not_asked_by_every_request(keys: Any, microsoft: Any, clock: Any) -> None:
    assert await keys.key("k1")
    microsoft.broken = True
    clock.now += 48 * HOURS
    for _ in range(5):
        assert await keys.key("k1")
        await keys._fetch
    assert microsoft.fetched == 2


@pytest.mark.parametrize("junk", [{}, {"kty": "RSA"}, {"kty": "RSA", "kid": "x", "n": "?", "e": 7}, {"kty": "oct"}, 7])
async def test_one_key_that_cannot_be_read_does_not_spoil_the_others(keys: Any, microsoft: Any, junk: Any) -> None:
    microsoft.keys.insert(0, junk)
    assert await keys.key("k1")


@pytest.mark.parametrize("document", [[], {"keys": None}, {}])
async def test_a_document_without_keys_leaves_the_old_ones(
    keys: Any, microsoft: Any, clock: Any, document: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await keys.key("k1")

    async def odd(url: str) -> Any:
        return {"jwks_uri": "x"} if url.endswith("/openid") else document

    monkeypatch.setattr(keys, "_json", odd)
    clock.now += 61
    assert await keys.key("k9") is None
    assert await keys.key("k1")
