"""One person in many apps: what belongs to the person is read once, what belongs to an app in batches.

An app that reaches the person only through a group within a group shows in the app's own list of assignments; those
lists are read for the first ``MOST_LISTS`` apps. The whole costs one read of the provisioning log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from provisioning.attempts import LogEvent
from provisioning.errors import DeskError
from provisioning.evidence import Evidence
from provisioning.graph.addresses import path
from provisioning.graph.batch import Part, batches
from provisioning.graph.client import GraphClient
from provisioning.graph.jobs import jobs_path
from provisioning.graph.lists import PAGE, Items, items_of, known
from provisioning.graph.logs import KEPT, read_whole_log
from provisioning.graph.memberships import GRANT, Holdings, read_all_grants, read_dynamic, read_groups
from provisioning.graph.people import Row, read_by_id
from provisioning.graph.refusals import Answer, reason
from provisioning.graph.tally import settled, side_by_side
from provisioning.graph.wire.grants import GrantRow, GroupRow
from provisioning.graph.wire.jobs import JobRow, preferred, read_job
from provisioning.graph.wire.people import further, read_person
from provisioning.graph.wire.schemas import SchemaRow, read_schema
from provisioning.model import App, Group, Job, Person, Schema
from provisioning.survey import Survey

MOST_APPS = 20  # judged in one answer
_RULE_READS = 4  # of fifteen groups
MOST_LISTS = 60  # apps whose assignments are looked through for nested groups: three batches
PATIENCE = 30.0  # s for the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """What hangs on the person, whichever the app."""

    person: Person
    grants: Items[GrantRow] | DeskError
    direct: Items[GroupRow] | DeskError
    transitive: Items[GroupRow] | DeskError
    log: Mapping[str, tuple[LogEvent, ...]] | DeskError  # by service principal, in lower case
    dynamic: tuple[Group, ...] | DeskError = ()  # groups with a rule that hold an app and not the person

    def holdings(self, app: App, assigned: Items[GrantRow] | DeskError) -> Holdings:
        return Holdings(
            person_id=self.person.id,
            grants=_of_app(self.grants, app),
            direct=self.direct,
            transitive=self.transitive,
            assigned=assigned,
        )


async def read_survey(client: GraphClient, person_id: str, apps: Sequence[App], *, held: bool) -> Survey:
    """``held``: only the apps that the person holds or that the log knows them in; else each of ``apps``.

    Raises only if the person cannot be read: NotThereError, NotAllowedError or TryLaterError.
    """
    with client.asking(PATIENCE):
        as_of = await client.now()
        own = await _own(client, person_id, since=as_of - KEPT)
        listed = await _assigned(client, apps[:MOST_LISTS])
        wanted = [app for app in apps if not held or _is_held(app, own, listed)]
        chosen = wanted[:MOST_APPS]
        missing = [app for app in chosen if app.id not in listed]
        listed |= await _assigned(client, missing)
        async with side_by_side() as run:
            reading = run(_jobs(client, chosen))
            rules = run(settled(read_dynamic(client, _others(own, listed, chosen), most=_RULE_READS)))
        works, dynamic = reading.result(), rules.result()
        schemas = await _schemas(client, works)
        person = await _completed(client, own.person, schemas)
    whole = replace(own, person=person, dynamic=dynamic)
    seen = [_evidence(as_of, app, whole, listed[app.id], works[app.id], schemas[app.id]) for app in chosen]
    unread = _unread(own, listed, apps)
    return Survey(
        as_of=as_of,
        person=person,
        seen=tuple(seen),
        not_held=() if unread.keys() & {"grants", "groups"} else tuple(app for app in apps if app not in wanted),
        left_out=tuple(wanted[MOST_APPS:]),
        unread=unread,
    )


async def read_jobs(client: GraphClient, apps: Sequence[App]) -> dict[str, Job | DeskError | None]:
    """The job of each app by the app's id, twenty in a round trip; None where provisioning was never set up."""
    with client.asking(PATIENCE):
        return await _jobs(client, apps)


async def _own(client: GraphClient, person_id: str, *, since: datetime) -> _Own:
    async with side_by_side() as run:
        person = run(settled(read_by_id(client, person_id)))
        grants = run(settled(read_all_grants(client, person_id)))
        direct = run(settled(read_groups(client, person_id, transitive=False)))
        transitive = run(settled(read_groups(client, person_id, transitive=True)))
        log = run(settled(read_whole_log(client, person_id, since=since)))
    found = person.result()
    if isinstance(found, DeskError):
        raise found
    return _Own(
        person=found,
        grants=grants.result(),
        direct=direct.result(),
        transitive=transitive.result(),
        log=log.result(),
    )


def _is_held(app: App, own: _Own, listed: Mapping[str, Items[GrantRow] | DeskError]) -> bool:
    if not isinstance(own.log, DeskError) and app.id.lower() in own.log:
        return True
    if any((row.resource_id or "").lower() == app.id.lower() for row in _items(own.grants)):
        return True
    holdings = own.holdings(app, listed.get(app.id, Items(items=[], whole=True)))
    assignments, nested = holdings.assignments(), holdings.nested()
    return any(found for found in (assignments, nested) if not isinstance(found, DeskError))


def _others(own: _Own, listed: Mapping[str, Items[GrantRow] | DeskError], apps: Sequence[App]) -> list[str]:
    """Assigned groups that do not hold the person, of the apps that the person does not hold."""
    held = [own.holdings(app, listed[app.id]) for app in apps]
    return list(dict.fromkeys(group for one in held if one.assignments() == () for group in one.others()))


def _items(items: Items[GrantRow] | DeskError) -> list[GrantRow]:
    return [] if isinstance(items, DeskError) else items.items


def _of_app(grants: Items[GrantRow] | DeskError, app: App) -> Items[GrantRow] | DeskError:
    if isinstance(grants, DeskError):
        return grants
    rows = [row for row in grants.items if (row.resource_id or "").lower() == app.id.lower()]
    return Items(items=rows, whole=grants.whole)


async def _assigned(client: GraphClient, apps: Sequence[App]) -> dict[str, Items[GrantRow] | DeskError]:
    options = {"$select": GRANT, "$top": str(PAGE)}
    parts = [Part(path=path("servicePrincipals", app.id, "appRoleAssignedTo"), options=options) for app in apps]
    answers = await batches(client, parts)
    return {app.id: items_of(answer, GrantRow) for app, answer in zip(apps, answers, strict=True)}


async def _jobs(client: GraphClient, apps: Sequence[App]) -> dict[str, Job | DeskError | None]:
    answers = await batches(client, [Part(path=jobs_path(app.id)) for app in apps])
    return {app.id: _job(answer, app.id) for app, answer in zip(apps, answers, strict=True)}


def _job(answer: Answer, app_id: str) -> Job | DeskError | None:
    rows = items_of(answer, JobRow)
    return rows if isinstance(rows, DeskError) else preferred([read_job(row, app_id) for row in rows.items])


async def _schemas(
    client: GraphClient, works: Mapping[str, Job | DeskError | None]
) -> dict[str, Schema | DeskError | None]:
    """A job that cannot be read leaves its schema unknown for the same reason; no job has no schema."""
    there = {app_id: work for app_id, work in works.items() if isinstance(work, Job)}
    parts = [Part(path=jobs_path(app_id, work.id, "schema")) for app_id, work in there.items()]
    answers = dict(zip(there, await batches(client, parts), strict=True))
    found: dict[str, Schema | DeskError | None] = {}
    for app_id, work in works.items():
        found[app_id] = _schema(client, answers[app_id]) if app_id in answers else _or_error(work)
    return found


def _or_error(work: Job | DeskError | None) -> DeskError | None:
    return work if isinstance(work, DeskError) else None


def _schema(client: GraphClient, answer: Answer) -> Schema | DeskError:
    try:
        return read_schema(client.decode(answer, SchemaRow))
    except DeskError as error:
        return error


async def _completed(client: GraphClient, person: Person, schemas: Mapping[str, Schema | DeskError | None]) -> Person:
    """The person with what the mappings and filters read and nobody asked for yet."""
    known_schemas = [schema for schema in schemas.values() if isinstance(schema, Schema)]
    named = [source for schema in known_schemas for mapping in schema.mappings for source in mapping.sources]
    named += [c.attribute for schema in known_schemas for group in schema.scope for c in group.clauses]
    names = further(name for name in named if name not in person.attributes)
    if not names or person.deleted:
        return person
    options = {"$select": ",".join(("id", *names))}
    row = await settled(client.get(path("users", person.id), Row, options=options))
    if isinstance(row, DeskError):
        return person
    return replace(person, attributes={**read_person(row, names).attributes, **person.attributes})


def _evidence(
    as_of: datetime,
    app: App,
    own: _Own,
    assigned: Items[GrantRow] | DeskError,
    work: Job | DeskError | None,
    schema: Schema | DeskError | None,
) -> Evidence:
    holdings = own.holdings(app, assigned)
    assignments, nested = holdings.assignments(), holdings.nested()
    log = own.log if isinstance(own.log, DeskError) else own.log.get(app.id.lower(), ())
    parts: dict[str, Any] = {
        "job": work,
        "schema": schema,
        "assignments": assignments,
        "nested": nested,
        "log": log,
        "dynamic": own.dynamic,
    }
    return Evidence(
        as_of=as_of,
        person=own.person,
        app=app,
        job=None if isinstance(work, DeskError) else work,
        schema=None if isinstance(schema, DeskError) else schema,
        assignments=() if isinstance(assignments, DeskError) else assignments,
        nested=() if isinstance(nested, DeskError) else tuple((group, None) for group in nested),
        dynamic=() if isinstance(own.dynamic, DeskError) else holdings.passed_by(own.dynamic),
        log=() if isinstance(log, DeskError) else log,
        unread={name: reason(part) for name, part in parts.items() if isinstance(part, DeskError)},
    )


def _unread(own: _Own, listed: Mapping[str, Items[GrantRow] | DeskError], apps: Sequence[App]) -> dict[str, str]:
    """What kept the list of apps from being whole."""
    unread: dict[str, str] = {}
    for name, part in (("grants", own.grants), ("groups", own.direct), ("log", own.log)):
        if isinstance(part, DeskError):
            unread[name] = reason(part)
    if len(apps) > MOST_LISTS or any(known(listed[app.id]) is None for app in apps if app.id in listed):
        unread.setdefault("others", "too_many")
    return unread
