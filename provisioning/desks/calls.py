"""What other desks say when they call: their message as a ``Call``. Nothing here is believed before it is verified."""

import re
from typing import Any

import msgspec

from provisioning.desks import jira
from provisioning.errors import RefusedError
from provisioning.handover import Call, Standing

LONGEST_COMMENT = 4000  # characters
LONGEST_NAME = 100
_TICKET = re.compile(r"(?:SD-)?([1-9][0-9]{0,17})", re.IGNORECASE)
_CATEGORIES = {category: standing for standing, category in jira.CATEGORIES.items()}


class _Message(msgspec.Struct):
    ticket: str | int | None = None
    record: str | None = None
    status: Standing | None = None
    comment: str = ""
    by: str = ""


def read_call(body: bytes, *, key: str) -> Call:
    """Our own form: ticket (SD-1001) or record, status or comment, by. RefusedError says what is wrong with it."""
    try:
        said = msgspec.json.decode(body, type=_Message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise RefusedError(f"The body cannot be read: {str(problem)[:200]}.") from problem
    found = _TICKET.fullmatch(str(said.ticket)) if said.ticket is not None else None
    if found is None and not said.record:
        raise RefusedError("ticket (such as SD-1001) or record is needed.")
    comment = said.comment.strip()
    if said.status is None and not comment:
        raise RefusedError("status (open, taken or closed) or comment is needed.")
    if len(comment) > LONGEST_COMMENT:
        raise RefusedError(f"comment has {len(comment)} characters, at most {LONGEST_COMMENT} are taken.")
    return Call(
        key=key,
        ticket=int(found[1]) if found else None,
        link=said.record,
        standing=said.status,
        comment=_storable(comment),
        by=_name(said.by),
    )


def read_jira(body: bytes, *, key: str) -> tuple[Call | None, str]:
    """Jira's own webhook, and its date in seconds since 1970; no call when it is nothing that concerns who asked.

    Comments count in a service project, and there only those that the customer may read; ours end with their key.
    """
    try:
        said = msgspec.json.decode(body)
        at = str(int(said["timestamp"]) // 1000)
        event, issue = said["webhookEvent"], str(said["issue"]["key"])
        if event == "comment_created":
            return _comment(said["comment"], issue, key), at
        if event == "jira:issue_updated":
            return _status(said, issue, key), at
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError, ValueError) as problem:
        raise RefusedError("The body is no issue's event of Jira's.") from problem
    return None, at


def _comment(comment: dict[str, Any], issue: str, key: str) -> Call | None:
    body = comment["body"]
    words = (body if isinstance(body, str) else jira.text_of(body)).strip()
    if comment.get("jsdPublic") is not True or not words or jira.OUR_KEY.search(words):
        return None
    author = comment.get("author") or {}
    return Call(
        key=key, link=issue, comment=_storable(words)[:LONGEST_COMMENT], by=_name(author.get("displayName") or "")
    )


def _status(said: dict[str, Any], issue: str, key: str) -> Call | None:
    changes = (said.get("changelog") or {}).get("items") or []
    if not any(change.get("field") == "status" for change in changes):
        return None
    standing = _CATEGORIES.get(said["issue"]["fields"]["status"]["statusCategory"]["key"])
    by = _name((said.get("user") or {}).get("displayName") or "")
    return Call(key=key, link=issue, standing=standing, by=by) if standing else None


def _name(words: str) -> str:
    return _storable(" ".join(words.split()))[:LONGEST_NAME]


def _storable(words: str) -> str:
    """Without what no database stores."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode()
