"""A job's schema as Graph gives and takes it, whole: which mapping serves users, its fingerprint, a copy with a filter.

Saving replaces the whole schema, so the copy differs from what was read in the one place that is meant to differ.
"""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from provisioning.model import Clause, FilterGroup

RawSchema = Mapping[str, Any]


def fingerprint(schema: RawSchema) -> str:
    """What the rules come to, as 16 letters; the same for schemas that differ only in what is empty or left out.

    Graph counts a new version at each save and may write an empty list as null, so neither says that anything changed.
    """
    rules = _essence(schema.get("synchronizationRules"))
    words = json.dumps(rules, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(words.encode()).hexdigest()[:16]


def filter_groups(schema: RawSchema) -> tuple[FilterGroup, ...]:
    """The scoping filter of the mapping that serves users."""
    found = next(_user_mappings(schema), None)
    groups = ((found or {}).get("scope") or {}).get("groups") or ()
    return tuple(_group(group) for group in groups)


def has_early_filters(schema: RawSchema) -> bool:
    """Whether users are also filtered in the two ways that this desk does not read (input and category filters)."""
    scope = (next(_user_mappings(schema), None) or {}).get("scope") or {}
    return bool(scope.get("inputFilterGroups") or scope.get("categoryFilterGroups"))


def with_filter(schema: RawSchema, groups: Sequence[FilterGroup]) -> dict[str, Any]:
    """A copy with this scoping filter for users; clauses that are there already stay exactly as Graph wrote them.

    ValueError if the schema maps no users.
    """
    changed = copy.deepcopy(dict(schema))
    mapping = next(_user_mappings(changed), None)
    if mapping is None:
        raise ValueError("the schema maps no users")
    scope = mapping.get("scope") or {}
    known = {(group.get("name") or "", number): group for number, group in enumerate(scope.get("groups") or ())}
    written = [_written(group, known.get((group.name, number), {})) for number, group in enumerate(groups)]
    empty: dict[str, Any] = {"inputFilterGroups": [], "categoryFilterGroups": []}
    mapping["scope"] = {**empty, **{key: value for key, value in scope.items() if value is not None}, "groups": written}
    return changed


def _written(group: FilterGroup, before: Mapping[str, Any]) -> dict[str, Any]:
    there = {_clause(clause): clause for clause in before.get("clauses") or ()}
    clauses = [there.get(clause) or _new(clause) for clause in group.clauses]
    return {**before, "name": group.name, "clauses": clauses}


def _new(clause: Clause) -> dict[str, Any]:
    return {
        "sourceOperandName": clause.attribute,
        "operatorName": clause.operator,
        "targetOperand": {"values": list(clause.values)},
    }


def _user_mappings(schema: RawSchema) -> Iterator[dict[str, Any]]:
    """Enabled mappings of users in the order in which the desk reads them everywhere: see ``wire.schemas``."""
    rules = sorted(
        schema.get("synchronizationRules") or (), key=lambda rule: (not _on_demand(rule), rule.get("priority") or 0)
    )
    for rule in rules:
        for mapping in rule.get("objectMappings") or ():
            if mapping.get("enabled") is not False and (mapping.get("sourceObjectName") or "").lower() == "user":
                yield mapping


def _on_demand(rule: Mapping[str, Any]) -> bool:
    return any(
        (pair.get("key") or "").lower() == "supportsprovisionondemand" and (pair.get("value") or "").lower() == "true"
        for pair in rule.get("metadata") or ()
    )


def _group(group: Mapping[str, Any]) -> FilterGroup:
    return FilterGroup(name=group.get("name") or "", clauses=tuple(_clause(one) for one in group.get("clauses") or ()))


def _clause(clause: Mapping[str, Any]) -> Clause:
    values = (clause.get("targetOperand") or {}).get("values") or ()
    return Clause(
        attribute=clause.get("sourceOperandName") or "",
        operator=clause.get("operatorName") or "",
        values=tuple(value for value in values if value),
    )


def _essence(value: Any) -> Any:
    """Without what is empty, at any depth."""
    if isinstance(value, Mapping):
        kept = {key: _essence(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_essence(inner) for inner in value]
    return value
