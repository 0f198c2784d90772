"""Rules of dynamic groups, as far as they can be judged from a person's own attributes.

``(user.department -eq "Sales") and (user.country -in ["ES", "PT"])``. Text is compared without regard to case, as Entra
does. What this little grammar does not know makes the whole rule unjudged (None), never false.
"""

import re
from collections.abc import Callable

from provisioning.attributes import UNREAD, Value, value_of
from provisioning.model import Person

_TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<list>\[[^\]]*\])|(?P<text>"[^"]*"|'[^']*')
    |(?P<operator>-[A-Za-z]+)|(?P<word>[A-Za-z_][\w.]*))""",
    re.VERBOSE,
)
_LONGEST = 3072  # characters of a rule, by Microsoft's own limit
_ITEM = re.compile(r"\"([^\"]*)\"|'([^']*)'")
Test = Callable[[str, list[str]], bool]


class _StrangeError(Exception):
    """The rule holds something that this grammar does not know."""


def fits(rule: str, person: Person) -> bool | None:
    """Whether a person fits a rule; None when that cannot be told."""
    try:
        reader = _Reader(_tokens(rule), person)
        verdict = reader.either()
        return verdict if reader.at_end else None
    except (_StrangeError, re.error, RecursionError):
        return None


def _tokens(rule: str) -> list[tuple[str, str]]:
    if len(rule) > _LONGEST:
        raise _StrangeError
    found, at = [], 0
    while rule[at:].strip():
        token = _TOKEN.match(rule, at)
        if token is None or token.lastgroup is None:
            raise _StrangeError
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


class _Reader:
    """Reads a rule from left to right: or, and, not, then one comparison or a bracket."""

    def __init__(self, tokens: list[tuple[str, str]], person: Person) -> None:
        self._tokens = tokens
        self._person = person
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._tokens)

    def either(self) -> bool | None:
        sides = [self._both()]
        while self._takes("or"):
            sides.append(self._both())
        return True if True in sides else None if None in sides else False

    def _both(self) -> bool | None:
        sides = [self._one()]
        while self._takes("and"):
            sides.append(self._one())
        return False if False in sides else None if None in sides else True

    def _one(self) -> bool | None:
        if self._takes("not"):
            verdict = self._one()
            return None if verdict is None else not verdict
        kind, word = self._next()
        if kind == "open":
            verdict = self.either()
            if self._next()[0] != "close":
                raise _StrangeError
            return verdict
        if kind != "word" or not word.casefold().startswith("user."):
            raise _StrangeError
        operator, value = self._next(), self._next()
        return _compared(value_of(self._person, word[5:]), operator[1].casefold().lstrip("-"), value)

    def _takes(self, wanted: str) -> bool:
        found = not self.at_end and self._tokens[self._at][1].casefold().lstrip("-") == wanted
        self._at += found
        return found

    def _next(self) -> tuple[str, str]:
        if self.at_end:
            raise _StrangeError
        self._at += 1
        return self._tokens[self._at - 1]


def _compared(found: Value | object, operator: str, wanted: tuple[str, str]) -> bool | None:
    kind, word = wanted
    if found is UNREAD:
        return None
    if kind == "word" and word.casefold() == "null":
        return _null(found, operator)
    if operator not in _TESTS or kind not in {"text", "list", "word"}:
        raise _StrangeError
    words = [(a or b).casefold() for a, b in _ITEM.findall(word)] if kind != "word" else [word.casefold()]
    negated = operator.startswith(("not", "ne"))
    return _TESTS[operator]("" if found is None else str(found).casefold(), words) != negated


def _null(found: object, operator: str) -> bool:
    if operator not in {"eq", "ne"}:
        raise _StrangeError
    return (found in (None, "")) == (operator == "eq")


def _equal(value: str, words: list[str]) -> bool:
    return value in words


def _starts(value: str, words: list[str]) -> bool:
    return value.startswith(tuple(words))


def _ends(value: str, words: list[str]) -> bool:
    return value.endswith(tuple(words))


def _contains(value: str, words: list[str]) -> bool:
    return any(word in value for word in words)


_TESTS: dict[str, Test] = {
    "eq": _equal,
    "ne": _equal,
    "in": _equal,
    "notin": _equal,
    "startswith": _starts,
    "notstartswith": _starts,
    "endswith": _ends,
    "notendswith": _ends,
    "contains": _contains,
    "notcontains": _contains,
}
