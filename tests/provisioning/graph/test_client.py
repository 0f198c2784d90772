"""The door to Graph under every kind of weather."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from provisioning.errors import NotAllowedError, NotThereError, RefusedError, TryLaterError, UncertainError
from provisioning.graph.client import GraphClient
from provisioning.graph.refusals import TroubleError
from tests.provisioning.graph.fake import FakeCredential, FakeGraph, FakeTime, Reply, refusal, running_graph

ANSWER = Reply(body={"id": "x"})
Row = dict[str, Any]


async def test_a_throttled_read_waits_as_long_as_graph_says_to_the_fraction(
    client: GraphClient, fake: FakeGraph, clock: FakeTime
) -> None:
    fake.on("/me", refusal(429, Retry_After="2.128"), ANSWER)
    assert await client.get("/me", Row) == {"id": "x"}
    assert clock.slept == [2.128]


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_an_unavailable_graph_is_asked_again_later_and_later(
    client: GraphClient, fake: FakeGraph, clock: FakeTime, status: int
) -> None:
    fake.on("/me", refusal(status), refusal(status), refusal(status), ANSWER)
    assert await client.get("/me", Row) == {"id": "x"}
    assert clock.slept == [0.5, 1.0, 2.0]


async def test_jitter_halves_the_wait_at_most(
    fake: FakeGraph, clock: FakeTime, credential: FakeCredential, session: aiohttp.ClientSession
) -> None:
    client = GraphClient(
        session, credential, graph=fake.origin, sleep=clock.sleep, monotonic=clock.monotonic, jitter=lambda: 0.0
    )
    fake.on("/me", refusal(503), ANSWER)
    await client.get("/me", Row)
    assert clock.slept == [0.25]


async def test_a_wait_longer_than_the_patience_is_not_waited_for(
    client: GraphClient, fake: FakeGraph, clock: FakeTime
) -> None:
    fake.on("/me", refusal(429, Retry_After="30"))
    with pytest.raises(TryLaterError) as caught:
        await client.get("/me", Row)
    assert caught.value.wait == 30
    assert clock.slept == []
    assert len(fake.heard) == 1


async def test_the_patience_is_the_whole_questions_and_not_each_calls(
    client: GraphClient, fake: FakeGraph, clock: FakeTime
) -> None:
    fake.on("/one", refusal(429, Retry_After="5"), ANSWER)
    fake.on("/two", refusal(429, Retry_After="5"), ANSWER)
    with client.asking(8.0):
        await client.get("/one", Row)
        with pytest.raises(TryLaterError):
            await client.get("/two", Row)
    assert clock.slept == [5]


async def test_a_graph_that_stays_away_is_asked_five_times(
    client: GraphClient, fake: FakeGraph, clock: FakeTime
) -> None:
    fake.on("/me", refusal(503, Retry_After="0"))
    with pytest.raises(TryLaterError, match="not available"):
        await client.get("/me", Row)
    assert len(fake.heard) == 5


async def test_an_extra_is_asked_once(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/me", refusal(429, Retry_After="0"))
    with pytest.raises(TryLaterError, match="throttling"):
        await client.get("/me", Row, attempts=1)
    assert len(fake.heard) == 1


@pytest.mark.parametrize("header", ["soon", "Mon, 02 Mar 2026 09:31:00 GMT", "-4"])
async def test_a_retry_after_that_is_no_number_of_seconds_does_no_harm(
    client: GraphClient, fake: FakeGraph, clock: FakeTime, header: str
) -> None:
    fake.on("/me", refusal(429, Retry_After=header), ANSWER)
    await client.get("/me", Row)
    assert clock.slept == [0.0 if header == "-4" else 0.5]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedError),
        (403, NotAllowedError),
        (404, NotThereError),
        (410, NotThereError),
        (302, RefusedError),
        (412, RefusedError),
        (500, TryLaterError),
        (423, TryLaterError),
    ],
)
async def test_a_refusal_becomes_our_word_and_is_not_repeated(
    client: GraphClient, fake: FakeGraph, status: int, kind: type[Exception]
) -> None:
    fake.on("/me", refusal(status, "Some_Code", Location="/elsewhere"))
    with pytest.raises(kind) as caught:
        await client.get("/me", Row)
    assert "José" not in str(caught.value)
    assert getattr(caught.value, "code", "Some_Code") == "Some_Code"
    assert [heard.path for heard in fake.heard] == ["/me"]


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", '{"error": "text"}', '["x"]', '{"error": {"code": 7}}'])
async def test_a_refusal_without_graphs_envelope_is_still_a_refusal(
    client: GraphClient, fake: FakeGraph, body: str
) -> None:
    fake.on("/me", Reply(status=403, body=body))
    with pytest.raises(NotAllowedError, match="403") as caught:
        await client.get("/me", Row)
    assert caught.value.code is None


async def test_a_code_that_is_a_sentence_is_not_passed_on(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/me", refusal(400, "José García has no mailbox"))
    with pytest.raises(RefusedError) as caught:
        await client.get("/me", Row)
    assert caught.value.code is None
    assert "García" not in str(caught.value)


@pytest.mark.parametrize("body", ["", "{", "<html>", '{"value": 7}', '{"value": [{"id": 1}, '])
async def test_an_answer_that_cannot_be_read_is_no_answer(client: GraphClient, fake: FakeGraph, body: str) -> None:
    fake.on("/users", Reply(body=body))
    with pytest.raises(TroubleError) as caught:
        async for _ in client.pages("/users"):
            pass
    assert caught.value.reason == "unreadable"


async def test_bytes_that_are_no_text_are_no_answer(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/me", Reply(body=b'{"id": "\xff\xfe"}'))
    with pytest.raises(TroubleError, match="could not be read"):
        await client.get("/me", Row)


async def test_a_graph_that_is_silent_is_given_up(
    fake: FakeGraph, credential: FakeCredential, session: aiohttp.ClientSession
) -> None:
    client = GraphClient(session, credential, graph=fake.origin, timeout=0.05, patience=0.08)
    fake.on("/me", Reply(hang=True))
    with pytest.raises(TroubleError) as caught:
        await client.get("/me", Row)
    assert caught.value.reason == "timeout"


async def test_a_question_out_of_patience_asks_nothing_more(
    client: GraphClient, fake: FakeGraph, clock: FakeTime
) -> None:
    fake.on("/me", ANSWER)
    with client.asking(8.0):
        clock.at += 9
        with pytest.raises(TroubleError, match="too long"):
            await client.get("/me", Row)
    assert fake.heard == []


async def test_a_read_whose_connection_breaks_is_repeated(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/me", Reply(drop=True), ANSWER)
    assert await client.get("/me", Row) == {"id": "x"}


async def test_nobody_at_the_door_is_try_later(
    credential: FakeCredential, session: aiohttp.ClientSession, clock: FakeTime
) -> None:
    async with running_graph() as gone:
        origin = gone.origin
    client = GraphClient(session, credential, graph=origin, sleep=clock.sleep, monotonic=clock.monotonic)
    with pytest.raises(TroubleError) as caught:
        await client.get("/me", Row)
    assert caught.value.reason == "unreachable"


async def test_every_request_carries_the_token_and_asks_for_json(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/users", ANSWER)
    await client.get("/users", Row, options={"$search": '"displayName:Zoë & co"'}, eventual=True)
    heard = fake.heard[0]
    assert heard.headers["authorization"] == "Bearer token-1"
    assert heard.headers["accept"] == "application/json"
    assert heard.headers["consistencylevel"] == "eventual"
    assert heard.query == {"$search": '"displayName:Zoë & co"'}


async def test_a_redirect_is_not_followed_with_the_token(client: GraphClient, fake: FakeGraph) -> None:
    async with running_graph() as elsewhere:
        fake.on("/me", Reply(status=307, headers={"Location": f"{elsewhere.origin}/v1.0/me"}))
        with pytest.raises(RefusedError):
            await client.get("/me", Row)
        assert elsewhere.heard == []


class TestPages:
    async def test_next_links_are_followed_as_they_were_written(self, client: GraphClient, fake: FakeGraph) -> None:
        link = f"{fake.origin}/v1.0/users?$skiptoken=a%2Bb%3D&$top=2"
        fake.on("/users", Reply(body={"value": [1, 2], "@odata.nextLink": link}), Reply(body={"value": [3]}))
        found = [bytes(item) async for page in client.pages("/users") for item in page.value]
        assert found == [b"1", b"2", b"3"]
        assert fake.heard[1].query == {"$skiptoken": "a+b=", "$top": "2"}

    async def test_a_next_link_to_another_host_is_refused_and_never_sees_the_token(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        async with running_graph() as elsewhere:
            link = f"{elsewhere.origin}/v1.0/users?$skiptoken=x"
            fake.on("/users", Reply(body={"value": [1], "@odata.nextLink": link}))
            with pytest.raises(RefusedError, match="another host"):
                async for _ in client.pages("/users"):
                    pass
            assert elsewhere.heard == []

    async def test_a_host_that_only_begins_like_graph_is_another_host(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        fake.on("/users", Reply(body={"value": [], "@odata.nextLink": f"{fake.origin}.evil.example/v1.0/users"}))
        with pytest.raises(RefusedError, match="another host"):
            async for _ in client.pages("/users"):
                pass


class TestClock:
    async def test_graphs_date_is_the_time_and_it_runs_on(
        self, client: GraphClient, fake: FakeGraph, clock: FakeTime
    ) -> None:
        fake.on("/me", ANSWER)
        await client.get("/me", Row)
        clock.at += 90
        assert await client.now() == datetime(2026, 3, 2, 9, 31, 30, tzinfo=UTC)
        assert len(fake.heard) == 1

    async def test_the_time_is_asked_for_once_if_nothing_was_said_yet(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        fake.on("/servicePrincipals", Reply(body={"value": []}))
        assert await client.now() == await client.now() == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        assert len(fake.heard) == 1

    async def test_a_refusal_tells_the_time_as_well(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on("/servicePrincipals", refusal(403))
        assert (await client.now()).year == 2026

    async def test_a_graph_without_a_date_has_no_time(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on("/servicePrincipals", Reply(body={"value": []}, headers={"Date": "yesterday"}))
        with pytest.raises(TryLaterError, match="time"):
            await client.now()


class TestLogLines:
    async def test_they_hold_no_ids_names_or_filters(
        self, client: GraphClient, fake: FakeGraph, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, logger="provisioning.graph")
        upn = "zo%C3%AB_contoso.example%23EXT%23%40fabrikam.example"
        fake.on(f"/users/{upn}/memberOf", refusal(403, "Authorization_RequestDenied"))
        with pytest.raises(NotAllowedError):
            await client.get(f"/users/{upn}/memberOf", Row, options={"$filter": "mail eq 'zoe@fabrikam.example'"})
        assert [record.getMessage() for record in caplog.records] == [
            "GET /users/*/memberOf 403 in 0 ms request-id=req-1"
        ]

    async def test_tokens_and_bodies_are_not_in_them_either(
        self, client: GraphClient, fake: FakeGraph, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        fake.on("/me", Reply(body={"displayName": "José García"}))
        await client.get("/me", Row)
        assert "token-1" not in caplog.text
        assert "García" not in caplog.text


class TestOnce:
    async def test_a_write_is_answered(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on("/do", ANSWER, method="POST")
        answer = await client.post_once("/do", {"a": 1}, within=5)
        assert (answer.status, fake.heard[0].body) == (200, {"a": 1})

    @pytest.mark.parametrize("status", [429, 503, 400, 403, 404])
    async def test_a_refused_write_comes_back_as_it_is(self, client: GraphClient, fake: FakeGraph, status: int) -> None:
        fake.on("/do", refusal(status), method="POST")
        assert (await client.post_once("/do", {}, within=5)).status == status
        assert len(fake.heard) == 1

    @pytest.mark.parametrize("status", [500, 502, 504, 408])
    async def test_a_graph_that_broke_over_a_write_leaves_it_uncertain(
        self, client: GraphClient, fake: FakeGraph, status: int
    ) -> None:
        fake.on("/do", refusal(status), method="POST")
        with pytest.raises(UncertainError):
            await client.post_once("/do", {}, within=5)
        assert len(fake.heard) == 1

    @pytest.mark.parametrize("reply", [Reply(drop=True), Reply(hang=True)])
    async def test_a_write_without_an_answer_is_uncertain_and_never_repeated(
        self, client: GraphClient, fake: FakeGraph, reply: Reply
    ) -> None:
        fake.on("/do", reply, method="POST")
        with pytest.raises(UncertainError):
            await client.post_once("/do", {}, within=0.1)
        assert len(fake.heard) == 1

    async def test_a_write_that_was_never_sent_may_be_tried_later(
        self, credential: FakeCredential, session: aiohttp.ClientSession
    ) -> None:
        async with running_graph() as gone:
            origin = gone.origin
        with pytest.raises(TryLaterError):
            await GraphClient(session, credential, graph=origin).post_once("/do", {}, within=1)

    async def test_an_expired_token_means_that_nothing_was_done(
        self, client: GraphClient, fake: FakeGraph, credential: FakeCredential
    ) -> None:
        fake.on("/do", refusal(401, "InvalidAuthenticationToken"), ANSWER, method="POST")
        with pytest.raises(TryLaterError, match="nothing was done"):
            await client.post_once("/do", {}, within=5)
        assert len(fake.heard) == 1
        await client.post_once("/do", {}, within=5)
        assert fake.heard[1].headers["authorization"] == "Bearer token-2"

    async def test_a_mute_401_throws_the_token_away(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on("/do", refusal(401, "UnknownError", ""), method="POST")
        assert (await client.post_once("/do", {}, within=5)).status == 401
        await client.post_once("/do", {}, within=5)
        assert [heard.headers["authorization"] for heard in fake.heard] == ["Bearer token-1", "Bearer token-2"]


async def test_many_questions_at_once_do_not_share_their_patience(
    client: GraphClient, fake: FakeGraph, clock: FakeTime
) -> None:
    fake.on("/a", refusal(429, Retry_After="9"))
    fake.on("/b", ANSWER)

    async def hasty() -> Row:
        with client.asking(1.0):
            return await client.get("/a", Row)

    async def calm() -> Row:
        with client.asking(60.0):
            return await client.get("/b", Row)

    first, second = await asyncio.gather(hasty(), calm(), return_exceptions=True)
    assert isinstance(first, TryLaterError)
    assert second == {"id": "x"}
