"""Cycles really happen: import, scope, match, act; what they log, what they retry, what the job says after."""

import json
import re
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
    TEAM,
    WORK_MAIL,
    app_of,
    error_of,
    person_of,
    user,
)

Json = dict[str, Any]

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def mapping_of(world: Json, target: str, expression: str, kind: str = "Function") -> None:
    """Give the app a schema of its own: userName, active and one more mapping."""
    flows = [
        _flow("userName", "Attribute", "[userPrincipalName]", 1),
        _flow("active", "Function", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")', 0),
        _flow(target, kind, expression, 0),
    ]
    mapping = {"sourceObjectName": "User", "targetObjectName": ENTERPRISE, "attributeMappings": flows}
    app_of(world)["schema"] = {"synchronizationRules": [{"id": "rule", "objectMappings": [mapping]}]}
    app_of(world)["target"]["required"] = []


def _flow(target: str, kind: str, expression: str, priority: int) -> Json:
    source = {"type": kind, "name": expression.strip("[]"), "expression": expression}
    return {"targetAttributeName": target, "source": source, "matchingPriority": priority}


async def test_whoever_waits_is_created_when_the_schedule_says(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    assert await visitor.advance("PT29M") == 0
    assert await visitor.advance("PT2M") == 1
    account = (await visitor.accounts())["ben@small.example"]
    assert account["name"] == {"givenName": "Ben", "familyName": "Ny", "formatted": "Ben Ny"}
    assert account["emails"] == [{"type": "work", "primary": True, "value": "ben@small.example"}]
    assert account[ENTERPRISE]["department"] == "Sales"


async def test_advancing_far_runs_every_cycle_at_its_own_time(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    assert await visitor.advance("PT2H") == 3  # due after 30, 70 and 110 minutes
    assert (await visitor.job())["status"]["lastExecution"]["timeBegan"][:16] == "2026-11-02T09:50"


async def test_a_created_person_has_a_row_with_the_four_steps(visit: Any, world: Json) -> None:
    row = (await (await visit(world)).cycle())[0]
    assert [(s["name"], s["provisioningStepType"], s["status"]) for s in row["provisioningSteps"]] == [
        ("EntryImportAdd", "import", "success"),
        ("EntrySynchronizationScoping", "scoping", "success"),
        ("EntrySynchronizationAdd", "matching", "success"),
        ("EntryExportAdd", "export", "success"),
    ]
    assert row["provisioningAction"] == "create"
    assert row["provisioningStatusInfo"] == {"status": "success", "errorInformation": None}
    assert row["sourceIdentity"]["id"] == BEN
    assert row["targetIdentity"]["displayName"] == "ben@small.example"
    assert {"displayName": WORK_MAIL, "oldValue": None, "newValue": "ben@small.example"} in row["modifiedProperties"]
    assert row["servicePrincipal"] == {"id": APP, "displayName": "AskCody"}
    assert row["initiatedBy"]["initiatorType"] == "system"
    assert row["targetSystem"]["details"]["ServicePrincipalId"] == APP
    assert row["jobId"] == JOB


async def test_the_jobs_status_tells_of_a_clean_cycle(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    row = (await visitor.cycle())[0]
    status = (await visitor.job())["status"]
    assert status["lastExecution"]["activityIdentifier"] == row["cycleId"]
    assert status["lastExecution"]["state"] == "Succeeded"
    assert status["lastSuccessfulExecution"] == status["lastExecution"]
    assert status["lastSuccessfulExecutionWithExports"] == status["lastExecution"]
    assert status["lastExecution"]["countExported"] == 1
    assert {"key": "User to User", "value": 1} in status["synchronizedEntryCountByType"]


async def test_a_missing_value_fails_in_the_documented_words(visit: Any, world: Json) -> None:
    person_of(world, BEN)["mail"] = None
    visitor = await visit(world)
    row = next(row for row in await visitor.cycle() if row["sourceIdentity"]["id"] == BEN)
    error = error_of(row)
    assert error["errorCode"] == "SystemForCrossDomainIdentityManagementServiceIncompatible"
    found = re.fullmatch(
        r"StatusCode: BadRequest\r\nMessage: .+\r\nWeb Response: \r\n(\{.+\})\. This operation was retried 0 times\. "
        r"It will be retried again after this date: (\S+Z) UTC",
        error["reason"],
    )
    assert found is not None
    assert WORK_MAIL in json.loads(found[1])["detail"]
    assert found[2][:16] == "2026-11-02T14:00"  # six hours later
    status = (await visitor.job())["status"]
    assert (status["code"], status["lastExecution"]["state"]) == ("Active", "EntryLevelErrors")
    assert status["lastSuccessfulExecution"] is None
    assert status["lastExecution"]["countEscrowed"] == 1


async def test_a_failed_person_waits_six_twelve_then_twenty_four_hours(visit: Any, world: Json) -> None:
    person_of(world, BEN)["mail"] = None
    visitor = await visit(world)
    await visitor.advance("P3D")
    rows = (await visitor.log_of(BEN))[::-1]
    texts = [error_of(row)["reason"] for row in rows]
    assert [int(re.findall(r"retried (\d+) times", text)[0]) for text in texts] == [0, 1, 2, 3, 4]
    assert len({text.partition(". This operation")[0] for text in texts}) == 1  # the same words again
    hours = [row["activityDateTime"][8:13] for row in rows]
    assert hours == ["02T08", "02T14", "03T02", "04T02", "05T02"]
    assert rows[1]["provisioningSteps"][0]["name"] == "EntryEscrowRetry"


async def test_a_person_who_was_mended_is_looked_at_in_the_very_next_cycle(visit: Any, world: Json) -> None:
    person_of(world, BEN)["mail"] = None
    visitor = await visit(world)
    await visitor.cycle()
    assert await visitor.cycle() == []
    await visitor.call("PATCH", f"users/{BEN}", {"mail": "ben@small.example"})
    rows = await visitor.cycle()
    assert (rows[0]["sourceIdentity"]["id"], rows[0]["provisioningStatusInfo"]["status"]) == (BEN, "success")
    assert (await visitor.job())["status"]["lastSuccessfulExecution"] is not None


async def test_history_in_the_file_decides_when_the_retry_comes(visit: Any, world: Json) -> None:
    person_of(world, BEN)["mail"] = None
    reason = "x. This operation was retried 4 times. It will be retried again after this date: {PT2H} UTC"
    app_of(world)["log"] = [
        {
            "activityDateTime": "-PT22H",
            "provisioningAction": "create",
            "provisioningStatusInfo": {"status": "failure", "errorInformation": {"errorCode": "X", "reason": reason}},
            "sourceIdentity": {"id": BEN},
        }
    ]
    visitor = await visit(world)
    assert "2026-11-02T10:00:00Z UTC" in error_of((await visitor.log_of(BEN))[0])["reason"]
    await visitor.advance("PT1H55M")
    assert len(await visitor.log_of(BEN)) == 1
    await visitor.advance("PT1H")
    newest = (await visitor.log_of(BEN))[0]
    assert "retried 5 times" in error_of(newest)["reason"]


async def test_a_change_is_exported_as_an_update_with_old_and_new_values(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.call("PATCH", f"users/{ADA}", {"surname": "Lund", "jobTitle": "Boss"})
    row = next(row for row in await visitor.cycle() if row["sourceIdentity"]["id"] == ADA)
    assert row["provisioningAction"] == "update"
    assert {"displayName": "name.familyName", "oldValue": "Ek", "newValue": "Lund"} in row["modifiedProperties"]
    account = (await visitor.accounts())["ada@small.example"]
    assert (account["name"]["familyName"], account["title"]) == ("Lund", "Boss")


async def test_an_emptied_value_is_not_cleared_in_the_app(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.call("PATCH", f"users/{ADA}", {"surname": None})
    await visitor.cycle()
    assert (await visitor.accounts())["ada@small.example"]["name"]["familyName"] == "Ek"


async def test_a_disabled_person_is_made_inactive_by_the_next_cycle(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.call("PATCH", f"users/{ADA}", {"accountEnabled": False})
    row = next(row for row in await visitor.cycle() if row["sourceIdentity"]["id"] == ADA)
    assert row["provisioningAction"] == "disable"
    assert row["provisioningSteps"][-1]["name"] == "EntryExportUpdateSoftDelete"
    assert (await visitor.accounts())["ada@small.example"]["active"] is False


async def test_whoever_leaves_the_group_is_made_inactive(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.call("DELETE", f"groups/{TEAM}/members/{ADA}/$ref")
    await visitor.cycle()
    assert (await visitor.accounts())["ada@small.example"]["active"] is False


async def test_nested_members_and_strangers_are_not_looked_at(visit: Any, world: Json) -> None:
    rows = await (await visit(world)).cycle()
    assert {row["sourceIdentity"]["id"] for row in rows} & {DORA, CLEO} == set()


async def test_a_group_that_is_not_security_enabled_assigns_nobody(visit: Any, world: Json) -> None:
    world["groups"][1]["securityEnabled"] = False
    app_of(world)["assignments"].append({"principalId": INNER})
    rows = await (await visit(world)).cycle()
    assert DORA not in {row["sourceIdentity"]["id"] for row in rows}


async def test_sync_all_takes_everybody_who_is_active(visit: Any, world: Json) -> None:
    app_of(world)["syncAll"] = True
    person_of(world, DORA)["accountEnabled"] = False
    visitor = await visit(world)
    await visitor.cycle()
    assert set(await visitor.accounts()) == {"ada@small.example", "ben@small.example", "cleo@small.example"}


async def test_a_role_that_is_switched_off_entitles_nobody(visit: Any, world: Json) -> None:
    app_of(world)["appRoles"][0]["isEnabled"] = False
    row = next(r for r in await (await visit(world)).cycle() if r["sourceIdentity"]["id"] == BEN)
    details = row["provisioningSteps"][-1]["details"]
    assert details["SkipReason"] == "NotEffectivelyEntitled"
    assert (details["Assigned"], details["IsEffectivelyEntitledForProvisioning"]) == ("True", "False")
    assert row["provisioningStatusInfo"] == {"status": "skipped", "errorInformation": None}


async def test_default_access_is_not_enough_for_salesforce(visit: Any, world: Json) -> None:
    app_of(world)["job"]["templateId"] = "salesforce"
    app_of(world)["assignments"] = [{"principalId": BEN}]
    row = next(r for r in await (await visit(world)).cycle() if r["sourceIdentity"]["id"] == BEN)
    assert row["provisioningSteps"][1]["details"]["User has the required role"] == "False"


@pytest.mark.parametrize(
    ("spoil", "code", "word"),
    [
        ({"required": []}, None, None),
        ({"unique": ["displayName"]}, "EntryConflict", "Conflict"),
        ({"seats": 1}, "LicenseLimitExceeded", "Forbidden"),
        ({"down": True}, "InternalServerError", "ServiceUnavailable"),
        ({"rejects": [{"attribute": "displayName", "pattern": "Ben.*", "status": 422}]}, "UnprocessableEntity", None),
        ({"rejects": [{"attribute": "displayName", "pattern": "Ben.*", "status": 403}]}, "InsufficientRights", None),
        ({"rejects": [{"attribute": "displayName", "pattern": "Ben.*", "status": 501}]}, "NotImplemented", None),
        (
            {"rejects": [{"attribute": "displayName", "pattern": "Ben.*", "status": 409}]},
            "SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering",
            "Conflict",
        ),
        ({"rejects": [{"attribute": "displayName", "pattern": "Ben.*", "errorCode": "Odd"}]}, "Odd", "BadRequest"),
    ],
)
async def test_the_apps_own_rules_become_entras_codes(
    visit: Any, world: Json, spoil: Json, code: str | None, word: str | None
) -> None:
    person_of(world, BEN)["displayName"] = "Ben Ny"
    app_of(world)["target"]["accounts"][0]["displayName"] = "Ben Ny" if "unique" in spoil else "Ada Ek"
    app_of(world)["target"] |= spoil
    row = next(r for r in await (await visit(world)).cycle() if r["sourceIdentity"]["id"] == BEN)
    assert (error_of(row) or {}).get("errorCode") == code
    if word is not None:
        assert error_of(row)["reason"].startswith(f"StatusCode: {word}\r\n")


async def test_an_outage_is_tried_again_every_cycle(visit: Any, world: Json) -> None:
    app_of(world)["target"]["down"] = True
    visitor = await visit(world)
    await visitor.advance("PT2H")
    assert len(await visitor.log_of(BEN)) == 3
    await visitor.play("PATCH", f"/apps/{APP}/target", {"down": False})
    await visitor.advance("PT40M")
    assert (await visitor.log_of(BEN))[0]["provisioningStatusInfo"]["status"] == "success"


async def test_expired_credentials_put_the_job_aside_in_silence(visit: Any, world: Json) -> None:
    app_of(world)["target"]["credentialsExpired"] = True
    visitor = await visit(world)
    assert await visitor.cycle() == []
    status = (await visitor.job())["status"]
    assert status["code"] == "Quarantine"
    assert status["quarantine"]["reason"] == "EncounteredQuarantineException"
    assert status["quarantine"]["nextAttempt"][:13] == "2026-11-02T14"
    assert status["quarantine"]["error"]["tenantActionable"] is True
    assert status["lastExecution"]["state"] == "Failed"
    assert await visitor.log_of(BEN) == []
    await visitor.advance("P1D")
    status = (await visitor.job())["status"]
    assert status["quarantine"]["seriesCount"] == 3
    assert status["countSuccessiveCompleteFailures"] == 3


async def test_a_mended_credential_lifts_the_quarantine_at_the_next_attempt(visit: Any, world: Json) -> None:
    app_of(world)["target"]["credentialsExpired"] = True
    visitor = await visit(world)
    await visitor.cycle()
    await visitor.play("PATCH", f"/apps/{APP}/target", {"credentialsExpired": False})
    assert await visitor.advance("PT7H") >= 1
    status = (await visitor.job())["status"]
    assert (status["code"], status["quarantine"]) == ("Active", None)
    assert len(await visitor.log_of(BEN)) == 1


async def test_after_four_weeks_aside_the_job_is_disabled(visit: Any, world: Json) -> None:
    app_of(world)["target"]["credentialsExpired"] = True
    visitor = await visit(world)
    await visitor.cycle()
    await visitor.advance("P30D")
    assert (await visitor.job())["schedule"]["state"] == "Disabled"
    assert (await visitor.play("GET", "/clock")).body["nextCycles"] == {}


async def test_other_quarantines_wait_for_a_person(visit: Any, world: Json) -> None:
    quarantine = {"reason": "TooManyDeletes", "currentBegan": "-PT1H", "nextAttempt": "PT1H", "seriesCount": 1}
    app_of(world)["job"]["status"] |= {"code": "Quarantine", "quarantine": quarantine}
    visitor = await visit(world)
    await visitor.advance("PT3H")
    assert (await visitor.job())["status"]["quarantine"]["reason"] == "TooManyDeletes"
    body = {"criteria": {"resetScope": "ForceDeletes"}}
    assert (await visitor.call("POST", f"{JOBS}/{JOB}/restart", body)).status == 204
    await visitor.advance("PT1S")
    assert (await visitor.job())["status"]["code"] == "Active"


async def test_an_empty_matching_attribute_ends_the_import(visit: Any, world: Json) -> None:
    mapping_of(world, "externalId", "[employeeId]", "Attribute")
    flows = app_of(world)["schema"]["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    flows[0]["matchingPriority"], flows[2]["matchingPriority"] = 0, 1
    row = next(r for r in await (await visit(world)).cycle() if r["sourceIdentity"]["id"] == BEN)
    assert error_of(row)["errorCode"] == "ImportSkipped"
    assert len(row["provisioningSteps"]) == 1


async def test_two_accounts_that_match_are_a_duplicate_in_the_app(visit: Any, world: Json) -> None:
    mapping_of(world, "displayName", "[displayName]", "Attribute")
    flows = app_of(world)["schema"]["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    flows[0]["matchingPriority"], flows[2]["matchingPriority"] = 0, 1
    app_of(world)["target"]["accounts"] = [
        {"userName": name, "displayName": "Ben Ny"} for name in ("ben.one", "ben.two")
    ]
    row = next(r for r in await (await visit(world)).cycle() if r["sourceIdentity"]["id"] == BEN)
    assert error_of(row)["errorCode"] == "DuplicateTargetEntries"


async def test_two_people_who_match_one_account_are_a_duplicate_in_the_directory(visit: Any, world: Json) -> None:
    world["users"].append(user("aaaaaaaa-aaaa-4aaa-8aaa-000000000008", "Ben Ny"))
    twin = world["users"][-1]
    twin["userPrincipalName"] = "ben2@small.example"
    app_of(world)["assignments"].append({"principalId": twin["id"]})
    mapping_of(world, "displayName", "[displayName]", "Attribute")
    flows = app_of(world)["schema"]["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    flows[0]["matchingPriority"], flows[2]["matchingPriority"] = 0, 1
    rows = {r["sourceIdentity"]["id"]: r for r in await (await visit(world)).cycle()}
    assert error_of(rows[twin["id"]])["errorCode"] == "DuplicateSourceEntries"


async def test_an_account_that_was_deleted_in_the_app_is_an_invalid_anchor(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.cycle()
    ben = (await visitor.accounts())["ben@small.example"]
    assert (await visitor.scim("DELETE", f"/Users/{ben['id']}", {})).status == 204
    await visitor.call("PATCH", f"users/{BEN}", {"jobTitle": "Boss"})
    row = next(r for r in await visitor.cycle() if r["sourceIdentity"]["id"] == BEN)
    assert error_of(row)["errorCode"] == "InvalidAnchor"
    assert error_of(row)["reason"].startswith("StatusCode: NotFound")


async def test_an_unknown_function_is_a_row_not_a_silence(visit: Any, world: Json) -> None:
    mapping_of(world, "title", "Conjure([displayName])")
    row = next(r for r in await (await visit(world)).cycle() if r["sourceIdentity"]["id"] == BEN)
    assert error_of(row)["errorCode"] == "InvalidExpression"
    assert "'Conjure' is not supported" in error_of(row)["reason"]


@pytest.mark.parametrize("expression", ['Join("-", [givenName]', "[shoeSize]", "Mid([mail])"])
async def test_a_broken_mapping_is_told_in_the_row(visit: Any, world: Json, expression: str) -> None:
    mapping_of(world, "title", expression)
    row = next(r for r in await (await visit(world)).cycle() if r["sourceIdentity"]["id"] == BEN)
    assert error_of(row)["errorCode"] == "InvalidExpression"


async def test_a_list_does_not_fit_into_one_value(visit: Any, world: Json) -> None:
    person_of(world, BEN)["otherMails"] = ["a@x.example", "b@x.example"]
    mapping_of(world, "nickName", "[otherMails]", "Attribute")
    row = next(r for r in await (await visit(world)).cycle() if r["sourceIdentity"]["id"] == BEN)
    assert error_of(row)["errorCode"] == "SchemaPropertyCanOnlyAcceptValue"


async def test_an_assigned_group_arrives_with_the_members_who_have_accounts(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.call("POST", f"groups/{TEAM}/members/$ref", {"@odata.id": f"x/{BEN}"})
    row = next(r for r in await visitor.cycle() if r["sourceIdentity"]["id"] == TEAM)
    assert (row["provisioningAction"], row["sourceIdentity"]["identityType"]) == ("create", "Group")
    group = (await visitor.play("GET", f"/apps/{APP}/target")).body["groups"][0]
    ben = (await visitor.accounts())["ben@small.example"]["id"]
    assert sorted(each["value"] for each in group["members"]) == sorted(["account-of-ada", ben])
    await visitor.call("DELETE", f"groups/{TEAM}/members/{BEN}/$ref")
    row = next(r for r in await visitor.cycle() if r["sourceIdentity"]["id"] == TEAM)
    assert row["modifiedProperties"] == [{"displayName": "members", "oldValue": ben, "newValue": None}]


async def test_a_mapping_without_create_creates_nobody(visit: Any, world: Json) -> None:
    mapping_of(world, "title", "[jobTitle]", "Attribute")
    app_of(world)["schema"]["synchronizationRules"][0]["objectMappings"][0]["flowTypes"] = "Update,Delete"
    visitor = await visit(world)
    row = next(r for r in await visitor.cycle() if r["sourceIdentity"]["id"] == BEN)
    assert row["provisioningStatusInfo"]["status"] == "skipped"
    assert "ben@small.example" not in await visitor.accounts()
