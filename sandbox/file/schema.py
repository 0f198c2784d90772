"""A job's synchronizationSchema: rules, mappings and scoping filters, as Graph gives and takes it."""

from typing import Any

import msgspec

from sandbox.file.base import Strict, Text


class KeyText(Strict):
    key: Text = None  # the official clients lose keys that their enum does not hold
    value: Text = None


class Source(Strict):
    type: str
    name: Text = None
    expression: Text = None
    parameters: list[Any] | None = None


class AttributeMapping(Strict):
    target_attribute_name: str
    source: Source | None = None
    default_value: Text = None
    flow_type: str = "Always"
    flow_behavior: str = "FlowWhenChanged"
    matching_priority: int = 0
    export_missing_references: bool = False


class Operand(Strict):
    values: list[str] = msgspec.field(default_factory=list)


class Clause(Strict):
    source_operand_name: str
    operator_name: str
    target_operand: Operand | None = None


class FilterGroup(Strict):
    name: Text = None
    clauses: list[Clause] = msgspec.field(default_factory=list)


class ScopeFilter(Strict):
    groups: list[FilterGroup] = msgspec.field(default_factory=list)
    input_filter_groups: list[FilterGroup] = msgspec.field(default_factory=list)
    category_filter_groups: list[FilterGroup] = msgspec.field(default_factory=list)


class ObjectMapping(Strict):
    source_object_name: str
    target_object_name: str
    name: Text = None
    enabled: bool = True
    flow_types: str = "Add, Update, Delete"
    scope: ScopeFilter | None = None
    metadata: list[KeyText] | None = None
    attribute_mappings: list[AttributeMapping] = msgspec.field(default_factory=list)


class Rule(Strict):
    id: str
    name: Text = None
    editable: bool = True
    priority: int = 1
    source_directory_name: Text = None
    target_directory_name: Text = None
    metadata: list[KeyText] | None = None
    object_mappings: list[ObjectMapping] = msgspec.field(default_factory=list)
    container_filter: dict[str, Any] | None = None
    group_filter: dict[str, Any] | None = None


class Schema(Strict):
    synchronization_rules: list[Rule]
    id: Text = None
    version: Text = None
    directories: list[dict[str, Any]] = msgspec.field(default_factory=list)
