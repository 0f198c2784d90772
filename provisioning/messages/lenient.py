"""Reading what others wrote without trusting its shape: keys in any casing, JSON in strings, dates that mean never.

Nothing here raises on foreign content; what cannot be read is ``None`` or empty.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

NEVER = datetime(1, 1, 1, tzinfo=UTC)  # Graph's own "never"; also the instant of a row that carries none
DEEPEST = 40  # levels of nesting that are looked at; Microsoft's and the apps' bodies stay below 8
LONGEST = 200_000  # characters of one foreign text that are looked at; real ones stay below 30,000


def pick(holder: object, *names: str) -> Any:
    """The first non-null value under one of ``names``, whatever the casing; None if there is none."""
    if not isinstance(holder, Mapping):
        return None
    folded = {str(key).casefold(): value for key, value in holder.items() if value is not None}
    return next((folded[name.casefold()] for name in names if name.casefold() in folded), None)


def text(value: object) -> str | None:
    """Words as words: None for nothing, "True"/"False" for booleans (Graph's spelling), JSON for structures."""
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    if isinstance(value, Mapping | list):
        try:
            return json.dumps(value, default=str, ensure_ascii=False)
        except (ValueError, TypeError, RecursionError):
            return None
    return str(value)


def mapping(value: object) -> Mapping[str, Any]:
    """An object, also when it comes as JSON in a string; empty for anything else."""
    found = from_json(value) if isinstance(value, str) else value
    return found if isinstance(found, Mapping) else {}


def rows(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list, of a single object, or of either as JSON in a string."""
    found = from_json(value) if isinstance(value, str) else value
    if isinstance(found, Mapping):
        return [found]
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def from_json(value: object) -> Any:
    """The content of a JSON text, None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        return json.loads(value[:LONGEST])
    except (ValueError, RecursionError):
        return None


def json_inside(words: str) -> Any:
    """The first JSON object or list anywhere in a text; None when there is none that can be read."""
    decoder = json.JSONDecoder()
    for at in _openings(words[:LONGEST]):
        try:
            found, _ = decoder.raw_decode(words, at)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) or (isinstance(found, list) and any(isinstance(x, dict) for x in found)):
            return found
    return None


def _openings(words: str, most: int = 50) -> Iterator[int]:
    """Where an object or list may begin; a text with more braces than ``most`` is not an error message."""
    seen = 0
    for at, sign in enumerate(words):
        if sign in "{[":
            yield at
            seen += 1
            if seen == most:
                return


def instant(value: object) -> datetime | None:
    """An aware UTC instant; None for nothing, for nonsense and for the year 1, which is Graph's "never".

    Takes ISO 8601 with up to seven fractional digits, with or without ``Z``, offset or a trailing " UTC".
    """
    if not isinstance(value, str):
        return None
    words = value.strip().removesuffix("UTC").strip().rstrip(".")
    try:
        found = datetime.fromisoformat(words)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year > 1 else None
