"""On-demand answers in both shapes, and in none."""

import json
from typing import Any

import pytest

from provisioning.attempts import OnDemandAnswer, Step, Verdict
from provisioning.messages import read_each, read_on_demand

CLASS_NAME = "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"


def entry(status: str = "Success", **changes: Any) -> dict[str, Any]:
    return {
        "action": "Create",
        "statusInfo": {"status": status},
        "changeId": "change-1",
        "provisioningSteps": [
            {"name": "EntryImport", "type": "Import", "status": "Success", "details": {}},
            {"name": "EntryImport", "type": "Matching", "status": "Success", "details": {}},
            {"name": "EntrySynchronizationScoping", "type": "Scoping", "status": "Success", "details": {}},
            {"name": "EntryExportAdd", "type": "Export", "status": status, "description": "told", "details": {}},
        ],
        "modifiedProperties": [{"displayName": "userName", "newValue": "jose"}],
        "targetIdentity": {"id": "account-1", "type": "User"},
        **changes,
    }


def shape_a(result: str, value: object, code: str | None = None, message: str = "") -> OnDemandAnswer:
    details = {"errorCode": code, "errorMessage": message} if code else {}
    inner = value if isinstance(value, str) else json.dumps(value)
    return read_on_demand({"key": json.dumps({"result": result, "details": details}), "value": inner})


def shape_b(value: object) -> OnDemandAnswer:
    return read_on_demand({"key": CLASS_NAME, "value": value if isinstance(value, str) else json.dumps(value)})


def test_shape_a_of_a_success_is_read_whole() -> None:
    answer = shape_a("Success", entry())
    assert (answer.verdict, answer.action, answer.readable) == (Verdict.SUCCESS, "create", True)
    assert [report.step for report in answer.steps] == [Step.IMPORT, Step.MATCHING, Step.SCOPING, Step.EXPORT]
    assert (answer.change_id, answer.target_id) == ("change-1", "account-1")
    assert answer.changes[0].attribute == "userName"
    assert answer.error is None


def test_shape_b_of_a_success_is_read_whole() -> None:
    answer = shape_b([entry()])
    assert (answer.verdict, answer.action, answer.readable) == (Verdict.SUCCESS, "create", True)
    assert len(answer.steps) == 4


@pytest.mark.parametrize("word", ["success", "SUCCESS", "Success"])
def test_casing_does_not_matter(word: str) -> None:
    assert shape_a(word, "{}").verdict is Verdict.SUCCESS
    assert shape_b([entry(word)]).verdict is Verdict.SUCCESS


def test_a_success_with_an_empty_object_is_a_success_without_steps() -> None:
    answer = shape_a("Success", "{}")
    assert (answer.verdict, answer.steps, answer.readable) == (Verdict.SUCCESS, (), True)


def test_the_good_skip_is_named_by_the_headline_alone() -> None:
    skip = entry("Skipped", statusInfo={"status": "Skipped", "errorCode": None})
    answer = shape_a("Skipped", skip, "RedundantExport", "Nothing to do")
    assert (answer.verdict, answer.skip_reason) == (Verdict.SKIPPED, "RedundantExport")


def test_a_skip_gives_its_reason_from_the_steps() -> None:
    scoping = {
        "name": "EntrySynchronizationScoping",
        "type": "Scoping",
        "status": "Skipped",
        "details": {"SkipReason": "NotEffectivelyEntitled", "IsActive": "False"},
    }
    answer = shape_b([entry("Skipped", provisioningSteps=[scoping])])
    assert answer.skip_reason == "NotEffectivelyEntitled"
    assert answer.steps[0].details["IsActive"] == "False"


def test_a_failure_gives_the_apps_own_words() -> None:
    info = {
        "status": "Failure",
        "errorCode": "SystemForCrossDomainIdentityManagementServiceIncompatible",
        "reason": 'StatusCode: BadRequest\r\nWeb Response: {"detail":"name.familyName is required"}',
    }
    answer = shape_b([entry("Failure", statusInfo=info)])
    assert answer.verdict is Verdict.FAILURE
    assert answer.error
    assert (answer.error.http, answer.error.attributes) == (400, ("surname",))


def test_a_failure_may_be_told_by_the_headline_alone() -> None:
    answer = shape_a("Failure", "{}", "ContosoEntryConflict", "email already exists")
    assert answer.error
    assert (answer.verdict, answer.error.code) == (Verdict.FAILURE, "ContosoEntryConflict")


def test_of_several_entries_the_worst_tells() -> None:
    bad = entry("Failure", changeId="change-2", statusInfo={"status": "Failure", "errorCode": "Timeout"})
    answer = shape_b([entry(), bad, entry("Skipped")])
    assert (answer.verdict, answer.change_id) == (Verdict.FAILURE, "change-2")
    assert answer.error
    assert answer.error.code == "Timeout"


def test_a_headline_does_not_hide_an_entry_that_failed() -> None:
    assert shape_a("Success", entry("Failure")).verdict is Verdict.FAILURE


def test_without_a_status_the_worst_step_tells() -> None:
    quiet = entry("Failure")
    del quiet["statusInfo"]
    assert shape_b([quiet]).verdict is Verdict.FAILURE


def test_half_an_answer_is_no_success() -> None:
    assert shape_b([entry(), entry("pondering", provisioningSteps=[])]).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "value", ["{}", "[]", "null", "", "not json", "[1, 2]", '"text"', "5", '{"unrelated": true}', "[[]]"]
)
def test_an_answer_without_a_known_shape_claims_nothing(value: str) -> None:
    answer = shape_b(value)
    assert (answer.verdict, answer.readable, answer.steps) == (Verdict.UNKNOWN, False, ())


@pytest.mark.parametrize("body", [{}, {"key": None, "value": None}, {"key": "", "value": 3}, {"error": {"code": "x"}}])
def test_a_body_that_is_no_pair_claims_nothing(body: dict[str, Any]) -> None:
    assert read_on_demand(body).readable is False


def test_a_value_that_is_not_a_string_is_read_as_it_is() -> None:
    assert read_on_demand({"key": CLASS_NAME, "value": [entry()]}).verdict is Verdict.SUCCESS


def test_the_type_of_a_step_of_acting_is_kept_so_that_a_reference_is_told_from_the_account() -> None:
    steps = [
        {"name": "EntryExportAdd", "type": "Export", "status": "Success"},
        {"name": "EntryExportUpdate", "type": "ReferenceResolution", "status": "Failure"},
    ]
    answer = read_on_demand({"key": "x", "value": json.dumps([{"provisioningSteps": steps}])})
    assert [(report.kind, report.verdict) for report in answer.steps] == [
        ("export", Verdict.SUCCESS),
        ("referenceresolution", Verdict.FAILURE),
    ]


def test_of_a_group_each_object_has_an_answer_of_its_own() -> None:
    entries = [entry("Success", sourceIdentity={"id": "P-1"}), entry("Failure", sourceIdentity={"id": "g-1"})]
    each = read_each({"key": CLASS_NAME, "value": json.dumps(entries)})
    assert {key: answer.verdict for key, answer in each.items()} == {"p-1": Verdict.SUCCESS, "g-1": Verdict.FAILURE}


def test_what_names_nobody_says_nothing_about_anybody() -> None:
    assert read_each({"key": CLASS_NAME, "value": "{}"}) == {}
    assert read_each({"key": CLASS_NAME, "value": json.dumps([entry()])}) == {}
