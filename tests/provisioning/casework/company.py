"""A tenant, its lever and a worker for casework's tests: values that can be spoiled, a clock that is moved by hand.

The tenant keeps what really happened (``log``) apart from what the log shows yet (``lag``), and the worker runs
what the database has queued, in the order of its time, letting the tenant's clock jump over the waits.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from provisioning.attempts import LogEvent, OnDemandAnswer, Verdict
from provisioning.errors import DeskError, NotThereError, TryLaterError
from provisioning.evidence import Evidence
from provisioning.model import Actor, App, Job, Person
from provisioning.pace import Turn
from provisioning.store.database import Pool
from tests import worlds

Step = Callable[[str], None]
SECOND = timedelta(seconds=1)


def ignore(_: str) -> None:
    """A step that nothing happens at."""


@dataclass(slots=True)
class Tenant:
    """``TenantReader`` over one person in one app. ``down`` is raised by every reading; ``passing`` hears each step."""

    clock: datetime = worlds.NOW
    seen: Evidence = field(default_factory=lambda: worlds.healthy(log=()))
    happened: list[LogEvent] = field(default_factory=list)
    lag: timedelta = timedelta(0)
    actors: dict[str, Actor] = field(default_factory=lambda: {a.id: a for a in (worlds.aisha(), worlds.ines())})
    down: Exception | None = None
    log_down: Exception | None = None
    boss: str | DeskError | None = None  # the person's manager, or why that cannot be read
    passing: Step = ignore
    reading: Callable[[str, App], Awaitable[Evidence]] | None = None  # instead of what is seen

    def shown(self) -> tuple[LogEvent, ...]:
        """The rows that the log shows by now, newest first."""
        late = [row for row in self.happened if row.at + self.lag <= self.clock]
        return tuple(sorted((*self.seen.log, *late), key=lambda row: row.at, reverse=True))

    async def now(self) -> datetime:
        return self.clock

    async def evidence(self, person_id: str, app: App) -> Evidence:
        if self.reading:
            reading, self.reading = self.reading, None
            try:
                return await reading(person_id, app)
            finally:
                self.reading = reading
        self._read("evidence")
        return replace(self.seen, as_of=self.clock, log=self.shown())

    async def log(self, person_id: str, app: App, *, since: datetime) -> tuple[LogEvent, ...]:
        self._read("log")
        if self.log_down:
            raise self.log_down
        return tuple(row for row in self.shown() if row.at > since)

    async def logs(self, person_ids: Sequence[str], app: App, *, since: datetime) -> Mapping[str, Sequence[LogEvent]]:
        self._read("logs")
        if self.log_down:
            raise self.log_down
        rows = tuple(row for row in self.shown() if row.at > since)
        return {one: rows if one == self.seen.person.id else () for one in person_ids}

    async def actor(self, person_id: str) -> Actor:
        self._read("actor")
        if person_id not in self.actors:
            raise NotThereError("There is no such person.")
        return self.actors[person_id]

    async def person(self, person_id: str) -> Person:
        return self.seen.person

    async def manager(self, person_id: str) -> str | None:
        if isinstance(self.boss, DeskError):
            raise self.boss
        return self.boss

    async def find_people(self, words: str) -> tuple[Person, ...]:
        return (self.seen.person,)

    async def apps(self) -> tuple[App, ...]:
        return (self.seen.app,)

    async def job(self, app: App) -> Job | None:
        return self.seen.job

    async def failures(self, app: App) -> int | None:
        return 0

    def _read(self, what: str) -> None:
        self.passing(f"before reading {what}")
        if self.down:
            raise self.down


SUCCESS = OnDemandAnswer(
    verdict=Verdict.SUCCESS, steps=worlds.four_steps(), action="create", change_id="change-now", target_id="account-9"
)
IN_SYNC = OnDemandAnswer(verdict=Verdict.SKIPPED, skip_reason="RedundantExport")
UNREADABLE = OnDemandAnswer(verdict=Verdict.UNKNOWN, readable=False)


def failure(code: str = "SystemForCrossDomainIdentityManagementServiceIncompatible") -> OnDemandAnswer:
    """An answer that says: the app refused the person."""
    row = worlds.failed(code, "Attribute emails is required")
    return OnDemandAnswer(
        verdict=Verdict.FAILURE, steps=row.steps, error=row.error, action="create", change_id="change-now"
    )


@dataclass(slots=True)
class Lever:
    """``Levers``. ``answers`` are given (or raised) one a call, the last one again and again."""

    tenant: Tenant
    answers: list[OnDemandAnswer | Exception] = field(default_factory=lambda: [SUCCESS])
    calls: list[dict[str, str]] = field(default_factory=list)
    writes_log: bool = True  # whether a call that reached Graph leaves its row in the log, some day
    passing: Step = ignore

    async def provision_on_demand(self, *, app: App, job_id: str, rule_id: str, person_id: str) -> OnDemandAnswer:
        self.passing("before the request")
        self.calls.append({"app": app.id, "job": job_id, "rule": rule_id, "person": person_id})
        answer = self.answers[min(len(self.calls), len(self.answers)) - 1]
        self.tenant.clock += SECOND
        if not isinstance(answer, TryLaterError):
            self._write(answer)
        self.passing("before the answer")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _write(self, answer: OnDemandAnswer | Exception) -> None:
        said = SUCCESS if isinstance(answer, Exception) or not answer.readable else answer
        if self.writes_log and said.verdict in {Verdict.SUCCESS, Verdict.FAILURE}:
            self.tenant.happened.append(
                worlds.event(
                    id="row-now",
                    at=self.tenant.clock,
                    action=said.action,
                    verdict=said.verdict,
                    steps=said.steps,
                    changes=said.changes,
                    error=said.error,
                    change_id=said.change_id,
                )
            )


@dataclass(slots=True)
class Pace:
    """``Pace`` by the tenant's clock. ``turns`` are given one after the other, then every turn is at once."""

    tenant: Tenant
    turns: list[Turn] = field(default_factory=list)
    missed: set[datetime] = field(default_factory=set)
    held: list[float] = field(default_factory=list)
    crowds: list[bool] = field(default_factory=list)

    async def reserve(self, *, crowd: bool = False) -> Turn:
        self.crowds.append(crowd)
        return self.turns.pop(0) if self.turns else Turn(at=self.tenant.clock, wait=0.0)

    async def reached(self, at: datetime) -> bool:
        if at in self.missed or at < self.tenant.clock:
            return False
        self.tenant.clock = at
        return True

    async def hold(self, seconds: float) -> None:
        self.held.append(seconds)

    def turn(self, seconds: float, *, ours: bool = True) -> Turn:
        """A turn in so many seconds."""
        return Turn(at=self.tenant.clock + timedelta(seconds=seconds), wait=seconds, ours=ours)


Work = Callable[..., Awaitable[None]]


class Worker:
    """Runs what is queued, one piece after the other. A piece that raises ``Crash`` stays, as in a killed process."""

    def __init__(self, pool: Pool, tenant: Tenant, works: Mapping[str, Work]) -> None:
        self._pool = pool
        self._tenant = tenant
        self._works = works
        self.shown: list[str] = []
        self.waits: list[float] = []

    async def run(self, *, most: int = 200) -> None:
        """Until nothing is queued."""
        for _ in range(most):
            if not await self.run_one():
                return
        raise AssertionError(f"still work after {most} pieces: {await self.queued()}")

    async def run_one(self) -> bool:
        """The piece that is due first; False when there is none."""
        query = (
            "SELECT id, task_name, args, greatest(0, extract(epoch FROM scheduled_at - now()))::float8"
            " FROM procrastinate_jobs WHERE status = 'todo' ORDER BY scheduled_at NULLS FIRST, id LIMIT 1"
        )
        async with self._pool.connection() as connection:
            row = await (await connection.execute(query)).fetchone()
        if row is None:
            return False
        job, name, arguments, wait = row
        await self._pass_time(wait or 0.0)
        try:
            await self._work(name, arguments)
        except TryLaterError as busy:
            await self._pass_time(busy.wait)
        else:
            async with self._pool.connection() as connection:
                await connection.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job])
        return True

    async def queued(self) -> list[str]:
        """The names of what waits."""
        async with self._pool.connection() as connection:
            found = await connection.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id")
            return [name for (name,) in await found.fetchall()]

    async def _work(self, name: str, arguments: dict[str, Any]) -> None:
        if name in self._works:
            await self._works[name](**arguments)
        else:
            self.shown.append(f"{name} {next(iter(arguments.values()))}")

    async def _pass_time(self, seconds: float) -> None:
        """Let the tenant's clock jump, and with it whatever else is queued for later."""
        if seconds <= 0:
            return
        self.waits.append(seconds)
        self._tenant.clock += timedelta(seconds=seconds)
        async with self._pool.connection() as connection:
            await connection.execute(
                "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - make_interval(secs => %s)", [seconds]
            )
