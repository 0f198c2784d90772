"""Many people in one app, a few at a time: what they share is read once, the rest in batches, at the reports' pace.

A list of a thousand people costs Graph about what seventy questions would: fifteen people share one read of the log
and four batches. Memory holds one such handful, however long the list is.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from provisioning.attempts import LogEvent
from provisioning.errors import DeskError, NotThereError
from provisioning.evidence import Evidence
from provisioning.graph.addresses import path
from provisioning.graph.apps import AppFacts, read_app_facts
from provisioning.graph.batch import Part, batches
from provisioning.graph.client import GraphClient
from provisioning.graph.jobs import read_app_job, read_job_schema
from provisioning.graph.lists import Items, items_of
from provisioning.graph.logs import KEPT, read_logs
from provisioning.graph.memberships import Holdings, grants_of, groups_of, read_assigned, read_dynamic
from provisioning.graph.people import Row
from provisioning.graph.refusals import Answer, reason
from provisioning.graph.tally import settled, side_by_side
from provisioning.graph.wire.grants import GrantRow, GroupRow
from provisioning.graph.wire.people import USUAL, further, read_person
from provisioning.model import App, Group, Job, Person, Schema

HANDFUL = 15  # people in one read of the log: what Graph takes in one filter
PATIENCE = 60.0  # s for one handful: a list may wait where a person may not
LOG_PACE = 2.5  # s between two reads of the log: Graph allows five in ten seconds, and others ask as well
_ASSIGNED_PAGES = 50  # of 999 principals
_RULE_READS = 4  # of fifteen groups


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What everybody on the list has in common."""

    app: App
    job: Job | DeskError | None
    schema: Schema | DeskError | None
    assigned: Items[GrantRow] | DeskError
    facts: AppFacts | DeskError
    dynamic: tuple[Group, ...] | DeskError  # assigned groups whose members follow a rule
    asked: tuple[str, ...]  # properties of a user that the mappings and the filter read


async def read_census(
    client: GraphClient, person_ids: Sequence[str], app: App
) -> AsyncGenerator[tuple[str, Evidence | DeskError], None]:
    """Each person's id with the evidence, in the order given; an error for who cannot be read at all.

    What only one question asks for (the way through nested groups, the audit log) is left out. TryLaterError,
    NotAllowedError or NotThereError if not even Graph's clock can be read.
    """
    shared = await _shared(client, app)
    next_log = client.monotonic()
    for start in range(0, len(person_ids), HANDFUL):
        handful = person_ids[start : start + HANDFUL]
        with client.asking(PATIENCE):
            await client.pause(max(0.0, next_log - client.monotonic()))
            next_log = client.monotonic() + LOG_PACE
            found = await _handful(client, handful, shared)
        for person_id in handful:
            yield person_id, found[person_id]


async def _shared(client: GraphClient, app: App) -> _Shared:
    with client.asking(PATIENCE):
        await client.now()
        async with side_by_side() as run:
            job = run(settled(read_app_job(client, app.id)))
            assigned = run(settled(read_assigned(client, app.id, most_pages=_ASSIGNED_PAGES)))
            facts = run(settled(read_app_facts(client, app.id)))
        found = job.result()
        async with side_by_side() as run:
            reading = run(_schema(client, app, found))
            dynamic = run(settled(read_dynamic(client, _groups(assigned.result()), most=_RULE_READS)))
        schema = reading.result()
    return _Shared(
        app=app,
        job=found,
        schema=schema,
        assigned=assigned.result(),
        facts=facts.result(),
        dynamic=dynamic.result(),
        asked=(*USUAL, *(further_of(schema) if isinstance(schema, Schema) else ())),
    )


async def _schema(client: GraphClient, app: App, job: Job | DeskError | None) -> Schema | DeskError | None:
    if job is None or isinstance(job, DeskError):
        return job
    return await settled(read_job_schema(client, app.id, job.id))


def _groups(assigned: Items[GrantRow] | DeskError) -> list[str]:
    rows = [] if isinstance(assigned, DeskError) else assigned.items
    return list(dict.fromkeys(row.principal_id.lower() for row in rows if row.to_group and row.principal_id))


def further_of(schema: Schema) -> tuple[str, ...]:
    """Properties of a user that the mappings and the filter read beyond the usual ones."""
    named = [source for mapping in schema.mappings for source in mapping.sources]
    named += [clause.attribute for group in schema.scope for clause in group.clauses]
    return further(named)


async def _handful(client: GraphClient, ids: Sequence[str], shared: _Shared) -> dict[str, Evidence | DeskError]:
    as_of = await client.now()
    async with side_by_side() as run:
        people = run(_people(client, ids, shared.asked))
        holdings = run(_holdings(client, ids, shared))
        logs = run(settled(read_logs(client, ids, shared.app.id, since=as_of - KEPT)))
    log = logs.result()
    found: dict[str, Evidence | DeskError] = {}
    for person_id, person in people.result().items():
        if isinstance(person, DeskError):
            found[person_id] = person
            continue
        rows = log if isinstance(log, DeskError) else log[person_id]
        found[person_id] = _evidence(person, holdings.result()[person_id], rows, shared, as_of)
    return found


def _evidence(
    person: Person,
    holdings: Holdings,
    log: tuple[LogEvent, ...] | DeskError,
    shared: _Shared,
    as_of: datetime,
) -> Evidence:
    assignments, nested = holdings.assignments(), holdings.nested()
    parts: dict[str, object] = {
        "job": shared.job,
        "schema": shared.schema,
        "assignments": assignments,
        "nested": nested,
        "log": log,
        "owners": shared.facts,
        "roles": shared.facts,
        "dynamic": shared.dynamic,
    }
    known = None if isinstance(shared.facts, DeskError) else shared.facts
    return Evidence(
        as_of=as_of,
        person=person,
        app=replace(shared.app, owners=known.owners) if known else shared.app,
        roles=known.roles if known else None,
        dynamic=() if isinstance(shared.dynamic, DeskError) else holdings.passed_by(shared.dynamic),
        job=None if isinstance(shared.job, DeskError) else shared.job,
        schema=None if isinstance(shared.schema, DeskError) else shared.schema,
        assignments=() if isinstance(assignments, DeskError) else assignments,
        nested=() if isinstance(nested, DeskError) else tuple((group, None) for group in nested),
        log=() if isinstance(log, DeskError) else log,
        unread={name: reason(part) for name, part in parts.items() if isinstance(part, DeskError)},
    )


async def _people(client: GraphClient, ids: Sequence[str], asked: tuple[str, ...]) -> dict[str, Person | DeskError]:
    """The accounts, deleted ones among them."""
    select = {"$select": ",".join(asked)}
    answers = await batches(client, [Part(path=path("users", each), options=select) for each in ids])
    found = {each: person_of(client, answer, asked) for each, answer in zip(ids, answers, strict=True)}
    gone = [each for each, person in found.items() if isinstance(person, NotThereError)]
    deleted = await batches(client, [Part(path=path("directory", "deletedItems", each)) for each in gone])
    return found | {each: person_of(client, answer, ()) for each, answer in zip(gone, deleted, strict=True)}


def person_of(client: GraphClient, answer: Answer, asked: tuple[str, ...]) -> Person | DeskError:
    """An account as a part of a batch brought it."""
    try:
        row = client.decode(answer, Row)
        if not str(row.get("@odata.type") or "#microsoft.graph.user").endswith(".user"):
            return NotThereError("Microsoft Graph does not know this person (any more).")
        return read_person(row, asked)
    except DeskError as error:
        return error


async def _holdings(client: GraphClient, ids: Sequence[str], shared: _Shared) -> dict[str, Holdings]:
    grants = [grants_of(each, shared.app.id) for each in ids]
    direct = [groups_of(each, transitive=False) for each in ids]
    transitive = [groups_of(each, transitive=True) for each in ids]
    answers = await batches(client, [*grants, *direct, *transitive])
    some = len(ids)
    return {
        person_id: Holdings(
            person_id=person_id,
            grants=items_of(answers[number], GrantRow),
            direct=items_of(answers[some + number], GroupRow),
            transitive=items_of(answers[2 * some + number], GroupRow),
            assigned=shared.assigned,
        )
        for number, person_id in enumerate(ids)
    }
