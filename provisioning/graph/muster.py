"""One person of many, right before something is done about them: three reads in one batch, and not the log.

The app's roles are read with its job, because somebody whose role is switched off would be disabled by a call.

What a crowd of five hundred would otherwise ask of the provisioning log is more than Graph lets anybody read.
"""

from dataclasses import dataclass

from provisioning.errors import DeskError, TryLaterError
from provisioning.evidence import Evidence
from provisioning.graph.addresses import path
from provisioning.graph.apps import AppFacts, read_app_facts
from provisioning.graph.batch import Part, batch
from provisioning.graph.census import further_of, person_of
from provisioning.graph.client import GraphClient
from provisioning.graph.jobs import read_app_job, read_job_schema
from provisioning.graph.lists import Items, items_of
from provisioning.graph.memberships import Holdings, grants_of, groups_of, read_assigned
from provisioning.graph.refusals import reason
from provisioning.graph.tally import settled
from provisioning.graph.wire.grants import GrantRow, GroupRow
from provisioning.graph.wire.people import USUAL
from provisioning.model import App, Job, Schema

FRESH = 30.0  # s; a job that was stopped a moment ago refuses the call by itself
PATIENCE = 20.0  # s for one person
NOT_READ = "It is not read for one of many."
_ASSIGNED_PAGES = 10  # of 999 principals


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """An app's job, schema and roles, and when (monotonic) they were read. Roles that are not readable say why."""

    at: float
    job: Job | None
    schema: Schema | None
    facts: AppFacts | DeskError


class Muster:
    """Reads one person after the other; of each app, job, schema and roles are kept for a moment."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._known: dict[str, _Known] = {}

    async def evidence(self, person_id: str, app: App) -> Evidence:
        """See ``CrowdReader.muster``."""
        with self._client.asking(PATIENCE):
            known = await self._job_of(app)
            asked = (*USUAL, *(further_of(known.schema) if known.schema else ()))
            parts = [
                Part(path=path("users", person_id), options={"$select": ",".join(asked)}),
                grants_of(person_id, app.id),
                groups_of(person_id, transitive=False),  # a group that provisioning does not read gives nothing
            ]
            account, grants, groups = await batch(self._client, parts)
            person = person_of(self._client, account, asked)
            if isinstance(person, DeskError):
                raise person
            direct = items_of(groups, GroupRow)
            assignments = await self._holdings(person_id, app, items_of(grants, GrantRow), direct)
        held = assignments.assignments()
        unread = {"log": NOT_READ, "nested": NOT_READ, "owners": NOT_READ}
        if isinstance(known.facts, DeskError):
            unread["roles"] = reason(known.facts)
        if isinstance(held, DeskError):
            unread["assignments"] = reason(held)
        return Evidence(
            as_of=await self._client.now(),
            person=person,
            app=app,
            job=known.job,
            schema=known.schema,
            roles=None if isinstance(known.facts, DeskError) else known.facts.roles,
            assignments=() if isinstance(held, DeskError) else held,
            unread=unread,
        )

    async def _job_of(self, app: App) -> _Known:
        known = self._known.get(app.id)
        if known is None or self._client.monotonic() - known.at > FRESH:
            at = self._client.monotonic()
            job = await read_app_job(self._client, app.id)
            schema = await read_job_schema(self._client, app.id, job.id) if job else None
            facts = await settled(read_app_facts(self._client, app.id))
            known = self._known[app.id] = _Known(at=at, job=job, schema=schema, facts=facts)
        return known

    async def _holdings(
        self, person_id: str, app: App, grants: Items[GrantRow] | DeskError, direct: Items[GroupRow] | DeskError
    ) -> Holdings:
        """The person's own list of grants; where it may not be read, the app's held against the person's groups."""
        not_read: DeskError = TryLaterError(NOT_READ)
        assigned: Items[GrantRow] | DeskError = not_read
        if isinstance(grants, TryLaterError):
            raise grants
        if isinstance(grants, DeskError):
            assigned = await read_assigned(self._client, app.id, most_pages=_ASSIGNED_PAGES)
        return Holdings(person_id=person_id, grants=grants, direct=direct, transitive=not_read, assigned=assigned)
