"""Pasted texts, explained without a tenant."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from provisioning.attempts import Step
from provisioning.explain import Explanation, explain
from provisioning.model import Cause, Owner, Retry
from tests.worlds import FILTERING, SERVICE_INCOMPATIBLE, failed


def row(status: str = "failure", **changes: Any) -> dict[str, Any]:
    """A log row as it is copied out of the portal or out of Graph."""
    return {
        "id": "1",
        "activityDateTime": "2026-03-01T10:00:00Z",
        "provisioningAction": "create",
        "provisioningStatusInfo": {"status": status, "errorInformation": changes.pop("error", None)},
        "provisioningSteps": changes.pop("steps", []),
        **changes,
    }


def error(code: str, detail: str, *, status: str = "BadRequest", scim_type: str | None = None) -> dict[str, Any]:
    foreign = failed(code, detail, status=status, scim_type=scim_type).error
    assert foreign
    return {"errorCode": code, "reason": foreign.text}


def scoping(**details: str) -> list[dict[str, Any]]:
    return [{"name": "x", "provisioningStepType": "scoping", "status": "skipped", "details": details}]


MISSING = error(SERVICE_INCOMPATIBLE, "Required property 'familyName' not found in JSON")
TAKEN = error(FILTERING, "A resource with this email already exists", status="Conflict", scim_type="uniqueness")


def said(content: object) -> Explanation:
    return explain(content if isinstance(content, str) else json.dumps(content))


def test_a_failure_row_is_explained_with_everything_that_it_holds() -> None:
    explained = said(row(error=MISSING, steps=[{"provisioningStepType": "export", "status": "failure", "name": "x"}]))
    assert explained.cause is Cause.MISSING_ATTRIBUTE
    assert (explained.owner, explained.retry, explained.step) == ((Owner.DATA_OWNER,), Retry.AFTER_FIX, Step.EXPORT)
    assert (explained.code, explained.http) == (SERVICE_INCOMPATIBLE, 400)
    assert explained.detail == "Required property 'familyName' not found in JSON"
    assert explained.attributes == ("surname",)
    assert explained.targets == ("familyName",)
    assert explained.next_retry == datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
    assert explained.facts["retried"] == "2"
    assert explained.facts["at"] == "2026-03-01T10:00:00+00:00"
    assert explained.facts["shape"] == "log_row"


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (row(error=TAKEN), Cause.VALUE_TAKEN_IN_APP),
        (row(error=error("FlumphExploded", "no")), Cause.UNKNOWN_CODE),
        (
            row(error=error(FILTERING, "REQUIRED_FIELD_MISSING: [ProfileId]", status="Conflict")),
            Cause.ROLE_OR_LICENCE_VALUE_MISSING,
        ),
        (row("success"), Cause.PROVISIONED),
        (row("success", provisioningAction="disable"), Cause.UNEXPLAINED),
        (row("skipped", steps=scoping(SkipReason="RedundantExport")), Cause.IN_SYNC),
        (row("skipped", steps=scoping(SkipReason="NotEffectivelyEntitled", IsActive="False")), Cause.ACCOUNT_DISABLED),
        (row("skipped", steps=scoping(SkipReason="NotEffectivelyEntitled", Assigned="False")), Cause.NOT_ASSIGNED),
        (
            row("skipped", steps=scoping(SkipReason="AttributeValidationFailed", PropertyName="title")),
            Cause.MISSING_ATTRIBUTE,
        ),
        (row("skipped", steps=scoping(SkipReason="EntityTypeNotSupported")), Cause.UNSUPPORTED_OBJECT),
        (row("failure"), Cause.UNEXPLAINED),
    ],
)
def test_rows_are_explained_by_what_they_say(content: dict[str, Any], cause: Cause) -> None:
    assert said(content).cause is cause


def test_a_failed_scoping_clause_is_named() -> None:
    result = json.dumps({"Only sales.department EQUALS 'Sales'": False, "Only sales.country EQUALS 'ES'": True})
    details = {
        "SkipReason": "NotEffectivelyEntitled",
        "ScopeEvaluationResult": result,
        "IsInProvisioningScope": "False",
    }
    explained = said(row("skipped", steps=scoping(**details)))
    assert (explained.cause, explained.step) == (Cause.FILTERED_OUT, Step.SCOPING)
    assert explained.facts["clause"] == "Only sales.department EQUALS 'Sales'"
    assert explained.code == "NotEffectivelyEntitled"


def test_a_disabled_account_outweighs_the_other_flags() -> None:
    details = {"SkipReason": "NotEffectivelyEntitled", "IsActive": "False", "Assigned": "False"}
    assert said(row("skipped", steps=scoping(**details))).cause is Cause.ACCOUNT_DISABLED


def test_a_role_that_entitles_nobody_is_said_as_a_fact() -> None:
    details = {"SkipReason": "NotEffectivelyEntitled", "User has the required role": "False"}
    explained = said(row("skipped", steps=scoping(**details)))
    assert explained.cause is Cause.ROLE_NOT_ENTITLED
    assert explained.facts["entitled"] == "False"


def test_of_a_page_of_rows_the_newest_is_explained() -> None:
    newer = row("success", activityDateTime="2026-03-02T10:00:00Z")
    assert said({"value": [row(error=TAKEN), newer]}).cause is Cause.PROVISIONED
    assert said([newer, row(error=TAKEN)]).cause is Cause.PROVISIONED


def test_a_row_of_an_export_is_found_under_its_properties() -> None:
    exported = {"category": "ProvisioningLogs", "properties": {**row(error=TAKEN)}}
    assert said(exported).cause is Cause.VALUE_TAKEN_IN_APP


@pytest.mark.parametrize("key", [json.dumps({"result": "Failure", "details": {}}), "Microsoft.SyncFabric.StatusInfo"])
def test_on_demand_answers_are_explained_in_both_shapes(key: str) -> None:
    entry = {"action": "Create", "statusInfo": {"status": "Failure", **TAKEN}, "provisioningSteps": []}
    value: object = entry if key.startswith("{") else [entry]
    explained = said({"key": key, "value": json.dumps(value)})
    assert explained.cause is Cause.VALUE_TAKEN_IN_APP
    assert explained.facts["shape"] == "on_demand"
    assert explained.attributes == ("mail",)


def test_only_the_value_of_an_answer_is_explained_too() -> None:
    entry = {"action": "Create", "statusInfo": {"status": "Success"}}
    assert said([entry]).cause is Cause.PROVISIONED


@pytest.mark.parametrize(
    ("words", "cause", "step"),
    [
        (TAKEN["reason"], Cause.VALUE_TAKEN_IN_APP, Step.EXPORT),
        (MISSING["reason"], Cause.MISSING_ATTRIBUTE, Step.EXPORT),
        ("ContosoEntryConflict", Cause.VALUE_TAKEN_IN_APP, Step.EXPORT),
        ("ImportSkipped", Cause.MATCHING_ATTRIBUTE_EMPTY, Step.IMPORT),
        ("LicenseLimitExceeded", Cause.LICENCE_EXHAUSTED, Step.EXPORT),
        ("FlumphExploded: the flumph said no", Cause.UNKNOWN_CODE, Step.NONE),
        ("StatusCode: Forbidden\r\nWeb Response: no", Cause.APP_PERMISSION, Step.EXPORT),
        ("RedundantExport", Cause.IN_SYNC, Step.EXPORT),
        ("SkipReason=NotEffectivelyEntitled, IsActive=True, Assigned=False", Cause.NOT_ASSIGNED, Step.ASSIGNMENT),
        ("Quarantine reason: EncounteredQuarantineException", Cause.JOB_QUARANTINED, Step.JOB),
        ("it does not work", Cause.UNEXPLAINED, Step.NONE),
        ("", Cause.UNEXPLAINED, Step.NONE),
        ("[]", Cause.UNEXPLAINED, Step.NONE),
        ("{}", Cause.UNEXPLAINED, Step.NONE),
    ],
)
def test_bare_texts_are_explained(words: str, cause: Cause, step: Step) -> None:
    explained = explain(words)
    assert (explained.cause, explained.step) == (cause, step)


def test_a_scim_error_and_a_graph_error_are_texts_too() -> None:
    scim = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "409", "detail": "taken"}
    assert said(scim).cause is Cause.VALUE_TAKEN_IN_APP
    graph = said({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}})
    assert (graph.cause, graph.code) == (Cause.UNKNOWN_CODE, "Authorization_RequestDenied")
    assert graph.detail == "Insufficient privileges"


def test_error_information_alone_is_enough() -> None:
    assert said(TAKEN).cause is Cause.VALUE_TAKEN_IN_APP
    assert said({"errorInformation": MISSING}).attributes == ("surname",)


def test_what_cannot_be_recognised_says_so() -> None:
    assert explain("\n").facts["shape"] == "empty"
    assert explain("hello").facts["shape"] == "error_text"
