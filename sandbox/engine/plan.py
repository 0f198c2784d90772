"""What a job's schema says about people: which attributes flow, what matches, who is in scope."""

import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.engine.expressions import ExpressionError, Node, attributes_of, mapping_node

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One attribute mapping."""

    target: str
    source: Node
    priority: int  # 0: not a matching attribute
    default: str | None
    only_at_creation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One enabled object mapping of the schema."""

    flows: tuple[Flow, ...]
    actions: frozenset[str]  # Add, Update, Delete
    scope: tuple[Json, ...]  # filter groups; empty: everybody passes

    @property
    def matching(self) -> tuple[Flow, ...]:
        return tuple(sorted((f for f in self.flows if f.priority > 0), key=lambda flow: flow.priority))

    def attributes(self) -> set[str]:
        """Name every directory attribute whose change matters to this job."""
        clauses = {clause["sourceOperandName"] for group in self.scope for clause in group["clauses"]}
        return clauses.union(*(attributes_of(flow.source) for flow in self.flows))


def has_rule(schema: Json, rule_id: str) -> bool:
    return any(rule["id"] == rule_id for rule in schema["synchronizationRules"])


def read_plan(schema: Json, kind: str) -> Plan | None:
    """Find the enabled object mapping for "User" or "Group"; None when the schema has none."""
    for rule in schema["synchronizationRules"]:
        for mapping in rule.get("objectMappings") or []:
            if mapping.get("sourceObjectName", "").lower() == kind.lower() and mapping.get("enabled", True):
                return _plan(mapping)
    return None


def _plan(mapping: Json) -> Plan:
    return Plan(
        flows=tuple(_flow(each) for each in mapping.get("attributeMappings") or []),
        actions=frozenset(part.strip() for part in (mapping.get("flowTypes") or "").split(",")),
        scope=tuple((mapping.get("scope") or {}).get("groups") or ()),
    )


def _flow(mapping: Json) -> Flow:
    return Flow(
        target=mapping["targetAttributeName"],
        source=mapping_node(mapping),
        priority=int(mapping.get("matchingPriority") or 0),
        default=mapping.get("defaultValue"),
        only_at_creation=mapping.get("flowType") in ("ObjectAddOnly", "AttributeAddOnly"),
    )


def scope_result(plan: Plan, read: Any) -> tuple[bool, str]:
    """Test the scoping filters: clauses of a group are joined by AND, groups by OR.

    Gives the verdict and Graph's ScopeEvaluationResult, which names every clause with its outcome.
    """
    outcomes: dict[str, bool] = {}
    passed = not plan.scope
    for group in plan.scope:
        verdicts = []
        for clause in group["clauses"]:
            verdict = clause_holds(clause, read(clause["sourceOperandName"]))
            outcomes[_title(group, clause)] = verdict
            verdicts.append(verdict)
        passed = passed or all(verdicts)
    return passed, json.dumps(outcomes)


def clause_holds(clause: Json, value: Any) -> bool:
    """Test one clause. Comparisons are case-sensitive; an empty attribute fails all but IS NULL."""
    operator = clause["operatorName"].replace("_", " ").upper()
    wanted = list((clause.get("targetOperand") or {}).get("values") or [])
    if operator == "IS NULL":
        return value in (None, "")
    if value in (None, ""):
        return False
    text, first = str(value), str(wanted[0]) if wanted else ""
    match operator:
        case "IS NOT NULL":
            return True
        case "IS TRUE":
            return text.lower() == "true"
        case "IS FALSE":
            return text.lower() == "false"
        case "EQUALS":
            return text in wanted
        case "NOT EQUALS":
            return text not in wanted
        case "REGEX MATCH":
            return re.fullmatch(first, text) is not None
        case "NOT REGEX MATCH":
            return re.fullmatch(first, text) is None
        case "INCLUDES":
            return first in text
        case "ENDS WITH":
            return text.endswith(first)
        case "GREATER THAN":
            return text.isdigit() and int(text) > int(first)
        case "GREATER THAN OR EQUALS":
            return text.isdigit() and int(text) >= int(first)
        case _:
            raise ExpressionError(f"The operator '{clause['operatorName']}' is not supported.")


def _title(group: Json, clause: Json) -> str:
    values = (clause.get("targetOperand") or {}).get("values") or []
    wanted = "".join(f" '{value}'" for value in values)
    return f"{group.get('name') or ''}.{clause['sourceOperandName']} {clause['operatorName']}{wanted}"
