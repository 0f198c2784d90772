"""Who holds the app through what: grants, direct groups, and assigned groups that reach a person only through others.

Two ways lead to the assignments: Graph's own list for a person (it wants Directory.Read.All), and the app's list held
against the person's direct groups. Provisioning does not read nested groups; Graph's transitive list shows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from provisioning.errors import DeskError, TryLaterError
from provisioning.graph.addresses import literal, path
from provisioning.graph.batch import Part
from provisioning.graph.client import GraphClient
from provisioning.graph.lists import PAGE, Items, known, read_items
from provisioning.graph.tally import side_by_side
from provisioning.graph.wire.grants import GrantRow, GroupRow
from provisioning.model import Assignment, Group

GROUP = "microsoft.graph.group"  # casts leave out roles and administrative units
GRANT = "principalId,principalType,principalDisplayName,resourceId,appRoleId,createdDateTime"
_ASSIGNED_PAGES = 2  # of 999 principals


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Four lists as they were read, errors among them."""

    person_id: str
    grants: Items[GrantRow] | DeskError  # of the person, for this app
    direct: Items[GroupRow] | DeskError
    transitive: Items[GroupRow] | DeskError
    assigned: Items[GrantRow] | DeskError  # everybody's grants of this app

    def assignments(self) -> tuple[Assignment, ...] | DeskError:
        """How the person holds the app as provisioning sees it; the error if neither way could be read."""
        own, groups, everybody = known(self.grants), known(self.direct), known(self.assigned)
        if own is None and (groups is None or everybody is None):
            return why(self.grants)
        held = {self.person_id.lower(), *(group.id.lower() for group in groups or ())}
        rows = [*(own or ()), *(row for row in everybody or () if (row.principal_id or "").lower() in held)]
        unique = {((row.principal_id or "").lower(), row.app_role_id): row for row in reversed(rows)}
        return tuple(row.assignment(self._group(row) if row.to_group else None) for row in unique.values())

    def nested(self) -> tuple[Group, ...] | DeskError:
        """Assigned groups that hold the person only through other groups."""
        groups, every, everybody = known(self.direct), known(self.transitive), known(self.assigned)
        if groups is None or every is None:
            return why(self.direct if groups is None else self.transitive)
        near = {group.id.lower() for group in groups}
        far = {group.id.lower(): group.group() for group in every if group.id.lower() not in near}
        if not far:
            return ()
        if everybody is None:
            return why(self.assigned)
        assigned = dict.fromkeys((row.principal_id or "").lower() for row in everybody if row.to_group)
        return tuple(far[group] for group in assigned if group in far)

    def passed_by(self, dynamic: Sequence[Group]) -> tuple[Group, ...]:
        """Those of these groups that are assigned and do not hold the person, who has no assignment at all."""
        if self.assignments():
            return ()
        others = frozenset(self.others())
        return tuple(group for group in dynamic if group.id.lower() in others)

    def others(self) -> list[str]:
        """Ids of the assigned groups that do not hold the person in any way; empty where that cannot be told."""
        groups, every, everybody = known(self.direct), known(self.transitive), known(self.assigned)
        if groups is None or every is None or everybody is None:
            return []
        near = {group.id.lower() for group in (*groups, *every)}
        assigned = dict.fromkeys((row.principal_id or "").lower() for row in everybody if row.to_group)
        return [group for group in assigned if group and group not in near]

    def _group(self, row: GrantRow) -> Group:
        groups = known(self.direct) or ()
        own = next((group.group() for group in groups if group.id.lower() == (row.principal_id or "").lower()), None)
        return own or row.group()


def why(items: Items[GrantRow] | Items[GroupRow] | DeskError) -> DeskError:
    """What kept a list from being known."""
    return items if isinstance(items, DeskError) else TryLaterError("The list is longer than the desk reads.")


async def read_grants(client: GraphClient, person_id: str, app_id: str) -> Items[GrantRow]:
    """The person's own grants and those of the person's direct groups."""
    asked = grants_of(person_id, app_id)
    return await read_items(client, asked.path, GrantRow, options=asked.options)


async def read_all_grants(client: GraphClient, person_id: str) -> Items[GrantRow]:
    """The same for every app."""
    where = path("users", person_id, "appRoleAssignments")
    return await read_items(client, where, GrantRow, options={"$select": GRANT, "$top": str(PAGE)}, most_pages=2)


def grants_of(person_id: str, app_id: str) -> Part:
    """The same as a part of a batch."""
    options = {"$filter": f"resourceId eq {app_id}", "$select": GRANT, "$top": str(PAGE)}
    return Part(path=path("users", person_id, "appRoleAssignments"), options=options)


async def read_assigned(client: GraphClient, app_id: str, *, most_pages: int = _ASSIGNED_PAGES) -> Items[GrantRow]:
    """Everybody's grants of an app."""
    where = path("servicePrincipals", app_id, "appRoleAssignedTo")
    options = {"$select": GRANT, "$top": str(PAGE)}
    return await read_items(client, where, GrantRow, options=options, most_pages=most_pages)


async def read_groups(client: GraphClient, person_id: str, *, transitive: bool) -> Items[GroupRow]:
    """The groups that hold a person, by themselves or also through others."""
    asked = groups_of(person_id, transitive=transitive)
    return await read_items(client, asked.path, GroupRow, options=asked.options, eventual=asked.eventual)


def groups_of(person_id: str, *, transitive: bool) -> Part:
    """The same as a part of a batch."""
    where = path("users", person_id, "transitiveMemberOf" if transitive else "memberOf", GROUP)
    return Part(path=where, options=_GROUPS, eventual=True)


IN_ONE_FILTER = 15
_SOME = "20"
_RULES = "id,displayName,securityEnabled,membershipRule,membershipRuleProcessingState"
_GROUPS = {"$select": "id,displayName,securityEnabled", "$top": str(PAGE), "$count": "true"}


async def read_dynamic(client: GraphClient, ids: Sequence[str], *, most: int = 1) -> tuple[Group, ...]:
    """Those of the groups whose members follow a rule. ``most`` calls, each for as many as Graph takes in a filter."""
    parts = [ids[start : start + IN_ONE_FILTER] for start in range(0, len(ids), IN_ONE_FILTER)][:most]
    async with side_by_side() as run:
        read = [run(_groups(client, part)) for part in parts]
    return tuple(group for part in read for group in part.result() if group.rule)


async def _groups(client: GraphClient, ids: Sequence[str]) -> list[Group]:
    listed = ",".join(literal(each) for each in ids)
    options = {"$filter": f"id in ({listed})", "$select": _RULES, "$top": _SOME}
    rows = await read_items(client, path("groups"), GroupRow, options=options)
    return [row.group() for row in rows.items]


async def read_way_in(client: GraphClient, group: Group, direct: list[GroupRow]) -> Group | None:
    """The person's own group that is a member of ``group``; None if there are more groups in between."""
    if len(direct) == 1:
        return direct[0].group()
    rows = await read_items(
        client, path("groups", group.id, "members", GROUP), GroupRow, options=_GROUPS, eventual=True
    )
    inside = {row.id.lower() for row in rows.items}
    return next((row.group() for row in direct if row.id.lower() in inside), None)
