"""Many people in one app for the tests of crowds: a reader and a lever over values, and time that runs fast.

What really happened is kept apart from what the log shows yet, and every step can be the one that a process dies at.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic

from provisioning.attempts import LogEvent, OnDemandAnswer, Verdict
from provisioning.errors import DeskError, NotThereError, TryLaterError
from provisioning.evidence import Evidence
from provisioning.model import Actor, App, Assignment, Job, Person
from provisioning.pace import Turn
from tests import worlds
from tests.provisioning.casework.company import SUCCESS

SPEED = 200.0  # seconds of the town in one of ours
LAG = timedelta(seconds=5)  # until the log shows what happened


class DiedError(BaseException):
    """The process ends here: nothing that follows happens."""


@dataclass
class Town:
    """``CrowdReader`` and ``Levers`` over ``people``."""

    people: dict[str, Person] = field(default_factory=dict)
    unassigned: set[str] = field(default_factory=set)
    there: set[str] = field(default_factory=set)  # the log shows them in the app
    standing: dict[str, LogEvent] = field(default_factory=dict)  # the row that the log shows of them
    untold: set[str] = field(default_factory=set)  # the log is too busy to tell of them
    failing_ids: tuple[str, ...] = ()
    job: Job = field(default_factory=worlds.job)
    actors: dict[str, Actor] = field(default_factory=lambda: {a.id: a for a in (worlds.aisha(), worlds.ines())})
    unreadable: dict[str, Exception] = field(default_factory=dict)  # by person: what the check raises
    log_down: DeskError | None = None
    answers: dict[str, list[OnDemandAnswer | DeskError]] = field(default_factory=dict)
    hidden: int = 0  # calls that have to be made before the log shows any
    happened: list[tuple[str, LogEvent]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    read: list[int] = field(default_factory=list)  # how many people each read of the log was about
    passing: Callable[[str], None] = lambda _: None
    skipped: timedelta = timedelta(0)  # time that a test let pass
    _began: float = field(default_factory=monotonic)

    @property
    def clock(self) -> datetime:
        return worlds.NOW + self.skipped + timedelta(seconds=(monotonic() - self._began) * SPEED)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)

    # the reader

    async def now(self) -> datetime:
        return self.clock

    async def actor(self, person_id: str) -> Actor:
        self.passing("before reading the role")
        if person_id not in self.actors:
            raise NotThereError("There is no such person.")
        return self.actors[person_id]

    async def find_people(self, words: str) -> tuple[Person, ...]:
        return tuple(one for one in self.people.values() if words in {one.upn, one.name, one.name.split()[0]})

    async def evidence(self, person_id: str, app: App) -> Evidence:
        if person_id not in self.people:
            raise NotThereError("There is no such person.")
        person = self.people[person_id]
        log = (worlds.event(),) if person_id in self.there else ()
        log = (self.standing[person_id],) if person_id in self.standing else log
        seen = worlds.healthy(as_of=self.clock, person=person, app=app, job=self.job, log=log)
        if person_id in self.untold:
            seen = replace(seen, log=(), unread={"log": "throttled"})
        held = () if person_id in self.unassigned else (Assignment(since=worlds.NOW - worlds.DAY),)
        return replace(seen, assignments=held)

    async def census(
        self, person_ids: Sequence[str], app: App
    ) -> AsyncGenerator[tuple[str, Evidence | DeskError], None]:
        for person_id in person_ids:
            problem = self.unreadable.get(person_id)
            yield person_id, problem if isinstance(problem, DeskError) else await self.evidence(person_id, app)

    async def muster(self, person_id: str, app: App) -> Evidence:
        self.passing("before the check")
        if person_id in self.unreadable:
            raise self.unreadable[person_id]
        return replace(await self.evidence(person_id, app), log=(), unread={"log": "not read"})

    async def logs(self, person_ids: Sequence[str], app: App, *, since: datetime) -> Mapping[str, Sequence[LogEvent]]:
        self.passing("before reading the log")
        self.read.append(len(person_ids))
        if self.log_down:
            raise self.log_down
        seen = self.happened if len(self.calls) >= self.hidden else []
        rows = [(who, row) for who, row in seen if since < row.at and row.at + LAG <= self.clock]
        return {each: [row for who, row in reversed(rows) if who == each] for each in person_ids}

    async def failing(self, app: App) -> tuple[str, ...]:
        return self.failing_ids

    # the lever

    async def provision_on_demand(self, *, app: App, job_id: str, rule_id: str, person_id: str) -> OnDemandAnswer:
        self.passing("before the request")
        self.calls.append(person_id)
        answers = self.answers.get(person_id, [SUCCESS])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if not isinstance(answer, TryLaterError):
            self._write(person_id, answer)
        self.passing("before the answer")
        await self.sleep(1.0)
        if isinstance(answer, DeskError):
            raise answer
        return replace(answer, change_id=f"change-{person_id}")

    def _write(self, person_id: str, answer: OnDemandAnswer | DeskError) -> None:
        said = SUCCESS if isinstance(answer, DeskError) or not answer.readable else answer
        if said.verdict in {Verdict.SUCCESS, Verdict.FAILURE}:
            row = worlds.event(
                id=f"row-{len(self.happened)}",
                at=self.clock,
                verdict=said.verdict,
                error=said.error,
                change_id=f"change-{person_id}",
            )
            self.happened.append((person_id, row))


def somebody(n: int, **changes: object) -> Person:
    """Person number ``n``."""
    usual = {"id": f"p-{n}", "upn": f"p{n}@x.example", "name": f"Nr{n} Person"}
    return worlds.jose(**{**usual, **changes})


def town_of(count: int) -> Town:
    """A town of so many people, all of whom can be provisioned."""
    return Town(people={one.id: one for one in map(somebody, range(1, count + 1))})


class QuickPace:
    """``Pace`` that never lets anybody wait, and counts."""

    def __init__(self) -> None:
        self.turns = 0
        self.held: list[float] = []
        self.refused = 0  # how many turns go to single clicks first

    async def reserve(self, *, crowd: bool = False) -> Turn:
        if crowd and self.refused:
            self.refused -= 1
            return Turn(at=worlds.NOW, wait=2.2, ours=False)
        self.turns += 1
        return Turn(at=worlds.NOW, wait=0.0)

    async def reached(self, at: datetime) -> bool:
        return True

    async def hold(self, seconds: float) -> None:
        self.held.append(seconds)
