"""SCIM attribute paths, such as `emails[type eq "work"].value`: read and write them in a SCIM user."""

import re
from typing import Any

Json = dict[str, Any]

_PATH = re.compile(
    r'^(?:(?P<urn>urn:.+):)?(?P<head>[\w$-]+)(?:\[(?P<by>\w+) eq "(?P<wanted>[^"]*)"\])?(?:\.(?P<tail>\w+))?$'
)
_CORE = "urn:ietf:params:scim:schemas:core:2.0:User"


class PathError(ValueError):
    """A target attribute is not written as a SCIM path."""


def is_path(text: str) -> bool:
    return _PATH.match(text) is not None


def top_of(path: str) -> str:
    """Name the attribute that a PATCH replaces as a whole: `emails`, `name`, or an extension's attribute."""
    urn, head, _, _, _ = _parts(path)
    return f"{urn}:{head}" if urn else head


def read_path(account: Json, path: str) -> Any:
    urn, head, by, wanted, tail = _parts(path)
    holder = account.get(urn) if urn else account
    value = holder.get(head) if isinstance(holder, dict) else None
    if by is not None:
        entries = value if isinstance(value, list) else []
        value = next((entry for entry in entries if _equals(entry.get(by), wanted)), None)
    if tail is not None:
        value = value.get(tail) if isinstance(value, dict) else None
    return value


def write_path(account: Json, path: str, value: Any) -> None:
    urn, head, by, wanted, tail = _parts(path)
    holder = account.setdefault(urn, {}) if urn else account
    if by is not None:
        entries = holder.setdefault(head, [])
        entry = next((each for each in entries if _equals(each.get(by), wanted)), None)
        if entry is None:
            entry = {by: wanted} | ({"primary": True} if not entries and wanted == "work" else {})
            entries.append(entry)
        entry[tail or "value"] = value
    elif tail is not None:
        holder.setdefault(head, {})[tail] = value
    else:
        holder[head] = value


def _equals(value: Any, wanted: str | None) -> bool:
    return str(value).lower() == str(wanted).lower()


def _parts(path: str) -> tuple[str | None, str, str | None, str | None, str | None]:
    found = _PATH.match(path)
    if found is None:
        raise PathError(f"The attribute '{path}' is not a SCIM path.")
    urn = None if found["urn"] == _CORE else found["urn"]
    return urn, found["head"], found["by"], found["wanted"], found["tail"]
