"""A whole schema: its fingerprint, and a copy that differs in the filter alone."""

import copy
from typing import Any

import pytest

from provisioning.model import Clause, FilterGroup
from provisioning.schemas import filter_groups, fingerprint, has_early_filters, with_filter
from provisioning.scoping import tightened
from tests.provisioning.casework.plant import BY_DEPARTMENT, raw_schema


def mapping(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["synchronizationRules"][0]["objectMappings"][0]
    return found


def test_what_graph_writes_back_differently_but_means_the_same_has_the_same_fingerprint() -> None:
    schema = with_filter(raw_schema(), tightened(()))
    back = copy.deepcopy(schema) | {"version": "another", "directories": [{"id": "x"}]}
    for clause in mapping(back)["scope"]["groups"][0]["clauses"]:
        clause["targetOperand"] = None
    mapping(back)["scope"]["inputFilterGroups"] = None
    assert fingerprint(back) == fingerprint(schema)


@pytest.mark.parametrize(
    "edit",
    [
        lambda schema: mapping(schema)["scope"]["groups"][0].update(name="Other"),
        lambda schema: mapping(schema)["scope"]["groups"][0]["clauses"].pop(),
        lambda schema: mapping(schema).update(enabled=False),
        lambda schema: mapping(schema)["attributeMappings"].append({"targetAttributeName": "title"}),
    ],
)
def test_every_edit_of_a_rule_changes_the_fingerprint(edit: Any) -> None:
    schema = raw_schema(BY_DEPARTMENT)
    edited = copy.deepcopy(schema)
    edit(edited)
    assert fingerprint(edited) != fingerprint(schema)


def test_a_copy_with_a_filter_leaves_the_original_and_the_other_clauses_alone() -> None:
    odd = copy.deepcopy(BY_DEPARTMENT)
    odd["clauses"][0]["targetOperand"]["odd"] = 1  # type: ignore[index]
    schema = raw_schema(odd)
    changed = with_filter(schema, tightened(filter_groups(schema)))
    assert filter_groups(schema) == (
        FilterGroup(name="Sales", clauses=(Clause(attribute="department", operator="EQUALS", values=("Sales",)),)),
    )
    assert mapping(changed)["scope"]["groups"][0]["clauses"][0] == odd["clauses"][0]
    assert filter_groups(changed) == tightened(filter_groups(schema))


def test_the_mapping_of_groups_and_switched_off_ones_are_left_alone() -> None:
    schema = raw_schema()
    rule = schema["synchronizationRules"][0]
    off = {"sourceObjectName": "User", "enabled": False, "scope": None}
    rule["objectMappings"] = [{"sourceObjectName": "Group", "scope": None}, off, *rule["objectMappings"]]
    changed = with_filter(schema, tightened(()))
    assert [bool(one["scope"]) for one in changed["synchronizationRules"][0]["objectMappings"]] == [False, False, True]


def test_the_rule_that_takes_on_demand_calls_is_the_one_that_is_read_everywhere_else() -> None:
    schema = raw_schema(BY_DEPARTMENT)
    first = copy.deepcopy(schema["synchronizationRules"][0])
    first["objectMappings"][0]["scope"] = None
    schema["synchronizationRules"][0]["metadata"] = [{"key": "supportsProvisionOnDemand", "value": "true"}]
    schema["synchronizationRules"].insert(0, first)
    assert [group.name for group in filter_groups(schema)] == ["Sales"]


def test_a_schema_without_users_takes_no_filter() -> None:
    with pytest.raises(ValueError, match="maps no users"):
        with_filter({"synchronizationRules": []}, ())
    assert filter_groups({}) == ()


def test_filters_that_the_desk_does_not_read_are_noticed() -> None:
    schema = raw_schema(BY_DEPARTMENT)
    assert not has_early_filters(schema)
    mapping(schema)["scope"]["inputFilterGroups"] = [BY_DEPARTMENT]
    assert has_early_filters(schema)
