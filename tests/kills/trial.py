"""One promise, one death: the process dies at a step that is counted, a successor takes over, the company is asked.

Everything is real but the death and the waiting: the books, Graph's client and the company, which counts what it was
asked and what it did. Time jumps over the waits, in the company and in the queue alike.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from provisioning.attempts import OnDemandAnswer
from provisioning.cases import Case
from provisioning.casework.inquiries import Inquiries
from provisioning.casework.promises import Promises
from provisioning.errors import UncertainError
from provisioning.graph import GraphLevers, GraphReader, open_graph
from provisioning.graph.pen import GraphPen
from provisioning.model import Actor, App, Role
from provisioning.permissions import FillIn
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool, open_database
from provisioning.store.pace import PostgresPace
from provisioning.store.queue import Queue
from sandbox import limits
from tests.provisioning.casework.company import Work, Worker
from tests.provisioning.casework.fuse import Crash, Fuse, KilledBooks
from tests.sandbox.company import ADA, BEN, Visitor, app_of, person_of, small, visiting

Json = dict[str, Any]
AGENT = Actor(id=ADA, upn="ada@small.example", name="Ada Ek", roles=frozenset({Role.PERSON, Role.AGENT}))
SAID = {"surname": "Ny"}


def _as_it_is(world: Json) -> None:
    """Ben is assigned and waits for the next cycle."""


def _without_surname(world: Json) -> None:
    person_of(world, BEN)["surname"] = None
    app_of(world)["log"] = [_failed()]


def _failed() -> Json:
    error = {"errorCode": "SystemForCrossDomainIdentityManagementServiceIncompatible", "errorCategory": "failure"}
    reason = "StatusCode: BadRequest\r\nWeb Response: \r\n{'detail': 'Required attribute name.familyName is missing'}"
    return {
        "activityDateTime": "-PT9M",
        "provisioningAction": "create",
        "provisioningStatusInfo": {"status": "failure", "errorInformation": error | {"reason": reason}},
        "sourceIdentity": {"id": BEN, "displayName": "Ben Ny", "identityType": "User"},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way for a promise to go. ``lost``: whether the answer to a call that was carried out gets lost."""

    name: str
    spoil: Callable[[Json], None] = _as_it_is
    faults: Json = field(default_factory=dict)
    lost: bool = False
    fill: Mapping[str, str] = field(default_factory=dict)


SCENARIOS = (
    Scenario(name="Ben arrives"),
    Scenario(name="the log is late", faults={"logLagSeconds": 240}),
    Scenario(name="the app refuses him", spoil=_without_surname),
    Scenario(name="the answer gets lost", lost=True),
    Scenario(
        name="Graph breaks down over the call",
        faults={"failNext": [{"path": "provisionOnDemand", "method": "POST", "status": 504, "times": 1}]},
    ),
    Scenario(name="his surname is filled in first", spoil=_without_surname, fill=SAID),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was left by the dead and by the successor. ``step`` 0: nobody died."""

    scenario: str
    step: int
    died: str  # the step at which it died
    left: str  # the case's state then
    end: str
    calls: int  # on-demand calls that the company received
    effects: int  # of them, those that it carried out
    written: int  # times that the directory was written
    steps: int


class Levers(GraphLevers):
    """The real lever, with the moments before and after it."""

    def __init__(self, graph: Any, fuse: Fuse, *, lost: bool) -> None:
        super().__init__(graph)
        self._fuse = fuse
        self._lost = lost

    async def provision_on_demand(self, **where: Any) -> OnDemandAnswer:
        self._fuse("before the call")
        answer = await super().provision_on_demand(**where)
        self._fuse("after the call")
        if self._lost:
            raise UncertainError("No answer came.")
        return answer


class Pen(GraphPen):
    """The real pen, with the moments before and after it."""

    def __init__(self, graph: Any, fuse: Fuse) -> None:
        super().__init__(graph)
        self._fuse = fuse

    async def fill_in(self, person_id: str, values: Mapping[str, str]) -> None:
        self._fuse("before the directory is written")
        await super().fill_in(person_id, values)
        self._fuse("after the directory was written")


class TimeWorker(Worker):
    """Jumps over the waits in the company as well."""

    def __init__(self, pool: Pool, visitor: Visitor, works: Mapping[str, Work]) -> None:
        super().__init__(pool, None, works)  # type: ignore[arg-type]
        self._visitor = visitor

    def takes(self, name: str, work: Work) -> None:
        """Do this work as well from now on."""
        self._works = {**self._works, name: work}

    async def _pass_time(self, seconds: float) -> None:
        if seconds <= 0:
            return
        await self._visitor.advance(f"PT{int(seconds) + 1}S")
        async with self._pool.connection() as connection:
            await connection.execute(
                "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - make_interval(secs => %s)", [seconds]
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The company, the books, and who works on them."""

    visitor: Visitor
    pool: Pool
    books: PostgresBooks
    promises: Promises
    worker: TimeWorker
    inquiries: Inquiries
    app: App
    fuse: Fuse
    reader: GraphReader
    levers: GraphLevers
    spacing: timedelta = timedelta(0)


@asynccontextmanager
async def stage(url: str, folder: Path, scenario: Scenario) -> AsyncIterator[Stage]:
    world = small()
    world["roles"] = {"agents": world["groups"][0]["id"], "admins": None}
    app_of(world)["job"]["schedule"] = {"interval": "P1D", "state": "Active"}  # no cycle does the work meanwhile
    scenario.spoil(world)
    async with AsyncExitStack() as stack:
        visitor = await stack.enter_async_context(visiting(world, folder))
        pool = await stack.enter_async_context(open_database(url))
        company = visitor.company
        graph = await stack.enter_async_context(
            open_graph(
                graph=company.origin,
                authority=company.origin,
                tenant_id=company.tenant_id,
                client_id=company.client_id,
                client_secret=company.client_secret,
            )
        )
        reader = GraphReader(graph, agents_group=company.agents_group, admins_group=None)
        books, fuse = PostgresBooks(pool, Queue(pool)), Fuse(None, [])
        levers = Levers(graph, fuse, lost=scenario.lost)
        promises = Promises(
            tenant=reader,
            levers=levers,
            books=KilledBooks(books, fuse),
            pace=PostgresPace(pool, spacing=timedelta(0)),
            pen=Pen(graph, fuse),
            policy=FillIn.AGENTS,
        )
        inquiries = Inquiries(tenant=reader, books=books)
        app = next(one for one in await reader.apps() if one.name == "AskCody")
        worker = TimeWorker(pool, visitor, {"carry_out": promises.carry_out, "check_case": promises.check})
        yield Stage(
            visitor=visitor,
            pool=pool,
            books=books,
            promises=promises,
            worker=worker,
            inquiries=inquiries,
            app=app,
            fuse=fuse,
            reader=reader,
            levers=levers,
        )


async def trial(url: str, folder: Path, scenario: Scenario, step: int) -> Outcome:
    """Promise, die at the ``step``-th step from the click on (0: never), succeed, and count."""
    generous = patch.dict(limits.LIMITS, {"provisionOnDemand": 1000, "auditLogs": 1000})  # nobody waits here
    with generous:
        async with stage(url, folder, scenario) as on:
            return await _die_and_go_on(on, scenario, step)


async def _die_and_go_on(on: Stage, scenario: Scenario, step: int) -> Outcome:
    case = await on.inquiries.open(AGENT, BEN, on.app, question="kill", origin="kill")
    if scenario.fill:
        await on.promises.fill_in(AGENT, case.id, scenario.fill, why="He told me.")
    else:
        await on.promises.promise(AGENT, case.id)
    await on.visitor.play("POST", "/faults", scenario.faults)
    on.fuse.steps.clear()
    on.fuse.left = step or None
    died, left = "–", "–"
    try:
        await on.worker.run()
    except Crash as crash:
        died, left = str(crash), (await on.books.read_case(case.id)).state.value
        on.fuse.left = None
        await on.worker.run()
    return await _outcome(on, scenario, step, died, left, await on.books.read_case(case.id))


async def _outcome(on: Stage, scenario: Scenario, step: int, died: str, left: str, end: Case) -> Outcome:
    counters: Json = (await on.visitor.play("GET", "/counters")).body
    rows = [row for row in await on.visitor.log_of(BEN) if row["initiatedBy"]["initiatorType"] == "application"]
    return Outcome(
        scenario=scenario.name,
        step=step,
        died=died,
        left=left,
        end=end.state.value,
        calls=counters["provisionOnDemand"],
        effects=len(rows),
        written=counters["usersPatched"],
        steps=len(on.fuse.steps),
    )
