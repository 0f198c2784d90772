"""A crowd for real: a company of so many people who wait, replicas as processes, a chat, and a list in it.

``python -m tests.chaos.crowd [--people 500] [--replicas 3] [--kills 8]`` is the long form of its test, at Microsoft's
pace and with the limits of Microsoft's.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from provisioning.pace import SPACING
from provisioning.store.migrations import migrate
from sandbox import Company, limits, start
from sandbox.errors import GraphRefusalError
from tests.chaos.fleet import Replica
from tests.chaos.trial import Database, _settings
from tests.sandbox.company import ADA, JOB, JOBS, RULE, TEAM, app_of, small, user
from tests.stories.teams import Shown, Speaker, Teams, actions_of

AGENTS = "22222222-2222-4222-8222-00000000000a"
AGENT = Speaker("aaaaaaaa-aaaa-4aaa-8aaa-0000000000aa", "Aisha Agent")
REAL_PACE = SPACING.total_seconds()


@dataclass(kw_only=True)
class Rig:
    """What a trial of crowds consists of while it is open."""

    company: Company
    database: Database
    replicas: list[Replica]
    session: aiohttp.ClientSession
    teams: Teams
    addresses: list[str]
    throttled: Counter[str] = field(default_factory=Counter)  # what the company refused for coming too fast

    async def bring(self, addresses: list[str], *, app: str = "AskCody", through: int = 0, chat: str = "a:1") -> Shown:
        """Paste a list; the card with its table."""
        self._speak_to(through)
        words = f"provision these in {app}:\n" + "\n".join(addresses)
        card = await self.teams.say(AGENT, words, where=chat)
        await self.until(lambda: "crowd_start" in card.buttons, card, patience=180)
        return card

    async def start(self, card: Shown, *, through: int = 0) -> None:
        """Press the button of the table."""
        self._speak_to(through)
        buttons = [one for one in actions_of(card.card) if one.get("verb") == "crowd_start"]
        (begin,) = [one for one in buttons if not one["data"]["everybody"]]
        await self.teams.click(AGENT, card, "crowd_start", **begin["data"])

    async def until(self, true: Any, card: Shown, *, patience: float, every: float = 0.1) -> None:
        """Wait for the card to be so."""
        try:
            async with asyncio.timeout(patience):
                while not true():
                    await asyncio.sleep(every)
        except TimeoutError:
            logs = "\n".join(one.log[-3000:] for one in self.replicas)
            raise AssertionError(f"it never came to that:\n{card.text}\n{logs}") from None

    async def ended(self, card: Shown, *, patience: float) -> None:
        """Wait for the end of a crowd."""
        await self.until(lambda: "Took" in card.text, card, patience=patience)

    async def states(self) -> Counter[str]:
        """How many members stand where."""
        rows = await self.database.rows("SELECT state, count(*)::int FROM crowd_members GROUP BY state")
        return Counter(dict(rows))

    def _speak_to(self, number: int) -> None:
        """The same chat, told to another process."""
        self.teams.bot = f"{self.replicas[number].url}/api/messages"

    def effective(self) -> Counter[str]:
        """Runs that had an effect, by person; no cycle runs in this company, so every row is a call's."""
        rows = [row for app in self.company._stage.world.apps.values() for row in app.log]
        waiting = [row for row in rows if "Waiting" in str(row["sourceIdentity"].get("displayName"))]
        return Counter(row["sourceIdentity"]["id"] for row in waiting)

    @property
    def calls(self) -> int:
        """On-demand calls that the company received."""
        return self.company._stage.world.counters.get("provisionOnDemand", 0)

    async def kill_all(self) -> None:
        """SIGKILL for every replica at once, and all of them again."""
        for one in self.replicas:
            one.kill()
        await asyncio.gather(*(one.gone() for one in self.replicas))
        await asyncio.gather(*(one.start() for one in self.replicas))
        await asyncio.gather(*(one.ready(self.session) for one in self.replicas))


@asynccontextmanager
async def open_rig(people: int, *, replicas: int, pace: float = REAL_PACE, latency: int = 0) -> AsyncIterator[Rig]:
    """Bring everything up on loopback. ``pace`` other than Microsoft's (s): for tests, and without its limits."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crowd-", ignore_cleanup_errors=True)))
        if pace < REAL_PACE:
            stack.enter_context(_without_limits())
        database = Database(folder / "data")
        await database.start()
        stack.push_async_callback(database.stop)
        await asyncio.to_thread(migrate, database.url)
        file, addresses = _company_of(people, folder)
        company = await start(file)
        stack.push_async_callback(company.stop)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        async with session.post(f"{company.origin}/play/faults", json={"latencyMs": latency}) as response:
            assert response.status == 200, await response.text()
        settings = _settings(company, database.url)
        fleet = [Replica(settings, folder, n, click=5, lease=3, pace=pace) for n in range(replicas)]
        for one in fleet:
            stack.push_async_callback(one.gone)
            stack.callback(one.kill)
        await asyncio.gather(*(one.start() for one in fleet))
        await asyncio.gather(*(one.ready(session) for one in fleet))
        teams = await stack.enter_async_context(Teams(f"{fleet[0].url}/api/messages", company.tenant_id))
        rig = Rig(
            company=company,
            database=database,
            replicas=fleet,
            session=session,
            teams=teams,
            addresses=addresses,
        )
        await _warm(company, session)
        _listen(rig)
        yield rig


def _company_of(people: int, folder: Path) -> tuple[Path, list[str]]:
    """A company in which so many people are assigned and have not arrived; no cycle is due for days."""
    world = small()
    waiting = []
    for n in range(people):
        name, address = f"Nr{n:04d} Waiting", f"nr{n:04d}@small.example"
        object_id = f"aaaaaaaa-aaaa-4aaa-8aaa-3{n:011d}"
        waiting.append({**user(object_id, name), "userPrincipalName": address, "mail": address})
    agent = {**user(AGENT.id, AGENT.name), "userPrincipalName": "agent@small.example", "mail": "agent@small.example"}
    world["users"] += [*waiting, agent]
    next(group for group in world["groups"] if group["id"] == TEAM)["members"] += [one["id"] for one in waiting]
    world["groups"].append({"id": AGENTS, "displayName": "Agents", "members": [AGENT.id]})
    world["roles"] = {"agents": AGENTS, "admins": AGENTS}
    app_of(world)["job"]["schedule"] = {"interval": "P10D"}
    path = folder / "tenant.json"
    path.write_text(json.dumps(world))
    return path, [one["userPrincipalName"] for one in waiting]


@contextmanager
def _without_limits() -> Iterator[None]:
    before = dict(limits.LIMITS)
    limits.LIMITS.update(dict.fromkeys(before, 100_000))
    try:
        yield
    finally:
        limits.LIMITS.update(before)


async def _warm(company: Company, session: aiohttp.ClientSession) -> None:
    """One run for Ada, who is in the app: the company's first one takes seconds, and calls would pile up behind it."""
    form = {"grant_type": "client_credentials", "client_id": company.client_id, "client_secret": company.client_secret}
    sign_in = f"{company.origin}/{company.tenant_id}/oauth2/v2.0/token"
    async with session.post(sign_in, data=form | {"scope": f"{company.origin}/.default"}) as response:
        headers = {"Authorization": f"Bearer {(await response.json())['access_token']}"}
    subject = {"objectId": ADA, "objectTypeName": "User"}
    body = {"parameters": [{"ruleId": RULE, "subjects": [subject]}]}
    where = f"{company.origin}/v1.0/{JOBS}/{JOB}/provisionOnDemand"
    async with session.post(where, json=body, headers=headers) as response:
        assert response.status == 200, await response.text()
    company._stage.limits._calls.clear()
    company._stage.world.counters["provisionOnDemand"] = 0


def _listen(rig: Rig) -> None:
    """Count whom the company is called for, and what it refuses for coming too fast."""
    stage = rig.company._stage
    check = stage.limits.check

    def counted(client_id: str, kind: str) -> None:
        try:
            check(client_id, kind)
        except GraphRefusalError:
            rig.throttled[kind] += 1
            raise

    stage.limits.check = counted  # type: ignore[method-assign]


async def _long(people: int, replicas: int, kills: int, seed: int) -> int:
    chance = random.Random(seed)
    async with open_rig(people, replicas=replicas) as rig:
        card = await rig.bring(rig.addresses)
        await rig.start(card)
        for number in range(kills):
            share = (number + 1) / (kills + 1)
            await rig.until(lambda share=share: _through(card) >= share * people, card, patience=people * 6 + 120)
            await asyncio.sleep(chance.uniform(0, 2))
            print(f"killing all {replicas} replicas at {_through(card)} of {people}", flush=True)
            await rig.kill_all()
        await rig.ended(card, patience=people * 6 + 2400)
        states = await rig.states()
        calls = rig.effective()
        print(card.text)
        print(f"{dict(states)}; {rig.calls} calls, {sum(calls.values())} with an effect, for {len(calls)} people")
        print(f"refused as too fast: {dict(rig.throttled)}")
        twice = [who for who, count in calls.items() if count > 1]
        forgotten = people - sum(states[state] for state in ("done", "failed", "skipped", "uncertain"))
        print(f"called twice: {len(twice)}, forgotten: {forgotten}")
        return 1 if twice or forgotten or states["done"] < people - kills * replicas else 0


def _through(card: Shown) -> int:
    words = card.text.split(" of ")[0].rsplit(" ", 1)[-1]
    return int(words) if words.isdigit() else 0


def main() -> int:
    """The exit code: 0 when nobody was called twice and nobody forgotten."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.crowd", description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--kills", type=int, default=8, help="of all replicas at once, spread over the crowd")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    return asyncio.run(_long(asked.people, asked.replicas, asked.kills, asked.seed))


if __name__ == "__main__":
    sys.exit(main())
