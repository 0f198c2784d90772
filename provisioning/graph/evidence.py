"""Everything about one person and one app, read side by side: three rounds and twelve calls at most.

First round: the account, the job, grants, groups, log, and the app's owners and roles. Second: the job's schema, and
beside it what only the first answers could tell to ask for. Third, seldom: attributes that the schema names and nobody
asked for yet, who else has the value that people are matched by, and expressions that only Graph can work out. A part
that fails is named, never taken for absent.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from provisioning.alike import alike
from provisioning.attempts import LogEvent, Verdict
from provisioning.attributes import matching_mappings, value_of
from provisioning.beside import Alike
from provisioning.errors import DeskError
from provisioning.evidence import Evidence
from provisioning.graph.addresses import path
from provisioning.graph.apps import AppFacts, read_app_facts
from provisioning.graph.client import GraphClient
from provisioning.graph.expressions import work_out
from provisioning.graph.failures import Failures, RecentFailures
from provisioning.graph.jobs import read_app_job, read_job_schema
from provisioning.graph.lists import known
from provisioning.graph.logs import KEPT, read_changed, read_log
from provisioning.graph.memberships import (
    Holdings,
    read_assigned,
    read_dynamic,
    read_grants,
    read_groups,
    read_way_in,
)
from provisioning.graph.people import Row, read_by_id, read_twins
from provisioning.graph.places import may_be_a_place, read_place
from provisioning.graph.refusals import reason
from provisioning.graph.tally import Tally, settled, side_by_side
from provisioning.graph.wire.people import further, read_person
from provisioning.model import App, Assignment, Group, GroupFailure, Job, Person, Schema
from provisioning.timing import was_healthy

MOST_CALLS = 12
_FIRST = 9  # the first round, and the schema, which may still be on its way
_PLACE = 3  # calls that tell whether it is a room, a workspace or a desk
# Matching attributes that two accounts can share, and for which the users API can be asked by the same name.
_SHARED = frozenset({"mail", "mailNickname", "employeeId", "displayName", "onPremisesSamAccountName"})
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """What hangs on the person. Without ``way_in``, ``changed`` and ``failures`` the answer is still one."""

    person: Person
    holdings: Holdings
    facts: AppFacts | DeskError
    log: tuple[LogEvent, ...] | DeskError
    way_in: Group | None = None  # into the first nested group
    dynamic: tuple[Group, ...] | DeskError = ()  # assigned groups with a rule that do not hold the person
    changed: datetime | None = None
    failures: Failures | None = None  # of the app, lately
    place: str | DeskError | None = None


async def read_evidence(client: GraphClient, person_id: str, app: App, recent: RecentFailures) -> Evidence:
    """Raises only if the person cannot be read: NotThereError, NotAllowedError or TryLaterError."""
    with client.asking() as tally:
        async with side_by_side() as run:
            work = run(_job_and_schema(client, app.id))
            side = run(_side_of_the_person(client, person_id, app, recent, tally))
        (job, schema), seen = work.result(), side.result()
        last = await _completed(client, seen, _or(job, None), _or(schema, None), tally)
        assignments, nested = seen.holdings.assignments(), seen.holdings.nested()
        parts: dict[str, object] = {
            "job": job,
            "schema": schema,
            "assignments": assignments,
            "nested": nested,
            "log": seen.log,
            "owners": seen.facts,
            "roles": seen.facts,
            "dynamic": seen.dynamic,
            "twins": last.twins,
            "place": seen.place,
        }
        log = _or(seen.log, ())
        return Evidence(
            as_of=await client.now(),
            person=last.person,
            app=app if isinstance(seen.facts, DeskError) else replace(app, owners=seen.facts.owners),
            job=_or(job, None),
            schema=_or(schema, None),
            assignments=_or(assignments, ()),
            nested=tuple((group, seen.way_in if number == 0 else None) for number, group in enumerate(_or(nested, ()))),
            roles=None if isinstance(seen.facts, DeskError) else seen.facts.roles,
            dynamic=_or(seen.dynamic, ()),
            matched_by=last.matched_by,
            twins=_or(last.twins, None),
            log=log,
            group_failures=_of_groups(_or(assignments, ()), seen.failures),
            alike=_alike(log, person_id, seen.failures),
            changed=seen.changed,
            place=_or(seen.place, None),
            worked_out=last.worked_out,
            unread={name: reason(part) for name, part in parts.items() if isinstance(part, DeskError)},
            calls=tally.calls,
            rounds=tally.rounds,
        )


def _or(part: T | DeskError, otherwise: T) -> T:
    return otherwise if isinstance(part, DeskError) else part


async def _side_of_the_person(
    client: GraphClient, person_id: str, app: App, recent: RecentFailures, tally: Tally
) -> _Side:
    now = client.last_known_time()
    since = now - KEPT if now else None  # the log keeps no more than that anyway
    async with side_by_side() as run:
        person = run(settled(read_by_id(client, person_id)))
        grants = run(settled(read_grants(client, person_id, app.id)))
        direct = run(settled(read_groups(client, person_id, transitive=False)))
        transitive = run(settled(read_groups(client, person_id, transitive=True)))
        assigned = run(settled(read_assigned(client, app.id)))
        facts = run(settled(read_app_facts(client, app.id)))
        log = run(settled(read_log(client, person_id, app.id, since=since)))
    found = person.result()
    if isinstance(found, DeskError):
        raise found
    holdings = Holdings(
        person_id=person_id,
        grants=grants.result(),
        direct=direct.result(),
        transitive=transitive.result(),
        assigned=assigned.result(),
    )
    side = _Side(person=found, holdings=holdings, facts=facts.result(), log=log.result())
    return await _explained(client, side, partial(recent.of, app.id), tally)


async def _job_and_schema(client: GraphClient, app_id: str) -> tuple[Job | DeskError | None, Schema | DeskError | None]:
    """A job that cannot be read leaves its schema unknown for the same reason; no job has no schema."""
    job = await settled(read_app_job(client, app_id))
    if job is None or isinstance(job, DeskError):
        return job, job
    return job, await settled(read_job_schema(client, app_id, job.id))


async def _explained(
    client: GraphClient, seen: _Side, recent: Callable[[], Awaitable[Failures]], tally: Tally
) -> _Side:
    """With what only the first round could tell to ask for, as far as the twelve calls reach.

    A place is worth the call that is kept for the schema's attributes; a room's data are seldom what is wrong.
    """
    assignments, nested = _or(seen.holdings.assignments(), ()), _or(seen.holdings.nested(), ())
    room = MOST_CALLS - max(tally.calls, _FIRST) - 1
    ask_place = may_be_a_place(seen.person) and room + 1 >= _PLACE
    room -= _PLACE if ask_place else 0
    ask_way = bool(nested) and not assignments and room >= 1
    others = seen.holdings.others() if seen.holdings.assignments() == () else []
    ask_dynamic = bool(others) and room >= 1 + ask_way
    ask_changed = _may_be_mended(seen, assignments) and room >= 1 + ask_way + ask_dynamic
    ask_failures = _may_hit_others(seen, assignments) and room >= 1 + ask_way + ask_dynamic + ask_changed
    log, now = _or(seen.log, ()), await client.now()
    since = log[0].at if log else now - KEPT
    async with side_by_side() as run:
        place = run(settled(read_place(client, seen.person))) if ask_place else None
        failures = run(settled(recent())) if ask_failures else None
        way = run(settled(read_way_in(client, nested[0], known(seen.holdings.direct) or []))) if ask_way else None
        dynamic = run(settled(read_dynamic(client, others))) if ask_dynamic else None
        changed = run(settled(read_changed(client, seen.person.id, since=since))) if ask_changed else None
    return replace(
        seen,
        way_in=_or(way.result(), None) if way else None,
        dynamic=dynamic.result() if dynamic else (),
        changed=_or(changed.result(), None) if changed else None,
        failures=_or(failures.result(), None) if failures else None,
        place=place.result() if place else None,
    )


def _may_hit_others(seen: _Side, assignments: Sequence[Assignment]) -> bool:
    """Whether the app's other failures could matter: this person's last attempt failed, or a group leads here."""
    if isinstance(seen.log, DeskError):
        return False
    if seen.log:
        return seen.log[0].verdict is Verdict.FAILURE
    return any(assignment.group for assignment in assignments)


def _alike(log: Sequence[LogEvent], person_id: str, failures: Failures | None) -> Alike | None:
    if failures is None or not log:
        return None
    return alike(log[0], person_id, failures.people, whole=failures.whole)


def _of_groups(assignments: Sequence[Assignment], failures: Failures | None) -> tuple[GroupFailure, ...]:
    """The newest failure of each group that leads the person into the app."""
    newest: dict[str, LogEvent] = {}
    for group_id, row in failures.groups if failures else ():
        newest.setdefault(group_id, row)
    groups = [each.group for each in assignments if each.group and each.group.id.lower() in newest]
    return tuple(GroupFailure(group=group, row=newest[group.id.lower()]) for group in groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Last:
    """What only the schema could tell to ask for."""

    person: Person
    worked_out: Mapping[str, str | None]
    matched_by: str | None = None
    twins: tuple[Person, ...] | DeskError | None = None


async def _completed(client: GraphClient, seen: _Side, job: Job | None, schema: Schema | None, tally: Tally) -> _Last:
    """What mappings and filter read and nobody asked for yet, who has the same matching value, what Graph works out."""
    person = seen.person
    names = _unasked(person, schema) if tally.calls < MOST_CALLS else ()
    room = MOST_CALLS - tally.calls - bool(names)
    shared = _worth_looking_for(seen, schema) if room else None
    room -= bool(shared)
    async with side_by_side() as run:
        whole = run(settled(_with(client, person, names))) if names else None
        twins = run(settled(read_twins(client, *shared, besides=person.id))) if shared else None
        told = run(settled(work_out(client, person, job, schema, most=room))) if job and schema else None
    return _Last(
        person=_or(whole.result(), person) if whole else person,
        worked_out=_or(told.result(), {}) if told else {},
        matched_by=shared[0] if shared else None,
        twins=twins.result() if twins else None,
    )


def _worth_looking_for(seen: _Side, schema: Schema | None) -> tuple[str, str] | None:
    """The matching attribute and its value, where two accounts could share it and the log does not show a match."""
    if schema is None or seen.person.deleted or not seen.person.enabled or not _or(seen.holdings.assignments(), ()):
        return None
    newest = seen.log[0] if not isinstance(seen.log, DeskError) and seen.log else None
    if was_healthy(newest):
        return None
    for mapping in matching_mappings(schema):
        if len(mapping.sources) != 1 or "(" in (mapping.expression or "") or mapping.sources[0] not in _SHARED:
            return None
        value = value_of(seen.person, mapping.sources[0])
        if isinstance(value, str) and value:
            return mapping.sources[0], value
    return None


def _unasked(person: Person, schema: Schema | None) -> tuple[str, ...]:
    if schema is None or person.deleted:
        return ()
    named = [source for mapping in schema.mappings for source in mapping.sources]
    named += [clause.attribute for group in schema.scope for clause in group.clauses]
    return further(name for name in named if name not in person.attributes)


async def _with(client: GraphClient, person: Person, names: tuple[str, ...]) -> Person:
    row = await client.get(path("users", person.id), Row, options={"$select": ",".join(("id", *names))})
    return replace(person, attributes={**read_person(row, names).attributes, **person.attributes})


def _may_be_mended(seen: _Side, assignments: Sequence[Assignment]) -> bool:
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
