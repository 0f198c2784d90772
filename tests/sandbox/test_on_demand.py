"""provisionOnDemand: both shapes of its answer, what it does, and what it refuses."""

import json
from typing import Any

import pytest

from tests.sandbox.company import (
    ADA,
    APP,
    BEN,
    CLEO,
    DORA,
    INNER,
    JOB,
    JOBS,
    ROLE,
    TEAM,
    app_of,
    body_for,
    person_of,
)

Json = dict[str, Any]

POD = f"{JOBS}/{JOB}/provisionOnDemand"


async def test_the_usual_answer_is_a_list_in_a_string(visit: Any, world: Json) -> None:
    reply = await (await visit(world)).on_demand(BEN)
    assert reply.status == 200
    assert reply.body["key"] == "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"
    entry = json.loads(reply.body["value"])[0]
    assert entry["action"] == "Create"
    assert entry["statusInfo"] == {"status": "Success"}
    assert [step["type"] for step in entry["provisioningSteps"]] == ["Import", "Scoping", "Matching", "Export"]
    assert entry["provisioningSteps"][0]["name"] == "EntryImport"
    assert entry["sourceIdentity"]["type"] == "User"
    assert "timestamp" in entry["provisioningSteps"][0]


async def test_the_reference_pages_answer_has_its_verdict_in_the_key(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    reply = await visitor.on_demand(BEN, X_Sandbox_Shape="A")
    assert json.loads(reply.body["key"]) == {"result": "Success", "details": {}}
    assert json.loads(reply.body["value"])["action"] == "Create"
    await visitor.play("POST", "/faults", {"onDemandShape": "A"})
    again = json.loads((await visitor.on_demand(BEN)).body["key"])
    assert again["result"] == "Skipped"
    assert again["details"]["errorCode"] == "RedundantExport"


async def test_a_person_who_is_equal_on_both_sides_is_skipped(visit: Any, world: Json) -> None:
    entry = await (await visit(world)).entry(ADA)
    assert entry["statusInfo"] == {"status": "Skipped"}
    assert entry["provisioningSteps"][-1]["details"] == {"SkipReason": "RedundantExport"}


async def test_a_missing_value_is_a_failure_inside_a_success(visit: Any, world: Json) -> None:
    person_of(world, BEN)["mail"] = None
    visitor = await visit(world)
    info = (await visitor.entry(BEN))["statusInfo"]
    assert (info["status"], info["errorCategory"]) == ("Failure", "NonServiceFailure")
    assert info["errorCode"] == "SystemForCrossDomainIdentityManagementServiceIncompatible"
    await visitor.call("PATCH", f"users/{BEN}", {"mail": "ben@small.example"})
    assert (await visitor.entry(BEN))["statusInfo"] == {"status": "Success"}


async def test_the_answer_and_the_log_share_the_change_id(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    entry = await visitor.entry(BEN)
    row = (await visitor.log_of(BEN))[0]
    assert row["changeId"] == entry["changeId"]
    assert row["initiatedBy"] == {"id": "sync-desk", "displayName": "sync-desk", "initiatorType": "application"}


async def test_an_unassigned_person_with_an_account_is_disabled(visit: Any, world: Json) -> None:
    account = {"id": "cleos", "userName": "cleo@small.example", "active": True}
    app_of(world)["target"]["accounts"].append(account)
    visitor = await visit(world)
    assert CLEO not in {row["sourceIdentity"]["id"] for row in await visitor.cycle()}
    assert (await visitor.entry(CLEO))["action"] == "Disable"
    assert (await visitor.accounts())["cleo@small.example"]["active"] is False


async def test_a_disabled_person_is_left_alone(visit: Any, world: Json) -> None:
    person_of(world, ADA)["accountEnabled"] = False
    visitor = await visit(world)
    entry = await visitor.entry(ADA)
    assert entry["statusInfo"]["status"] == "Skipped"
    assert entry["provisioningSteps"][-1]["details"]["IsActive"] == "False"
    assert (await visitor.accounts())["ada@small.example"]["active"] is True


async def test_a_nested_member_is_not_assigned(visit: Any, world: Json) -> None:
    entry = await (await visit(world)).entry(DORA)
    assert entry["provisioningSteps"][1]["details"]["Assigned to the application"] == "False"


async def test_a_group_comes_with_up_to_five_immediate_members(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    reply = await visitor.call("POST", POD, body_for(TEAM, kind="Group", members=[ADA]))
    entries = json.loads(reply.body["value"])
    assert [(e["sourceIdentity"]["type"], e["statusInfo"]["status"]) for e in entries] == [
        ("User", "Skipped"),
        ("Group", "Success"),
    ]
    for members in ([ADA] * 6, [DORA]):
        refused = await visitor.call("POST", POD, body_for(TEAM, kind="Group", members=members))
        assert (refused.status, refused.code) == (400, "RequestParameterInvalid")


async def test_a_group_that_is_not_assigned_is_skipped(visit: Any, world: Json) -> None:
    reply = await (await visit(world)).call("POST", POD, body_for(INNER, kind="Group"))
    assert json.loads(reply.body["value"])[0]["statusInfo"]["status"] == "Skipped"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"ruleId": "x"},
        {"parameters": []},
        body_for(BEN, rule=""),
        body_for(BEN, rule="somebody else's"),
        body_for(BEN, kind="user"),
    ],
)
async def test_a_request_without_its_wrapper_rule_or_type_is_refused(visit: Any, world: Json, body: Any) -> None:
    reply = await (await visit(world)).call("POST", POD, body)
    assert (reply.status, reply.code) == (400, "RequestParameterInvalid")


async def test_an_unknown_person_or_job_is_a_404(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    assert (await visitor.on_demand(ROLE)).status == 404
    assert (await visitor.call("POST", f"{JOBS}/other/provisionOnDemand", body_for(BEN))).status == 404


async def test_a_job_in_quarantine_answers_401_and_says_nothing(visit: Any, world: Json) -> None:
    app_of(world)["target"]["credentialsExpired"] = True
    visitor = await visit(world)
    await visitor.cycle()
    reply = await visitor.on_demand(BEN)
    assert (reply.status, reply.code, reply.body["error"]["message"]) == (401, "UnknownError", "")


async def test_a_job_without_credentials_says_so(visit: Any, world: Json) -> None:
    app_of(world)["job"]["status"]["code"] = "NotConfigured"
    reply = await (await visit(world)).on_demand(BEN)
    assert (reply.status, reply.code) == (400, "CredentialsMissing")


async def test_an_app_joined_by_consent_must_be_stopped_first(visit: Any, world: Json) -> None:
    app_of(world)["credentials"] = "oauth"
    visitor = await visit(world)
    assert (await visitor.on_demand(BEN)).status == 400
    await visitor.call("POST", f"{JOBS}/{JOB}/pause")
    assert (await visitor.on_demand(BEN)).status == 200


async def test_a_paused_job_with_a_token_of_its_own_still_provisions(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.call("POST", f"{JOBS}/{JOB}/pause")
    assert (await visitor.entry(BEN))["action"] == "Create"
    assert (await visitor.play("GET", f"/apps/{APP}/target")).status == 200


async def test_a_manager_whom_the_app_refuses_leaves_the_account_without_one(visit: Any, world: Json) -> None:
    person_of(world, BEN)["manager"] = ADA
    manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
    refusal = {"attribute": manager, "pattern": ".*", "detail": "The manager is not known here."}
    app_of(world)["target"]["rejects"] = [refusal]
    visitor = await visit(world)
    await visitor.on_demand(ADA)  # links her account, so that it can be pointed at
    entry = await visitor.entry(BEN)
    assert entry["statusInfo"]["status"] == "Failure"
    assert [(step["type"], step["status"]) for step in entry["provisioningSteps"][-2:]] == [
        ("Export", "Success"),
        ("ReferenceResolution", "Failure"),
    ]
    assert "ben@small.example" in await visitor.accounts()
    assert entry["targetIdentity"]["id"]


async def test_a_manager_whom_the_app_takes_follows_the_account(visit: Any, world: Json) -> None:
    person_of(world, BEN)["manager"] = ADA
    visitor = await visit(world)
    await visitor.on_demand(ADA)
    entry = await visitor.entry(BEN)
    assert entry["statusInfo"]["status"] == "Success"
    account = (await visitor.accounts())["ben@small.example"]
    extension = account["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]
    assert extension["manager"]["value"] == "account-of-ada"


async def test_an_assignment_can_take_its_time_to_reach_the_provisioning_service(visit: Any, world: Json) -> None:
    visitor = await visit(world | {"faults": {"assignmentLagSeconds": 240}})  # Ben was assigned three minutes ago
    entry = await visitor.entry(BEN)
    assert entry["statusInfo"] == {"status": "Skipped"}
    assert entry["provisioningSteps"][-1]["details"]["Assigned"] == "False"
    await visitor.advance("PT2M")
    assert (await visitor.entry(BEN))["action"] == "Create"
