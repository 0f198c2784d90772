"""One failure in every shape in which Microsoft hands it out, and one answer to all of them."""

import json
from typing import Any

import pytest

from provisioning.attempts import Step
from provisioning.explain import Explanation, explain
from provisioning.model import Cause, Owner
from tests.worlds import FILTERING, failed

TAKEN = failed(FILTERING, "A resource with this email already exists", status="Conflict", scim_type="uniqueness").error
assert TAKEN
STEPS = [
    {"name": "EntryImportAdd", "provisioningStepType": "import", "status": "success", "details": {}},
    {"name": "EntryExportAdd", "provisioningStepType": "export", "status": "failure", "details": {}},
]
V1 = {
    "id": "1",
    "activityDateTime": "2026-03-01T10:00:00Z",
    "provisioningAction": "create",
    "provisioningStatusInfo": {
        "status": "failure",
        "errorInformation": {"errorCode": FILTERING, "reason": TAKEN.text, "errorCategory": "nonServiceFailure"},
    },
    "provisioningSteps": STEPS,
    "servicePrincipal": {"id": "sp"},
}
BETA = {
    **{key: value for key, value in V1.items() if key not in {"provisioningStatusInfo", "provisioningAction"}},
    "action": "Create",
    "statusInfo": {"@odata.type": "#x", "status": "failure", "errorCode": FILTERING, "reason": TAKEN.text},
}
BETA_INFO = {**V1, "provisioningStatusInfo": {"status": "Failure", "errorInfo": V1["provisioningStatusInfo"]}}
BETA_INFO["provisioningStatusInfo"]["errorInfo"] = {"errorCode": FILTERING, "reason": TAKEN.text}  # type: ignore[index]
NUMBERED = [
    {"Name": "EntryImportAdd", "Type": 0, "Status": 0, "Details": {}},
    {"Name": "EntryExportAdd", "Type": 5, "Status": 1, "Details": {}},
]
DIAGNOSTIC = {
    "time": "2026-03-01T10:00:00Z",
    "operationName": "Provisioning activity",
    "category": "ProvisioningLogs",
    "resultType": "Failure",
    "properties": {
        "Id": "1",
        "ProvisioningAction": 1,
        "StatusInfo": {"Status": 1, "ErrorCode": FILTERING, "Reason": TAKEN.text},
        "ProvisioningSteps": NUMBERED,
    },
}
TABLE = {  # Log Analytics: every column is text, JSON among it
    "TimeGenerated": "2026-03-01T10:00:00Z",
    "Id": "1",
    "OperationName": "Provisioning activity",
    "ProvisioningAction": "create",
    "ProvisioningStatusInfo": json.dumps(V1["provisioningStatusInfo"]),
    "ProvisioningSteps": json.dumps(STEPS),
    "ResultType": "Failure",
}
COLUMNS = {
    "TimeGenerated [UTC]": "2026-03-01T10:00:00Z",
    "ResultType": "Failure",
    "ResultSignature": FILTERING,
    "ResultDescription": TAKEN.text,
}
ENTRY = {
    "action": "Create",
    "statusInfo": {"status": "Failure", "errorCode": FILTERING, "reason": TAKEN.text},
    "provisioningSteps": [{"type": "Export", "status": "Failure", "name": "EntryExportAdd"}],
}
SHAPE_A = {"key": json.dumps({"result": "Failure", "details": {"errorCode": FILTERING}}), "value": json.dumps(ENTRY)}
SHAPE_B = {"key": "Microsoft.Identity.Health.StatusInfo", "value": json.dumps([ENTRY])}

SHAPES: dict[str, object] = {
    "v1.0": V1,
    "beta": BETA,
    "beta with errorInfo": BETA_INFO,
    "a page": {"value": [V1]},
    "a list": [V1],
    "diagnostic export": DIAGNOSTIC,
    "diagnostic records": {"records": [DIAGNOSTIC]},
    "diagnostic, properties as text": {**DIAGNOSTIC, "properties": json.dumps(DIAGNOSTIC["properties"])},
    "log analytics": TABLE,
    "log analytics, result columns": COLUMNS,
    "lines": f"{json.dumps(V1)}\n{json.dumps(V1)}\n",
    "on demand A": SHAPE_A,
    "on demand B": SHAPE_B,
    "error information": {"errorCode": FILTERING, "reason": TAKEN.text},
    "bare text": TAKEN.text,
    "labelled text": f"Error code: {FILTERING}\nError message: {TAKEN.text}",
}


def said(content: object) -> Explanation:
    return explain(content if isinstance(content, str) else json.dumps(content))


@pytest.mark.parametrize("content", SHAPES.values(), ids=list(SHAPES))
def test_the_shape_changes_nothing(content: object) -> None:
    found = said(content)
    assert (found.cause, found.owner, found.step) == (Cause.VALUE_TAKEN_IN_APP, (Owner.APP_ADMIN,), Step.EXPORT)
    assert found.http == 409
    assert found.detail == "A resource with this email already exists"
    assert found.attributes == ("mail",)
    assert found.facts["retried"] == "2"
    assert found.next_retry is not None


SCIM: dict[str, Any] = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400"}
SENTENCE = "Required property 'familyName' not found"
BODIES = {
    "json": json.dumps({**SCIM, "detail": SENTENCE}),
    "json in json": json.dumps({**SCIM, "detail": json.dumps({"message": SENTENCE})}),
    "broken json": '{"schemas":"["urn:x"]", "status":"400", "detail":"' + SENTENCE + '"',
    "plain": SENTENCE,
    "cut off": '{"status":"400","detail":"' + SENTENCE,
}
FRAMES = {
    "web response": "StatusCode: BadRequest\r\nMessage: x\r\nWeb Response: \r\n{}. This operation was retried 4 times. "
    "It will be retried again after this date: 2026-03-02T15:30:00.1234567Z UTC",
    "received": (
        "Received response from Web resource. Resource: https://scim.contoso.example/Users/jose@fabrikam.example "
        "Operation: POST Response Status Code: BadRequest Response Headers: x Response Content: {}"
    ),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=list(FRAMES))
@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_the_apps_answer_is_found_in_whatever_it_is_wrapped(frame: str, body: str) -> None:
    found = said(frame.replace("{}", body, 1))
    assert (found.cause, found.http, found.attributes) == (Cause.MISSING_ATTRIBUTE, 400, ("surname",))
    assert found.detail and SENTENCE in found.detail
    assert "jose@fabrikam.example" not in (found.detail or "")


def test_three_rows_that_failed_alike_are_the_vendors() -> None:
    row = {**V1, "provisioningStatusInfo": {"status": "failure", "errorInformation": {"errorCode": "TooManyRequests"}}}
    assert said([row, row]).owner == (Owner.NOBODY,)
    lasting = said([row, row, row])
    assert (lasting.cause, lasting.owner) == (Cause.APP_THROTTLING, (Owner.VENDOR,))
    assert lasting.facts["identical"] == "3"


def test_a_job_and_a_quarantine_are_explained_too() -> None:
    wrong = {"code": "SystemForCrossDomainIdentityManagementInvalidCredentials", "message": "StatusCode: Unauthorized"}
    quarantine = {"reason": "EncounteredQuarantineException", "currentBegan": "2026-03-01T10:00:00Z", "error": wrong}
    job = {"id": "scim.x", "status": {"code": "Quarantine", "quarantine": quarantine}}
    for content in (job, quarantine):
        found = said(content)
        assert (found.cause, found.step) == (Cause.CREDENTIALS_REJECTED, Step.JOB)
    held = {"reason": "TooManyDeletes", "currentBegan": "2026-03-01T10:00:00Z", "error": None}
    assert said(held).cause is Cause.TOO_MANY_DELETES


@pytest.mark.parametrize(
    ("flags", "cause"),
    [
        ({"IsActive": "False", "Assigned": "True", "IsInProvisioningScope": "True"}, Cause.ACCOUNT_DISABLED),
        ({"IsActive": "True", "Assigned": "False"}, Cause.NOT_ASSIGNED),
        ({"Active in the source system": "True", "Assigned to the application": "False"}, Cause.NOT_ASSIGNED),
        ({"Assigned": "True", "IsEffectivelyEntitledForProvisioning": "False"}, Cause.ROLE_NOT_ENTITLED),
        ({"Assigned": "True", "User has the required role": "False"}, Cause.ROLE_NOT_ENTITLED),
        ({"Assigned": "True", "IsInProvisioningScopeDisplayName": "False"}, Cause.FILTERED_OUT),
        ({"Assigned": "True", "Scoping filter evaluation passed": "False"}, Cause.FILTERED_OUT),
        ({}, Cause.UNEXPLAINED),
    ],
)
def test_a_skip_is_explained_by_its_flags_under_either_name(flags: dict[str, str], cause: Cause) -> None:
    details = {"SkipReason": "NotEffectivelyEntitled", **flags}
    step = {"provisioningStepType": "scoping", "status": "skipped", "details": details}
    info = {"status": "skipped", "errorInformation": None}
    assert said({**V1, "provisioningStatusInfo": info, "provisioningSteps": [step]}).cause is cause
    printed = ", ".join(f"{name}={value}" for name, value in details.items())
    assert said(printed).cause is cause
