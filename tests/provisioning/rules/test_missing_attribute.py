"""Empty data."""

from dataclasses import replace

import pytest

from provisioning.attempts import Step
from provisioning.model import AttributeMapping, Cause, Owner, Retry
from provisioning.rules.missing_attribute import missing_attribute
from tests.worlds import (
    DAY,
    MAPPINGS,
    NOW,
    SERVICE_INCOMPATIBLE,
    event,
    failed,
    healthy,
    jose,
    lacking,
    mapping,
    schema,
    skipped,
    unreadable,
)

WORK_MAIL = 'emails[type eq "work"].value'
LENIENT = schema(mappings=tuple(replace(m, required=False) for m in MAPPINGS))
NO_SURNAME = failed(SERVICE_INCOMPATIBLE, "Required property 'familyName' not found in JSON. Path ''.")


def test_a_required_attribute_that_is_empty_is_found_before_any_row_says_so() -> None:
    found = missing_attribute(lacking("mail"))
    assert found
    assert (found.cause, found.step, found.retry) == (Cause.MISSING_ATTRIBUTE, Step.EXPORT, Retry.AFTER_FIX)
    assert found.owner == (Owner.DATA_OWNER,)
    assert found.facts["attributes"] == ("mail",)
    assert found.facts["targets"] == (WORK_MAIL,)
    assert found.facts["why"] == "required"
    assert found.seen_at is None


@pytest.mark.parametrize(("synced", "source"), [(True, "on_premises"), (False, "directory")])
def test_it_says_where_the_data_is_mastered(synced: bool, source: str) -> None:
    found = missing_attribute(lacking("mail", person=jose(attributes={"mail": None}, synced_from_ad=synced)))
    assert found
    assert found.facts["source"] == source


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_blank_counts_as_empty(nothing: str | None) -> None:
    assert missing_attribute(healthy(person=jose(attributes={"mail": nothing}), log=()))


def test_an_attribute_that_was_not_read_is_not_called_empty() -> None:
    seen = healthy(log=(), schema=schema(mappings=(*MAPPINGS, mapping("costCenter", "extension_1", required=True))))
    assert missing_attribute(seen) is None


def test_an_empty_attribute_that_nobody_demands_is_no_obstacle() -> None:
    assert missing_attribute(lacking("surname")) is None


def test_an_empty_matching_attribute_is_left_to_its_own_rule() -> None:
    by_employee = schema(mappings=(*MAPPINGS[1:], mapping("externalId", "employeeId", matching_priority=1)))
    assert missing_attribute(lacking("employeeId", schema=by_employee)) is None
    found = missing_attribute(lacking("employeeId", "mail", schema=by_employee))
    assert found
    assert found.facts["attributes"] == ("mail",)


def test_a_second_matching_attribute_that_is_filled_is_enough() -> None:
    two = schema(mappings=(*MAPPINGS, mapping("employeeNumber", "employeeId", matching_priority=2)))
    assert missing_attribute(lacking("employeeId", schema=two)) is None


def test_what_the_newest_failure_asks_for_is_found_where_it_is_still_empty() -> None:
    found = missing_attribute(lacking("surname", log=(NO_SURNAME,)))
    assert found
    assert found.facts["attributes"] == ("surname",)
    assert found.facts["targets"] == ("name.familyName",)
    assert found.facts["why"] == "log"
    assert found.facts["code"] == SERVICE_INCOMPATIBLE
    assert found.facts["http"] == "400"
    assert found.facts["next_retry"] == "2026-03-02T15:30:00+00:00"
    assert found.seen_at == NO_SURNAME.at


def test_what_the_newest_failure_asked_for_and_is_filled_today_is_history() -> None:
    assert missing_attribute(healthy(log=(NO_SURNAME,))) is None


def test_of_several_named_attributes_only_the_empty_ones_are_shown() -> None:
    row = failed("SalesforceRequiredFieldMissing", "Required fields are missing: [name.familyName, name.givenName]")
    found = missing_attribute(lacking("givenName", log=(row,)))
    assert found
    assert found.facts["attributes"] == ("givenName",)


def test_the_log_and_the_schema_saying_the_same_is_one_finding() -> None:
    row = failed("MandatoryFieldsMissing", "emails is required")
    found = missing_attribute(lacking("mail", log=(row,)))
    assert found
    assert found.facts["attributes"] == ("mail",)
    assert found.facts["code"] == "MandatoryFieldsMissing"


def test_an_older_failure_does_not_count_once_a_newer_row_succeeded() -> None:
    old = replace(NO_SURNAME, at=NOW - 40 * DAY)
    assert missing_attribute(lacking("surname", log=(event(), old))) is None


def test_the_jobs_own_mapping_decides_which_attribute_is_asked_for() -> None:
    by_alias = tuple(mapping(m.target, "mailNickname") if m.target == "userName" else m for m in MAPPINGS)
    row = failed("MissingValues", "Attribute 'userName' is required")
    found = missing_attribute(lacking("mailNickname", schema=schema(mappings=by_alias), log=(row,)))
    assert found
    assert found.facts["attributes"] == ("mailNickname",)


def test_a_target_that_only_this_app_knows_is_found_through_the_mapping() -> None:
    own = schema(mappings=(*MAPPINGS, mapping("urn:acme:2.0:User:deskBadge", "employeeId")))
    row = failed(SERVICE_INCOMPATIBLE, "The attribute 'deskBadge' is mandatory")
    found = missing_attribute(lacking("employeeId", schema=own, log=(row,)))
    assert found
    assert found.facts["attributes"] == ("employeeId",)


def test_a_value_that_no_mapping_sends_is_not_the_data_owners_business() -> None:
    unmapped = schema(mappings=tuple(m for m in MAPPINGS if m.target != "name.familyName"))
    assert missing_attribute(healthy(schema=unmapped, log=(NO_SURNAME,))) is None


def test_without_a_schema_the_usual_names_are_used() -> None:
    found = missing_attribute(lacking("surname", schema=None, log=(NO_SURNAME,), unread={"schema": "403"}))
    assert found
    assert found.facts["attributes"] == ("surname",)
    assert found.facts["targets"] == ("familyName",)


def test_a_failure_that_names_nothing_is_told_without_names() -> None:
    found = missing_attribute(healthy(log=(failed("MissingValues", "A value is missing."),)))
    assert found
    assert "attributes" not in found.facts
    assert found.facts["detail"] == "A value is missing."


def test_a_skip_that_names_the_property_counts_like_a_failure() -> None:
    row = skipped("AttributeValidationFailed", PropertyName="name.familyName")
    found = missing_attribute(lacking("surname", log=(row,)))
    assert found
    assert found.facts["attributes"] == ("surname",)
    assert found.facts["code"] == "AttributeValidationFailed"


def test_an_app_that_took_the_person_as_he_is_does_not_insist() -> None:
    assert missing_attribute(lacking("mail", log=(event(),))) is None


def test_an_attribute_emptied_after_the_last_success_is_found() -> None:
    found = missing_attribute(lacking("mail", log=(event(),), changed=NOW - DAY))
    assert found
    assert found.facts["attributes"] == ("mail",)


def test_a_conflict_that_names_a_required_field_is_missing_data() -> None:
    row = failed("EntryConflict", "REQUIRED_FIELD_MISSING: [LastName]", status="Conflict")
    assert missing_attribute(lacking("surname", log=(row,)))


def test_coalesce_is_empty_only_when_all_its_sources_are() -> None:
    coalesce = AttributeMapping(
        target=WORK_MAIL,
        sources=("mail", "employeeId"),
        expression="Coalesce([mail], [employeeId])",
        required=True,
    )
    assert missing_attribute(lacking("mail", schema=schema(mappings=(coalesce,)))) is None
    found = missing_attribute(lacking("mail", "employeeId", schema=schema(mappings=(coalesce,))))
    assert found
    assert found.facts["attributes"] == ("mail", "employeeId")


@pytest.mark.parametrize("expression", ['Append([mail], "@x.example")', 'Coalesce([mail], "nobody@x.example")'])
def test_an_expression_that_may_yield_something_is_left_alone(expression: str) -> None:
    made = mapping(WORK_MAIL, "mail", expression=expression, required=True)
    assert missing_attribute(lacking("mail", schema=schema(mappings=(made,)))) is None


def test_a_default_value_fills_the_gap() -> None:
    filled = mapping(WORK_MAIL, "mail", required=True, has_default=True)
    assert missing_attribute(lacking("mail", schema=schema(mappings=(filled,)))) is None


def test_a_person_who_could_not_be_read_is_not_judged() -> None:
    assert missing_attribute(unreadable("person", person=jose(attributes={"mail": None}), log=())) is None


def test_a_log_that_could_not_be_read_leaves_the_schema() -> None:
    assert missing_attribute(lacking("mail", unread={"log": "403"}))


def test_everything_filled_is_fine() -> None:
    assert missing_attribute(healthy()) is None
    assert missing_attribute(healthy(log=())) is None
