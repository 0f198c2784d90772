"""Scoping filters."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.model import Clause, FilterGroup
from provisioning.scope import holds, passes, printed, refusal
from tests.worlds import clause, filter_group, jose

YES = clause("department", "EQUALS", "Sales")
NO = clause("department", "EQUALS", "HR")
UNKNOWN = clause("department", "SOUNDS_LIKE", "Sails")


@pytest.mark.parametrize(
    ("attribute", "operator", "values", "held"),
    [
        ("department", "EQUALS", ("Sales",), True),
        ("department", "EQUALS", ("sales",), False),
        ("department", "NOT EQUALS", ("HR",), True),
        ("department", "NOT EQUALS", ("Sales",), False),
        ("department", "IS NOT NULL", (), True),
        ("department", "IS NULL", (), False),
        ("department", "IsNotNull", (), True),
        ("department", "Includes", ("ale",), True),
        ("department", "Includes", ("ALE",), False),
        ("department", "ENDS_WITH", ("les",), True),
        ("department", "REGEX MATCH", ("Sales|HR",), True),
        ("department", "REGEX MATCH", ("Marketing",), False),
        ("department", "REGEX MATCH", ("(?i)sales",), True),
        ("department", "NOT REGEX MATCH", ("Marketing",), True),
        ("department", "NOT REGEX MATCH", ("Sales",), False),
        ("accountEnabled", "IS TRUE", (), True),
        ("accountEnabled", "IS FALSE", (), False),
        ("accountEnabled", "EQUALS", ("true",), True),
        ("accountEnabled", "EQUALS", ("maybe",), None),
        ("employeeId", "Greater_Than", ("4710",), True),
        ("employeeId", "Greater_Than", ("4711",), False),
        ("employeeId", "Greater_Than_OR_EQUALS", ("4711",), True),
        ("employeeId", "Greater_Than", ("many",), None),
        ("department", "Greater_Than", ("1",), None),
        ("department", "IS TRUE", (), None),
    ],
)
def test_each_operator_as_the_service_means_it(
    attribute: str, operator: str, values: tuple[str, ...], held: bool | None
) -> None:
    assert holds(clause(attribute, operator, *values), jose()) is held


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        ("EQUALS", ("Sales",)),
        ("NOT EQUALS", ("Sales",)),
        ("REGEX MATCH", (".*",)),
        ("NOT REGEX MATCH", ("x",)),
        ("Includes", ("a",)),
        ("IS TRUE", ()),
        ("IS FALSE", ()),
        ("IS NOT NULL", ()),
        ("Greater_Than", ("1",)),
    ],
)
@pytest.mark.parametrize("nothing", [None, ""])
def test_a_condition_on_an_empty_attribute_is_false(
    operator: str, values: tuple[str, ...], nothing: str | None
) -> None:
    person = jose(attributes={"department": nothing})
    assert holds(clause("department", operator, *values), person) is False
    assert holds(clause("department", "IS NULL"), person) is True


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        ("SOUNDS_LIKE", ("x",)),
        ("&", ("2",)),
        ("EQUALS", ()),
        ("EQUALS", ("Sales", "HR")),
        ("REGEX MATCH", ("ale",)),  # a part of the value: Microsoft does not say whether that is enough
        ("REGEX MATCH", ("(",)),
        ("REGEX MATCH", ("(a+)+$",)),
        ("REGEX MATCH", ("x" * 2000,)),
    ],
)
def test_what_cannot_be_evaluated_with_certainty_is_not_guessed(operator: str, values: tuple[str, ...]) -> None:
    assert holds(clause("department", operator, *values), jose()) is None


def test_an_attribute_that_was_not_read_is_not_guessed() -> None:
    assert holds(clause("extension_7", "IS NULL"), jose()) is None


@pytest.mark.parametrize(
    ("groups", "passed"),
    [
        ([], True),
        ([[]], True),
        ([[YES]], True),
        ([[NO]], False),
        ([[YES, NO]], False),
        ([[NO], [YES]], True),
        ([[NO], [NO]], False),
        ([[UNKNOWN]], None),
        ([[UNKNOWN, NO]], False),
        ([[UNKNOWN, YES]], None),
        ([[UNKNOWN], [YES]], True),
        ([[UNKNOWN], [NO]], None),
    ],
)
def test_all_conditions_of_one_group_are_enough(groups: list[list[Clause]], passed: bool | None) -> None:
    assert passes([filter_group(*clauses) for clauses in groups], jose()) is passed


def test_a_refusal_names_the_nearest_group_and_what_fails_in_it() -> None:
    far = filter_group(NO, clause("country", "EQUALS", "SE"), name="far")
    near = filter_group(NO, YES, name="near")
    refused = refusal([far, near], jose())
    assert refused
    assert (refused.nearest.name, refused.failed, refused.groups) == ("near", (NO,), ("far", "near"))


def test_no_refusal_is_made_up() -> None:
    assert refusal([filter_group(UNKNOWN)], jose()) is None
    assert refusal([filter_group(YES)], jose()) is None


def test_a_condition_reads_like_the_portal_prints_it() -> None:
    assert printed(YES) == "department EQUALS Sales"
    assert printed(clause("mail", "IS NOT NULL")) == "mail IS NOT NULL"


OPERATORS = ["EQUALS", "NOT EQUALS", "IS NULL", "IS NOT NULL", "REGEX MATCH", "Includes", "Greater_Than", "odd", ""]
NAMES = ["department", "mail", "accountEnabled", "employeeId", "extension_7"]
WORDS = st.text(max_size=12)
VALUES = st.none() | st.booleans() | WORDS | st.integers().map(str)
CLAUSES = st.builds(
    Clause,
    attribute=st.sampled_from(NAMES),
    operator=st.sampled_from(OPERATORS) | WORDS,
    values=st.lists(WORDS, max_size=2).map(tuple),
)
GROUPS = st.builds(FilterGroup, name=WORDS, clauses=st.lists(CLAUSES, max_size=4).map(tuple))
PEOPLE = st.fixed_dictionaries(dict.fromkeys(NAMES[:4], VALUES))


@given(st.lists(GROUPS, max_size=4), PEOPLE)
def test_any_filter_can_be_evaluated(scope: list[FilterGroup], attributes: dict[str, Any]) -> None:
    person = jose(attributes=attributes)
    verdict = passes(scope, person)
    refused = refusal(scope, person)
    assert (refused is not None) == (verdict is False)
    if refused:
        assert refused.failed
        assert all(holds(failed, person) is False for failed in refused.failed)


@given(st.lists(GROUPS, max_size=3), GROUPS, PEOPLE)
def test_one_more_group_never_shuts_anybody_out(
    scope: list[FilterGroup], more: FilterGroup, attributes: dict[str, Any]
) -> None:
    person = jose(attributes=attributes)
    if scope and passes(scope, person):
        assert passes([*scope, more], person)


@given(GROUPS, CLAUSES, PEOPLE)
def test_one_more_condition_never_lets_anybody_in(group: FilterGroup, more: Clause, attributes: dict[str, Any]) -> None:
    person = jose(attributes=attributes)
    if passes([group], person) is False:
        tighter = FilterGroup(name=group.name, clauses=(*group.clauses, more))
        assert passes([tighter], person) is False
