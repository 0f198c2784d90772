"""The scoping filter."""

from provisioning.attempts import Step
from provisioning.model import Cause, Owner
from provisioning.rules.filtered_out import filtered_out
from tests.worlds import MINUTE, NOW, clause, filter_group, healthy, jose, schema, skipped, unreadable

HR = filter_group(clause("department", "EQUALS", "HR"), name="Only HR")
SALES = filter_group(clause("department", "EQUALS", "Sales"), name="Only sales")
RESULT = "{\"Odd.badge SOUNDS_LIKE 'x'\": false, \"Odd.country EQUALS 'ES'\": true}"


def test_a_filter_that_says_no_is_found_with_its_clause_and_the_value() -> None:
    found = filtered_out(healthy(schema=schema(HR)))
    assert found
    assert (found.cause, found.step) == (Cause.FILTERED_OUT, Step.SCOPING)
    assert found.owner == (Owner.DATA_OWNER, Owner.IDENTITY_ADMIN)
    assert found.facts["filter"] == "Only HR"
    assert found.facts["clause"] == "department EQUALS HR"
    assert found.facts["attribute"] == "department"
    assert found.facts["value"] == "Sales"


def test_one_group_that_says_yes_is_enough() -> None:
    assert filtered_out(healthy(schema=schema(HR, SALES))) is None


def test_every_clause_of_a_group_must_hold() -> None:
    both = filter_group(clause("department", "EQUALS", "Sales"), clause("country", "EQUALS", "SE"))
    found = filtered_out(healthy(schema=schema(both)))
    assert found
    assert found.facts["clauses"] == ("country EQUALS SE",)


def test_the_group_that_lacks_least_is_named() -> None:
    far = filter_group(clause("department", "EQUALS", "HR"), clause("country", "EQUALS", "SE"), name="Far")
    found = filtered_out(healthy(schema=schema(far, HR)))
    assert found
    assert found.facts["filter"] == "Only HR"
    assert found.facts["filters"] == ("Far", "Only HR")


def test_an_empty_value_shows_no_value() -> None:
    found = filtered_out(healthy(person=jose(attributes={"department": None}), schema=schema(SALES)))
    assert found
    assert "value" not in found.facts


def test_an_operator_that_nobody_knows_is_not_guessed() -> None:
    odd = filter_group(clause("department", "SOUNDS_LIKE", "Sails"))
    assert filtered_out(healthy(schema=schema(odd))) is None


def test_where_the_filter_cannot_be_evaluated_a_row_that_stands_is_believed() -> None:
    odd = filter_group(clause("department", "SOUNDS_LIKE", "Sails"))
    row = skipped("NotEffectivelyEntitled", IsInProvisioningScope="False", ScopeEvaluationResult=RESULT)
    found = filtered_out(healthy(schema=schema(odd), log=(row,)))
    assert found
    assert found.facts["clause"] == "Odd.badge SOUNDS_LIKE 'x'"
    assert found.seen_at == row.at


def test_a_row_older_than_a_change_is_not_believed() -> None:
    row = skipped("NotEffectivelyEntitled", IsInProvisioningScope="False")
    seen = unreadable("schema", schema=None, log=(row,), changed=NOW - MINUTE)
    assert filtered_out(seen) is None


def test_a_row_that_says_no_is_not_believed_where_todays_filter_says_yes() -> None:
    row = skipped("NotEffectivelyEntitled", IsInProvisioningScope="False")
    assert filtered_out(healthy(schema=schema(SALES), log=(row,))) is None


def test_a_filter_that_could_not_be_read_is_not_judged() -> None:
    assert filtered_out(unreadable("schema", schema=schema(HR))) is None


def test_no_filter_lets_everybody_through() -> None:
    assert filtered_out(healthy()) is None
