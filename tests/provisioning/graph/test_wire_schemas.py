"""A job's schema, taken apart."""

from typing import Any

import msgspec
import pytest

from provisioning.graph.wire.schemas import SchemaRow, read_schema
from provisioning.model import Clause, FilterGroup, Schema

RULE = "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8"


def attribute(target: str, source: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    return {
        "targetAttributeName": target,
        "source": source,
        "defaultValue": "",
        "matchingPriority": 0,
        "flowType": "Always",
        "flowBehavior": "FlowWhenChanged",
        "exportMissingReferences": False,
        **changes,
    }


def direct(name: str) -> dict[str, Any]:
    return {"type": "Attribute", "name": name, "expression": f"[{name}]", "parameters": []}


def function(expression: str, **changes: Any) -> dict[str, Any]:
    name = expression.partition("(")[0]
    return {"type": "Function", "name": name, "expression": expression, "parameters": [], **changes}


def users(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Provision Users",
        "enabled": True,
        "flowTypes": "Add, Update, Delete",
        "sourceObjectName": "User",
        "targetObjectName": "User",
        "scope": None,
        "attributeMappings": [
            attribute("userName", direct("userPrincipalName"), matchingPriority=1),
            attribute('emails[type eq "work"].value', direct("mail")),
        ],
        **changes,
    }


def rule(*mappings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": RULE,
        "priority": 1,
        "targetDirectoryName": "customappsso",
        "metadata": [{"key": "supportsProvisionOnDemand", "value": "true"}],
        "objectMappings": list(mappings or (users(),)),
        **changes,
    }


def read(*rules: dict[str, Any], directories: Any = None) -> Schema:
    body = {"version": "v1", "synchronizationRules": list(rules), "directories": directories}
    return read_schema(msgspec.json.decode(msgspec.json.encode(body), type=SchemaRow, strict=False))


def test_the_rule_for_users_is_found_beside_the_one_for_groups() -> None:
    groups = users(sourceObjectName="Group", attributeMappings=[attribute("displayName", direct("displayName"))])
    schema = read(rule(groups, users()))
    assert schema.rule_id == RULE
    assert schema.version == "v1"
    assert [mapping.target for mapping in schema.mappings] == ["userName", 'emails[type eq "work"].value']
    assert [mapping.matching_priority for mapping in schema.mappings] == [1, 0]


@pytest.mark.parametrize("metadata", [None, [], [{"key": "supportsProvisionOnDemand", "value": "False"}]])
def test_a_rule_that_does_not_promise_on_demand_gives_no_rule_id_but_its_mappings(metadata: Any) -> None:
    schema = read(rule(metadata=metadata))
    assert schema.rule_id is None
    assert len(schema.mappings) == 2


def test_a_rule_that_takes_on_demand_calls_goes_before_one_that_does_not() -> None:
    assert read(rule(id="other", metadata=[], priority=0), rule(priority=5)).rule_id == RULE


def test_a_disabled_mapping_serves_nobody() -> None:
    schema = read(rule(users(enabled=False)))
    assert (schema.rule_id, schema.mappings) == (None, ())


def test_a_schema_of_nulls_serves_nobody() -> None:
    body = b'{"id": "s", "version": null, "synchronizationRules": null, "directories": null}'
    assert read_schema(msgspec.json.decode(body, type=SchemaRow)) == Schema(rule_id=None, mappings=())


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (direct("mail"), ("mail",)),
        (None, ()),
        ({"type": "Constant", "name": "SE", "expression": '"SE"'}, ()),
        (function('Join(" ", [givenName], [surname])'), ("givenName", "surname")),
        (function('Replace([displayName], , "[x]", , "[y]", , )'), ("displayName",)),
        (function('Switch([IsSoftDeleted], , "False", "True", "True", "False")'), ("IsSoftDeleted",)),
        (function("Coalesce([mail], [userPrincipalName], [mail])"), ("mail", "userPrincipalName")),
        (
            function("", parameters=[{"key": "source", "value": direct("department")}, {"key": "x", "value": None}]),
            ("department",),
        ),
        ({"type": "Attribute", "name": "mail", "expression": None, "parameters": None}, ("mail",)),
        (function("Mid([extension_ab12_costCenter], 1, 8)"), ("extension_ab12_costCenter",)),
    ],
)
def test_the_attributes_that_a_source_reads_are_named(source: dict[str, Any] | None, names: tuple[str, ...]) -> None:
    mapping = read(rule(users(attributeMappings=[attribute("x", source)]))).mappings[0]
    assert mapping.sources == names


def test_a_default_value_is_remembered() -> None:
    mappings = [attribute("a", None, defaultValue="SE"), attribute("b", direct("country"), defaultValue=None)]
    schema = read(rule(users(attributeMappings=mappings)))
    assert [mapping.has_default for mapping in schema.mappings] == [True, False]


def test_what_the_target_requires_is_marked_by_its_own_directory_and_object() -> None:
    required = [{"name": "userName", "required": True}, {"name": 'emails[type eq "work"].value', "required": False}]
    other = [{"name": 'emails[type eq "work"].value', "required": True}]
    directories = [
        {"name": "customappsso", "objects": [{"name": "User", "attributes": required}]},
        {"name": "customappsso", "objects": [{"name": "Group", "attributes": other}]},
        {"name": "Microsoft Entra ID", "objects": [{"name": "User", "attributes": other}]},
    ]
    schema = read(rule(), directories=directories)
    assert [mapping.required for mapping in schema.mappings] == [True, False]


def test_the_scoping_filter_is_read_with_and_without_values() -> None:
    clauses = [
        {"sourceOperandName": "department", "operatorName": "EQUALS", "targetOperand": {"values": ["Sales"]}},
        {"sourceOperandName": "mail", "operatorName": "IS NOT NULL", "targetOperand": None},
        {"sourceOperandName": "country", "operatorName": "IS NOT NULL", "targetOperand": {"values": []}},
    ]
    scope = {
        "groups": [{"name": "Sales only", "clauses": clauses}],
        "inputFilterGroups": [],
        "categoryFilterGroups": [],
    }
    assert read(rule(users(scope=scope))).scope == (
        FilterGroup(
            name="Sales only",
            clauses=(
                Clause(attribute="department", operator="EQUALS", values=("Sales",)),
                Clause(attribute="mail", operator="IS NOT NULL"),
                Clause(attribute="country", operator="IS NOT NULL"),
            ),
        ),
    )
