"""Everybody that an app's assignments bring in: people assigned by themselves, members of assigned groups, places.

Provisioning reads immediate members only, so a group inside a group is named and not opened.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from msgspec import Struct

from provisioning.errors import DeskError
from provisioning.graph.addresses import path
from provisioning.graph.batch import MOST, Part, batch
from provisioning.graph.client import GraphClient, read
from provisioning.graph.lists import PAGE
from provisioning.graph.memberships import GRANT
from provisioning.graph.people import Row
from provisioning.graph.refusals import reason
from provisioning.graph.wire.grants import GrantRow, GroupRow
from provisioning.graph.wire.people import ALIASES, NAMES, USUAL, further, read_person
from provisioning.model import App
from provisioning.scoping import GroupSeen, Kind, Member, Unread

_LICENCES = "assignedLicenses"
_PLACES = {
    Kind.ROOM: "microsoft.graph.room",
    Kind.WORKSPACE: "microsoft.graph.workspace",
    Kind.DESK: "microsoft.graph.desk",
}
_PLACES_PAGE = "100"  # Graph's default; larger pages are not documented


class _Place(Struct, rename="camel"):
    email_address: str | None = None


async def read_places(client: GraphClient) -> dict[str, Kind]:
    """Rooms, workspaces and desks by mail address. A kind that this cloud does not know yet is left out."""
    found: dict[str, Kind] = {}
    for kind, name in _PLACES.items():
        try:
            async for page in client.pages(path("places", name), options={"$top": _PLACES_PAGE}):
                places = [read(bytes(item), _Place) for item in page.value]
                found |= {place.email_address.casefold(): kind for place in places if place.email_address}
        except DeskError:
            if kind is Kind.ROOM:
                raise
    return found


async def read_audience(
    client: GraphClient, app: App, attributes: Sequence[str]
) -> AsyncGenerator[Member | GroupSeen | Unread, None]:
    """See ``AudienceReader``."""
    wanted = {ALIASES.get(name, name).casefold() for name in attributes}
    usual = (name for name in USUAL if name.casefold() in wanted)
    asked = tuple(dict.fromkeys((*NAMES, _LICENCES, *usual, *further(attributes))))
    waiting: list[str] = []  # people assigned by themselves, until they fill a batch
    where = path("servicePrincipals", app.id, "appRoleAssignedTo")
    async for page in client.pages(where, options={"$select": GRANT, "$top": str(PAGE)}):
        for grant in [read(bytes(item), GrantRow) for item in page.value]:
            if not grant.principal_id:
                continue
            if grant.to_group:
                async for seen in _group(client, grant, asked):
                    yield seen
            elif (grant.principal_type or "").lower() == "user":
                waiting.append(grant.principal_id)
            if len(waiting) == MOST:
                for person in await _people(client, waiting, asked):
                    yield person
                waiting = []
    for person in await _people(client, waiting, asked):
        yield person


async def _group(
    client: GraphClient, grant: GrantRow, asked: Sequence[str]
) -> AsyncGenerator[Member | GroupSeen | Unread, None]:
    members, nested, name = 0, [], grant.principal_display_name or ""
    if await _is_not_read(client, grant):
        yield GroupSeen(name=name, members=0, ignored=True)
        return
    where = path("groups", grant.principal_id or "", "members")
    try:
        async for page in client.pages(where, options={"$select": ",".join(asked), "$top": str(PAGE)}):
            for raw in page.value:
                row = read(bytes(raw), Row)
                kind = str(row.get("@odata.type") or "").rpartition(".")[2]
                if kind == "group":
                    nested.append(str(row.get("displayName") or ""))
                elif kind == "user":
                    members += 1
                    yield _member(row, asked, direct=False)
    except DeskError as error:
        yield Unread(what="groups", why=reason(error))
        yield GroupSeen(name=name, members=members, nested=tuple(nested), whole=False)
        return
    yield GroupSeen(name=name, members=members, nested=tuple(nested))


async def _is_not_read(client: GraphClient, grant: GrantRow) -> bool:
    """Whether provisioning passes the group over because it is not security-enabled; unknown counts as read."""
    where = path("groups", grant.principal_id or "")
    try:
        group = await client.get(where, GroupRow, options={"$select": "id,displayName,securityEnabled"})
    except DeskError:
        return False
    return group.security_enabled is False


async def _people(client: GraphClient, ids: Sequence[str], asked: Sequence[str]) -> list[Member | Unread]:
    if not ids:
        return []
    options = {"$select": ",".join(asked)}
    answers = await batch(client, [Part(path=path("users", each), options=options) for each in ids])
    found: list[Member | Unread] = []
    for answer in answers:
        if answer.status in {404, 410}:  # deleted since; the assignment goes with it
            continue
        try:
            found.append(_member(client.decode(answer, Row), asked, direct=True))
        except DeskError as error:
            found.append(Unread(what="people", why=reason(error)))
    return found


def _member(row: dict[str, Any], asked: Sequence[str], *, direct: bool) -> Member:
    licences = row.pop(_LICENCES, None)
    licensed = bool(licences) if isinstance(licences, list) else None
    known = tuple(name for name in asked if name != _LICENCES)
    return Member(person=read_person(row, known), licensed=licensed, direct=direct)
