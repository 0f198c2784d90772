"""OData on a list: `$filter`, `$search`, `$orderby`, `$select`, `$top`, `$count` and pages with `@odata.nextLink`."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sandbox.errors import GraphRefusalError, bad_request, unsupported_query
from sandbox.query import Filter
from sandbox.times import read_instant

Json = dict[str, Any]

_SEARCH = re.compile(r'\s*"(?P<name>\w+):(?P<words>(?:[^"\\]|\\.)*)"\s*(?P<then>OR|AND|$)')
NEEDS_EVENTUAL = (
    "Request with $search query parameter only works through MSGraph with a special request header: "
    "'ConsistencyLevel: eventual'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What may be asked of one kind of object."""

    type_name: str  # as in microsoft.graph.<type_name>
    properties: Mapping[str, str]
    default: tuple[str, ...] | None = None  # what comes without $select; None = everything
    page: int = 100
    largest_page: int = 999
    directory: bool = True  # advanced queries need ConsistencyLevel; comparisons ignore case
    options: frozenset[str] = frozenset(
        {"$filter", "$search", "$orderby", "$select", "$top", "$count", "$skiptoken", "$expand"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The query of one request."""

    url: str  # absolute, without the query
    context: str  # the service root's $metadata
    options: Mapping[str, str]
    eventual: bool = False  # the header ConsistencyLevel: eventual


def answer_list(rows: Iterable[Json], kind: Kind, asked: Asked) -> Json:
    """Give the page of rows that was asked for, in Graph's envelope."""
    options = _checked(kind, asked.options)
    found = _filtered(list(rows), kind, options, asked)
    found = _searched(found, kind, options, asked)
    found = _ordered(found, kind, options)
    size = _top(kind, options)
    start = _skipped(options)
    page = found[start : start + size]
    answer: Json = {"@odata.context": f"{asked.context}#{asked.url.rpartition('/')[2]}"}
    if options.get("$count", "").lower() == "true" and (asked.eventual or not kind.directory):
        answer["@odata.count"] = len(found)
    if start + size < len(found):
        answer["@odata.nextLink"] = _next_link(asked, start + size)
    answer["value"] = [select(row, kind, options) for row in page]
    return answer


def answer_one(row: Json, kind: Kind, asked: Asked) -> Json:
    options = _checked(kind, asked.options, allowed=frozenset({"$select", "$expand"}))
    head = {"@odata.context": f"{asked.context}#{kind.type_name}s/$entity"}
    return head | select(row, kind, options)


def select(row: Json, kind: Kind, options: Mapping[str, str]) -> Json:
    """Keep the properties of `$select`, or those that Graph gives by default."""
    annotations = {key: value for key, value in row.items() if key.startswith("@odata.")}
    if "$select" not in options:
        names = kind.default or tuple(name for name in kind.properties if "/" not in name)
        return annotations | {name: row[name] for name in names if name in row}
    names = tuple(name.strip() for name in options["$select"].split(","))
    for name in names:
        if name not in kind.properties and name != "*":
            raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.{kind.type_name}'.")
    if "*" in names:
        names = tuple(name for name in kind.properties if "/" not in name)
    return annotations | {name: row[name] for name in dict.fromkeys(names) if name in row}


def _checked(kind: Kind, options: Mapping[str, str], allowed: frozenset[str] | None = None) -> Mapping[str, str]:
    for name, value in options.items():
        if name not in (allowed or kind.options):
            raise bad_request(f"The query option '{name}' is not supported on 'microsoft.graph.{kind.type_name}'.")
        if name == "$expand":
            raise bad_request(f"The sandbox does not expand '{value}'; ask for it by its own address.")
        if not value:
            raise bad_request(f"The query option '{name}' is empty.")
    return options


def _filtered(rows: list[Json], kind: Kind, options: Mapping[str, str], asked: Asked) -> list[Json]:
    if "$filter" not in options:
        return rows
    asked_for = Filter(options["$filter"], kind.properties, kind.type_name, case_sensitive=not kind.directory)
    advanced = asked_for.advanced or "$orderby" in options
    if kind.directory and advanced and not _is_advanced(options, asked):
        raise unsupported_query(
            "The specified filter needs an advanced query: send 'ConsistencyLevel: eventual' and $count=true."
        )
    return [row for row in rows if asked_for.holds(row)]


def _is_advanced(options: Mapping[str, str], asked: Asked) -> bool:
    return asked.eventual and options.get("$count", "").lower() == "true"


def _searched(rows: list[Json], kind: Kind, options: Mapping[str, str], asked: Asked) -> list[Json]:
    """Apply `$search="displayName:Jane Doe" OR "mail:jane"`: words for displayName, beginnings for the rest."""
    if "$search" not in options:
        return rows
    if not asked.eventual:
        raise unsupported_query(NEEDS_EVENTUAL)
    clauses: list[tuple[str, str, str]] = []
    text, place = options["$search"], 0
    while place < len(text):
        found = _SEARCH.match(text, place)
        if found is None or found["name"] not in kind.properties:
            raise bad_request(f'Syntax error: the search {text!r} is not in the form "property:words".')
        clauses.append((found["name"], found["words"].replace('\\"', '"'), found["then"]))
        place = found.end()
    return [row for row in rows if _found(row, clauses)]


def _found(row: Json, clauses: list[tuple[str, str, str]]) -> bool:
    verdict, joined = False, "OR"
    for name, words, then in clauses:
        hit = _hit(str(row.get(name) or ""), words, whole_words=name == "displayName")
        verdict = verdict or hit if joined == "OR" else verdict and hit
        joined = then
    return verdict


def _hit(value: str, words: str, *, whole_words: bool) -> bool:
    if not whole_words:
        return bool(value) and value.lower().startswith(words.lower())
    tokens = re.findall(r"\w+", value.lower())
    return all(any(token.startswith(word) for token in tokens) for word in re.findall(r"\w+", words.lower()))


def _ordered(rows: list[Json], kind: Kind, options: Mapping[str, str]) -> list[Json]:
    if "$orderby" not in options:
        return rows
    for part in reversed(options["$orderby"].split(",")):
        name, _, direction = part.strip().partition(" ")
        if name not in kind.properties or direction.strip() not in ("", "asc", "desc"):
            raise bad_request(f"The $orderby expression '{part.strip()}' is not supported.")
        is_instant = kind.properties[name] == "instant"
        rows = sorted(rows, key=lambda row: _sortable(row.get(name), is_instant), reverse=direction.strip() == "desc")
    return rows


def _sortable(value: Any, is_instant: bool) -> tuple[bool, Any]:
    if value is None:
        return (False, "")
    return (True, read_instant(value).timestamp() if is_instant else str(value).lower())


def _top(kind: Kind, options: Mapping[str, str]) -> int:
    text = options.get("$top", str(kind.page))
    if not text.isdigit() or not 1 <= int(text) <= kind.largest_page:
        raise bad_request(
            f"Invalid page size specified: '{text}'. Must be between 1 and {kind.largest_page} inclusive."
        )
    return int(text)


def _skipped(options: Mapping[str, str]) -> int:
    if "$skip" in options:
        if not options["$skip"].isdigit():
            raise bad_request(f"Invalid value '{options['$skip']}' for $skip.")
        return int(options["$skip"])
    if "$skiptoken" not in options:
        return 0
    try:
        return int(base64.urlsafe_b64decode(options["$skiptoken"].encode()).decode().removeprefix("from:"))
    except (binascii.Error, ValueError) as broken:
        raise GraphRefusalError(400, "Directory_ExpiredPageToken", "The skip token is not valid.") from broken


def _next_link(asked: Asked, start: int) -> str:
    kept = {name: value for name, value in asked.options.items() if name not in ("$skiptoken", "$skip")}
    kept["$skiptoken"] = base64.urlsafe_b64encode(f"from:{start}".encode()).decode()
    return f"{asked.url}?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in kept.items())
