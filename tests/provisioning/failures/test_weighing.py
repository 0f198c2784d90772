"""What a failure is about: code, status, type, words and deed, each outweighing the ones before."""

from dataclasses import replace

import pytest

from provisioning.attempts import Change, Step
from provisioning.failures import cause_of, cause_of_row, failed_step, names
from provisioning.messages import read_error
from provisioning.model import Cause
from tests.worlds import FILTERING, SERVICE_INCOMPATIBLE, event, failed, skipped

INCOMPATIBLE, TAKEN, MISSING = Cause.APP_INCOMPATIBLE, Cause.VALUE_TAKEN_IN_APP, Cause.MISSING_ATTRIBUTE
PROBE = "SystemForCrossDomainIdentityManagementCredentialValidationFailure"


@pytest.mark.parametrize(
    ("code", "status", "scim_type", "detail", "cause"),
    [
        # the status, where the code says nothing
        (FILTERING, "Conflict", None, "", TAKEN),
        (FILTERING, "BadRequest", None, "", INCOMPATIBLE),
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "", INCOMPATIBLE),
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "The room is too small", Cause.APP_REFUSED),
        (SERVICE_INCOMPATIBLE, "Unauthorized", None, "Unauthorized", Cause.CREDENTIALS_REJECTED),
        (SERVICE_INCOMPATIBLE, "Forbidden", None, "no", Cause.APP_PERMISSION),
        (SERVICE_INCOMPATIBLE, "TooManyRequests", None, "no", Cause.APP_THROTTLING),
        (SERVICE_INCOMPATIBLE, "ServiceUnavailable", None, "no", Cause.APP_UNAVAILABLE),
        (SERVICE_INCOMPATIBLE, "NotFound", None, "no", Cause.WRONG_ENDPOINT),
        (PROBE, "Unauthorized", None, "no", Cause.CREDENTIALS_REJECTED),
        (PROBE, "Forbidden", None, "no", Cause.CREDENTIALS_REJECTED),
        (PROBE, "NotFound", None, "no", Cause.WRONG_ENDPOINT),
        (PROBE, "InternalServerError", None, "no", Cause.WRONG_ENDPOINT),
        ("", "Conflict", None, "", TAKEN),
        ("", "Unauthorized", None, "", Cause.CREDENTIALS_REJECTED),
        ("", "UnprocessableEntity", None, "", Cause.APP_REFUSED),
        # the type over the status
        (SERVICE_INCOMPATIBLE, "BadRequest", "uniqueness", "", TAKEN),
        (SERVICE_INCOMPATIBLE, "Conflict", "invalidFilter", "", INCOMPATIBLE),
        (SERVICE_INCOMPATIBLE, "BadRequest", "mutability", "", Cause.MAPPING_WRONG),
        (SERVICE_INCOMPATIBLE, "BadRequest", "invalidValue", "", Cause.ATTRIBUTE_REJECTED),
        # the words over the type
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "userName is already in use", TAKEN),
        (SERVICE_INCOMPATIBLE, "BadRequest", "invalidValue", "name.familyName may not be null", MISSING),
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "PATCH op 'Add' is not supported", INCOMPATIBLE),
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "Authentication is required", Cause.CREDENTIALS_REJECTED),
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "the attribute 'deskBadge' is mandatory", MISSING),
        (FILTERING, "Conflict", None, "REQUIRED_FIELD_MISSING: [ProfileId]", Cause.ROLE_OR_LICENCE_VALUE_MISSING),
        (FILTERING, "Conflict", None, "REQUIRED_FIELD_MISSING: [LastName]", MISSING),
        (FILTERING, "Conflict", None, "The licence profile is not set", Cause.ROLE_OR_LICENCE_VALUE_MISSING),
        (FILTERING, "Conflict", None, "User cannot be moved to inactive state", Cause.APP_REFUSES_DEACTIVATION),
        ("UnprocessableEntity", "UnprocessableEntity", None, "email already exists", TAKEN),
        ("UnprocessableEntity", "UnprocessableEntity", None, "domain is not allowed", Cause.INVALID_DOMAIN),
        ("InternalServerError", "InternalServerError", None, "familyName must not be empty", MISSING),
        ("AttributeValidationFailed", "BadRequest", None, "name.familyName is required", MISSING),
        ("MissingValues", "Conflict", None, "email already exists", TAKEN),
        ("Request_InvalidPropertyValue", "BadRequest", None, "'ExternalSecret' is too large", Cause.NOT_CONFIGURED),
        # a code that names its cause is believed
        ("EntryConflict", "Conflict", None, "", TAKEN),
        ("MandatoryFieldsMissing", "BadRequest", None, "", MISSING),
        ("LicenseLimitExceeded", "Conflict", "uniqueness", "already exists", Cause.LICENCE_EXHAUSTED),
        ("InsufficientRights", "Forbidden", None, "email is required", Cause.APP_PERMISSION),
        ("Unauthorized", "Unauthorized", None, "The token has expired", Cause.CREDENTIALS_REJECTED),
        ("InternalError", "InternalServerError", None, "email already exists", Cause.SERVICE_FAULT),
        # what was never empty was sent: the app did not understand the request
        (SERVICE_INCOMPATIBLE, "BadRequest", "invalidSyntax", "userName is required", INCOMPATIBLE),
        (SERVICE_INCOMPATIBLE, "BadRequest", "invalidSyntax", "name.givenName is required", MISSING),
        # a new code is admitted, unless the answer is as plain as can be
        ("NewInTown", "Conflict", None, "", TAKEN),
        ("NewInTown", "BadRequest", None, "no licence is left", Cause.LICENCE_EXHAUSTED),
        ("NewInTown", "Forbidden", None, "You are not allowed to do this", Cause.UNKNOWN_CODE),
        ("NewInTown", "BadRequest", None, "The value is invalid", Cause.UNKNOWN_CODE),
    ],
)
def test_the_later_word_weighs_more(code: str, status: str, scim_type: str | None, detail: str, cause: Cause) -> None:
    assert cause_of_row(failed(code, detail, status=status, scim_type=scim_type)) is cause


@pytest.mark.parametrize(
    ("action", "step", "cause"),
    [
        ("create", Step.EXPORT, TAKEN),
        ("disable", Step.EXPORT, Cause.APP_REFUSES_DEACTIVATION),
        ("delete", Step.EXPORT, Cause.APP_REFUSES_DEACTIVATION),
        ("create", Step.MATCHING, Cause.DUPLICATE_IN_APP),
    ],
)
def test_what_was_being_done_weighs_most(action: str, step: Step, cause: Cause) -> None:
    error = read_error("email already exists", code="EntryConflict")
    assert cause_of(error, action=action, step=step) is cause


@pytest.mark.parametrize(("action", "cause"), [("create", Cause.WRONG_ENDPOINT), ("update", Cause.ACCOUNT_GONE_IN_APP)])
def test_nothing_at_an_address_is_an_account_that_is_gone_where_there_was_one(action: str, cause: Cause) -> None:
    assert cause_of_row(failed(SERVICE_INCOMPATIBLE, "", status="NotFound", action=action)) is cause


def test_an_update_that_switches_the_account_off_is_a_deactivation() -> None:
    row = failed(FILTERING, "no", status="Conflict", action="update")
    off = replace(row, changes=(Change(attribute="active", old="True", new="False"),))
    assert cause_of_row(off) is Cause.APP_REFUSES_DEACTIVATION
    assert cause_of_row(row) is TAKEN


def test_rows_that_went_well_are_about_nothing() -> None:
    assert cause_of_row(event()) is None
    assert cause_of_row(skipped("RedundantExport")) is None
    assert cause_of_row(skipped("NotEffectivelyEntitled")) is None


def test_a_skip_over_a_property_is_about_a_missing_value() -> None:
    row = skipped("AttributeValidationFailed", PropertyName="name.givenName")
    assert cause_of_row(row) is MISSING
    assert [(naming.target, naming.directory) for naming in names(row)] == [("name.givenName", "givenName")]


@pytest.mark.parametrize(
    ("target", "words", "cause"),
    [
        ("name.givenName", None, MISSING),
        ("name.givenName", "The value contains invalid characters", Cause.ATTRIBUTE_REJECTED),
        ("displayName", None, Cause.ATTRIBUTE_REJECTED),
        ("userName", "Value required", Cause.ATTRIBUTE_REJECTED),
    ],
)
def test_a_refused_property_is_missing_only_where_it_can_be(target: str, words: str | None, cause: Cause) -> None:
    row = skipped("AttributeValidationFailed", PropertyName=target)
    assert cause_of_row(replace(row, steps=tuple(replace(report, text=words) for report in row.steps))) is cause


def test_a_refused_property_that_was_sent_was_not_missing() -> None:
    row = skipped("AttributeValidationFailed", PropertyName="name.givenName")
    sent = replace(row, changes=(Change(attribute="name.givenName", old=None, new="J@sé"),))
    assert cause_of_row(sent) is Cause.ATTRIBUTE_REJECTED


def test_a_skip_of_a_kind_that_is_not_synchronized_says_so() -> None:
    assert cause_of_row(skipped("EntityTypeNotSupported")) is Cause.UNSUPPORTED_OBJECT


def test_the_first_step_that_failed_is_shown() -> None:
    step = failed_step(failed("Timeout", step=Step.MATCHING))
    assert step
    assert step.step is Step.MATCHING
    assert failed_step(event()) is None
