"""Mapping expressions worked out here, where Microsoft documents the function and its edges; everything else is left.

A person's mail may be the only input of a mapping that a card explains, so a wrong value is worse than none: what is
not certain is NOT_EVALUATED, and the card says so.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Final, Literal

Value = str | None  # None: empty


class _NotEvaluated(Enum):
    NOT_EVALUATED = "not evaluated"


NOT_EVALUATED: Final = _NotEvaluated.NOT_EVALUATED
Unknown = Literal[_NotEvaluated.NOT_EVALUATED]
Read = Callable[[str], Value | Unknown]  # an attribute's value

_TOKEN = re.compile(r'\s*(?:\[([^\]\[]+)\]|"((?:[^"\\]|\\.)*)"|(-?\d+)|([A-Za-z]\w*)\s*\(|([(),]))')
_LONGEST = 4000  # characters; Microsoft's own limit is 10,000, and nobody reads that on a card
_DEEPEST = 20


class _UnreadableError(ValueError):
    """No expression that we can take apart."""


def evaluate(expression: str, read: Read) -> Value | Unknown:
    """What the expression yields; NOT_EVALUATED where that takes more than we are sure of."""
    if len(expression) > _LONGEST:
        return NOT_EVALUATED
    try:
        tokens = list(_tokens(expression))
        value, end = _value(tokens, 0, read, 0)
    except (_UnreadableError, IndexError, ValueError):
        return NOT_EVALUATED
    return value if end == len(tokens) else NOT_EVALUATED


_Token = tuple[str, str]


def _tokens(expression: str) -> Iterator[_Token]:
    at = 0
    while expression[at:].strip():
        found = _TOKEN.match(expression, at)
        if found is None or found.lastindex is None:
            raise _UnreadableError(expression)
        yield ("attribute", "text", "text", "call", "mark")[found.lastindex - 1], found[found.lastindex]
        at = found.end()


def _value(tokens: Sequence[_Token], at: int, read: Read, depth: int) -> tuple[Value | Unknown, int]:
    if depth > _DEEPEST:
        raise _UnreadableError("too deep")
    kind, word = tokens[at]
    if kind == "attribute":
        return read(word), at + 1
    if kind == "text":
        return re.sub(r"\\(.)", r"\1", word), at + 1
    if kind != "call":
        raise _UnreadableError(word)
    given, at = _arguments(tokens, at + 1, read, depth + 1)
    function = _FUNCTIONS.get(word.casefold())
    return (function(given) if function else NOT_EVALUATED), at


def _arguments(tokens: Sequence[_Token], at: int, read: Read, depth: int) -> tuple[list[Value | Unknown], int]:
    """Up to the closing bracket; an argument that is left out is empty: Switch([a], , "x", "y")."""
    given: list[Value | Unknown] = []
    if tokens[at] == ("mark", ")"):
        return given, at + 1
    while True:
        if tokens[at] in (("mark", ","), ("mark", ")")):
            given.append(None)
        else:
            value, at = _value(tokens, at, read, depth)
            given.append(value)
        mark = tokens[at]
        at += 1
        if mark == ("mark", ")"):
            return given, at
        if mark != ("mark", ","):
            raise _UnreadableError(mark[1])


# ------------------------------------------------------------------------------------------ the functions

_Given = Sequence[Value | Unknown]


def _coalesce(given: _Given) -> Value | Unknown:
    """The first argument that is not empty; one that nobody knows may have been it."""
    for value in given:
        if value is NOT_EVALUATED or value:
            return value
    return None


def _switch(given: _Given) -> Value | Unknown:
    source, default, *pairs = given
    if source is NOT_EVALUATED or NOT_EVALUATED in pairs[::2] or len(pairs) % 2:
        return NOT_EVALUATED
    return next((value for key, value in zip(pairs[::2], pairs[1::2], strict=True) if key == source), default)


def _known(
    work: Callable[[list[str]], str], least: int, most: int | None = None
) -> Callable[[_Given], Value | Unknown]:
    """A function that makes nothing of nothing, and whose further arguments have to be there."""

    def worked(given: _Given) -> Value | Unknown:
        words = [value for value in given if value is not NOT_EVALUATED]
        if len(words) < len(given) or not least <= len(given) <= (most or least):
            return NOT_EVALUATED
        if not words[0]:
            return None
        return (
            work([word or "" for word in words]) if all(word is not None for word in words[:least]) else NOT_EVALUATED
        )

    return worked


def _joined(given: _Given) -> Value | Unknown:
    """Microsoft does not say what becomes of an empty part; then nothing is claimed."""
    separator, *parts = given
    texts = [part for part in parts if part is not NOT_EVALUATED and part]
    if separator is NOT_EVALUATED or not parts or len(texts) < len(parts):
        return NOT_EVALUATED
    return (separator or "").join(texts)


def _appended(given: _Given) -> Value | Unknown:
    """As for ``Join``."""
    return _joined(["", *given]) if len(given) == 2 else NOT_EVALUATED


def _not(given: _Given) -> Value | Unknown:
    (value,) = given
    return {"true": "False", "false": "True"}.get(str(value).casefold(), NOT_EVALUATED)


def _replaced(given: _Given) -> Value | Unknown:
    """Only the plain form, an old and a new value; patterns are .NET's and read differently here."""
    source, old, *rest = given
    further: list[Value | Unknown] = [*rest, None, None, None, None]
    pattern, new, more = further[0], further[3], further[4:]
    if any(value is NOT_EVALUATED for value in given) or pattern or any(more) or not isinstance(old, str) or not old:
        return NOT_EVALUATED
    if not isinstance(source, str) or not source:
        return None
    return source.replace(old, new) if isinstance(new, str) else NOT_EVALUATED


def _mid(words: list[str]) -> str:
    start = int(words[1])  # the first character is number 1
    if start < 1 or int(words[2]) < 0:
        raise _UnreadableError("Mid")
    return words[0][start - 1 : start - 1 + int(words[2])]


def _plain(words: list[str]) -> str:
    taken_apart = unicodedata.normalize("NFD", words[0])
    plain = "".join(sign for sign in taken_apart if not unicodedata.combining(sign))
    if not plain.isascii():  # ø, ß, ł: Microsoft's own table is not published
        raise _UnreadableError("NormalizeDiacritics")
    return plain


_FUNCTIONS: dict[str, Callable[[_Given], Value | Unknown]] = {
    "append": _appended,
    "coalesce": _coalesce,
    "join": _joined,
    "left": _known(lambda words: words[0][: int(words[1])], 2),
    "mid": _known(_mid, 3),
    "normalizediacritics": _known(_plain, 1),
    "not": _not,
    "replace": _replaced,
    "right": _known(lambda words: words[0][-int(words[1]) :] if int(words[1]) > 0 else "", 2),
    "stripspaces": _known(lambda words: words[0].replace(" ", ""), 1),
    "switch": _switch,
    "tolower": _known(lambda words: words[0].lower(), 1, 2),
    "toupper": _known(lambda words: words[0].upper(), 1, 2),
    "trim": _known(lambda words: words[0].strip(), 1),
}
