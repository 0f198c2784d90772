"""The play's controls, and that no web page can reach them."""

from typing import Any

import pytest

from tests.sandbox.company import APP, BEN, person_of

Json = dict[str, Any]


async def test_the_controls_list_themselves_and_all_of_them_answer(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    listed = (await visitor.play("GET", "")).body["controls"]
    for control in listed:
        if control["method"] == "GET":
            path = control["path"].removeprefix("/play").replace("{id}", APP)
            assert (await visitor.play("GET", path)).status == 200, path
    assert {"/play/clock", "/play/cycle", "/play/faults", "/play/counters"} <= {each["path"] for each in listed}


async def test_a_person_is_mended_without_signing_in(visit: Any, world: Json) -> None:
    person_of(world, BEN)["mail"] = None
    visitor = await visit(world)
    reply = await visitor.play("PATCH", "/users/ben@small.example", {"mail": "ben@small.example"})
    assert (reply.status, reply.body["mail"]) == (200, "ben@small.example")
    assert (await visitor.play("GET", "/counters")).body["usersPatched"] == 1
    refused = await visitor.play("PATCH", "/users/ben@small.example", {"shoeSize": 41})
    assert refused.body["error"]["code"] == "Request_BadRequest"
    assert (await visitor.play("PATCH", "/users/nobody", {"mail": "x"})).status == 404


async def test_counters_tell_reading_from_writing(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.get("users")
    await visitor.call("PATCH", f"users/{BEN}", {"jobTitle": "x"})
    counters = (await visitor.play("GET", "/counters")).body
    assert {name: counters[name] for name in ("users", "writes", "usersPatched", "auditLogs", "tokens")} == {
        "users": 2,
        "writes": 1,
        "usersPatched": 1,
        "auditLogs": 0,
        "tokens": 1,
    }


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
async def test_a_page_from_elsewhere_moves_nothing(visit: Any, world: Json, headers: Json, status: int) -> None:
    visitor = await visit(world)
    assert (await visitor.play("POST", "/clock", {"advance": "PT1H"}, **headers)).status == status
    assert (await visitor.play("GET", "/clock")).body["now"][:13] == "2026-11-02T08"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/clock", {"advance": "an hour"}, 400),
        ("/clock", {"advance": "-PT1H"}, 400),
        ("/clock", {}, 400),
        ("/clock", {"back": "PT1H"}, 400),
        ("/clock", [], 400),
        ("/cycle", {"app": "nothing"}, 404),
    ],
)
async def test_a_control_that_is_used_wrongly_says_so(
    visit: Any, world: Json, path: str, body: Any, status: int
) -> None:
    reply = await (await visit(world)).play("POST", path, body)
    assert reply.status == status
    assert reply.body["error"]


async def test_the_clock_can_be_sent_to_an_instant(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    reply = await visitor.play("POST", "/clock", {"to": "2026-11-02T08:31:00Z"})
    assert (reply.body["now"][:16], reply.body["cycles"]) == ("2026-11-02T08:31", 1)


async def test_a_cycle_can_be_asked_for_by_the_apps_name(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    reply = await visitor.play("POST", "/cycle", {"app": "askcody"})
    assert reply.body["app"] == APP
    world["apps"][0]["job"] = None
    visitor = await visit(world)
    assert (await visitor.play("POST", "/cycle", {"app": APP})).status == 409


async def test_a_jobs_status_is_set_to_what_no_cycle_brings_about(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    name = world["apps"][0]["displayName"]
    quarantine = {"reason": "TooManyDeletes", "nextAttempt": "PT24H"}
    body = {"status": {"code": "Quarantine", "quarantine": quarantine}}
    reply = await visitor.play("PATCH", f"/apps/{name}/job", body)
    assert reply.status == 200
    status = reply.body["status"]
    assert (status["code"], status["quarantine"]["reason"]) == ("Quarantine", "TooManyDeletes")
    due = (await visitor.play("GET", "/clock")).body["nextCycles"]
    assert due[name] == status["quarantine"]["nextAttempt"]
    assert (await visitor.play("PATCH", f"/apps/{name}/job", {"status": {"mood": "good"}})).status == 400


async def test_an_apps_rules_are_changed_but_not_its_accounts(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    reply = await visitor.play("PATCH", f"/apps/{APP}/target", {"seats": 3})
    assert reply.body["seats"] == 3
    assert reply.body["required"] != []
    assert (await visitor.play("PATCH", f"/apps/{APP}/target", {"accounts": []})).status == 400
    assert (await visitor.play("PATCH", f"/apps/{APP}/target", {"chairs": 1})).status == 400
