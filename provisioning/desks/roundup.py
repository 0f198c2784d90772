"""Roundup, the open-source tracker, over its REST API: a ticket is an ``issue``, a step is a ``msg`` of it.

The issue's title ends with our mark, a message's ``messageid`` is the step's key: both can be searched for. Statuses
are those of Roundup's classic template. Writes carry the origin and the etag that Roundup wants against forged requests
and lost updates.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import ClientSession

from provisioning.desks.http import Http
from provisioning.errors import ConflictError, TryLaterError, UncertainError
from provisioning.handover import Link, Notice, Standing

NAME = "roundup"
_MOST_RACES = 3  # an issue is read anew when it was changed between the look and the write
_STATUSES = {Standing.OPEN: "unread", Standing.TAKEN: "in-progress", Standing.CLOSED: "resolved"}
_PRIORITIES = {"urgent": "critical", "high": "urgent", "normal": "bug", "low": "wish"}


class Roundup:
    """``Desk`` over one tracker, whose address ends with its name."""

    name = NAME

    def __init__(self, session: ClientSession, *, url: str, user: str, password: str) -> None:
        login = b64encode(f"{user}:{password}".encode()).decode()
        self._url = url.rstrip("/")
        parts = urlsplit(self._url)
        headers = {
            "Authorization": f"Basic {login}",
            "X-Requested-With": "rest",
            "Origin": f"{parts.scheme}://{parts.netloc}",
            "Referer": f"{self._url}/",
        }
        self._http = Http(session, origin=f"{self._url}/rest/data", headers=headers, name="Roundup")
        self._user = user

    async def tell(self, notice: Notice, link: Link | None, *, again: bool) -> Link:
        """As the port says. What is repeated changes nothing."""
        if link is None:
            link = await self._find(notice)
            if link is None:
                return await self._open(notice)
        message = await self._message(notice, notice.description if notice.step == 0 else notice.text)
        for _ in range(_MOST_RACES):
            try:
                await self._change(link, message, notice.standing if notice.step else None)
            except ConflictError:  # somebody there was quicker
                continue
            return link
        raise TryLaterError("Roundup's issue changes all the time.")

    async def _find(self, notice: Notice) -> Link | None:
        """The search finds parts of titles, and SD-10 is a part of SD-1001: the whole mark has to be there."""
        answer = await self._http.get("/issue", title=notice.mark, **{"@fields": "title"})
        mine = [one for one in _collection(answer.body) if f"[{notice.mark}]" in str(one.get("title"))]
        return self._link(mine[0]["id"]) if mine else None

    async def _open(self, notice: Notice) -> Link:
        words = notice.description if notice.step == 0 else f"{notice.description}\n\n{notice.text}"
        issue: dict[str, Any] = {
            "title": " ".join(f"[{notice.ticket}] {notice.subject} [{notice.mark}]".split()),
            "messages": [await self._message(notice, words)],
            "priority": _PRIORITIES.get(notice.severity, "bug"),
        }
        if notice.standing is not None and notice.step:
            issue["status"] = _STATUSES[notice.standing]
        return self._link(_id(await self._http.send("POST", "/issue", issue)))

    async def _message(self, notice: Notice, words: str) -> str:
        """The id of the step's message, which is written unless it is there."""
        found = await self._http.get("/msg", messageid=notice.key, **{"@fields": "messageid"})
        mine = [one for one in _collection(found.body) if one.get("messageid") == notice.key]
        if mine:
            return str(mine[0]["id"])
        message = {"content": words, "messageid": notice.key, "author": self._user}
        return _id(await self._http.send("POST", "/msg", message))

    async def _change(self, link: Link, message: str, standing: Standing | None) -> None:
        """One write for both, of the issue as it was just read; none where it stands like that already."""
        path = f"/issue/{link.id}"
        answer = await self._http.get(path, **{"@fields": "messages,status"})
        there = (answer.body.get("data") or {}).get("attributes") or {}
        messages = [str(one["id"]) for one in there.get("messages") or ()]
        change: dict[str, Any] = {} if message in messages else {"messages": [*messages, message]}
        if standing is not None:
            change["status"] = _STATUSES[standing]
        if change:
            await self._http.send("PUT", path, change, headers={"If-Match": answer.headers.get("ETag", "")})

    def _link(self, found: object) -> Link:
        number = quote(str(found), safe="")  # it goes into addresses
        return Link(id=number, name=f"issue{number}", url=f"{self._url}/issue{number}")


def _collection(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = (body.get("data") or {}).get("collection")
    return found if isinstance(found, list) else []


def _id(answer: Any) -> str:
    number = (answer.body.get("data") or {}).get("id")
    if not number:
        raise UncertainError("Roundup took it and did not say which one it is.")
    return str(number)
