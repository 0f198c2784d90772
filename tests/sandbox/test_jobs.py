"""Jobs: what Graph shows of them, the levers that move them, and the quirks of their status."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.company import ADA, APP, BEN, JOB, JOBS, RULE, WORK_MAIL, after, app_of

Json = dict[str, Any]

SCHEMA = f"{JOBS}/{JOB}/schema"


async def test_an_app_has_one_job_or_none(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    assert [row["id"] for row in (await visitor.get(JOBS)).rows] == [JOB]
    app_of(world)["job"] = None
    assert (await (await visit(world)).get(JOBS)).rows == []


async def test_a_job_is_found_by_its_encoded_id_and_no_other(visit: Any, world: Json) -> None:
    app_of(world)["job"]["id"] = "scim/odd id.é"
    visitor = await visit(world)
    encoded = f"{visitor.company.origin}/v1.0/{JOBS}/{quote('scim/odd id.é', safe='')}"
    assert (await visitor.call("GET", encoded)).body["id"] == "scim/odd id.é"
    assert (await visitor.get(f"{JOBS}/{JOB}")).status == 404
    assert (await visitor.get(f"servicePrincipals/{ADA}/synchronization/jobs")).status == 404


async def test_a_job_that_never_ran_shows_a_failure_that_is_none(visit: Any, world: Json) -> None:
    never = {
        "state": "Failed",
        "error": {"code": "None"},
        "timeBegan": "0001-01-01T00:00:00Z",
        "timeEnded": "0001-01-01T00:00:00Z",
    }
    app_of(world)["job"]["status"] = {"code": "NotRun", "lastExecution": never, "troubleshootingUrl": ""}
    status = (await (await visit(world)).job())["status"]
    assert status["code"] == "NotRun"
    assert status["lastExecution"]["error"]["code"] == "None"
    assert status["lastExecution"]["timeBegan"] == "0001-01-01T00:00:00Z"
    assert status["steadyStateFirstAchievedTime"] == "0001-01-01T00:00:00Z"


async def test_a_job_that_is_left_out_is_set_up_but_has_not_run(visit: Any, world: Json) -> None:
    del app_of(world)["job"]
    job = (await (await visit(world)).get(JOBS)).rows[0]
    assert job["id"] == JOB
    assert (job["status"]["code"], job["schedule"]) == (
        "NotRun",
        {"expiration": None, "interval": "PT40M", "state": "Active"},
    )


async def test_a_paused_job_rests_until_it_is_started(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    assert (await visitor.call("POST", f"{JOBS}/{JOB}/pause")).status == 204
    job = await visitor.job()
    assert (job["status"]["code"], job["schedule"]["state"]) == ("Paused", "Disabled")
    assert await visitor.advance("PT3H") == 0
    assert (await visitor.call("POST", f"{JOBS}/{JOB}/start")).status == 204
    await visitor.advance("PT1S")
    assert (await visitor.job())["status"]["code"] == "Active"
    assert len(await visitor.log_of(BEN)) == 1


async def test_a_restart_looks_at_everybody_again(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.cycle()
    assert await visitor.cycle() == []
    assert (await visitor.call("POST", f"{JOBS}/{JOB}/restart", {"criteria": {"resetScope": ""}})).status == 204
    await visitor.advance("PT1S")
    assert len(await visitor.log_of(BEN)) == 2
    newest = (await visitor.log_of(ADA))[0]
    assert newest["provisioningSteps"][-1]["details"] == {"SkipReason": "RedundantExport"}


async def test_restart_takes_known_flags_only(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    for body in ({"criteria": {"resetScope": "Everything"}}, {"criteria": {"scope": "Full"}}, {"criteria": 3}):
        assert (await visitor.call("POST", f"{JOBS}/{JOB}/restart", body)).status == 400
    for good in (None, {"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}}):
        assert (await visitor.call("POST", f"{JOBS}/{JOB}/restart", good)).status == 204


async def test_only_a_full_restart_forgets_who_is_who(visit: Any, world: Json) -> None:
    app_of(world)["target"]["accounts"][0]["userName"] = "ada.by.hand"
    app_of(world)["log"] = [
        {
            "activityDateTime": "-P2D",
            "provisioningAction": "create",
            "provisioningStatusInfo": {"status": "success"},
            "sourceIdentity": {"id": ADA},
            "targetIdentity": {"id": "account-of-ada"},
        }
    ]
    visitor = await visit(world)
    await visitor.call("POST", f"{JOBS}/{JOB}/restart", {"criteria": {"resetScope": "Full"}})
    await visitor.advance("PT1S")
    row = (await visitor.log_of(ADA))[0]
    assert row["provisioningAction"] == "create"
    assert row["provisioningStatusInfo"]["errorInformation"]["errorCode"] == "EntryConflict"


async def test_credentials_are_tested_against_the_app(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    assert (await visitor.call("POST", f"{JOBS}/{JOB}/validateCredentials")).status == 204
    await visitor.play("PATCH", f"/apps/{APP}/target", {"credentialsExpired": True})
    refused = await visitor.call("POST", f"{JOBS}/{JOB}/validateCredentials")
    assert (refused.status, refused.code) == (400, "SystemForCrossDomainIdentityManagementInvalidCredentials")


async def test_the_default_schema_is_the_scim_mapping(visit: Any, world: Json) -> None:
    schema = (await (await visit(world)).get(SCHEMA)).body
    rule = schema["synchronizationRules"][0]
    assert rule["id"] == RULE
    user = next(each for each in rule["objectMappings"] if each["sourceObjectName"] == "User")
    flows = {each["targetAttributeName"]: each for each in user["attributeMappings"]}
    assert flows["userName"]["matchingPriority"] == 1
    assert flows[WORK_MAIL]["source"]["expression"] == "[mail]"
    assert {"key": "supportsProvisionOnDemand", "value": "true"} in user["metadata"]
    required = [
        attribute["name"]
        for directory in schema["directories"]
        for each in directory["objects"]
        for attribute in each["attributes"]
        if attribute["required"]
    ]
    assert required == ["userName"]


async def test_a_schema_that_is_put_back_with_a_filter_changes_who_is_in_scope(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    schema = (await visitor.get(SCHEMA)).body
    before = schema["version"]
    clause = {"sourceOperandName": "department", "operatorName": "EQUALS", "targetOperand": {"values": ["Legal"]}}
    mapping = schema["synchronizationRules"][0]["objectMappings"][0]
    mapping["scope"] = {"groups": [{"name": "Lawyers", "clauses": [clause]}]}
    assert (await visitor.call("PUT", SCHEMA, schema)).status == 204
    assert (await visitor.get(SCHEMA)).body["version"] != before
    rows = {row["sourceIdentity"]["id"]: row for row in await visitor.cycle()}
    assert rows[ADA]["provisioningAction"] == "disable"
    assert rows[BEN]["provisioningStatusInfo"]["status"] == "skipped"
    assert rows[BEN]["provisioningSteps"][1]["details"]["ScopeEvaluationResult"] == (
        "{\"Lawyers.department EQUALS 'Legal'\": false}"
    )
    assert (await visitor.call("DELETE", SCHEMA)).status == 204
    assert (await visitor.get(SCHEMA)).body["synchronizationRules"][0]["objectMappings"][0]["scope"] is None


async def test_a_new_schema_starts_a_cycle_that_looks_at_everybody_again(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.cycle()
    assert await visitor.cycle() == []
    schema = (await visitor.get(SCHEMA)).body
    assert (await visitor.call("PUT", SCHEMA, schema)).status == 204
    assert (await visitor.job())["status"]["steadyStateLastAchievedTime"] == "0001-01-01T00:00:00Z"
    assert await visitor.advance("PT2M") == 1
    assert (await visitor.job())["status"]["lastExecution"]["countImported"] > 0


async def test_the_audit_log_tells_what_was_done_to_a_job_and_by_whom(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.call("POST", f"{JOBS}/{JOB}/pause")
    await visitor.call("POST", f"{JOBS}/{JOB}/start")
    await visitor.call("POST", f"{JOBS}/{JOB}/restart")
    await visitor.call("PUT", SCHEMA, (await visitor.get(SCHEMA)).body)
    asked = f"auditLogs/directoryAudits?$filter=targetResources/any(t:t/id eq '{APP}')"
    rows = (await visitor.get(asked)).rows
    assert {row["activityDisplayName"] for row in rows} == {
        "Disable/pause provisioning configuration",
        "Enable/start provisioning configuration",
        "Enable/restart provisioning configuration",
        "Update attribute mappings or scope",
    }
    assert {(row["category"], row["loggedByService"]) for row in rows} == {
        ("ProvisioningManagement", "Account Provisioning")
    }


@pytest.mark.parametrize("body", [{}, {"synchronizationRules": []}, {"synchronizationRules": [{"name": "x"}]}])
async def test_a_schema_that_makes_no_sense_is_refused(visit: Any, world: Json, body: Json) -> None:
    reply = await (await visit(world)).call("PUT", SCHEMA, body)
    assert (reply.status, reply.code) == (400, "BadRequest")


async def test_the_filter_operators_are_listed(visit: Any, world: Json) -> None:
    rows = (await (await visit(world)).get(f"{SCHEMA}/filterOperators")).rows
    arity = {row["name"]: row["arity"] for row in rows}
    assert (arity["EQUALS"], arity["IS NOT NULL"]) == ("Binary", "Unary")


async def test_nothing_runs_at_the_start_and_the_first_round_is_the_schedules_next(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    due = (await visitor.play("GET", "/clock")).body["nextCycles"]["AskCody"]
    assert due[:16] == after(30)[:16]
    assert await visitor.log_of(BEN) == []


async def test_a_round_missed_before_the_start_is_not_caught_up(visit: Any, world: Json) -> None:
    last = {"timeBegan": "-PT5H", "timeEnded": "-PT5H", "state": "Succeeded"}
    app_of(world)["job"]["status"]["lastExecution"] = last
    due = (await (await visit(world)).play("GET", "/clock")).body["nextCycles"]["AskCody"]
    assert due[:16] == after(20)[:16]


async def test_an_interval_of_never_runs_never(visit: Any, world: Json) -> None:
    app_of(world)["job"]["schedule"] = {"interval": "P10675199DT2H48M5.4775807S"}
    visitor = await visit(world)
    assert await visitor.advance("P2D") == 0
    assert (await visitor.job())["schedule"]["interval"] == "P10675199DT2H48M5.4775807S"


async def test_an_expression_is_worked_out_for_the_values_given(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    given = {"properties": [{"key": "mail", "value": "Ada@Fabrikam.example"}]}
    asked = {"expression": "ToLower([mail], )", "testInputObject": given}
    parsed = (await visitor.call("POST", f"{SCHEMA}/parseExpression", asked)).body
    assert (parsed["evaluationSucceeded"], parsed["evaluationResult"]) == (True, ["ada@fabrikam.example"])
    unknown = (await visitor.call("POST", f"{SCHEMA}/parseExpression", asked | {"expression": "Odd([mail])"})).body
    assert (unknown["evaluationSucceeded"], unknown["evaluationResult"]) == (False, [])
    assert "Odd" in unknown["error"]["message"]


# What is set beside a job

SECRETS = f"servicePrincipals/{APP}/synchronization/secrets"


async def test_of_the_secrets_only_flags_can_be_read_and_set(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    masked = {row["key"]: row["value"] for row in (await visitor.get(SECRETS)).rows}
    assert masked == {"BaseAddress": "*", "SecretToken": "*", "SyncAll": "false"}
    flag = {"value": [{"key": "SkipOutOfScopeDeletions", "value": "True"}]}
    assert (await visitor.call("PUT", SECRETS, flag)).status == 204
    assert (await visitor.get(SECRETS)).rows[-1] == {"key": "SkipOutOfScopeDeletions", "value": "True"}
    assert (await visitor.call("PUT", SECRETS, {"value": [{"key": "Full", "value": "1"}]})).status == 400


async def test_a_mailbox_says_what_it_is_for_and_who_has_none_says_that(visit: Any, world: Json) -> None:
    world["users"][0] |= {"mail": "info@fabrikam.example"}
    world["mailboxes"] = [{"emailAddress": "info@fabrikam.example", "userPurpose": "shared"}]
    visitor = await visit(world)
    found = await visitor.get(f"users/{world['users'][0]['id']}/mailboxSettings/userPurpose")
    assert (found.status, found.body["value"]) == (200, "shared")
    none = await visitor.get(f"users/{world['users'][1]['id']}/mailboxSettings/userPurpose")
    assert (none.status, none.body["error"]["code"]) == (404, "MailboxNotEnabledForRESTAPI")
