"""The provisioning log and the directory's audit log: five reads in ten seconds for everything, so each one counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import Raw, Struct

from provisioning.attempts import LogEvent
from provisioning.errors import RefusedError
from provisioning.failing import Happening
from provisioning.graph.addresses import literal, path
from provisioning.graph.client import GraphClient, Page, read
from provisioning.graph.lists import read_items
from provisioning.health import Pulse
from provisioning.messages import read_log_row, service_principal_id
from provisioning.messages.errors import next_retry
from provisioning.messages.lenient import instant

KEPT = timedelta(days=30)  # what Microsoft keeps (7 days without Entra ID P1)
_LOG = path("auditLogs", "provisioning")
_AUDIT = path("auditLogs", "directoryAudits")
_NEWEST_FIRST = "activityDateTime desc"
_TOP = "50"
_FAILURE_PAGES = 4
_FAILURE_PAGE = "1000"

# Changes of an account that provisioning can see; sign-in housekeeping is in the same category.
_ACTIVITIES = frozenset({"add user", "update user", "disable account", "enable account", "restore user"})
# What "Update user" also reports, though nobody changed the person.
_HOUSEKEEPING = frozenset({"included updated properties", "stsrefreshtokensvalidfrom", "lastdirsynctime"})


async def read_log(client: GraphClient, person_id: str, app_id: str, *, since: datetime | None) -> tuple[LogEvent, ...]:
    """One person's rows in one app, newest first, at most 50. Ids are compared in lower case, as the log keeps them."""
    who = f"sourceIdentity/id eq {literal(person_id.lower())}"
    where = [f"servicePrincipal/id eq {literal(app_id.lower())}", who]
    when = [f"activityDateTime gt {written(since)}"] if since else []
    options = {"$top": _TOP, "$orderby": _NEWEST_FIRST}
    try:
        rows = await _rows(client, {**options, "$filter": " and ".join(where + when)})
    except RefusedError:  # not every cloud takes the whole filter; the rest is done here
        rows = await _rows(client, {"$top": _TOP, "$filter": who})
    return _events(rows, app_id, since)


async def read_whole_log(client: GraphClient, person_id: str, *, since: datetime) -> dict[str, tuple[LogEvent, ...]]:
    """One person's rows in every app by the service principal's id in lower case, newest first, in one read."""
    where = f"sourceIdentity/id eq {literal(person_id.lower())} and activityDateTime gt {written(since)}"
    page = await client.get(_LOG, Page, options={"$top": _FAILURE_PAGE, "$orderby": _NEWEST_FIRST, "$filter": where})
    rows: dict[str, list[dict[str, Any]]] = {}
    for raw in page.value:
        row = read(bytes(raw), dict[str, Any])
        if app_id := service_principal_id(row):
            rows.setdefault(app_id.lower(), []).append(row)
    return {app_id: _events(some, app_id, since)[: int(_TOP)] for app_id, some in rows.items()}


async def read_logs(
    client: GraphClient, person_ids: Sequence[str], app_id: str, *, since: datetime
) -> dict[str, tuple[LogEvent, ...]]:
    """The rows of a few people in one read, newest first each, at most 50; in two where they fill more than a page."""
    anyone = " or ".join(f"sourceIdentity/id eq {literal(each.lower())}" for each in person_ids)
    where = f"servicePrincipal/id eq {literal(app_id.lower())} and ({anyone}) and activityDateTime gt {written(since)}"
    page = await client.get(_LOG, Page, options={"$top": _FAILURE_PAGE, "$orderby": _NEWEST_FIRST, "$filter": where})
    if page.next_link and len(person_ids) > 1:
        half = len(person_ids) // 2
        first = await read_logs(client, person_ids[:half], app_id, since=since)
        return first | await read_logs(client, person_ids[half:], app_id, since=since)
    rows: dict[str, list[dict[str, Any]]] = {each.lower(): [] for each in person_ids}
    for raw in page.value:
        row = read(bytes(raw), dict[str, Any])
        rows.get(_source_id(row), []).append(row)
    return {each: _events(rows[each.lower()], app_id, since)[: int(_TOP)] for each in person_ids}


def _source_id(row: Mapping[str, Any]) -> str:
    source = row.get("sourceIdentity")
    return str(source.get("id") or "").lower() if isinstance(source, Mapping) else ""


async def _rows(client: GraphClient, options: dict[str, str]) -> list[dict[str, Any]]:
    return (await read_items(client, _LOG, dict[str, Any], options=options)).items


def _events(rows: Iterable[dict[str, Any]], app_id: str, since: datetime | None) -> tuple[LogEvent, ...]:
    own = (row for row in rows if (service_principal_id(row) or app_id).lower() == app_id.lower())
    events = [event for event in map(read_log_row, own) if since is None or event.at > since]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True))


class _Told(Struct):
    """What an error says; its own words name the next retry."""

    reason: str | None = None


class _Status(Struct, rename="camel"):
    status: str | None = None
    error_information: _Told | None = None


class _Identity(Struct, rename="camel"):
    id: str | None = None
    identity_type: str | None = None


class _Outcome(Struct, rename="camel"):
    """The few fields of a row that counting needs."""

    activity_date_time: str | None = None
    provisioning_action: str | None = None
    provisioning_status_info: _Status | None = None
    source_identity: _Identity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Newest:
    """One object's newest row."""

    at: datetime
    failed: bool
    held: bool
    person: bool
    next_retry: datetime | None


async def read_pulse(client: GraphClient, app_id: str, *, since: datetime) -> Pulse:
    """What the log after ``since`` says about a job as a whole; counts are None if it is longer than we read."""
    options = {
        "$top": _FAILURE_PAGE,
        "$orderby": _NEWEST_FIRST,
        "$filter": f"servicePrincipal/id eq {literal(app_id.lower())} and activityDateTime gt {written(since)}",
    }
    newest: dict[str, _Newest] = {}
    whole, pages = True, 0
    async for page in client.pages(_LOG, options=options):
        for raw in page.value:
            _keep_newest(newest, read(bytes(raw), _Outcome))
        pages += 1
        if pages == _FAILURE_PAGES and page.next_link:
            whole = False
            break
    failing = [one for one in newest.values() if one.failed and one.person]
    return Pulse(
        failing=len(failing) if whole else None,
        held=sum(one.held for one in newest.values()) if whole else None,
        next_retry=min((one.next_retry for one in newest.values() if one.failed and one.next_retry), default=None),
        newest_row=max((one.at for one in newest.values()), default=None),
    )


async def count_failing(client: GraphClient, app_id: str, *, since: datetime) -> int | None:
    """People whose newest row after ``since`` is a failure; None if the log is longer than we read."""
    return (await read_pulse(client, app_id, since=since)).failing


def _keep_newest(newest: dict[str, _Newest], row: _Outcome) -> None:
    who, at = row.source_identity, instant(row.activity_date_time)
    if who is None or not who.id or at is None or (who.id in newest and at <= newest[who.id].at):
        return
    status = row.provisioning_status_info or _Status()
    failed = (status.status or "").lower() == "failure"
    newest[who.id] = _Newest(
        at=at,
        failed=failed,
        held=(row.provisioning_action or "").lower() == "stageddelete",
        person=(who.identity_type or "user").lower() == "user",
        next_retry=next_retry(status.error_information.reason) if failed and status.error_information else None,
    )


class _Changed(Struct, rename="camel"):
    display_name: str | None = None


class _Target(Struct, rename="camel"):
    id: str | None = None
    modified_properties: list[_Changed] | None = None


class _Audit(Struct, rename="camel"):
    activity_date_time: str | None = None
    activity_display_name: str | None = None
    target_resources: list[_Target] | None = None


async def read_changed(client: GraphClient, person_id: str, *, since: datetime) -> datetime | None:
    """When the person's data was last changed after ``since``; None if nothing was. Asked once: it is an extra."""
    options = {
        "$top": "20",
        "$orderby": _NEWEST_FIRST,
        "$filter": f"targetResources/any(t:t/id eq {literal(person_id.lower())}) and category eq 'UserManagement'"
        f" and activityDateTime gt {written(since)}",
    }
    page = await client.get(_AUDIT, _AuditPage, options=options, attempts=1)
    changes = [instant(row.activity_date_time) for row in page.value if _is_change(row, person_id)]
    return max((at for at in changes if at is not None), default=None)


class _AuditPage(Struct):
    value: list[_Audit] = []


def _is_change(row: _Audit, person_id: str) -> bool:
    if (row.activity_display_name or "").lower() not in _ACTIVITIES:
        return False
    own = [target for target in row.target_resources or () if (target.id or "").lower() == person_id.lower()]
    names = {(name.display_name or "").lower() for target in own for name in target.modified_properties or ()}
    return bool(own) and (not names or bool(names - _HOUSEKEEPING))


def written(instant_: datetime) -> str:
    """An instant as a literal of $filter, whole seconds."""
    return instant_.strftime("%Y-%m-%dT%H:%M:%SZ")


class _AuditRow(Struct, rename="camel"):
    activity_date_time: str | None = None
    activity_display_name: str | None = None
    initiated_by: dict[str, Any] | None = None
    target_resources: list[_Target] | None = None


class _AuditRows(Struct):
    value: list[_AuditRow] = []


# What people do to a job or its schema, in the audit log's words. The service's own doings (Import, Export, Process
# escrow), thousands a day, stand in the same category: they are asked not to come.
_BY_PEOPLE = (
    "Update attribute mappings or scope",
    "Update provisioning setting or credentials",
    "Add provisioning configuration",
    "Delete provisioning configuration",
    "Disable/pause provisioning configuration",
    "Enable/restart provisioning configuration",
    "Enable/start provisioning configuration",
)


async def read_happenings(client: GraphClient, app_id: str | None, *, since: datetime) -> tuple[Happening, ...]:
    """What was done to an app's job, or to all jobs, after ``since``, newest first. An extra: asked once."""
    of_app = [f"targetResources/any(t:t/id eq {literal(app_id.lower())})"] if app_id else []
    where = [*of_app, f"activityDateTime gt {written(since)}"]
    by_people = " or ".join(f"activityDisplayName eq {literal(what)}" for what in _BY_PEOPLE)
    try:
        rows = await _audits(client, [f"({by_people})", *where])
    except RefusedError:  # not every cloud takes so many alternatives
        if app_id is None:
            raise
        rows = await _audits(client, where)
    wanted = {what.casefold() for what in _BY_PEOPLE}
    found = [
        Happening(at=at, what=row.activity_display_name or "", by=_who(row.initiated_by), app_id=target)
        for row in rows
        if (at := instant(row.activity_date_time)) and (row.activity_display_name or "").casefold() in wanted
        for target in _apps_of(row, app_id)
    ]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


async def _audits(client: GraphClient, where: Sequence[str]) -> list[_AuditRow]:
    options = {"$top": "200", "$orderby": _NEWEST_FIRST, "$filter": " and ".join(where)}
    return (await client.get(_AUDIT, _AuditRows, options=options, attempts=1)).value


def _apps_of(row: _AuditRow, app_id: str | None) -> list[str]:
    return [app_id.lower()] if app_id else [target.id.lower() for target in row.target_resources or () if target.id]


def _who(initiator: dict[str, Any] | None) -> str:
    """The person or application that did it."""
    for kind in ("user", "app"):
        holder = (initiator or {}).get(kind) or {}
        for name in ("userPrincipalName", "displayName"):
            if isinstance(holder, dict) and holder.get(name):
                return str(holder[name])
    return ""


async def read_log_page(
    client: GraphClient, app_id: str | None, *, since: datetime, link: str | None
) -> tuple[list[Raw], str | None]:
    """See ``LogPages``. A page of 1,000 rows; who reads many waits between them."""
    where = [f"servicePrincipal/id eq {literal(app_id.lower())}"] if app_id else []
    asked = " and ".join([*where, f"activityDateTime gt {written(since)}"])
    options = {"$top": _FAILURE_PAGE, "$orderby": "activityDateTime asc", "$filter": asked}
    page = await (client.follow(link) if link else client.get(_LOG, Page, options=options))
    return page.value, page.next_link
