"""The statements of the inbox and the outbox, by name, from the ``.sql`` files beside this one."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_MARK = "-- name: "


@cache
def statements(name: str) -> Mapping[str, bytes]:
    """Every statement of ``<name>.sql``; each begins with a line ``-- name: what_it_does``."""
    text = (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")
    found: dict[str, bytes] = {}
    for part in text.split(_MARK)[1:]:
        title, _, statement = part.partition("\n")
        found[title.strip()] = statement.strip().encode()
    return found
