"""A tenant file with one thing wrong, and what the desk says about it: cause and facts, over real HTTP."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provisioning.model import Cause
from provisioning.remedies import REMEDIES
from tests.sandbox.company import ADA, BEN, CLEO, ROLE, app_of, person_of, small, user
from tests.stories.asked import Json, desk_of

ADAS, BENS, CLEOS, DORAS = (f"{name}@small.example" for name in ("ada", "ben", "cleo", "dora"))
GROUP = "22222222-2222-4222-8222-000000000009"
EVA = "aaaaaaaa-aaaa-4aaa-8aaa-000000000005"
SCIM_CODE = "SystemForCrossDomainIdentityManagement"
Spoil = Callable[[Json], None]


def failed(code: str, detail: str = "", *, status: str = "BadRequest", who: str = ADA, **changes: Any) -> Spoil:
    """The newest row of the log is this failure."""

    def spoil(world: Json) -> None:
        body = json.dumps({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": detail})
        reason = f"StatusCode: {status}\r\nMessage: x\r\nWeb Response: \r\n{body}"
        row = {
            "activityDateTime": "-PT9M",
            "provisioningAction": "create",
            "provisioningStatusInfo": {"status": "failure", "errorInformation": {"errorCode": code, "reason": reason}},
            "provisioningSteps": [{"name": "x", "provisioningStepType": "export", "status": "failure"}],
            "sourceIdentity": {"id": who, "identityType": "User"},
        }
        app_of(world).setdefault("log", []).append(row | changes)
        app_of(world)["target"]["accounts"] = []

    return spoil


def skipped(who: str = ADA, **details: str) -> Spoil:
    def spoil(world: Json) -> None:
        step = {"name": "x", "provisioningStepType": "scoping", "status": "skipped", "details": details}
        row = {
            "activityDateTime": "-PT9M",
            "provisioningAction": "other",
            "provisioningStatusInfo": {"status": "skipped"},
            "provisioningSteps": [step],
            "sourceIdentity": {"id": who, "identityType": "User"},
        }
        app_of(world).setdefault("log", []).append(row)

    return spoil


def person(object_id: str, **changes: Any) -> Spoil:
    return lambda world: person_of(world, object_id).update(changes)


def both(*spoils: Spoil) -> Spoil:
    def spoil(world: Json) -> None:
        for each in spoils:
            each(world)

    return spoil


def status(**changes: Any) -> Spoil:
    return lambda world: app_of(world)["job"]["status"].update(changes)


def quarantine(reason: str, code: str | None = None, message: str = "") -> Spoil:
    error = {"code": code, "message": message, "tenantActionable": True} if code else None
    aside = {"reason": reason, "currentBegan": "-P3D", "seriesBegan": "-P3D", "nextAttempt": "PT6H", "error": error}
    return status(code="Quarantine", quarantine=aside)


def job(**changes: Any) -> Spoil:
    return lambda world: app_of(world)["job"].update(changes)


def app(**changes: Any) -> Spoil:
    return lambda world: app_of(world).update(changes)


def group(**changes: Any) -> Spoil:
    """Cleo is assigned through a group of this kind."""

    def spoil(world: Json) -> None:
        world["groups"].append({"id": GROUP, "displayName": "Lunch", "members": [CLEO], **changes})
        app_of(world)["assignments"].append({"principalId": GROUP, "appRoleId": ROLE})

    return spoil


def matched_by_employee(world: Json) -> None:
    """The app's accounts are found by employeeId alone."""
    mapping = [
        {"targetAttributeName": target, "matchingPriority": priority, "source": {"type": "Attribute", "name": source}}
        for target, source, priority in (("externalId", "employeeId", 1), ("userName", "userPrincipalName", 0))
    ]
    users = {"enabled": True, "sourceObjectName": "User", "targetObjectName": "User", "attributeMappings": mapping}
    rule = {
        "id": "rule",
        "metadata": [{"key": "supportsProvisionOnDemand", "value": "true"}],
        "objectMappings": [users],
    }
    app_of(world)["schema"] = {"synchronizationRules": [rule]}
    app_of(world)["target"]["accounts"] = []


def twins(world: Json) -> None:
    matched_by_employee(world)
    person_of(world, BEN)["employeeId"] = "1042"
    world["users"].append(user(EVA, "Eva Strom", employeeId="1042"))


def filtered(world: Json) -> None:
    matched_by_employee(world)
    for each in world["users"]:
        each["employeeId"] = each["id"][-4:]
    clause = {"sourceOperandName": "department", "operatorName": "EQUALS", "targetOperand": {"values": ["HR"]}}
    mapping = app_of(world)["schema"]["synchronizationRules"][0]["objectMappings"][0]
    mapping["scope"] = {"groups": [{"name": "Only HR", "clauses": [clause]}]}


def in_the_bin(world: Json) -> None:
    person_of(world, ADA)["deletedDateTime"] = "-P4D"


DYNAMIC = {"groupTypes": ["DynamicMembership"], "membershipRule": '(user.department -eq "Sales")', "members": []}
TWO_ROLES = [{"id": ROLE, "displayName": "User"}, {"id": EVA, "displayName": "user"}]
CASES: dict[str, tuple[Spoil, str, Cause, dict[str, Any]]] = {
    "disabled": (person(ADA, accountEnabled=False), ADAS, Cause.ACCOUNT_DISABLED, {}),
    "deleted": (in_the_bin, ADAS, Cause.SOFT_DELETED, {}),
    "no job": (app(job=None), ADAS, Cause.NOT_CONFIGURED, {}),
    "paused": (status(code="Paused"), ADAS, Cause.JOB_PAUSED, {}),
    "switched off": (job(schedule={"state": "Disabled"}), ADAS, Cause.JOB_DISABLED, {}),
    "late": (status(lastExecution={"timeBegan": "-PT9H", "timeEnded": "-PT8H"}), ADAS, Cause.JOB_STALE, {}),
    "never ran": (job(status={"code": "NotRun"}), BENS, Cause.NEVER_RAN, {}),
    "first cycle": (
        job(status={"code": "NotRun", "progress": [{"completedUnits": 3, "totalUnits": 9}]}),
        BENS,
        Cause.INITIAL_CYCLE_RUNNING,
        {"done": "3", "whole": "9"},
    ),
    "too many failed": (
        quarantine("EncounteredEscrowProportionThreshold"),
        ADAS,
        Cause.JOB_QUARANTINED,
        {"reason": "EncounteredEscrowProportionThreshold"},
    ),
    "credentials": (
        quarantine("EncounteredQuarantineException", f"{SCIM_CODE}InvalidCredentials", "StatusCode: Unauthorized"),
        ADAS,
        Cause.CREDENTIALS_REJECTED,
        {"reason": "EncounteredQuarantineException", "http": "401"},
    ),
    "unreachable": (
        quarantine("EncounteredQuarantineException", f"{SCIM_CODE}CredentialValidationUnavailable", "no"),
        ADAS,
        Cause.ENDPOINT_UNREACHABLE,
        {},
    ),
    "wrong address": (
        quarantine("EncounteredQuarantineException", f"{SCIM_CODE}CredentialValidationFailure", "StatusCode: NotFound"),
        ADAS,
        Cause.WRONG_ENDPOINT,
        {},
    ),
    "deletions": (quarantine("TooManyDeletes"), ADAS, Cause.TOO_MANY_DELETES, {"reason": "TooManyDeletes"}),
    "roles of one name": (app(appRoles=TWO_ROLES), BENS, Cause.DUPLICATE_APP_ROLES, {"roles": ("User", "user")}),
    "not assigned": (lambda _: None, CLEOS, Cause.NOT_ASSIGNED, {}),
    "nested": (lambda _: None, DORAS, Cause.NESTED_GROUP_ONLY, {"group": "Inner circle", "assigned_group": "Team"}),
    "mail group": (group(securityEnabled=False), CLEOS, Cause.GROUP_NOT_SECURITY_ENABLED, {"group": "Lunch"}),
    "dynamic": (group(**DYNAMIC), CLEOS, Cause.DYNAMIC_MEMBERSHIP_PENDING, {"group": "Lunch"}),
    "paused dynamic": (
        group(**DYNAMIC, membershipRuleProcessingState="Paused"),
        CLEOS,
        Cause.NOT_ASSIGNED,
        {"paused_groups": ("Lunch",)},
    ),
    "default access": (
        both(job(templateId="salesforce"), app(assignments=[{"principalId": CLEO}])),
        CLEOS,
        Cause.ROLE_NOT_ENTITLED,
        {"role": "Default Access"},
    ),
    "no mail": (
        both(person(ADA, mail=None), failed(f"{SCIM_CODE}ServiceIncompatible", "'emails[type eq work]' is required")),
        ADAS,
        Cause.MISSING_ATTRIBUTE,
        {"attributes": ("mail",)},
    ),
    "matching": (matched_by_employee, BENS, Cause.MATCHING_ATTRIBUTE_EMPTY, {"attributes": ("employeeId",)}),
    "twins": (twins, BENS, Cause.DUPLICATE_IN_DIRECTORY, {"attribute": "employeeId"}),
    "filter": (filtered, BENS, Cause.FILTERED_OUT, {"clause": "department EQUALS HR", "value": "Sales"}),
    "two in the app": (failed("DuplicateTargetEntries"), ADAS, Cause.DUPLICATE_IN_APP, {}),
    "taken": (
        failed("EntryConflict", "email already exists", status="Conflict"),
        ADAS,
        Cause.VALUE_TAKEN_IN_APP,
        {"attribute": "mail", "value": ADAS, "http": "409"},
    ),
    "gone": (failed("InvalidAnchor", status="NotFound"), ADAS, Cause.ACCOUNT_GONE_IN_APP, {}),
    "a value": (
        failed("AttributeValidationFailed", "The displayName must not contain '@'."),
        ADAS,
        Cause.ATTRIBUTE_REJECTED,
        {"attribute": "displayName", "value": "Ada Ek"},
    ),
    "values": (failed("SchemaPropertyCanOnlyAcceptValue"), ADAS, Cause.MULTIPLE_VALUES, {}),
    "domain": (failed("InvalidDomain"), ADAS, Cause.INVALID_DOMAIN, {}),
    "role value": (
        failed(f"{SCIM_CODE}ServiceIncompatibleFiltering", "REQUIRED_FIELD_MISSING: [Profile]", status="Conflict"),
        ADAS,
        Cause.ROLE_OR_LICENCE_VALUE_MISSING,
        {"http": "409"},
    ),
    "reference": (failed("InvalidLookupReference"), ADAS, Cause.REFERENCE_UNKNOWN, {}),
    "mapping": (failed("SchemaAttributeNotFound"), ADAS, Cause.MAPPING_WRONG, {}),
    "licence": (failed("SalesforceLicenseLimitExceeded"), ADAS, Cause.LICENCE_EXHAUSTED, {}),
    "permission": (failed("InsufficientRights", status="Forbidden"), ADAS, Cause.APP_PERMISSION, {"http": "403"}),
    "patch": (
        failed(f"{SCIM_CODE}ServiceIncompatible", "PATCH op 'Add' is not supported", provisioningAction="update"),
        ADAS,
        Cause.APP_INCOMPATIBLE,
        {},
    ),
    "keeps": (
        failed(
            f"{SCIM_CODE}ServiceIncompatibleFiltering",
            "User cannot be set to inactive",
            status="Conflict",
            who=CLEO,
            provisioningAction="disable",
        ),
        CLEOS,
        Cause.APP_REFUSES_DEACTIVATION,
        {},
    ),
    "refused": (failed("UnprocessableEntity", status="UnprocessableEntity"), ADAS, Cause.APP_REFUSED, {}),
    "throttled": (failed("TooManyRequests", status="TooManyRequests"), ADAS, Cause.APP_THROTTLING, {}),
    "down": (failed("InternalServerError", status="ServiceUnavailable"), ADAS, Cause.APP_UNAVAILABLE, {}),
    "line": (failed("WebExceptionProtocolError", status="BadGateway"), ADAS, Cause.TRANSPORT_ERROR, {}),
    "Microsoft": (failed("InternalError"), ADAS, Cause.SERVICE_FAULT, {}),
    "new": (failed("FlumphExploded", "The flumph said no"), ADAS, Cause.UNKNOWN_CODE, {"code": "FlumphExploded"}),
    "a kind": (skipped(SkipReason="EntityTypeNotSupported"), ADAS, Cause.UNSUPPORTED_OBJECT, {}),
    "equal": (skipped(SkipReason="RedundantExport"), ADAS, Cause.IN_SYNC, {}),
    "waits": (lambda _: None, BENS, Cause.AWAITING_CYCLE, {"because": "assigned"}),
    "silent": (lambda _: None, ADAS, Cause.UNEXPLAINED, {"log": "empty"}),
}


@pytest.mark.parametrize(("spoil", "who", "cause", "facts"), CASES.values(), ids=list(CASES))
async def test_one_thing_is_wrong_and_that_is_found(
    spoil: Spoil, who: str, cause: Cause, facts: dict[str, Any], tmp_path: Path
) -> None:
    world = small()
    spoil(world)
    async with desk_of(world, tmp_path) as desk:
        said = await desk.ask(who, "AskCody")
    assert said.root.cause.value == cause.value, [finding.cause.value for finding in said.findings]
    assert facts.items() <= dict(said.root.facts).items()
    assert (said.root.owner, said.root.retry) == (REMEDIES[cause].owner, REMEDIES[cause].retry)


def test_the_companies_show_every_cause_that_a_tenant_file_can_hold() -> None:
    shown = {cause for _, _, cause, _ in CASES.values()}
    assert set(Cause) - shown == {
        Cause.NO_ACCOUNT,  # there is nobody to show
        Cause.AMBIGUOUS_PERSON,
        Cause.PROVISIONED,  # tests/stories/test_a_missing_mail.py
        Cause.ASSIGNMENT_TOO_FRESH,
    }
