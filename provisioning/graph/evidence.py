"""Everything about one person and one app, read side by side: three rounds and twelve calls at most.

First round: the account, the job, grants, groups, owners and log. Second: the job's schema, and whatever turned
out to lie elsewhere. Third: what only the answers could tell to ask for. A part that fails is named, never taken for
absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from provisioning.errors import DeskError
from provisioning.evidence import Evidence
from provisioning.graph.addresses import path
from provisioning.graph.apps import read_owners
from provisioning.graph.client import GraphClient
from provisioning.graph.jobs import read_app_job, read_job_schema
from provisioning.graph.lists import known
from provisioning.graph.logs import KEPT, read_changed, read_log
from provisioning.graph.memberships import Holdings, read_assigned, read_grants, read_groups, read_way_in
from provisioning.graph.people import Row, read_by_id
from provisioning.graph.refusals import reason
from provisioning.graph.tally import Tally, settled, side_by_side
from provisioning.graph.wire.people import further, read_person
from provisioning.model import App, Assignment, Group, Job, LogEvent, Person, Schema, Verdict

MOST_CALLS = 12
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """The first two rounds."""

    person: Person
    job: Job | DeskError | None
    schema: Schema | DeskError | None
    holdings: Holdings
    owners: tuple[str, ...] | DeskError
    log: tuple[LogEvent, ...] | DeskError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extras:
    """The third: what the answer can do without, so a failure here is silence."""

    person: Person
    way_in: Group | None = None  # into the first nested group
    changed: datetime | None = None


async def read_evidence(client: GraphClient, person_id: str, app: App) -> Evidence:
    """Raises only if the person cannot be read: NotThereError, NotAllowedError or TryLaterError."""
    with client.asking() as tally:
        seen = await _read(client, person_id, app)
        assignments, nested = seen.holdings.assignments(), seen.holdings.nested()
        extras = await _read_extras(client, seen, _or(assignments, ()), _or(nested, ()), tally)
        parts: dict[str, object] = {
            "job": seen.job,
            "schema": seen.schema,
            "assignments": assignments,
            "nested": nested,
            "log": seen.log,
            "owners": seen.owners,
        }
        return Evidence(
            as_of=await client.now(),
            person=extras.person,
            app=replace(app, owners=_or(seen.owners, app.owners)),
            job=_or(seen.job, None),
            schema=_or(seen.schema, None),
            assignments=_or(assignments, ()),
            nested=tuple(
                (group, extras.way_in if number == 0 else None) for number, group in enumerate(_or(nested, ()))
            ),
            log=_or(seen.log, ()),
            changed=extras.changed,
            unread={name: reason(part) for name, part in parts.items() if isinstance(part, DeskError)},
            calls=tally.calls,
            rounds=tally.rounds,
        )


def _or(part: T | DeskError, otherwise: T) -> T:
    return otherwise if isinstance(part, DeskError) else part


async def _read(client: GraphClient, person_id: str, app: App) -> _Read:
    now = client.last_known_time()
    since = now - KEPT if now else None  # the log keeps no more than that anyway
    async with side_by_side() as run:
        person = run(settled(read_by_id(client, person_id)))
        work = run(_job_and_schema(client, app.id))
        grants = run(settled(read_grants(client, person_id, app.id)))
        direct = run(settled(read_groups(client, person_id, transitive=False)))
        transitive = run(settled(read_groups(client, person_id, transitive=True)))
        assigned = run(settled(read_assigned(client, app.id)))
        owners = run(settled(read_owners(client, app.id)))
        log = run(settled(read_log(client, person_id, app.id, since=since)))
    found = person.result()
    if isinstance(found, DeskError):
        raise found
    job, schema = work.result()
    holdings = Holdings(
        person_id=person_id,
        grants=grants.result(),
        direct=direct.result(),
        transitive=transitive.result(),
        assigned=assigned.result(),
    )
    return _Read(person=found, job=job, schema=schema, holdings=holdings, owners=owners.result(), log=log.result())


async def _job_and_schema(client: GraphClient, app_id: str) -> tuple[Job | DeskError | None, Schema | DeskError | None]:
    """A job that cannot be read leaves its schema unknown for the same reason; no job has no schema."""
    job = await settled(read_app_job(client, app_id))
    if job is None or isinstance(job, DeskError):
        return job, job
    return job, await settled(read_job_schema(client, app_id, job.id))


async def _read_extras(
    client: GraphClient,
    seen: _Read,
    assignments: Sequence[Assignment],
    nested: Sequence[Group],
    tally: Tally,
) -> _Extras:
    """At most three calls, and no more than the twelve allow: first what a rule may need, last what explains."""
    room = MOST_CALLS - tally.calls
    names = _unasked(seen)
    ask_names = bool(names) and room >= 1
    ask_way = bool(nested) and not assignments and room >= 1 + ask_names
    ask_changed = _may_be_mended(seen, assignments) and room >= 1 + ask_names + ask_way
    log = _or(seen.log, ())
    since = log[0].at if log else await client.now() - KEPT
    async with side_by_side() as run:
        person = run(settled(_with(client, seen.person, names))) if ask_names else None
        way = run(settled(read_way_in(client, nested[0], known(seen.holdings.direct) or []))) if ask_way else None
        changed = run(settled(read_changed(client, seen.person.id, since=since))) if ask_changed else None
    return _Extras(
        person=_or(person.result(), seen.person) if person else seen.person,
        way_in=_or(way.result(), None) if way else None,
        changed=_or(changed.result(), None) if changed else None,
    )


def _unasked(seen: _Read) -> tuple[str, ...]:
    """What the job's mappings and filter read and the first round did not ask for."""
    schema = _or(seen.schema, None)
    if schema is None or seen.person.deleted:
        return ()
    named = [source for mapping in schema.mappings for source in mapping.sources]
    named += [clause.attribute for group in schema.scope for clause in group.clauses]
    return further(name for name in named if name not in seen.person.attributes)


async def _with(client: GraphClient, person: Person, names: tuple[str, ...]) -> Person:
    row = await client.get(path("users", person.id), Row, options={"$select": ",".join(("id", *names))})
    return replace(person, attributes={**read_person(row, names).attributes, **person.attributes})


def _may_be_mended(seen: _Read, assignments: Sequence[Assignment]) -> bool:
    """Whether the time of the last change could matter: the log says failed, today's data do not say why.

    The audit log shares its five reads in ten seconds with the provisioning log, so it is not asked for nothing.
    """
    if isinstance(seen.log, DeskError) or not assignments or not seen.person.enabled or seen.person.deleted:
        return False
    if not seen.log:
        return True
    newest = seen.log[0]
    named = newest.error.attributes if newest.error else ()
    empty = any(name in seen.person.attributes and seen.person.attributes[name] is None for name in named)
    return newest.verdict is not Verdict.SUCCESS and not empty
