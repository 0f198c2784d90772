"""Jira and Jira Service Management, REST API v3: a ticket is an issue, a step is a comment and perhaps a transition.

Jira has no idempotency key. A label names our ticket, and each comment ends with its step's name, so that whoever
tries again can look. The search for a label runs on an index that may be some seconds late, which is why the casework
waits longer than that after an attempt whose end nobody knows; comments are read from the issue itself.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import ClientSession

from provisioning.desks.http import Http
from provisioning.errors import RefusedError, UncertainError
from provisioning.handover import Link, Notice, Standing

NAME = "jira"
API = "/rest/api/3"
LONGEST_SUMMARY = 255
OUR_KEY = re.compile(r"\bsd[0-9a-f]{8}-SD-[0-9]+/[0-9]+\s*\Z")  # the end of a comment that we wrote
_COMMENTS = "50"  # newest first; an attempt that is tried again is younger than that

# A workflow's statuses have names of their own; their categories have these keys everywhere.
CATEGORIES = {Standing.OPEN: "new", Standing.TAKEN: "indeterminate", Standing.CLOSED: "done"}


class Jira:
    """``Desk`` over one project. ``fields`` go into every new issue, e.g. the request type's custom field."""

    name = NAME

    def __init__(
        self,
        session: ClientSession,
        *,
        url: str,
        user: str,
        token: str,
        project: str,
        issue_type: str,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        login = b64encode(f"{user}:{token}".encode()).decode()
        self._http = Http(session, origin=url, headers={"Authorization": f"Basic {login}"}, name="Jira")
        self._url = url.rstrip("/")
        self._project = project
        self._issue_type = issue_type
        self._fields = dict(fields or {})

    async def tell(self, notice: Notice, link: Link | None, *, again: bool) -> Link:
        """As the port says. A step that moves the ticket is a comment first and a transition after it."""
        opened = False
        if link is None:
            link = await self._find(notice)
            if link is None:
                link, opened = await self._open(notice), True
            again = True  # found: who knows what stands in it
        if not (opened or notice.step == 0 or (again and await self._is_there(notice, link))):
            await self._http.send("POST", f"{API}/issue/{link.id}/comment", _comment(notice))
        if notice.standing is not None and notice.step:
            await self._move(link, notice.standing)
        return link

    async def _find(self, notice: Notice) -> Link | None:
        jql = f'project = "{self._project}" AND labels = "{notice.mark}" ORDER BY created ASC'
        wanted = {"jql": jql, "fields": ["summary"], "maxResults": 1}
        answer = await self._http.send("POST", f"{API}/search/jql", wanted, writes=False)
        issues = answer.body.get("issues")
        return self._link(issues[0]["key"]) if isinstance(issues, list) and issues else None

    async def _open(self, notice: Notice) -> Link:
        words = notice.description if not notice.step else f"{notice.description}\n\n{notice.text}"
        fields = {
            "project": {"key": self._project},
            "issuetype": {"name": self._issue_type},
            "summary": " ".join(f"[{notice.ticket}] {notice.subject}".split())[:LONGEST_SUMMARY],
            "description": document(words),
            "labels": [notice.mark],
            **self._fields,
        }
        answer = await self._http.send("POST", f"{API}/issue", {"fields": fields})
        key = answer.body.get("key")
        if not key:
            raise UncertainError("Jira took the issue and did not say which one it is.")
        return self._link(str(key))

    async def _is_there(self, notice: Notice, link: Link) -> bool:
        path = f"{API}/issue/{link.id}/comment"
        comments = (await self._http.get(path, orderBy="-created", maxResults=_COMMENTS)).body.get("comments") or []
        return any(notice.key in text_of(comment.get("body")) for comment in comments)

    async def _move(self, link: Link, standing: Standing) -> None:
        """Into a status of the category. A workflow without one is let be, unless the ticket is closed here."""
        wanted, path = CATEGORIES[standing], f"{API}/issue/{link.id}"
        status = ((await self._http.get(path, fields="status")).body.get("fields") or {}).get("status") or {}
        if _category(status) == wanted:
            return
        offered = (await self._http.get(f"{path}/transitions")).body.get("transitions") or []
        fits = next((one for one in offered if _category(one.get("to") or {}) == wanted), None)
        if fits is not None:
            await self._http.send("POST", f"{path}/transitions", {"transition": {"id": fits["id"]}})
        elif standing is Standing.CLOSED:
            raise RefusedError("Jira's workflow offers no transition from here into a status that is done.")

    def _link(self, found: str) -> Link:
        key = quote(found, safe="")  # it goes into addresses
        return Link(id=key, name=key, url=f"{self._url}/browse/{key}")


def document(words: str) -> dict[str, Any]:
    """Plain text as Jira's document format: a line is a paragraph, and an empty one is empty."""
    lines = [{"type": "paragraph", "content": _line(line)} for line in words.splitlines() or [""]]
    return {"type": "doc", "version": 1, "content": lines}


def text_of(part: object) -> str:
    """The words of a document of Jira's."""
    return " ".join(_texts(part))


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        if part.get("type") == "text":
            yield str(part.get("text", ""))
        yield from _texts(part.get("content"))
    elif isinstance(part, list):
        for one in part:
            yield from _texts(one)


def _line(words: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": words}] if words else []  # an empty text node is refused


def _comment(notice: Notice) -> dict[str, Any]:
    """Of a service project, an internal one is shown to agents alone; elsewhere the property means nothing."""
    comment: dict[str, Any] = {"body": document(f"{notice.text}\n{notice.key}")}
    if not notice.public:
        comment["properties"] = [{"key": "sd.public.comment", "value": {"internal": True}}]
    return comment


def _category(status: Mapping[str, Any]) -> str:
    return str((status.get("statusCategory") or {}).get("key", ""))
