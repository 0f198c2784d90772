"""OData `$filter`: a small parser that knows what it reads, and refuses what it does not."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.errors import GraphRefusalError
from sandbox.times import read_instant

Json = dict[str, Any]
Reads = Callable[[Json], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<instant>\d{4}-\d\d-\d\d(?:T[0-9:.]+(?:Z|[+-]\d\d:\d\d)?)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_@][\w.]*(?:/(?!any\b|all\b)[A-Za-z_@][\w.]*)*)"
    r"|(?P<mark>[(),:/]))"
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "gt": lambda left, right: left is not None and right is not None and bool(left > right),
    "ge": lambda left, right: left is not None and right is not None and bool(left >= right),
    "lt": lambda left, right: left is not None and right is not None and bool(left < right),
    "le": lambda left, right: left is not None and right is not None and bool(left <= right),
}
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
}


class Filter:
    """A parsed `$filter`. `advanced` tells that the directory answers it only as an advanced query."""

    def __init__(self, text: str, kinds: Mapping[str, str], type_name: str, *, case_sensitive: bool) -> None:
        self.kinds = kinds
        self.type_name = type_name
        self.case_sensitive = case_sensitive
        self.advanced = False
        self._tokens = _split(text)
        self._place = 0
        self._variables: dict[str, list[Any]] = {}
        self.holds: Callable[[Json], bool] = self._either()
        if self._place < len(self._tokens):
            raise _invalid(f"Syntax error: unexpected {self._tokens[self._place][1]!r}.")

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._place] if self._place < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._place += 1
        return token

    def _take(self, text: str) -> bool:
        if self._peek()[1].lower() == text and self._peek()[0] in ("mark", "name"):
            self._place += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise _invalid(f"Syntax error: expected {text!r}, found {self._peek()[1]!r}.")

    def _either(self) -> Callable[[Json], bool]:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def _both(self) -> Callable[[Json], bool]:
        parts = [self._single()]
        while self._take("and"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _single(self) -> Callable[[Json], bool]:
        if self._take("not"):
            self.advanced = True
            inner = self._single()
            return lambda row: not inner(row)
        if self._take("("):
            inner = self._either()
            self._expect(")")
            return inner
        return self._clause()

    def _clause(self) -> Callable[[Json], bool]:
        name = self._peek()[1].lower()
        if self._peek()[0] == "name" and name in _TESTS:
            return self._test(name)
        if self._followed_by_lambda():
            return self._any()
        left, kind = self._operand()
        operator = self._next()[1].lower()
        if operator == "in":
            return self._in(left)
        if operator not in _COMPARISONS:
            if kind == "flag" and operator in ("", ")", "and", "or"):
                self._place -= 1
                return lambda row: left(row) is True
            raise _invalid(f"Syntax error: {operator!r} is no comparison.")
        self.advanced = self.advanced or operator == "ne"
        right, right_kind = self._operand()
        if "instant" in (kind, right_kind):
            left, right = _as_instant(left), _as_instant(right)
        compare = _COMPARISONS[operator]
        return lambda row: compare(self._cased(left(row)), self._cased(right(row)))

    def _in(self, left: Reads) -> Callable[[Json], bool]:
        self._expect("(")
        values = [self._operand()[0]({})]
        while self._take(","):
            values.append(self._operand()[0]({}))
        self._expect(")")
        allowed = [self._cased(value) for value in values]
        return lambda row: self._cased(left(row)) in allowed

    def _test(self, name: str) -> Callable[[Json], bool]:
        self._next()
        self._expect("(")
        left, _ = self._operand()
        self._expect(",")
        right, _ = self._operand()
        self._expect(")")
        if name == "endswith":
            self.advanced = True
        if name == "contains" and not self.case_sensitive:
            raise _unsupported("Unsupported property filter clause operator 'contains'.")
        test = _TESTS[name]

        def holds(row: Json) -> bool:
            whole, part = self._cased(left(row)), self._cased(right(row))
            return isinstance(whole, str) and isinstance(part, str) and test(whole, part)

        return holds

    def _followed_by_lambda(self) -> bool:
        ahead = [token[1] for token in self._tokens[self._place + 1 : self._place + 3]]
        return self._peek()[0] == "name" and ahead == ["/", "any"]

    def _any(self) -> Callable[[Json], bool]:
        """Read `proxyAddresses/any(p:p eq 'smtp:x')`."""
        name = self._next()[1]
        if self.kinds.get(name) not in ("texts", "list"):
            raise _invalid(f"'any' cannot be used on '{name}', which is no collection of '{self.type_name}'.")
        self._next()
        self._next()
        self._expect("(")
        variable = self._next()[1]
        self._expect(":")
        slot: list[Any] = [None]
        self._variables[variable] = slot
        inner = self._either()
        del self._variables[variable]
        self._expect(")")

        def holds(row: Json) -> bool:
            for value in row.get(name) or []:
                slot[0] = value
                if inner(row):
                    return True
            return False

        return holds

    def _operand(self) -> tuple[Reads, str]:
        kind, text = self._next()
        if kind == "string":
            value = text[1:-1].replace("''", "'")
            return lambda row: value, "text"
        if kind == "guid":
            return lambda row: text.lower(), "guid"
        if kind == "instant":
            return lambda row: text, "instant"
        if kind == "number":
            number = float(text)
            return lambda row: number, "whole"
        if kind == "name":
            return self._named(text)
        raise _invalid(f"Syntax error: expected a property or a value, found {text!r}.")

    def _named(self, text: str) -> tuple[Reads, str]:
        lower = text.lower()
        if lower in ("true", "false", "null"):
            constant = {"true": True, "false": False, "null": None}[lower]
            return lambda row: constant, "constant"
        if lower in ("tolower", "toupper"):
            self._expect("(")
            inner, _ = self._operand()
            self._expect(")")
            change = str.lower if lower == "tolower" else str.upper
            return lambda row: change(str(inner(row) or "")), "text"
        head, _, rest = text.partition("/")
        if head in self._variables:
            slot = self._variables[head]
            return lambda row: _walk(slot[0], rest), "text"
        if text not in self.kinds or self.kinds[text] in ("object", "list", "texts"):
            raise _invalid(f"Could not find a property named '{text}' on type 'microsoft.graph.{self.type_name}'.")
        return lambda row: _walk(row, text), self.kinds[text]

    def _cased(self, value: Any) -> Any:
        return value if self.case_sensitive or not isinstance(value, str) else value.lower()


def _walk(value: Any, path: str) -> Any:
    for step in path.split("/") if path else []:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _as_instant(read: Reads) -> Callable[[Json], datetime | None]:
    def moment(row: Json) -> datetime | None:
        value = read(row)
        try:
            return read_instant(value) if value else None
        except (ValueError, TypeError) as wrong:
            raise _invalid(f"{value!r} is no DateTimeOffset.") from wrong

    return moment


def _split(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise _invalid(f"Syntax error at position {place} in '{text}'.")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        place = found.end()
    if not tokens:
        raise _invalid("The filter is empty.")
    return tokens


def _invalid(message: str) -> GraphRefusalError:
    return GraphRefusalError(400, "BadRequest", f"Invalid filter clause: {message}")


def _unsupported(message: str) -> GraphRefusalError:
    return GraphRefusalError(400, "Request_UnsupportedQuery", message)
