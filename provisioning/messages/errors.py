"""Error texts of the provisioning service and of apps, taken apart. No text raises; what is not there is None.

Two frames are common, each with the app's own body at its end: JSON, JSON inside JSON, broken JSON or plain words:
``StatusCode: Conflict … Web Response: <body>. This operation was retried 3 times. It will be retried again after
this date: 2026-…Z UTC`` and ``Received response from Web resource. … Response Status Code: Conflict … Response
Content: <body>``.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from provisioning.attempts import ForeignError
from provisioning.messages.attributes import attributes_in
from provisioning.messages.codes import code_in
from provisioning.messages.lenient import DEEPEST, LONGEST, from_json, instant, json_inside, pick, text

_STATUS = re.compile(r"(?:Response )?Status ?Code\"?\s*[:=]\s*\"?([A-Za-z]+|\d{3})\b", re.IGNORECASE)
_BARE_STATUS = re.compile(r"\bHTTP(?:/\d(?:\.\d)?)?[ :]+(?:status[ :]*)?([45]\d\d)\b|\(([45]\d\d)\)", re.IGNORECASE)
_BODY = re.compile(r"(?:Web Response|Response Content)\s*:\s*", re.IGNORECASE)
_RETRIED = re.compile(r"\bretried (\d{1,9}) times?\b", re.IGNORECASE)
_NEXT = re.compile(r"retried again after this date:\s*([0-9T:.\-+]+Z?)", re.IGNORECASE)
_TAIL = re.compile(r"\s*\.?\s*This operation was retried.*\Z", re.IGNORECASE | re.DOTALL)
_MESSAGE = re.compile(r"Message:\s*(.+?)(?:\r?\n|\Z)", re.IGNORECASE)
_LOOSE = r"[\\]*\"{}[\\]*\"\s*:\s*[\\]*\"((?:[^\"\\]|\\.)+)"
_LOOSE_DETAIL = re.compile(_LOOSE.format("(?:detail|message|error_description)"), re.IGNORECASE)
_LOOSE_TYPE = re.compile(_LOOSE.format("scimType"), re.IGNORECASE)
_LOOSE_STATUS = re.compile(r"[\\]*\"status[\\]*\"\s*:\s*[\\]*\"?([45]\d\d)", re.IGNORECASE)
_URL = re.compile(r"https?://([^\s/\"'<>?#]+)[^\s\"'<>)]*", re.IGNORECASE)
_SENTENCE_KEYS = ("detail", "message", "errorMessage", "error_description", "description", "reason", "title")
_SCHEMA = "urn:ietf:params:scim"  # the name of a message's shape is no sentence
_STATUS_BY_NAME = {status.name.replace("_", "").casefold(): status.value for status in HTTPStatus}
_STATUS_BY_NAME["unprocessableentity"] = 422  # .NET's spelling; Python's own changed in 3.13


def read_error(words: str | None, *, code: str | None = None) -> ForeignError:
    """Take an error apart. ``code`` is what stood beside the text; without it the text is searched for one."""
    whole = (words or "").strip()[:LONGEST]
    body = _body(whole)
    content = json_inside(body)
    detail = without_addresses(_detail(whole, body, content))
    named = (code or "").strip() or code_in(whole)
    retried = _RETRIED.search(whole)
    return ForeignError(
        code=named,
        http=_http(whole, body, content),
        scim_type=_found(content, "scimType") or _first(_LOOSE_TYPE, body),
        detail=None if detail == named else detail,
        text=whole or None,
        attributes=tuple(named.directory for named in attributes_in(detail or whole)),
        retried=int(retried.group(1)) if retried else None,
        next_retry=next_retry(whole),
    )


def next_retry(words: str | None) -> datetime | None:
    """When the provisioning service will try again, by the last sentence of its error texts."""
    found = _NEXT.search((words or "")[:LONGEST])
    return instant(found.group(1)) if found else None


def _body(whole: str) -> str:
    """The app's own answer, without Microsoft's frame around it."""
    framed = list(_BODY.finditer(whole))
    return _TAIL.sub("", whole[framed[-1].end() :] if framed else whole)


def _detail(whole: str, body: str, content: Any) -> str | None:
    if content is not None:
        return _sentence(content)
    if loose := _first(_LOOSE_DETAIL, body):
        return _innermost(loose.replace('\\"', '"').rstrip("\\"))
    if body != whole and _BODY.search(whole):
        return body.strip(" .\r\n") or _first(_MESSAGE, whole)
    return _first(_MESSAGE, body) or body.strip() or None


def _sentence(content: Any, depth: int = 0) -> str | None:
    """The innermost sentence of an error body, whatever its shape."""
    if depth > DEEPEST:
        return None
    if isinstance(content, str):
        return None if content.startswith(_SCHEMA) else _innermost(content, depth + 1)
    if isinstance(content, list):
        return next((said for item in content if (said := _sentence(item, depth + 1))), None)
    if isinstance(content, Mapping):
        places = [pick(content, key) for key in _SENTENCE_KEYS]
        places += [value for value in content.values() if isinstance(value, Mapping | list)]
        sentences = (_sentence(place, depth + 1) for place in places)
        return next((words for words in sentences if words), None) or _error_word(content)
    return None


def _error_word(content: Mapping[str, Any]) -> str | None:
    word = pick(content, "error")
    return text(word) if isinstance(word, str) else None


def _innermost(words: str, depth: int = 0) -> str | None:
    """The words themselves, or the sentence of the JSON that hides in them."""
    inner = json_inside(words) if depth <= DEEPEST else None
    return (_sentence(inner, depth + 1) if inner is not None else None) or words.strip() or None


def _found(content: Any, name: str, depth: int = 0) -> str | None:
    """A value by name anywhere in a body, JSON inside strings included; the outermost first."""
    if depth > DEEPEST or content is None:
        return None
    if isinstance(content, str):
        return _found(from_json(content) or json_inside(content), name, depth + 1) if "{" in content else None
    if isinstance(content, Mapping) and isinstance(here := pick(content, name), str | int):
        return text(here)
    inside = content.values() if isinstance(content, Mapping) else content if isinstance(content, list) else ()
    return next((said for item in inside if (said := _found(item, name, depth + 1))), None)


def _http(whole: str, body: str, content: Any) -> int | None:
    """The app's HTTP status: Microsoft's frame first, then the body's own word."""
    named = _STATUS.search(whole)
    if named and (status := _status(named.group(1))):
        return status
    if status := _status(_found(content, "status") or _first(_LOOSE_STATUS, body)):
        return status
    bare = _BARE_STATUS.search(whole)
    return _status(bare.group(1) or bare.group(2)) if bare else None


def _status(word: str | None) -> int | None:
    if word is None:
        return None
    value = int(word) if word.isdecimal() and len(word) == 3 else _STATUS_BY_NAME.get(word.casefold())
    return value if value and 300 <= value <= 599 else None


def _first(pattern: re.Pattern[str], words: str) -> str | None:
    found = pattern.search(words)
    return found.group(1).strip() or None if found else None


def without_addresses(words: str | None) -> str | None:
    """Web addresses in a foreign text carry people's identifiers: keep the host, drop the rest."""
    return _URL.sub(r"https://\1/…", words) if words else None
