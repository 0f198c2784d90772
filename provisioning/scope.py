"""Scoping filters, evaluated as the provisioning service does: AND inside a group, OR between groups.

Comparisons are case-sensitive, and a condition on an empty attribute is false (IS NULL excepted), NOT EQUALS
included. What cannot be evaluated with certainty (an operator that is new, an attribute that was not read, a
pattern that .NET and Python may read differently) is None, and None never becomes a finding.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from provisioning.attributes import UNREAD, Value, value_of
from provisioning.model import Clause, FilterGroup, Person

_LONGEST = 1024  # characters of a value or pattern; directory values end at 1,024
_RUNAWAY = re.compile(r"[+*}]\??\)[+*{]")  # (a+)+ : patterns whose evaluation may never end


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The filter said no. ``nearest`` is the group that lacks least; ``failed`` its conditions that do not hold."""

    nearest: FilterGroup
    failed: tuple[Clause, ...]
    groups: tuple[str, ...]  # names of all groups, none of which let the person through


def passes(scope: Sequence[FilterGroup], person: Person) -> bool | None:
    """Whether a person is let through; None when that cannot be told."""
    if not scope:
        return True
    verdicts = [_group_holds(group, person) for group in scope]
    if any(verdicts):
        return True
    return None if None in verdicts else False


def refusal(scope: Sequence[FilterGroup], person: Person) -> Refused | None:
    """What the filter refuses, if it certainly does."""
    if passes(scope, person) is not False:
        return None
    failed = [(group, _failed(group, person)) for group in scope]
    nearest, clauses = min(failed, key=lambda pair: len(pair[1]))
    return Refused(nearest=nearest, failed=clauses, groups=tuple(group.name for group in scope))


def printed(clause: Clause) -> str:
    """A condition as people read it: department EQUALS Sales."""
    return " ".join([clause.attribute, clause.operator, *clause.values])


def _failed(group: FilterGroup, person: Person) -> tuple[Clause, ...]:
    return tuple(clause for clause in group.clauses if holds(clause, person) is False)


def _group_holds(group: FilterGroup, person: Person) -> bool | None:
    verdicts = [holds(clause, person) for clause in group.clauses]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def holds(clause: Clause, person: Person) -> bool | None:
    """Whether one condition holds; None when that cannot be told."""
    value = value_of(person, clause.attribute)
    if value is UNREAD:
        return None
    operator = clause.operator.upper().replace("_", "").replace(" ", "")
    empty = value is None or value == ""
    if operator in {"ISNULL", "ISNOTNULL"}:
        return empty == (operator == "ISNULL")
    if operator not in _UNARY and operator not in _BINARY:
        return None
    if empty:
        return False
    if operator in _UNARY:
        return _UNARY[operator](value)
    return _BINARY[operator](value, clause.values[0]) if len(clause.values) == 1 else None


def _as_bool(value: Value) -> bool | None:
    return {"true": True, "false": False}.get(str(value).casefold())


def _is_false(value: Value) -> bool | None:
    truth = _as_bool(value)
    return None if truth is None else not truth


def _equals(value: Value, wanted: str) -> bool | None:
    if isinstance(value, bool):
        return None if (truth := _as_bool(wanted)) is None else value is truth
    return value == wanted


def _matches(value: Value, pattern: str) -> bool | None:
    """Microsoft does not say whether the whole value must match; where that makes a difference, nobody knows."""
    words = str(value)
    if max(len(words), len(pattern)) > _LONGEST or _RUNAWAY.search(pattern):
        return None
    try:
        anywhere, whole = re.search(pattern, words), re.fullmatch(pattern, words)
    except (re.error, RecursionError, OverflowError):
        return None
    return bool(whole) if bool(anywhere) == bool(whole) else None


def _not(test: Callable[[Value, str], bool | None]) -> Callable[[Value, str], bool | None]:
    def opposite(value: Value, wanted: str) -> bool | None:
        verdict = test(value, wanted)
        return None if verdict is None else not verdict

    return opposite


def _compare(test: Callable[[int, int], bool]) -> Callable[[Value, str], bool | None]:
    def compared(value: Value, wanted: str) -> bool | None:
        try:
            return None if isinstance(value, bool) else test(int(str(value)), int(wanted))
        except ValueError:
            return None

    return compared


_UNARY: dict[str, Callable[[Value], bool | None]] = {"ISTRUE": _as_bool, "ISFALSE": _is_false}
_BINARY: dict[str, Callable[[Value, str], bool | None]] = {
    "EQUALS": _equals,
    "NOTEQUALS": _not(_equals),
    "REGEXMATCH": _matches,
    "NOTREGEXMATCH": _not(_matches),
    "INCLUDES": lambda value, wanted: wanted in str(value),
    "ENDSWITH": lambda value, wanted: str(value).endswith(wanted),
    "GREATERTHAN": _compare(lambda value, wanted: value > wanted),
    "GREATERTHANOREQUALS": _compare(lambda value, wanted: value >= wanted),
}
