"""The signed webhook, read by the reference library of the specification."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from standardwebhooks import Webhook as Reference
from standardwebhooks import WebhookVerificationError

from provisioning.desks.signature import in_time, secret_of, signed, verified
from provisioning.desks.webhook import Webhook
from provisioning.errors import NotAllowedError, RefusedError, TryLaterError, UncertainError
from tests.provisioning.desks.far_side import Receiver, listening
from tests.provisioning.desks.notices import CLOSED, OPENED

WORDS = "whsec_" + b64encode(b"a secret of at least 24 bytes").decode()
SECRET = secret_of(WORDS)
NOW = 1_800_000_000
BODY = b'{"ticket": "SD-1001"}'

Pair = tuple[Receiver, Webhook]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    receiver = Receiver()
    async with listening(receiver.app()) as url, ClientSession() as session:
        yield receiver, Webhook(session, url=f"{url}/hook", secret=SECRET)


async def test_the_reference_library_accepts_what_we_send(pair: Pair) -> None:
    receiver, desk = pair
    link = await desk.tell(OPENED, None, again=False)
    assert await desk.tell(CLOSED, link, again=False) == link
    told = [
        Reference(WORDS).verify(body, {name.lower(): value for name, value in headers.items()})
        for headers, body in receiver.got
    ]
    assert [one["type"] for one in told] == ["ticket.opened", "ticket.closed"]
    assert told[1]["data"]["status"] == "closed" and told[0]["data"]["record"] == link.id


async def test_the_reference_library_refuses_what_was_changed_on_the_way(pair: Pair) -> None:
    receiver, desk = pair
    await desk.tell(OPENED, None, again=False)
    ((headers, body),) = receiver.got
    with pytest.raises(WebhookVerificationError):
        Reference(WORDS).verify(body + b" ", {name.lower(): value for name, value in headers.items()})


async def test_a_step_that_is_sent_again_keeps_its_id(pair: Pair) -> None:
    receiver, desk = pair
    receiver.faults.coming = ["cut"]
    with pytest.raises(UncertainError):
        await desk.tell(OPENED, None, again=False)
    await desk.tell(OPENED, None, again=True)
    first, second = (headers["webhook-id"] for headers, _ in receiver.got)
    assert first == second == OPENED.key
    assert json.loads(receiver.got[0][1]) == json.loads(receiver.got[1][1])


@pytest.mark.parametrize(("status", "error"), [(404, TryLaterError), (503, TryLaterError), (422, RefusedError)])
async def test_a_refusal_says_what_to_do_with_it(pair: Pair, status: int, error: type[Exception]) -> None:
    receiver, desk = pair
    receiver.faults.coming = [status]
    with pytest.raises(error, match=str(status)):
        await desk.tell(OPENED, None, again=False)


def test_what_the_reference_library_signs_is_verified() -> None:
    from datetime import UTC, datetime

    made = Reference(WORDS).sign("call-1", datetime.fromtimestamp(NOW, UTC), BODY.decode())
    headers = {"webhook-id": "call-1", "webhook-timestamp": str(NOW), "webhook-signature": f"v1,AAAA v2,BBBB {made}"}
    assert verified(SECRET, BODY, headers) == ("call-1", str(NOW))
    in_time(str(NOW), now=NOW + 299)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"webhook-signature": ""}, "needed"),
        ({"webhook-id": "call-2"}, "not right"),
        ({"webhook-timestamp": str(NOW + 1)}, "not right"),
        ({"webhook-signature": "v1,AAAA"}, "not right"),
        ({"webhook-signature": "v2,é"}, "not right"),
        ({"webhook-id": "x" * 201}, "not one"),
        ({"webhook-id": "a\u00e9"}, "not one"),
    ],
)
def test_a_header_that_was_changed_is_refused(change: dict[str, str], why: str) -> None:
    headers = signed(SECRET, BODY, id="call-1", at=NOW) | change
    with pytest.raises(NotAllowedError, match=why):
        verified(SECRET, BODY, headers)


@pytest.mark.parametrize("at", [str(NOW - 301), str(NOW + 301), "yesterday", "１８００００００００", "-5", "9" * 400])
def test_a_message_that_is_too_old_or_from_the_future_or_from_nowhere_is_refused(at: str) -> None:
    with pytest.raises(NotAllowedError, match="timestamp"):
        in_time(at, now=NOW)


def test_a_secret_that_protects_nothing_is_refused() -> None:
    assert secret_of("a plain secret of 24 bytes or more") == b"a plain secret of 24 bytes or more"
    for words in ("short", "whsec_c2hvcnQ=", "whsec_not base64!"):
        with pytest.raises(ValueError, match=r"bytes|base64"):
            secret_of(words)
