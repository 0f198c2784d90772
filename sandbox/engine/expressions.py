"""Attribute-mapping expressions: the common functions of Entra's mapping language, and no others."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_TOKEN = re.compile(
    r"\s*(?:\[(?P<attribute>[^\]]+)\]|\"(?P<text>(?:[^\"\\]|\\.)*)\"|(?P<number>-?\d+)"
    r"|(?P<name>[A-Za-z]\w*)|(?P<mark>[(),]))"
)


class ExpressionError(ValueError):
    """A mapping cannot be evaluated: an unknown function, attribute or syntax."""


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    value: str


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple["Node | None", ...]  # None: an argument left out, as in Switch([a], , "x", "y")


@dataclass(frozen=True, slots=True)
class Broken:
    """An expression that cannot be read; whoever needs its value learns why."""

    reason: str


Node = Attribute | Literal | Call | Broken


def parse(text: str) -> Node:
    tokens = _split(text)
    node, place = _node(tokens, 0)
    if place != len(tokens):
        raise ExpressionError(f"The expression {text!r} goes on after its end.")
    return node


def attributes_of(node: Node | None) -> set[str]:
    """Name the directory attributes that an expression reads."""
    if isinstance(node, Attribute):
        return {node.name}
    if isinstance(node, Call):
        return set().union(*(attributes_of(each) for each in node.arguments)) if node.arguments else set()
    return set()


def evaluate(node: Node | None, read: Callable[[str], Any]) -> Any:
    """Work an expression out; `read` gives a directory attribute's value, or None when it is empty."""
    if node is None:
        return None
    if isinstance(node, Attribute):
        return read(node.name)
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Broken):
        raise ExpressionError(node.reason)
    function = _FUNCTIONS.get(node.function.lower())
    if function is None:
        raise ExpressionError(f"The function '{node.function}' is not supported.")
    arguments = [evaluate(each, read) for each in node.arguments]
    try:
        return function(arguments)
    except (IndexError, ValueError, TypeError, re.error) as wrong:
        raise ExpressionError(f"The arguments of '{node.function}' are wrong: {wrong}.") from wrong


def mapping_node(mapping: Json) -> Node:
    """Read the source of an attributeMapping; no source at all is a constant, the default value."""
    source = mapping["source"]
    if source is None:
        return Literal(str(mapping.get("defaultValue") or ""))
    expression = source.get("expression") or ""
    if source["type"] == "Attribute":
        return Attribute(source.get("name") or expression.strip("[]"))
    if source["type"] == "Constant":
        return Literal(source.get("name") or expression.strip('"'))
    try:
        return parse(expression)
    except ExpressionError as wrong:
        return Broken(str(wrong))


def _split(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise ExpressionError(f"The expression {text!r} cannot be read from position {place}.")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        place = found.end()
    return tokens


def _node(tokens: list[tuple[str, str]], place: int) -> tuple[Node, int]:
    if place >= len(tokens):
        raise ExpressionError("The expression ends too early.")
    kind, text = tokens[place]
    if kind == "attribute":
        return Attribute(text), place + 1
    if kind in ("text", "number"):
        return Literal(text.replace('\\"', '"')), place + 1
    if kind != "name" or tokens[place + 1 : place + 2] != [("mark", "(")]:
        raise ExpressionError(f"The expression has {text!r} where a value should be.")
    return _call(text, tokens, place + 2)


def _call(name: str, tokens: list[tuple[str, str]], place: int) -> tuple[Call, int]:
    arguments: list[Node | None] = []
    while True:
        if place >= len(tokens):
            raise ExpressionError(f"The call of '{name}' is not closed.")
        if tokens[place] == ("mark", ")") and not arguments:
            return Call(name, ()), place + 1
        if tokens[place] in (("mark", ","), ("mark", ")")):
            arguments.append(None)
        else:
            node, place = _node(tokens, place)
            arguments.append(node)
        if tokens[place : place + 1] == [("mark", ")")]:
            return Call(name, tuple(arguments)), place + 1
        if tokens[place : place + 1] != [("mark", ",")]:
            raise ExpressionError(f"The call of '{name}' is not closed.")
        place += 1


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _switch(given: list[Any]) -> Any:
    source, default, pairs = _text(given[0]), given[1], given[2:]
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        if source == _text(key):
            return value
    return default


def _replace(given: list[Any]) -> Any:
    """Replace(source, oldValue, regexPattern, regexGroupName, replacementPropertyName, replacementValue, template)."""
    source, old, pattern, _group, _property, new = (given + [None] * 6)[:6]
    if source is None:
        return None
    if pattern:
        return re.sub(pattern, _text(new), _text(source))
    return _text(source).replace(_text(old), _text(new)) if old else _text(source)


def _mid(given: list[Any]) -> Any:
    if given[0] is None:
        return None
    start = int(given[1]) - 1  # counted from 1
    return _text(given[0])[start : start + int(given[2])]


def _join(given: list[Any]) -> Any:
    parts = [_text(part) for part in given[1:] if part not in (None, "")]
    return _text(given[0]).join(parts) or None


def _plain(value: Any) -> Any:
    if value is None:
        return None
    return "".join(c for c in unicodedata.normalize("NFKD", _text(value)) if not unicodedata.combining(c))


def _single_role(given: list[Any]) -> Any:
    """SingleAppRoleAssignment([appRoleAssignments]): one role's value; of several, any one (here the first)."""
    roles = given[0] or []
    return roles[0] if roles else None


def _if_given(change: Callable[[str], str]) -> Callable[[list[Any]], Any]:
    return lambda given: None if given[0] is None else change(_text(given[0]))


_FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "append": lambda given: None if given[0] is None else _text(given[0]) + _text(given[1]),
    "coalesce": lambda given: next((value for value in given if value not in (None, "")), None),
    "join": _join,
    "left": lambda given: None if given[0] is None else _text(given[0])[: int(given[1])],
    "mid": _mid,
    "normalizediacritics": lambda given: _plain(given[0]),
    "not": lambda given: "False" if _text(given[0]).lower() == "true" else "True",
    "replace": _replace,
    "right": lambda given: None if given[0] is None else _text(given[0])[-int(given[1]) :],
    "singleapproleassignment": _single_role,
    "stripspaces": _if_given(lambda text: text.replace(" ", "")),
    "switch": _switch,
    "tolower": _if_given(str.lower),
    "toupper": _if_given(str.upper),
    "trim": _if_given(str.strip),
}
