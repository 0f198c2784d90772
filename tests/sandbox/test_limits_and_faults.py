"""Microsoft's limits, and the faults that can be set."""

from typing import Any

import pytest

from sandbox.errors import GraphRefusalError
from sandbox.limits import Limits
from tests.sandbox.company import ADA, BEN

Json = dict[str, Any]


def test_a_window_lets_five_through_and_says_when_the_next_may_come() -> None:
    now = [100.0]
    limits = Limits(lambda: now[0])
    for _ in range(5):
        limits.check("desk", "auditLogs")
        now[0] += 1
    with pytest.raises(GraphRefusalError) as refused:
        limits.check("desk", "auditLogs")
    assert refused.value.headers == {"Retry-After": "5"}
    limits.check("somebody else", "auditLogs")
    limits.check("desk", "provisionOnDemand")
    now[0] = 110.0
    limits.check("desk", "auditLogs")


async def test_the_sixth_log_read_in_ten_seconds_is_429(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    for _ in range(5):
        assert (await visitor.get("auditLogs/provisioning")).status == 200
    refused = await visitor.get("auditLogs/directoryAudits")
    assert (refused.status, refused.code) == (429, "TooManyRequests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    await visitor.advance("PT1M")  # company time does not matter
    assert (await visitor.get("auditLogs/provisioning")).status == 429
    assert (await visitor.get("users")).status == 200
    await visitor.sign_in(client="sync-desk-reader")
    assert (await visitor.get("auditLogs/provisioning")).status == 200


async def test_the_sixth_on_demand_run_in_ten_seconds_is_429(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    codes = [(await visitor.on_demand(ADA)).status for _ in range(6)]
    assert codes == [200] * 5 + [429]
    counters = (await visitor.play("GET", "/counters")).body
    assert counters["provisionOnDemand"] == 6


async def test_every_nth_call_can_be_throttled(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.play("POST", "/faults", {"throttleEvery": 2})
    answers = [await visitor.get("users") for _ in range(4)]
    assert [each.status for each in answers] == [200, 429, 200, 429]
    assert answers[1].headers["Retry-After"] == "1"


async def test_the_next_calls_to_a_path_can_fail_in_any_words(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    failures = [
        {"path": "/users/", "status": 503, "times": 2, "retryAfter": 1.5},
        {"path": "/groups*", "method": "POST", "status": 418},
        {"path": "servicePrincipals", "status": 500, "body": {"odd": True}},
    ]
    await visitor.play("POST", "/faults", {"failNext": failures})
    first = await visitor.get(f"users/{ADA}")
    assert (first.status, first.headers["Retry-After"]) == (503, "1.5")
    assert (await visitor.get("groups")).status == 200
    assert (await visitor.get("servicePrincipals")).body == {"odd": True}
    assert [(await visitor.get(f"users/{BEN}")).status for _ in range(2)] == [503, 200]


async def test_latency_is_felt_and_can_be_taken_away(visit: Any, world: Json) -> None:
    visitor = await visit(world | {"faults": {"latencyMs": 1}})
    assert (await visitor.get("users")).status == 200
    assert (await visitor.play("POST", "/faults", {"latencyMs": 0})).body["latencyMs"] == 0


@pytest.mark.parametrize("faults", [{"latency": 1}, {"latencyMs": "1"}, {"failNext": [{}]}, {"throttleEvery": -1}])
async def test_unknown_faults_are_refused_with_their_path(visit: Any, world: Json, faults: Json) -> None:
    reply = await (await visit(world)).play("POST", "/faults", faults)
    assert reply.status == 400
    assert reply.body["error"].startswith("$.")


async def test_a_batch_answers_each_part_by_itself(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    parts = [
        {"id": "1", "method": "GET", "url": f"/users/{ADA}?$select=id"},
        {"id": "2", "method": "GET", "url": "users/nobody"},
        {"id": "3", "method": "GET", "url": "/users", "dependsOn": ["2"]},
        {"id": "4", "method": "PATCH", "url": f"/users/{BEN}", "body": {"jobTitle": "x"}},
        {
            "id": "5",
            "method": "PATCH",
            "url": f"/users/{BEN}",
            "body": {"jobTitle": "x"},
            "headers": {"Content-Type": "application/json"},
        },
    ]
    reply = await visitor.call("POST", "$batch", {"requests": parts})
    found = {each["id"]: each for each in reply.body["responses"]}
    assert {key: each["status"] for key, each in found.items()} == {"1": 200, "2": 404, "3": 424, "4": 400, "5": 204}
    assert found["1"]["body"]["id"] == ADA


async def test_a_batch_takes_twenty_and_well_formed_parts(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    part = {"method": "GET", "url": "/users"}
    for requests in ([part | {"id": str(n)} for n in range(21)], [], [part], [part | {"id": "1"}] * 2, None):
        assert (await visitor.call("POST", "$batch", {"requests": requests})).status == 400


async def test_parts_of_a_batch_are_limited_by_themselves(visit: Any, world: Json) -> None:
    parts = [{"id": str(n), "method": "GET", "url": "/auditLogs/provisioning"} for n in range(6)]
    reply = await (await visit(world)).call("POST", "$batch", {"requests": parts})
    assert [each["status"] for each in reply.body["responses"]] == [200] * 5 + [429]
    assert "Retry-After" in reply.body["responses"][5]["headers"]
