"""Log rows in their shapes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from provisioning.attempts import Change, Step, Verdict
from provisioning.messages import read_log_row, service_principal_id
from provisioning.messages.events import failed_clauses, was_active, was_assigned, was_entitled, was_in_scope
from provisioning.messages.lenient import NEVER


def row(**changes: Any) -> dict[str, Any]:
    """A success as Graph v1.0 sends it."""
    return {
        "id": "75b5b0ec-9fc5-8dd0-e2a9-7effd8c2d8ba",
        "activityDateTime": "2026-03-01T10:00:00.1234567Z",
        "tenantId": "t",
        "jobId": "scim.1.2",
        "cycleId": "cycle",
        "changeId": "change",
        "provisioningAction": "create",
        "durationInMilliseconds": 3236,
        "provisioningStatusInfo": {"status": "success", "errorInformation": None},
        "provisioningSteps": [
            step("EntryImportAdd", "import"),
            step("EntrySynchronizationScoping", "scoping", details={"IsActive": "True", "Assigned": "True"}),
            step("EntryImport", "matching"),
            step("EntryExportAdd", "export", description="User was created"),
        ],
        "modifiedProperties": [{"displayName": "userName", "oldValue": None, "newValue": "jose@fabrikam.example"}],
        "servicePrincipal": {"id": "sp-1", "displayName": "AskCody"},
        "sourceIdentity": {"id": "person", "displayName": "José García", "identityType": "User", "details": {}},
        "targetIdentity": {"id": "account-1", "displayName": "jose@fabrikam.example", "identityType": "urn:x:User"},
        "initiatedBy": {"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
        **changes,
    }


def step(name: str, kind: str | None, status: str = "success", **more: Any) -> dict[str, Any]:
    return {"name": name, "provisioningStepType": kind, "status": status, "description": None, "details": {}, **more}


def test_a_v1_row_is_read_whole() -> None:
    event = read_log_row(row())
    assert event.at == datetime(2026, 3, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert (event.action, event.verdict, event.error, event.skip_reason) == ("create", Verdict.SUCCESS, None, None)
    assert [report.step for report in event.steps] == [Step.IMPORT, Step.SCOPING, Step.MATCHING, Step.EXPORT]
    assert event.steps[3].text == "User was created"
    assert event.changes == (Change(attribute="userName", old=None, new="jose@fabrikam.example"),)
    assert (event.job_id, event.cycle_id, event.change_id) == ("scim.1.2", "cycle", "change")
    assert (event.target_id, event.target_name) == ("account-1", "jose@fabrikam.example")
    assert event.initiated_by == "Azure AD Provisioning Service"


def test_casing_does_not_matter() -> None:
    shouted = {key.upper(): value for key, value in row(provisioningAction="StagedDelete").items()}
    shouted["PROVISIONINGSTATUSINFO"] = {"Status": "SUCCESS"}
    event = read_log_row(shouted)
    assert (event.action, event.verdict) == ("stagedDelete", Verdict.SUCCESS)
    assert len(event.steps) == 4


@pytest.mark.parametrize("spelling", ["stagedDelete", "stageddelete", "StagedDelete"])
def test_staged_deletes_are_spelt_one_way(spelling: str) -> None:
    assert read_log_row(row(provisioningAction=spelling)).action == "stagedDelete"


def test_steps_are_known_by_type_not_by_name_or_order() -> None:
    steps = [step("EntryImport", "Matching"), step("EntryImport", "Import"), step("EntryExportAdd", "EXPORT")]
    event = read_log_row(row(provisioningSteps=steps))
    assert [report.step for report in event.steps] == [Step.MATCHING, Step.IMPORT, Step.EXPORT]


def test_without_a_type_the_name_tells() -> None:
    names = ["EntryImportUpdate", "EntrySynchronizationScoping", "EntryExportUpdate", "EntrySynchronizationSkip"]
    event = read_log_row(row(provisioningSteps=[step(name, None) for name in names]))
    assert [report.step for report in event.steps] == [Step.IMPORT, Step.SCOPING, Step.EXPORT, Step.EXPORT]


def test_an_unknown_step_type_is_left_out_and_an_unknown_status_is_unknown() -> None:
    steps = [step("Telepathy", "unknownFutureValue"), step("EntryExportAdd", "export", status="pondering")]
    event = read_log_row(row(provisioningSteps=steps))
    assert [(report.step, report.verdict) for report in event.steps] == [(Step.EXPORT, Verdict.UNKNOWN)]


def test_a_failure_gives_its_error() -> None:
    info = {
        "status": "failure",
        "errorInformation": {
            "errorCode": "ContosoEntryConflict",
            "reason": 'StatusCode: Conflict\r\nWeb Response: \r\n{"detail":"email already exists"}',
            "additionalDetails": None,
            "errorCategory": "nonServiceFailure",
        },
    }
    event = read_log_row(row(provisioningStatusInfo=info))
    assert event.verdict is Verdict.FAILURE
    assert event.error
    assert (event.error.code, event.error.http) == ("ContosoEntryConflict", 409)
    assert event.error.detail == "email already exists"


def test_the_beta_shape_is_read_too() -> None:
    beta = row(statusInfo={"status": "failure", "errorCode": "MissingValues", "reason": "mail is required"})
    del beta["provisioningStatusInfo"]
    event = read_log_row(beta)
    assert event.verdict is Verdict.FAILURE
    assert event.error
    assert event.error.code == "MissingValues"


def test_a_skip_gives_its_reason_and_its_flags() -> None:
    details = {
        "SkipReason": "NotEffectivelyEntitled",
        "IsActive": "True",
        "Assigned": "True",
        "IsEffectivelyEntitledForProvisioning": "False",
        "IsInProvisioningScopeDisplayName": "False",
        "ScopeEvaluationResult": '{"Only sales.department EQUALS \'Sales\'":false,"Only sales.mail IS NOT NULL":true}',
    }
    info = {"status": "skipped", "errorInformation": None}
    steps = [step("EntrySynchronizationScoping", "scoping", "skipped", details=details)]
    event = read_log_row(row(provisioningStatusInfo=info, provisioningSteps=steps))
    assert event.skip_reason == "NotEffectivelyEntitled"
    assert event.error is None
    flags = (was_active(event.steps), was_assigned(event.steps), was_entitled(event.steps), was_in_scope(event.steps))
    assert flags == (True, True, False, False)
    assert failed_clauses(event.steps) == ("Only sales.department EQUALS 'Sales'",)


def test_the_newer_human_flags_mean_the_same() -> None:
    details = {
        "Active in the source system": "False",
        "Assigned to the application": "True",
        "User has the required role": "True",
        "Scoping filter evaluation passed": "True",
    }
    event = read_log_row(row(provisioningSteps=[step("x", "scoping", details=details)]))
    flags = (was_active(event.steps), was_assigned(event.steps), was_entitled(event.steps), was_in_scope(event.steps))
    assert flags == (False, True, True, True)


def test_a_skip_reason_may_stand_only_in_the_description() -> None:
    words = "The user was skipped. SkipReason=NotEffectivelyEntitled, IsActive=False, Assigned=True"
    steps = [step("EntrySynchronizationScoping", "scoping", "skipped", description=words)]
    event = read_log_row(row(provisioningStatusInfo={"status": "skipped"}, provisioningSteps=steps))
    assert event.skip_reason == "NotEffectivelyEntitled"
    assert was_active(event.steps) is False
    assert was_assigned(event.steps) is True


@pytest.mark.parametrize(
    "principal", [{"id": "sp-1"}, [{"id": "sp-1", "displayName": "x"}], [{"ID": "sp-1"}, {"id": "sp-2"}]]
)
def test_the_service_principal_may_be_an_object_or_a_list(principal: Any) -> None:
    assert service_principal_id(row(servicePrincipal=principal)) == "sp-1"


@pytest.mark.parametrize("key", ["initiatorType", "initiatingType"])
def test_the_initiators_kind_is_spelt_two_ways(key: str) -> None:
    assert read_log_row(row(initiatedBy={"id": "", "displayName": "", key: "system"})).initiated_by == "system"


def test_a_row_without_an_instant_is_never_the_newest() -> None:
    for nothing in (None, "", "0001-01-01T00:00:00Z", "yesterday", 5):
        assert read_log_row(row(activityDateTime=nothing)).at == NEVER


def test_an_export_that_keeps_json_in_strings_is_read() -> None:
    exported = row(
        provisioningSteps=json.dumps([step("EntryExportAdd", "export", "failure")]),
        provisioningStatusInfo=json.dumps({"status": "failure", "errorInformation": {"errorCode": "Timeout"}}),
    )
    event = read_log_row(exported)
    assert event.error
    assert (event.verdict, event.error.code, len(event.steps)) == (Verdict.FAILURE, "Timeout", 1)


def test_a_status_that_is_missing_is_taken_from_the_steps() -> None:
    event = read_log_row(row(provisioningStatusInfo=None, provisioningSteps=[step("x", "export", "failure")]))
    assert event.verdict is Verdict.FAILURE


def test_an_empty_row_is_read_as_knowing_nothing() -> None:
    event = read_log_row({})
    assert (event.id, event.at, event.action, event.verdict) == ("", NEVER, "other", Verdict.UNKNOWN)
