"""The endpoint that other desks call: what is forged, late, repeated, too large or no call at all changes nothing."""

import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
from aiohttp import ClientSession, web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.desk_calls import JIRAS_WINDOW, LARGEST, ROUTE, DeskCalls
from provisioning.casework.calls import Calls
from provisioning.casework.tickets import Tickets
from provisioning.desks.calls import read_call, read_jira
from provisioning.desks.signature import secret_of, signed
from provisioning.errors import RefusedError
from provisioning.handover import Link, Standing
from provisioning.store.books import PostgresBooks
from provisioning.store.database import open_database
from provisioning.store.post import PostgresPost
from provisioning.store.queue import Queue
from provisioning.tickets import Ticket
from tests import worlds
from tests.provisioning.desks.far_side import listening

WORDS = "whsec_" + b64encode(b"what the other desk and we know").decode()
SECRET = secret_of(WORDS)
JSON = {"Content-Type": "application/json"}
CALL = {"ticket": "SD-1001", "status": "taken", "comment": "We look into it.", "by": "Kim Lee"}


@dataclass(frozen=True)
class Desk:
    """The endpoint, with one open ticket that ServiceNow and Jira know."""

    url: str
    session: ClientSession
    books: PostgresBooks
    post: PostgresPost

    async def call(
        self, body: Any = CALL, *, desk: str = "servicenow", key: str = "call-1", off: int = 0, **change: str
    ) -> int:
        """Sign and send; ``change``: headers that somebody put in their place (with _ for -)."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = signed(SECRET, raw, id=key, at=int(await self.post.now()) + off) | JSON
        headers |= {name.replace("_", "-"): value for name, value in change.items()}
        return await self.send(raw, headers, desk=desk)

    async def jira(self, body: Any, *, secret: bytes = SECRET) -> int:
        """As Jira's own webhook sends it."""
        raw = json.dumps(body).encode()
        mac = hmac.new(secret, raw, sha256).hexdigest()
        return await self.send(raw, {**JSON, "X-Hub-Signature": f"sha256={mac}"}, desk="jira")

    async def send(self, raw: bytes, headers: dict[str, str], *, desk: str = "servicenow") -> int:
        async with self.session.post(f"{self.url}/api/desks/{desk}", data=raw, headers=headers) as response:
            assert response.status < 500
            return response.status

    async def ticket(self) -> Ticket:
        return await self.books.read_ticket(1001)

    async def untouched(self) -> bool:
        async with self.post._pool.connection() as connection:
            keys = await (await connection.execute("SELECT count(*) FROM used_keys")).fetchone()
        return (await self.ticket()).version == 1 and keys == (0,)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_database(database_url) as pool, ClientSession() as session:
        books, post = PostgresBooks(pool, Queue(pool), desks=["servicenow", "jira"]), PostgresPost(pool)
        tickets = Tickets(books=books)
        await tickets.open(worlds.aisha(), origin="chat-1", text="help")
        for name, link in (
            ("servicenow", Link(id="a1", name="INC0010001")),
            ("jira", Link(id="HELP-1", name="HELP-1")),
        ):
            (delivery,) = await post.claim(name, most=1)
            await post.delivered(delivery, link)
        app = web.Application(client_max_size=4 * LARGEST)
        calls = Calls(tickets=tickets, books=books, post=post)
        secrets = {"servicenow": SECRET, "jira": SECRET}
        app.router.add_route("*", ROUTE, DeskCalls(secrets=secrets, calls=calls, now=post.now))
        async with listening(app) as url:
            yield Desk(url, session, books, post)


async def test_a_signed_call_changes_the_status_and_adds_a_comment_for_who_asked(desk: Desk) -> None:
    assert await desk.call() == 200
    ticket = await desk.ticket()
    assert ticket.state == "taken" and ticket.taker is not None and ticket.taker.name == "Kim Lee (ServiceNow)"
    assert [(event.what, event.text, event.internal) for event in ticket.history[1:]] == [
        ("noted", "We look into it.", False),
        ("taken", "", False),
    ]


async def test_a_ticket_is_closed_and_opened_again_from_there(desk: Desk) -> None:
    for number, (status, state) in enumerate(
        [("closed", "closed"), ("closed", "closed"), ("open", "open"), ("taken", "taken"), ("open", "open")]
    ):
        assert await desk.call({"record": "INC0010001", "status": status}, key=f"call-{number}") == 200
        assert (await desk.ticket()).state == state
    assert await desk.call({"record": "a1", "status": "closed"}, key="call-8") == 200
    assert await desk.call({"record": "a1", "status": "taken"}, key="call-9") == 200
    assert (await desk.ticket()).state == "taken"


@pytest.mark.parametrize(
    "change",
    [
        {"webhook_signature": ""},
        {"webhook_signature": "v1,AAAA"},
        {"webhook_signature": "v1,Zm9yZ2Vk v1a,Zm9yZ2Vk"},
        {"webhook_id": "call-2"},
        {"webhook_timestamp": "1"},
        {"webhook_timestamp": "never"},
        {"webhook_id": ""},
    ],
)
async def test_a_forged_call_changes_nothing(desk: Desk, change: dict[str, str]) -> None:
    assert await desk.call(**change) == 401  # type: ignore[arg-type]
    assert await desk.untouched()


async def test_a_body_that_was_changed_on_the_way_changes_nothing(desk: Desk) -> None:
    raw = json.dumps(CALL).encode()
    headers = signed(SECRET, raw, id="call-1", at=int(await desk.post.now())) | JSON
    assert await desk.send(raw.replace(b"taken", b"closed"), headers) == 401
    assert await desk.untouched()


async def test_another_desks_secret_does_not_count(desk: Desk) -> None:
    raw = json.dumps(CALL).encode()
    headers = signed(b"the secret of somebody else!", raw, id="call-1", at=int(await desk.post.now())) | JSON
    assert await desk.send(raw, headers) == 401
    assert await desk.untouched()


@pytest.mark.parametrize("off", [-302, 302, -86400])
async def test_a_stale_call_and_one_from_the_future_change_nothing(desk: Desk, off: int) -> None:
    assert await desk.call(off=off) == 401
    assert await desk.untouched()


async def test_a_call_works_once(desk: Desk) -> None:
    assert await desk.call() == 200
    version = (await desk.ticket()).version
    assert await desk.call() == 409
    assert await desk.call({"ticket": "SD-1001", "status": "closed"}) == 409, "nor does its id with another body"
    assert (await desk.ticket()).version == version


async def test_a_call_whose_effect_was_rolled_back_may_come_again(desk: Desk) -> None:
    assert await desk.call({"ticket": "SD-9999", "status": "closed"}) == 404
    assert await desk.call() == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"closed"',
        b"[" * 30_000,
        b'{"ticket": "SD-1001"}',
        b'{"ticket": "SD-1001", "status": "exploded"}',
        b'{"ticket": "SD-0", "status": "closed"}',
        b'{"ticket": "1001; DROP TABLE tickets", "status": "closed"}',
        b'{"status": "closed"}',
        b'{"ticket": "SD-1001", "comment": "   "}',
        b'{"ticket": "SD-1001", "comment": 7}',
        b'{"ticket": "SD-1001", "comment": "\xff"}',
        json.dumps({"ticket": "SD-1001", "comment": "x" * 4001}).encode(),
    ],
)
async def test_a_malformed_call_says_what_is_wrong_and_changes_nothing(desk: Desk, body: bytes) -> None:
    assert await desk.call(body) == 400
    assert await desk.untouched()


async def test_an_oversized_call_changes_nothing(desk: Desk) -> None:
    big = json.dumps({**CALL, "padding": "x" * LARGEST}).encode()
    assert await desk.call(big) == 413
    assert await desk.call(big * 5) == 413
    assert await desk.untouched()


async def test_what_is_no_json_or_no_post_is_refused(desk: Desk) -> None:
    assert await desk.call(Content_Type="text/plain") == 415
    async with desk.session.get(f"{desk.url}/api/desks/servicenow") as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
    assert await desk.untouched()


async def test_a_desk_without_a_secret_may_not_call(desk: Desk) -> None:
    assert await desk.call(desk="mail") == 404
    assert await desk.untouched()


async def test_a_ticket_that_the_desk_was_never_told_of_is_not_there(desk: Desk) -> None:
    async with desk.post._pool.connection() as connection:
        await connection.execute("DELETE FROM desk_links WHERE desk = 'servicenow'")
    assert await desk.call() == 404
    assert await desk.untouched()


async def test_jiras_own_webhook_says_what_happened_there(desk: Desk) -> None:
    now = int(await desk.post.now() * 1000)
    assert await desk.jira(comment(now)) == 200
    assert await desk.jira(status(now, "done")) == 200
    ticket = await desk.ticket()
    assert ticket.state == "closed"
    assert [(event.by.name, event.text) for event in ticket.history[1:]] == [
        ("Kim Lee (Jira)", "We look into it."),
        ("Kim Lee (Jira)", ""),
    ]


async def test_jiras_webhook_is_not_believed_when_it_is_forged_repeated_or_old(desk: Desk) -> None:
    now = int(await desk.post.now() * 1000)
    assert await desk.jira(comment(now), secret=b"another secret of 24 bytes") == 401
    assert await desk.send(json.dumps(comment(now)).encode(), JSON, desk="jira") == 401
    assert await desk.jira(comment(now - (JIRAS_WINDOW + 5) * 1000)) == 401
    assert await desk.untouched()
    assert await desk.jira(comment(now)) == 200
    assert await desk.jira(comment(now)) == 409
    assert len((await desk.ticket()).history) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"jsdPublic": False},
        {"jsdPublic": None},
        {"body": "It is done.\n\nsd1a2b3c4d-SD-1001/3"},
        {"body": "  "},
    ],
)
async def test_an_internal_comment_of_jiras_and_our_own_stay_there(desk: Desk, change: dict[str, Any]) -> None:
    said = comment(int(await desk.post.now() * 1000))
    said["comment"] |= change
    assert await desk.jira(said) == 200
    assert await desk.untouched()


async def test_events_of_jira_that_say_nothing_to_us_are_taken_quietly(desk: Desk) -> None:
    now = int(await desk.post.now() * 1000)
    labels = {**status(now, "done"), "changelog": {"items": [{"field": "labels"}]}}
    deleted = {**comment(now), "webhookEvent": "jira:issue_deleted"}
    for said in (labels, deleted):
        assert await desk.jira(said) == 200
    assert await desk.jira({"timestamp": now, "webhookEvent": "jira:version_released"}) == 400
    assert await desk.untouched()


def comment(now: int) -> dict[str, Any]:
    """https://developer.atlassian.com/cloud/jira/platform/webhooks/: an agent has answered the customer."""
    said = {"body": "We look into it.", "author": {"displayName": "Kim Lee"}, "jsdPublic": True}
    return {"timestamp": now, "webhookEvent": "comment_created", "comment": said, "issue": {"key": "HELP-1"}}


def status(now: int, category: str) -> dict[str, Any]:
    """A transition into a status of the category."""
    fields = {"status": {"name": "Done", "statusCategory": {"key": category}}}
    return {
        "timestamp": now,
        "webhookEvent": "jira:issue_updated",
        "user": {"displayName": "Kim Lee"},
        "issue": {"key": "HELP-1", "fields": fields},
        "changelog": {"items": [{"field": "status", "toString": "Done"}]},
    }


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=300),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "ticket",
                            "record",
                            "status",
                            "comment",
                            "by",
                            "timestamp",
                            "webhookEvent",
                            "issue",
                            "key",
                            "changelog",
                            "items",
                            "field",
                            "user",
                            "body",
                            "author",
                            "jsdPublic",
                        ]
                    )
                    | st.text(),
                    inner,
                )
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_whatever_is_sent_is_read_or_refused(body: bytes) -> None:
    for read in (read_call, read_jira):
        try:
            read(body, key="k")
        except RefusedError as no:
            assert str(no)


def test_a_comment_is_made_fit_to_be_stored() -> None:
    call = read_call(b'{"ticket": 1001, "comment": "a\\u0000b", "by": "Kim\\n\\u0000Lee", "status": "open"}', key="k")
    assert (call.ticket, call.comment, call.by, call.standing) == (1001, "ab", "Kim Lee", Standing.OPEN)
