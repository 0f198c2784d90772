"""The tenant, as the core wants to read it: ``provisioning.ports.TenantReader`` over Microsoft Graph."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from msgspec import Raw

from provisioning.app_roles import shared_names
from provisioning.attempts import LogEvent
from provisioning.changes import DirectoryChange
from provisioning.errors import DeskError
from provisioning.evidence import Evidence
from provisioning.failing import Happening
from provisioning.graph import groups, people
from provisioning.graph.app_credentials import read_credentials
from provisioning.graph.apps import AppList, read_app_facts
from provisioning.graph.audience import read_audience, read_places
from provisioning.graph.audits import read_changes
from provisioning.graph.census import read_census
from provisioning.graph.client import GraphClient
from provisioning.graph.evidence import read_evidence
from provisioning.graph.failing import read_failing
from provisioning.graph.failures import RecentFailures
from provisioning.graph.flags import read_skips
from provisioning.graph.jobs import read_app_job, read_job_schema_whole
from provisioning.graph.log_pace import LogPace
from provisioning.graph.logs import count_failing, read_happenings, read_log, read_log_page, read_logs, read_pulse
from provisioning.graph.memberships import read_assigned
from provisioning.graph.muster import Muster
from provisioning.graph.purposes import with_purposes
from provisioning.graph.survey import read_jobs, read_survey
from provisioning.graph.tally import settled, side_by_side
from provisioning.groups import GroupSeen as GroupInApp
from provisioning.health import NO_PULSE, Pulse
from provisioning.model import Actor, App, Group, Job, Person, Schema
from provisioning.scoping import GroupSeen, Kind, Member, Unread
from provisioning.survey import Survey
from provisioning.watching.news import Credential

_LATELY = timedelta(days=7)
_LONG = 30.0  # s of patience where nobody waits for the answer


class GraphReader:
    """Reads one tenant. ``agents_group`` and ``admins_group`` are object ids.

    Only the list of apps is kept, and for a minute whom else an app fails.
    """

    def __init__(self, client: GraphClient, *, agents_group: str | None, admins_group: str | None) -> None:
        self._client = client
        self._agents = agents_group
        self._admins = admins_group
        self._apps = AppList(client)
        self._failures = RecentFailures(client)
        self._muster = Muster(client)
        self._log_pace = LogPace(client)

    async def now(self) -> datetime:
        """See ``TenantReader``."""
        return await self._client.now()

    async def actor(self, person_id: str) -> Actor:
        """See ``TenantReader``."""
        return await people.read_actor(self._client, person_id, agents=self._agents, admins=self._admins)

    async def person(self, person_id: str) -> Person:
        """See ``TenantReader``."""
        with self._client.asking():
            return await people.read_by_id(self._client, person_id)

    async def manager(self, person_id: str) -> str | None:
        """See ``TenantReader``."""
        with self._client.asking():
            return await people.read_manager(self._client, person_id)

    async def find_people(self, words: str) -> tuple[Person, ...]:
        """See ``TenantReader``. A whole address that nobody has finds nobody: no guessing by resemblance."""
        with self._client.asking():
            return await people.find(self._client, words)

    async def apps(self) -> tuple[App, ...]:
        """See ``TenantReader``. Managed identities and Microsoft's own services are left out."""
        return await self._apps.apps()

    async def evidence(self, person_id: str, app: App) -> Evidence:
        """See ``TenantReader``."""
        return await read_evidence(self._client, person_id, app, self._failures)

    def census(self, person_ids: Sequence[str], app: App) -> AsyncGenerator[tuple[str, Evidence | DeskError], None]:
        """See ``Census``."""
        return read_census(self._client, person_ids, app)

    async def survey(self, person_id: str, apps: Sequence[App], *, held: bool = True) -> Survey:
        """See ``read_survey``."""
        return await read_survey(self._client, person_id, apps, held=held)

    async def jobs(self, apps: Sequence[App]) -> dict[str, Job | DeskError | None]:
        """See ``read_jobs``."""
        return await read_jobs(self._client, apps)

    async def job(self, app: App) -> Job | None:
        """See ``TenantReader``."""
        return await read_app_job(self._client, app.id)

    async def log(self, person_id: str, app: App, *, since: datetime) -> tuple[LogEvent, ...]:
        """See ``TenantReader``. The newest 50 at most."""
        with self._client.asking():
            return await read_log(self._client, person_id, app.id, since=since)

    async def changes(self, person_id: str, *, since: datetime) -> tuple[DirectoryChange, ...]:
        """See ``Chronicle``."""
        with self._client.asking():
            return await read_changes(self._client, person_id, since=since)

    async def failures(self, app: App) -> int | None:
        """See ``TenantReader``. None also for an app whose week has more rows than we read."""
        with self._client.asking():
            try:
                return await count_failing(self._client, app.id, since=await self.now() - _LATELY)
            except DeskError:
                return None

    async def places(self) -> dict[str, Kind]:
        """See ``AudienceReader``."""
        return await read_places(self._client)

    def audience(self, app: App, attributes: Sequence[str]) -> AsyncGenerator[Member | GroupSeen | Unread, None]:
        """See ``AudienceReader``."""
        return with_purposes(self._client, read_audience(self._client, app, attributes))

    async def skips_removals(self, app: App) -> bool | None:
        """See ``AudienceReader``."""
        with self._client.asking():
            return await read_skips(self._client, app.id)

    async def log_page(self, app_id: str | None, *, since: datetime, link: str | None) -> tuple[list[Raw], str | None]:
        """See ``LogPages``."""
        await self._log_pace.turn()
        with self._client.asking(_LONG):
            return await read_log_page(self._client, app_id, since=since, link=link)

    async def happenings(self, app: App | None, *, since: datetime) -> tuple[Happening, ...]:
        """See ``LogPages``."""
        with self._client.asking():
            return await read_happenings(self._client, app.id if app else None, since=since)

    async def people_of(self, person_ids: Sequence[str]) -> dict[str, Person]:
        """See ``LogPages``."""
        with self._client.asking():
            return await people.read_many(self._client, person_ids)

    async def pulse(self, app: App) -> Pulse:
        """See ``JobReader``."""
        with self._client.asking():
            since = await self.now() - _LATELY
            async with side_by_side() as run:
                told = run(settled(read_pulse(self._client, app.id, since=since)))
                assigned = run(settled(read_assigned(self._client, app.id)))
                facts = run(settled(read_app_facts(self._client, app.id)))
        seen, grants, offered = told.result(), assigned.result(), facts.result()
        known = NO_PULSE if isinstance(seen, DeskError) else seen
        if not isinstance(offered, DeskError):
            known = replace(known, roles_twice=shared_names(offered.roles))
        if isinstance(seen, DeskError) or isinstance(grants, DeskError):
            return known
        made = [row.assignment(None).since for row in grants.items]
        return replace(known, newest_assignment=max((at for at in made if at and at > since), default=None))

    async def credentials(self, app: App) -> tuple[Credential, ...]:
        """See ``Sights``."""
        with self._client.asking(_LONG):
            return await read_credentials(self._client, app)

    async def schema(self, app: App, job_id: str) -> tuple[Schema, str]:
        """See ``Sights``."""
        with self._client.asking(_LONG):
            return await read_job_schema_whole(self._client, app.id, job_id)

    async def failing(self, app: App) -> tuple[str, ...]:
        """See ``CrowdReader``."""
        with self._client.asking(_LONG):
            return await read_failing(self._client, app.id, since=await self.now() - _LATELY)

    async def find_groups(self, words: str) -> tuple[Group, ...]:
        """See ``GroupReader``."""
        with self._client.asking():
            return await groups.find_groups(self._client, words)

    async def group(self, group: Group, app: App) -> GroupInApp:
        """See ``GroupReader``."""
        with self._client.asking():
            return await groups.read_group(self._client, group, app)

    async def muster(self, person_id: str, app: App) -> Evidence:
        """See ``CrowdReader``."""
        return await self._muster.evidence(person_id, app)

    async def logs(self, person_ids: Sequence[str], app: App, *, since: datetime) -> Mapping[str, Sequence[LogEvent]]:
        """See ``CrowdReader``."""
        with self._client.asking(_LONG):
            return await read_logs(self._client, person_ids, app.id, since=since)
