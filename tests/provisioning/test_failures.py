"""What a failure is about."""

from dataclasses import replace

import pytest

from provisioning.failures import Kind, failed_step, kind, kind_of, names
from provisioning.messages import read_error
from provisioning.model import Step
from tests.worlds import FILTERING, SERVICE_INCOMPATIBLE, event, failed, skipped


@pytest.mark.parametrize(
    ("code", "status", "scim_type", "detail", "family"),
    [
        ("EntryConflict", "Conflict", None, "", Kind.TAKEN),
        (FILTERING, "Conflict", None, "", Kind.TAKEN),
        (FILTERING, "BadRequest", None, "", Kind.OTHER),
        (SERVICE_INCOMPATIBLE, "BadRequest", "uniqueness", "", Kind.TAKEN),
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "userName is already in use", Kind.TAKEN),
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "name.familyName may not be null", Kind.MISSING),
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "PATCH op 'Add' is not supported", Kind.OTHER),
        (SERVICE_INCOMPATIBLE, "BadRequest", "invalidSyntax", "userName is required", Kind.OTHER),
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "Authentication is required", Kind.OTHER),
        (SERVICE_INCOMPATIBLE, "BadRequest", None, "the attribute 'deskBadge' is mandatory", Kind.MISSING),
        ("MissingValues", "Conflict", None, "email already exists", Kind.TAKEN),
        ("MandatoryFieldsMissing", "BadRequest", None, "", Kind.MISSING),
        (FILTERING, "Conflict", None, "REQUIRED_FIELD_MISSING: [ProfileId]", Kind.OTHER),
        (FILTERING, "Conflict", None, "REQUIRED_FIELD_MISSING: [LastName]", Kind.MISSING),
        (FILTERING, "Conflict", None, "The licence profile is not set", Kind.OTHER),
        ("LicenseLimitExceeded", "Conflict", "uniqueness", "already exists", Kind.OTHER),
        ("InsufficientRights", "Forbidden", None, "email is required", Kind.OTHER),
        ("NewInTown", "Conflict", None, "", Kind.TAKEN),
        (None, "Conflict", None, "", Kind.TAKEN),
    ],
)
def test_the_later_word_weighs_more(
    code: str | None, status: str, scim_type: str | None, detail: str, family: Kind
) -> None:
    row = failed(code or "", detail, status=status, scim_type=scim_type)
    assert kind_of(row) is family


@pytest.mark.parametrize(
    ("action", "step"), [("disable", Step.EXPORT), ("delete", Step.EXPORT), ("create", Step.MATCHING)]
)
def test_what_was_being_done_weighs_most(action: str, step: Step) -> None:
    error = read_error("email already exists", code="EntryConflict")
    assert kind(error, action=action, step=step) is Kind.OTHER
    assert kind(error, action="create", step=Step.EXPORT) is Kind.TAKEN


def test_rows_that_went_well_are_about_nothing() -> None:
    assert kind_of(event()) is None
    assert kind_of(skipped("RedundantExport")) is None
    assert kind_of(skipped("NotEffectivelyEntitled")) is None


def test_a_skip_over_a_property_is_about_a_missing_value() -> None:
    row = skipped("AttributeValidationFailed", PropertyName="name.givenName")
    assert kind_of(row) is Kind.MISSING
    assert [(naming.target, naming.directory) for naming in names(row)] == [("name.givenName", "givenName")]


@pytest.mark.parametrize(
    ("target", "words", "family"),
    [
        ("name.givenName", None, Kind.MISSING),
        ("name.givenName", "The value contains invalid characters", Kind.OTHER),
        ("displayName", None, Kind.OTHER),
        ("userName", "Value required", Kind.OTHER),
    ],
)
def test_a_refused_property_is_missing_only_where_it_can_be(target: str, words: str | None, family: Kind) -> None:
    row = skipped("AttributeValidationFailed", PropertyName=target)
    assert kind_of(replace(row, steps=tuple(replace(report, text=words) for report in row.steps))) is family


def test_the_first_step_that_failed_is_shown() -> None:
    step = failed_step(failed("Timeout", step=Step.MATCHING))
    assert step
    assert step.step is Step.MATCHING
    assert failed_step(event()) is None
