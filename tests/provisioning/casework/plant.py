"""One app's job and schema as values, with the levers that move them: what orders are tested against.

The plant does what Graph does, as far as a job shows it: saving a schema or restarting takes the steady state away, and
a cycle brings it back. ``answers`` spoil single pulls; ``passing`` hears each step and may end the process there.
"""

import copy
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from provisioning.errors import DeskError, RefusedError
from provisioning.health import Pulse
from provisioning.model import App, Execution, Job, JobState
from provisioning.schemas import RawSchema
from provisioning.scoping import GroupSeen, Kind, Member, Unread
from tests import worlds
from tests.provisioning.casework.company import Tenant, ignore

SECOND = timedelta(seconds=1)
BY_DEPARTMENT = {
    "name": "Sales",
    "clauses": [{"sourceOperandName": "department", "operatorName": "EQUALS", "targetOperand": {"values": ["Sales"]}}],
}


def raw_schema(*groups: dict[str, Any]) -> dict[str, Any]:
    """A schema as Graph gives it, with these filter groups."""
    scope = {"groups": list(groups), "inputFilterGroups": [], "categoryFilterGroups": []} if groups else None
    mapping = {
        "enabled": True,
        "sourceObjectName": "User",
        "targetObjectName": "urn:user",
        "scope": scope,
        "attributeMappings": [],
    }
    rule = {"id": worlds.RULE_ID, "priority": 1, "objectMappings": [mapping], "metadata": []}
    return {"id": "job", "version": "v1", "synchronizationRules": [rule], "directories": []}


@dataclass(slots=True)
class PlantTenant(Tenant):
    """The tenant with a job of its own, an audience and places. Slots: what is added is declared here."""

    work: Job | None = field(default_factory=worlds.job)
    told: Pulse = field(default_factory=lambda: Pulse(failing=0, held=0))
    people: list[Member | GroupSeen | Unread] = field(default_factory=list)
    rooms: dict[str, Kind] = field(default_factory=dict)
    skips: bool | DeskError | None = False

    async def job(self, app: App) -> Job | None:
        self._read("job")
        return self.work

    async def pulse(self, app: App) -> Pulse:
        return self.told

    async def places(self) -> dict[str, Kind]:
        return self.rooms

    async def skips_removals(self, app: App) -> bool | None:
        if isinstance(self.skips, DeskError):
            raise self.skips
        return self.skips

    async def audience(self, app: App, attributes: Sequence[str]) -> AsyncGenerator[Member | GroupSeen | Unread, None]:
        self._read("audience")
        for one in self.people:
            yield one


@dataclass(slots=True)
class Plant:
    """``JobLevers`` over the tenant's job. ``answers`` are raised, one a pull; None and all after: it works."""

    tenant: PlantTenant
    there: dict[str, Any] = field(default_factory=raw_schema)
    answers: list[Exception | None] = field(default_factory=list)
    silent: bool = False  # what is raised comes after it was done
    rejects: bool = False  # the app rejects the credentials
    pulls: list[str] = field(default_factory=list)
    saved: list[RawSchema] = field(default_factory=list)
    passing: Callable[[str], None] = ignore

    async def start(self, app: App, job_id: str) -> None:
        self._pull("start", {"state": JobState.ACTIVE, "scheduled": True, "quarantine": None})

    async def pause(self, app: App, job_id: str) -> None:
        self._pull("pause", {"state": JobState.PAUSED, "scheduled": False})

    async def restart(self, app: App, job_id: str, forget: Sequence[str]) -> None:
        changes: dict[str, Any] = {"state": JobState.ACTIVE, "quarantine": None}
        if "Watermark" in forget:
            changes["first_steady"] = None
        self._pull(f"restart {', '.join(forget)}", changes)

    async def check(self, app: App, job_id: str) -> None:
        if self.rejects:
            self.pulls.append("check")
            raise RefusedError("The app rejects it.", code="InvalidCredentials")
        self._pull("check", {})

    async def schema(self, app: App, job_id: str) -> RawSchema:
        self.passing("before reading the schema")
        return copy.deepcopy(self.there)

    async def save_schema(self, app: App, job_id: str, schema: RawSchema) -> None:
        self._pull("save", {"first_steady": None}, schema)

    def _pull(self, what: str, changes: dict[str, Any], schema: RawSchema | None = None) -> None:
        self.passing("before the request")
        self.pulls.append(what)
        self.tenant.clock += SECOND
        problem = self.answers.pop(0) if self.answers else None
        if problem is None or self.silent:
            assert self.tenant.work is not None
            self.tenant.work = replace(self.tenant.work, **changes)
            if schema is not None:
                self.there = copy.deepcopy(dict(schema)) | {"version": f"v{len(self.saved) + 2}"}
                self.saved.append(schema)
        self.passing("before the answer")
        if problem is not None:
            raise problem

    def cycle(self, **changes: Any) -> Execution:
        """A cycle that begins and ends now."""
        self.tenant.clock += SECOND
        began = self.tenant.clock
        last = worlds.cycle(began=began, ended=began + SECOND, **changes)
        self.tenant.clock += SECOND
        assert self.tenant.work is not None
        self.tenant.work = replace(self.tenant.work, last=last, first_steady=last.ended)
        return last
