"""A company of a hundred people and one of a hundred thousand: what a question costs, and what a long list does.

First: one question, from posting it until its card, in a small and in a large tenant (500 groups, a log of a million
rows), each behind 60 ms of latency; the ratio of the medians is the figure to compare. Then: a thousand people judged
for one app at the pace of Graph's reports, with the refusals that Graph gave and how much the memory grew.

Run: ``python -m benchmarks.scale [--people N] [--rows N] [--runs N] [--list N]``. Needs about 4 GB.
"""

import argparse
import asyncio
import gc
import random
import statistics
import tempfile
from contextlib import aclosing
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil

from provisioning.diagnosis import diagnose
from provisioning.errors import DeskError
from provisioning.graph import GraphReader, open_graph
from provisioning.store.embedded import running
from provisioning.store.migrations import migrate
from sandbox.errors import GraphRefusalError
from sandbox.limits import Limits
from sandbox.world import World, assignment
from tests.stories.house import House, open_house

LATENCY = 60  # ms
SPACE = 4.2  # s between questions: the reports allow five reads in ten seconds, and a question may need two
FIRST = ("Ada", "Bela", "Carla", "Dario", "Elif", "Femke", "Goran", "Hana", "Iris", "Jonas", "Karin", "Luca", "Mara")
LAST = ("Abel", "Boer", "Conti", "Duarte", "Egli", "Frank", "Gallo", "Horvat", "Ilves", "Jansen", "Kovac", "Lund")

Json = dict[str, Any]


def grow(world: World, *, people: int, groups: int, rows: int) -> list[str]:
    """Add people, groups that hold them and are assigned to AskCody, and its log about them; gives the new ids."""
    chance = random.Random(7)
    app = next(app for app in world.apps.values() if app.display_name == "AskCody")
    pattern = world.find_user("olle@fabrikam.example")
    assert pattern is not None
    ids = [f"c0000000-0000-4000-8000-{number:012x}" for number in range(people)]
    for number, person_id in enumerate(ids):
        world.users[person_id] = _person(pattern, person_id, number, chance)
    some_group = next(iter(world.groups.values()))
    role = app.assignments[0]["appRoleId"]
    for number in range(groups):
        group_id = f"d0000000-0000-4000-8000-{number:012x}"
        world.groups[group_id] = {**some_group, "id": group_id, "displayName": f"Team {number}"}
        world.members[group_id] = ids[number::groups]
        given = {"principalId": group_id, "appRoleId": role, "createdDateTime": app.assignments[0]["createdDateTime"]}
        app.assignments.append(assignment(app.id, app.display_name, given, world.users, world.groups))
    row, times = app.log[-1], sorted(each["activityDateTime"] for each in app.log)
    grown = [_row(row, f"r{number}", ids[number % people], times[number % len(times)]) for number in range(rows)]
    app.log[:0] = grown
    world.changed()
    world._groups_of = None  # members were added behind its back
    return ids


def _person(pattern: Json, person_id: str, number: int, chance: random.Random) -> Json:
    first, last = chance.choice(FIRST), chance.choice(LAST)
    address = f"{first}.{last}.{number}@fabrikam.example".lower()
    named = {"displayName": f"{first} {last} {number}", "givenName": first, "surname": f"{last} {number}"}
    addresses = {"mail": address, "userPrincipalName": address, "proxyAddresses": [f"SMTP:{address}"]}
    return {**pattern, **named, **addresses, "id": person_id, "employeeId": str(number), "otherMails": []}


def _row(row: Json, row_id: str, person_id: str, when: str) -> Json:
    return {**row, "id": row_id, "activityDateTime": when, "sourceIdentity": {**row["sourceIdentity"], "id": person_id}}


async def ask(house: House, addresses: list[str], runs: int) -> list[float]:
    """Seconds from posting each question until its card reached the connector."""
    aisha = house.person("aisha")
    await house.teams.say(aisha, f"status {addresses[0]} in AskCody")  # reads the list of apps, warms every import
    spent = []
    for number in range(runs):
        await asyncio.sleep(SPACE)
        begun = perf_counter()
        await house.teams.say(aisha, f"why can't {addresses[(number + 1) % len(addresses)]} get into AskCody")
        spent.append(perf_counter() - begun)
    return spent


async def questions(url: str, *, people: int, groups: int, rows: int, runs: int) -> float:
    """The median; prints a line."""
    async with open_house(url) as house:
        begun = perf_counter()
        world = house.company._stage.world
        ids = grow(world, people=people, groups=groups, rows=rows)
        len(world.people.present)
        chosen = [world.users[ids[number]]["userPrincipalName"] for number in (1, people // 2, people - 1)]
        gc.collect()
        gc.freeze()  # the company's memory is not ours
        made = perf_counter() - begun
        await house.play("/faults", {"latencyMs": LATENCY})
        spent = await ask(house, chosen, runs)
        middle = statistics.median(spent)
        figures = f"median {middle * 1000:>4.0f} ms  slowest {max(spent) * 1000:>4.0f} ms  (made in {made:.0f} s)"
        print(f"{people:>9,} people {rows:>10,} rows  {figures}", flush=True)
        gc.unfreeze()
        return middle


async def judge(url: str, number: int) -> None:
    """A list of people for one app; prints a line."""
    async with open_house(url) as house:
        company = house.company
        ids = grow(company._stage.world, people=number, groups=500, rows=number * 10)
        async with open_graph(
            graph=company.origin,
            authority=company.origin,
            tenant_id=company.tenant_id,
            client_id=company.client_id,
            client_secret=company.client_secret,
        ) as graph:
            reader = GraphReader(graph, agents_group=company.agents_group, admins_group=company.admins_group)
            app = next(app for app in await reader.apps() if app.name == "AskCody")
            refused = _refusals(company._stage.limits)
            process, busy = psutil.Process(), 0.0
            begun, early, done, failed = perf_counter(), 0, 0, 0
            async with aclosing(reader.census(ids, app)) as census:
                async for _, evidence in census:
                    done += 1
                    begun_thinking = perf_counter()
                    if isinstance(evidence, DeskError):
                        failed += 1
                    else:
                        diagnose(evidence)
                    busy += perf_counter() - begun_thinking
                    if done == number // 5:
                        early = process.memory_info().rss
            took, late = perf_counter() - begun, process.memory_info().rss
        each = f"{took / done * 1000:.0f} ms each, {busy / done * 1000:.2f} ms of them diagnosis"
        trouble = f"{failed} unreadable, {len(refused)} times 429"
        grown = f"memory grew {max(0, late - early) / 2**20:.1f} MiB after the first fifth"
        print(f"{done:>9,} people judged in {took:.0f} s ({each}), {trouble}, {grown}", flush=True)


def _refusals(limits: Limits) -> list[str]:
    """The kinds of calls that Graph answers with 429 from now on, one by one."""
    check = limits.check
    refused: list[str] = []

    def noted(client_id: str, kind: str) -> None:
        try:
            check(client_id, kind)
        except GraphRefusalError:
            refused.append(kind)
            raise

    limits.check = noted  # type: ignore[method-assign]
    return refused


async def bench(url: str, asked: argparse.Namespace) -> None:
    """Everything, in one run."""
    small = await questions(url, people=100, groups=10, rows=1000, runs=asked.runs)
    large = await questions(url, people=asked.people, groups=500, rows=asked.rows, runs=asked.runs)
    print(f"large / small = {large / small:.2f}")
    await judge(url, asked.list)


def main() -> None:
    """Bring up a database of its own and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--list", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), durable=True) as url:
        migrate(url)
        asyncio.run(bench(url, asked))


if __name__ == "__main__":
    main()
