"""A job's schema: which rule serves users, where each value comes from, and who passes the scoping filter."""

import re
from collections.abc import Iterator

from msgspec import Struct

from provisioning.model import AttributeMapping, Clause, FilterGroup, Schema

_QUOTED = re.compile(r'"[^"]*"')
_SOURCE = re.compile(r"\[([A-Za-z_][\w.:\-]*)\]")


class Pair(Struct):
    key: str | None = None
    value: str | None = None


class SourceRow(Struct):
    """Where a value comes from: an attribute, a constant or a function with parameters."""

    type: str | None = None
    name: str | None = None
    expression: str | None = None
    parameters: "list[ParameterRow] | None" = None


class ParameterRow(Struct):
    key: str | None = None
    value: SourceRow | None = None


class AttributeRow(Struct, rename="camel"):
    """``source`` is null for a constant, which then stands in ``defaultValue``."""

    target_attribute_name: str | None = None
    source: SourceRow | None = None
    default_value: str | None = None
    matching_priority: int | None = None


class OperandRow(Struct):
    values: list[str | None] | None = None


class ClauseRow(Struct, rename="camel"):
    source_operand_name: str | None = None
    operator_name: str | None = None
    target_operand: OperandRow | None = None


class GroupRow(Struct):
    name: str | None = None
    clauses: list[ClauseRow] | None = None


class ScopeRow(Struct):
    groups: list[GroupRow] | None = None


class ObjectRow(Struct, rename="camel"):
    """How one kind of object is mapped to another."""

    enabled: bool | None = None
    source_object_name: str | None = None
    target_object_name: str | None = None
    attribute_mappings: list[AttributeRow] | None = None
    scope: ScopeRow | None = None


class RuleRow(Struct, rename="camel"):
    id: str | None = None
    priority: int | None = None
    target_directory_name: str | None = None
    metadata: list[Pair] | None = None
    object_mappings: list[ObjectRow] | None = None


class TargetAttributeRow(Struct):
    name: str | None = None
    required: bool | None = None


class TargetObjectRow(Struct):
    name: str | None = None
    attributes: list[TargetAttributeRow] | None = None


class DirectoryRow(Struct):
    name: str | None = None
    objects: list[TargetObjectRow] | None = None


class SchemaRow(Struct, rename="camel"):
    version: str | None = None
    synchronization_rules: list[RuleRow] | None = None
    directories: list[DirectoryRow] | None = None


def read_schema(row: SchemaRow) -> Schema:
    """Mappings and filter of the rule that serves users; ``rule_id`` only if that rule takes on-demand calls."""
    found = next(_user_rules(row), None)
    if found is None:
        return Schema(rule_id=None, mappings=(), version=row.version)
    rule, mapping = found
    required = _required(row, rule, mapping)
    return Schema(
        rule_id=rule.id if _on_demand(rule) else None,
        mappings=tuple(
            _mapping(attribute, required)
            for attribute in mapping.attribute_mappings or ()
            if attribute.target_attribute_name
        ),
        scope=tuple(_filter_group(group) for group in (mapping.scope or ScopeRow()).groups or ()),
        version=row.version,
    )


def group_rule(row: SchemaRow) -> str | None:
    """The rule that takes groups on demand; None: the job knows no groups, or takes none on demand."""
    for rule in sorted(row.synchronization_rules or (), key=lambda rule: rule.priority or 0):
        kinds = [
            (mapping.source_object_name or "").lower()
            for mapping in rule.object_mappings or ()
            if mapping.enabled is not False
        ]
        if "group" in kinds and _on_demand(rule):
            return rule.id
    return None


def _user_rules(row: SchemaRow) -> Iterator[tuple[RuleRow, ObjectRow]]:
    """Rules with an enabled mapping of users; those that take on-demand calls first, then by their priority."""
    rules = sorted(row.synchronization_rules or (), key=lambda rule: (not _on_demand(rule), rule.priority or 0))
    for rule in rules:
        for mapping in rule.object_mappings or ():
            if mapping.enabled is not False and (mapping.source_object_name or "").lower() == "user":
                yield rule, mapping


def _on_demand(rule: RuleRow) -> bool:
    return any(
        (pair.key or "").lower() == "supportsprovisionondemand" and (pair.value or "").lower() == "true"
        for pair in rule.metadata or ()
    )


def _required(row: SchemaRow, rule: RuleRow, mapping: ObjectRow) -> frozenset[str]:
    """Target attributes that the schema marks as required; apps often enforce more than it says."""
    return frozenset(
        attribute.name
        for directory in row.directories or ()
        if directory.name == rule.target_directory_name
        for kind in directory.objects or ()
        if kind.name == mapping.target_object_name
        for attribute in kind.attributes or ()
        if attribute.required and attribute.name
    )


def _mapping(row: AttributeRow, required: frozenset[str]) -> AttributeMapping:
    target = row.target_attribute_name or ""
    return AttributeMapping(
        target=target,
        sources=tuple(dict.fromkeys(_sources(row.source))),
        expression=row.source.expression if row.source else None,
        matching_priority=row.matching_priority or 0,
        has_default=bool(row.default_value),
        default=row.default_value if row.source else None,
        constant=_constant(row),
        required=target in required,
    )


def _constant(row: AttributeRow) -> str | None:
    """The value of a mapping that reads nothing."""
    if row.source is None:
        return row.default_value
    if (row.source.type or "").lower() != "constant":
        return None
    return row.source.name or (row.source.expression or "").strip('"') or None


def _sources(source: SourceRow | None) -> Iterator[str]:
    """The attributes that a source reads, by the schema's own names, in the order of the expression."""
    if source is None or (source.type or "").lower() == "constant":
        return
    if (source.type or "").lower() == "attribute" and source.name:
        yield source.name
    elif source.expression:
        yield from _SOURCE.findall(_QUOTED.sub('""', source.expression))
    else:
        for parameter in source.parameters or ():
            yield from _sources(parameter.value)


def _filter_group(row: GroupRow) -> FilterGroup:
    return FilterGroup(
        name=row.name or "",
        clauses=tuple(
            Clause(
                attribute=clause.source_operand_name or "",
                operator=clause.operator_name or "",
                values=tuple(value for value in (clause.target_operand or OperandRow()).values or () if value),
            )
            for clause in row.clauses or ()
        ),
    )
