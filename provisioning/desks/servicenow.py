"""ServiceNow's Table API: a ticket is an ``incident``.

``correlation_id`` names our ticket. ``correlation_display`` names the step that was written last, in the same request
as the step itself, so one look at the record says whether a step is there. (The field is text for people; ServiceNow
gives it no meaning.) Comments are journal fields: what is written to them is appended.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import ClientSession

from provisioning.desks.http import Http
from provisioning.errors import UncertainError
from provisioning.handover import Link, Notice, Standing

NAME = "servicenow"
TABLE = "/api/now/table/incident"
SHORTEST = 160  # characters of short_description

# The default state model since Helsinki. A resolved incident is closed by ServiceNow itself after some days.
_STATES = {Standing.OPEN: "1", Standing.TAKEN: "2", Standing.CLOSED: "6"}
_URGENCY = {"urgent": "1", "high": "1", "normal": "2", "low": "3"}
_IMPACT = {"urgent": "1", "high": "2", "normal": "3", "low": "3"}


class ServiceNow:
    """``Desk`` over one instance. ``fields`` go into every new incident: assignment_group, category …"""

    name = NAME

    def __init__(
        self,
        session: ClientSession,
        *,
        url: str,
        user: str,
        password: str,
        close_code: str,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        login = b64encode(f"{user}:{password}".encode()).decode()
        self._http = Http(session, origin=url, headers={"Authorization": f"Basic {login}"}, name="ServiceNow")
        self._url = url.rstrip("/")
        self._close_code = close_code
        self._fields = dict(fields or {})

    async def tell(self, notice: Notice, link: Link | None, *, again: bool) -> Link:
        """As the port says. Before anything is opened, it is looked for: a correlation_id may stand in two records."""
        written: int | None = None
        if link is None:
            record = await self._find(notice.mark)
            if record is None:
                return await self._open(notice)
            link, written = self._link(record), _step(record, notice)
        elif again:
            written = _step(await self._read(link), notice)
        if written is None or written < notice.step:
            await self._http.send("PATCH", f"{TABLE}/{link.id}", self._change(notice))
        return link

    async def _find(self, mark: str) -> Mapping[str, Any] | None:
        answer = await self._http.get(
            TABLE,
            sysparm_query=f"correlation_id={mark}^ORDERBYsys_created_on",
            sysparm_fields="sys_id,number,correlation_display",
            sysparm_limit="1",
        )
        found = answer.body.get("result")
        return found[0] if isinstance(found, list) and found else None

    async def _read(self, link: Link) -> Mapping[str, Any]:
        answer = await self._http.get(f"{TABLE}/{link.id}", sysparm_fields="sys_id,number,correlation_display")
        found: Mapping[str, Any] = answer.body.get("result") or {}
        return found

    async def _open(self, notice: Notice) -> Link:
        record = {
            "short_description": _line(f"[{notice.ticket}] {notice.subject}"),
            "description": notice.description,
            "correlation_id": notice.mark,
            "correlation_display": notice.key,
            "urgency": _URGENCY.get(notice.severity, "2"),
            "impact": _IMPACT.get(notice.severity, "3"),
            **self._fields,
        }
        if notice.step:  # the desk was connected to a ticket that has a history already
            record |= self._change(notice)
        answer = await self._http.send("POST", TABLE, record)
        found = answer.body.get("result")
        if not isinstance(found, Mapping) or not found.get("sys_id"):
            raise UncertainError("ServiceNow took the incident and did not say which one it is.")
        return self._link(found)

    def _change(self, notice: Notice) -> dict[str, str]:
        change = {"comments" if notice.public else "work_notes": notice.text, "correlation_display": notice.key}
        if notice.standing is not None:
            change["state"] = _STATES[notice.standing]
        if notice.standing is Standing.CLOSED:
            change |= {"close_code": self._close_code, "close_notes": notice.text}
        if notice.what == "graded":
            change |= {"urgency": _URGENCY.get(notice.severity, "2"), "impact": _IMPACT.get(notice.severity, "3")}
        return change

    def _link(self, record: Mapping[str, Any]) -> Link:
        sys_id = quote(str(record["sys_id"]), safe="")  # it goes into addresses
        url = f"{self._url}/nav_to.do?uri=incident.do?sys_id={sys_id}"
        return Link(id=sys_id, name=str(record.get("number") or sys_id), url=url)


def _step(record: Mapping[str, Any], notice: Notice) -> int | None:
    """The step that was written last; None where the field tells nothing of ours."""
    mark, _, step = str(record.get("correlation_display") or "").rpartition("/")
    return int(step) if mark == notice.mark and step.isdigit() else None


def _line(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= SHORTEST else line[: SHORTEST - 1] + "…"
