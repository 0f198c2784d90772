"""Values that belong to somebody else in the app."""

from dataclasses import replace

import pytest

from provisioning.attempts import Change, LogEvent, Step
from provisioning.model import Cause, Owner
from provisioning.rules.value_taken_in_app import value_taken_in_app
from tests.worlds import FILTERING, MINUTE, NOW, SERVICE_INCOMPATIBLE, event, failed, healthy, unreadable

TAKEN = failed(FILTERING, "A resource with this email already exists", status="Conflict", scim_type="uniqueness")


def test_a_conflict_is_found_with_the_value_that_clashes() -> None:
    found = value_taken_in_app(healthy(log=(TAKEN,)))
    assert found
    assert (found.cause, found.step) == (Cause.VALUE_TAKEN_IN_APP, Step.EXPORT)
    assert found.owner == (Owner.APP_ADMIN,)
    assert found.facts["attribute"] == "mail"
    assert found.facts["value"] == "jose.garcia@fabrikam.example"
    assert found.facts["code"] == FILTERING
    assert found.facts["http"] == "409"
    assert found.facts["detail"] == "A resource with this email already exists"
    assert found.seen_at == TAKEN.at


@pytest.mark.parametrize(
    "row",
    [
        failed("EntryConflict", status="Conflict"),
        failed("ContosoEntryConflict", status="Conflict"),
        failed("SalesforceDuplicateUserName", "DUPLICATE_USERNAME: Duplicate Username"),
        failed(SERVICE_INCOMPATIBLE, "User name has already been taken", status="BadRequest"),
        failed("NeverSeenBefore", "conflict", status="Conflict"),
        failed(SERVICE_INCOMPATIBLE, "nope", scim_type="uniqueness"),
        failed("InternalServerError", "userName must be unique", status="InternalServerError"),
    ],
)
def test_it_is_recognised_by_code_status_type_or_sentence(row: LogEvent) -> None:
    assert value_taken_in_app(healthy(log=(row,)))


@pytest.mark.parametrize(
    "row",
    [
        failed(FILTERING, "REQUIRED_FIELD_MISSING: [ProfileId]", status="Conflict"),
        failed(FILTERING, "User is already inactive", status="Conflict", action="disable"),
        failed("LicenseLimitExceeded", "No licence left", status="Conflict"),
        failed(FILTERING, "No licence profile was given", status="Conflict"),
        failed("DuplicateTargetEntries", "several accounts", step=Step.MATCHING),
        failed(FILTERING, "duplicate", status="Conflict", step=Step.MATCHING),
        failed(SERVICE_INCOMPATIBLE, "filter not supported", scim_type="invalidFilter", status="Conflict"),
    ],
)
def test_what_only_looks_like_a_conflict_is_none(row: LogEvent) -> None:
    assert value_taken_in_app(healthy(log=(row,))) is None


def test_a_conflict_without_a_named_attribute_shows_none() -> None:
    found = value_taken_in_app(healthy(log=(failed("EntryConflict", "Conflict.", status="Conflict"),)))
    assert found
    assert "attribute" not in found.facts


def test_a_change_that_no_cycle_has_seen_may_have_mended_it() -> None:
    assert value_taken_in_app(healthy(log=(TAKEN,), changed=NOW - MINUTE)) is None


def test_a_value_that_is_no_longer_sent_does_not_clash() -> None:
    tried = Change(attribute='emails[type eq "work"].value', old=None, new="j.garcia@fabrikam.example")
    assert value_taken_in_app(healthy(log=(replace(TAKEN, changes=(tried,)),))) is None
    same = replace(tried, new="Jose.Garcia@fabrikam.example")
    assert value_taken_in_app(healthy(log=(replace(TAKEN, changes=(same,)),)))


def test_a_newer_success_ends_it() -> None:
    assert value_taken_in_app(healthy(log=(event(at=NOW), TAKEN))) is None


def test_a_log_that_could_not_be_read_says_nothing() -> None:
    assert value_taken_in_app(unreadable("log", log=(TAKEN,))) is None
