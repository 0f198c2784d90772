"""Groups as provisioning sees them: assigned or not, immediate members alone, and the rule that takes groups."""

from typing import Any

from provisioning.graph.addresses import literal, path
from provisioning.graph.client import GraphClient
from provisioning.graph.jobs import jobs_path, read_app_job
from provisioning.graph.lists import PAGE, read_items
from provisioning.graph.memberships import read_assigned
from provisioning.graph.tally import side_by_side
from provisioning.graph.wire.grants import GroupRow
from provisioning.graph.wire.schemas import SchemaRow, group_rule
from provisioning.groups import MOST, GroupSeen
from provisioning.model import App, Group, Job

OFFERED = 10  # groups in one answer
_SELECT = "id,displayName,securityEnabled"
_ASSIGNED_PAGES = 50  # of 999 principals
Row = dict[str, Any]


async def find_groups(client: GraphClient, words: str) -> tuple[Group, ...]:
    """Groups of exactly this name (case does not matter), else those whose name begins so."""
    for wanted in (f"displayName eq {literal(words)}", f"startswith(displayName,{literal(words)})"):
        options = {"$filter": wanted, "$select": _SELECT, "$top": str(OFFERED)}
        rows = await read_items(client, path("groups"), GroupRow, options=options)
        if rows.items:
            return tuple(row.group() for row in rows.items)
    return ()


async def read_group(client: GraphClient, group: Group, app: App) -> GroupSeen:
    """The group in the app. Everything is needed, so whatever cannot be read is raised."""
    async with side_by_side() as run:
        fresh = run(client.get(path("groups", group.id), GroupRow, options={"$select": _SELECT}))
        inside = run(_members(client, group.id))
        assigned = run(read_assigned(client, app.id, most_pages=_ASSIGNED_PAGES))
        job = run(_job_and_rule(client, app.id))
    people = [row for row in inside.result() if _kind(row) == "user"]
    nested = [row for row in inside.result() if _kind(row) == "group"]
    found, rule = job.result()
    return GroupSeen(
        as_of=await client.now(),
        group=fresh.result().group(),
        app=app,
        job=found,
        rule_id=rule,
        assigned=any((row.principal_id or "").lower() == group.id.lower() for row in assigned.result().items),
        members=tuple((str(row["id"]), str(row.get("displayName") or row["id"])) for row in people),
        nested=tuple(str(row.get("displayName") or row["id"]) for row in nested),
    )


async def _members(client: GraphClient, group_id: str) -> list[Row]:
    options = {"$select": "id,displayName", "$top": str(PAGE)}
    pages = MOST // PAGE + 1
    return (await read_items(client, path("groups", group_id, "members"), Row, options=options, most_pages=pages)).items


async def _job_and_rule(client: GraphClient, app_id: str) -> tuple[Job | None, str | None]:
    job = await read_app_job(client, app_id)
    if job is None:
        return None, None
    return job, group_rule(await client.get(jobs_path(app_id, job.id, "schema"), SchemaRow))


def _kind(row: Row) -> str:
    return str(row.get("@odata.type") or "").rpartition(".")[2].lower()
