"""One wish, one SIGKILL: a process of its own works on it and dies at a counted step; a successor takes over.

The company runs beside it and counts what it was asked and what it did; the books are PostgreSQL's. Wishes are a
promise for one person, in every way that it can go, and a run of a group of seven.
"""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from provisioning.casework.fives import RUN_GROUP
from provisioning.casework.group_runs import GroupRuns
from provisioning.groups import RunState, SeatState
from provisioning.model import Group
from provisioning.store.groups import PostgresGroups
from provisioning.store.pace import PostgresPace
from provisioning.store.queue import Queue
from sandbox import limits
from tests.kills.trial import AGENT, SCENARIOS, Outcome, Scenario, Stage, stage
from tests.sandbox.company import ADA, BEN, TEAM, person_of, user

PATIENCE = 120.0  # s for one process
MEMBERS = tuple(f"bbbbbbbb-bbbb-4bbb-8bbb-00000000000{n}" for n in range(1, 7))


def _a_group(world: dict[str, Any]) -> None:
    """Seven people in an assigned group, so two calls."""
    for n, one in enumerate(MEMBERS, start=1):
        world["users"].append(user(one, f"Member{n} Nr"))
    world["groups"][0]["members"] = [ADA, *MEMBERS]
    assert person_of(world, MEMBERS[0])


GROUP = Scenario(name="a group of seven", spoil=_a_group)
GROUP_LOST = Scenario(name="a group whose answers get lost", spoil=_a_group, lost=True)
ALL = (*SCENARIOS, GROUP, GROUP_LOST)


@dataclass(frozen=True, slots=True)
class _Death:
    """``step`` and ``died`` as in ``Outcome``; ``steps`` where nobody died."""

    died: str
    steps: int


async def slain(url: str, folder: Path, scenario: Scenario, step: int) -> Outcome:
    """Wish, let a process die at the ``step``-th step (0: never), let another one go on, and count."""
    generous = patch.dict(limits.LIMITS, {"provisionOnDemand": 1000, "auditLogs": 1000})
    with generous:
        async with AsyncExitStack() as stack:
            on = await stack.enter_async_context(stage(url, folder, scenario))
            group = scenario.spoil is _a_group
            return await (_group(on, url, scenario, step) if group else _promise(on, url, scenario, step))


async def _promise(on: Stage, url: str, scenario: Scenario, step: int) -> Outcome:
    case = await on.inquiries.open(AGENT, BEN, on.app, question="kill", origin="kill")
    if scenario.fill:
        await on.promises.fill_in(AGENT, case.id, scenario.fill, why="He told me.")
    else:
        await on.promises.promise(AGENT, case.id)
    await on.visitor.play("POST", "/faults", scenario.faults)
    death = await _die(on, url, scenario, step)
    left = (await on.books.read_case(case.id)).state.value
    await on.worker.run()
    end = (await on.books.read_case(case.id)).state.value
    return await _outcome(on, scenario, step, death, left, end, [BEN])


async def _group(on: Stage, url: str, scenario: Scenario, step: int) -> Outcome:
    books = PostgresGroups(on.pool, Queue(on.pool))
    groups = GroupRuns(reader=on.reader, levers=on.levers, books=books, pace=PostgresPace(on.pool, spacing=on.spacing))
    on.worker.takes(RUN_GROUP, groups.step)
    run = await groups.open(AGENT, Group(id=TEAM, name="Team", security_enabled=True), on.app)
    run = await groups.promise(AGENT, run.id, run.version)
    assert run.state is RunState.RUNNING, run
    death = await _die(on, url, scenario, step)
    left = _told((await groups.read(run.id)).seats)
    await on.worker.run()
    ended = await groups.read(run.id)
    over = ended.state is RunState.ENDED and not ended.at(SeatState.WAITING, SeatState.CALLING)
    end = _told(ended.seats) if over else "promised"  # a state that has work behind it: never an end
    return await _outcome(on, scenario, step, death, left, end, list(MEMBERS))


def _told(seats: Any) -> str:
    counts = Counter(seat.state.value for seat in seats)
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))


async def _die(on: Stage, url: str, scenario: Scenario, step: int) -> _Death:
    company = on.visitor.company
    parts: Mapping[str, Any] = {
        "database": url,
        "origin": company.origin,
        "tenant_id": company.tenant_id,
        "client_id": company.client_id,
        "client_secret": company.client_secret,
        "agents_group": company.agents_group,
        "lost": scenario.lost,
        "step": step,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kills.victim", json.dumps(parts), stdout=asyncio.subprocess.PIPE
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
    told = json.loads(said) if said else {}
    if "died" in told:
        assert process.returncode == -signal.SIGKILL, process.returncode
        return _Death(died=told["died"], steps=0)
    assert process.returncode == 0, process.returncode
    return _Death(died="–", steps=told["steps"])


async def _outcome(
    on: Stage, scenario: Scenario, step: int, death: _Death, left: str, end: str, who: list[str]
) -> Outcome:
    counters = (await on.visitor.play("GET", "/counters")).body
    rows = [len([row for row in await on.visitor.log_of(one) if _is_ours(row)]) for one in who]
    return Outcome(
        scenario=scenario.name,
        step=step,
        died=death.died,
        left=left if death.died != "–" else "–",
        end=end,
        calls=counters["provisionOnDemand"],
        effects=max(rows),
        written=counters["usersPatched"],
        steps=death.steps,
    )


def _is_ours(row: Mapping[str, Any]) -> bool:
    return bool(row["initiatedBy"]["initiatorType"] == "application")
