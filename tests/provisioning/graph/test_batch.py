"""Twenty reads in one round trip."""

import msgspec
import pytest

from provisioning.errors import NotThereError, TryLaterError
from provisioning.graph.batch import Part, batch
from provisioning.graph.client import GraphClient
from tests.provisioning.graph.fake import FakeGraph, FakeTime, Reply, refusal


def part_answer(name: str, status: int = 200, body: object = None, **headers: str) -> dict[str, object]:
    return {"id": name, "status": status, "body": body, "headers": {k.replace("_", "-"): v for k, v in headers.items()}}


def answering(*parts: dict[str, object]) -> Reply:
    return Reply(body={"responses": list(parts)})


TWO = [Part(path="/users/a"), Part(path="/users/b", options={"$select": "id"})]


async def test_answers_are_joined_by_id_in_the_order_of_the_parts(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/$batch", answering(part_answer("1", body={"n": 2}), part_answer("0", body={"n": 1})), method="POST")
    answers = await batch(client, TWO)
    assert [client.decode(answer, dict[str, int])["n"] for answer in answers] == [1, 2]


async def test_parts_are_written_as_graph_wants_them(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/$batch", answering(part_answer("0"), part_answer("1")), method="POST")
    await batch(client, [TWO[1], Part(path="/users/a/checkMemberGroups", body={"groupIds": ["g"]})])
    assert fake.heard[0].body == {
        "requests": [
            {"id": "0", "method": "GET", "url": "/users/b?$select=id"},
            {
                "id": "1",
                "method": "POST",
                "url": "/users/a/checkMemberGroups",
                "headers": {"Content-Type": "application/json"},
                "body": {"groupIds": ["g"]},
            },
        ]
    }


async def test_a_throttled_part_is_asked_again_alone(client: GraphClient, fake: FakeGraph, clock: FakeTime) -> None:
    fake.on(
        "/$batch",
        answering(part_answer("0", body={"n": 1}), part_answer("1", 429, Retry_After="1.5")),
        answering(part_answer("1", body={"n": 2})),
        method="POST",
    )
    answers = await batch(client, TWO)
    assert [answer.status for answer in answers] == [200, 200]
    assert clock.slept == [1.5]
    assert [part["id"] for part in fake.heard[1].body["requests"]] == ["1"]


async def test_a_part_that_stays_throttled_is_a_refusal_of_that_part(
    client: GraphClient, fake: FakeGraph, clock: FakeTime
) -> None:
    fake.on("/$batch", answering(part_answer("0"), part_answer("1", 429, Retry_After="60")), method="POST")
    answers = await batch(client, TWO)
    assert clock.slept == []
    client.decode(answers[0], msgspec.Raw)
    with pytest.raises(TryLaterError) as caught:
        client.decode(answers[1], msgspec.Raw)
    assert caught.value.wait == 60


async def test_a_refused_part_does_not_spoil_the_others(client: GraphClient, fake: FakeGraph) -> None:
    missing = {"error": {"code": "Request_ResourceNotFound", "message": "…"}}
    fake.on("/$batch", answering(part_answer("0", 404, missing), part_answer("1", body={"n": 2})), method="POST")
    answers = await batch(client, TWO)
    with pytest.raises(NotThereError):
        client.decode(answers[0], dict[str, int])
    assert client.decode(answers[1], dict[str, int]) == {"n": 2}


async def test_a_whole_batch_that_is_throttled_is_asked_again(
    client: GraphClient, fake: FakeGraph, clock: FakeTime
) -> None:
    fake.on("/$batch", refusal(429, Retry_After="0.5"), answering(part_answer("0"), part_answer("1")), method="POST")
    await batch(client, TWO)
    assert clock.slept == [0.5]


async def test_a_part_without_an_answer_is_unreadable(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/$batch", answering(part_answer("0")), method="POST")
    with pytest.raises(TryLaterError, match="unanswered"):
        await batch(client, TWO)


async def test_graph_takes_twenty_parts_and_we_send_no_more(client: GraphClient, fake: FakeGraph) -> None:
    with pytest.raises(ValueError, match="20 parts"):
        await batch(client, [Part(path="/me")] * 21)
    assert fake.heard == []


async def test_its_parts_are_counted_as_calls_of_one_round(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/$batch", answering(part_answer("0"), part_answer("1")), method="POST")
    with client.asking() as tally:
        await batch(client, TWO)
    assert (tally.calls, tally.rounds) == (2, 1)
