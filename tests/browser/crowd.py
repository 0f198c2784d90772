"""A crowd in pictures: two replicas of the service behind one address, both killed on the way, seen in the Playground.

``python -m tests.browser.crowd [--people 200] [--pictures docs/images]`` pastes the list, presses the button, kills one
replica at a third and the other at two thirds (so whichever of them was calling dies), and looks at the card before the
click, half way, at the end and when everybody who is left became a ticket. It exits with 0 when nobody was called twice
and nobody forgotten.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from playwright.async_api import Locator, Page, Route, ViewportSize, async_playwright, expect

from bot.theatre import Theatre
from provisioning.store.migrations import migrate
from sandbox import Company, start
from tests.browser.conftest import ARTIFACTS
from tests.browser.joiners import Joiners, joiners
from tests.chaos.fleet import Replica
from tests.chaos.trial import Database, _settings
from tests.chromium import FLAGS, NONE_HERE, find_chromium

SPEAKER = "aisha@fabrikam.example"
CLICK, LEASE = 60.0, 15.0  # s, as in production
A_CALL = 2.2  # s
ROOM = ViewportSize(width=940, height=1240)  # the table of two hundred people fits


class Front:
    """One address before all replicas, as a load balancer is: a connection goes to one that takes it."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self._under_way: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Listen on loopback; yields the origin."""
        server = await asyncio.start_server(self._come_in, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    def _come_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carried(reader, writer))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _carried(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Both ways until either side is through, or dead."""
        for port in list(self._ports):
            with suppress(ConnectionError):
                back, there = await asyncio.open_connection("127.0.0.1", port)
                break
            self._ports.append(self._ports.pop(self._ports.index(port)))  # dead: asked last from now on
        else:
            writer.close()
            return
        ways = [asyncio.create_task(_pour(reader, there)), asyncio.create_task(_pour(back, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            there.close()
            writer.close()


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while part := await source.read(65536):
            target.write(part)
            await target.drain()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is open while the pictures are taken."""

    company: Company
    database: Database
    replicas: list[Replica]
    session: aiohttp.ClientSession
    page: Page
    pictures: Path

    async def kill(self, number: int) -> None:
        """SIGKILL for one replica, between two calls; the other one goes on alone.

        Whoever is about to be called when it dies is looked for in the log for half an hour before anybody calls again:
        too long for a picture. ``tests.chaos.crowd`` kills at any moment.
        """
        while await self.database.rows("SELECT 1 FROM crowd_members WHERE state = 'calling'"):
            await asyncio.sleep(0.05)
        self.replicas[number].kill()
        await self.replicas[number].gone()

    async def again(self, number: int) -> None:
        """A killed replica comes back."""
        await self.replicas[number].start()
        await self.replicas[number].ready(self.session)

    async def take(self, name: str, card: Locator) -> None:
        """A picture of the page with the end of the card in it: the whole card, where it fits."""
        await card.evaluate("card => card.scrollIntoView({block: 'end'})")
        await self.page.wait_for_timeout(300)  # ms; the page scrolls smoothly
        await self.page.screenshot(path=self.pictures / f"{name}.png")

    def effective(self, ids: frozenset[str]) -> Counter[str]:
        """Runs of the company by person: no cycle falls due meanwhile, so each is a call of ours."""
        rows = [row for app in self.company._stage.world.apps.values() for row in app.log]
        return Counter(row["sourceIdentity"]["id"] for row in rows if row["sourceIdentity"]["id"] in ids)


@asynccontextmanager
async def open_scene(cast: Joiners, pictures: Path) -> AsyncIterator[Scene]:
    """The company, one PostgreSQL, two replicas, the Playground before them and a browser before that."""
    async with AsyncExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="crowd-seen-", ignore_cleanup_errors=True))
        folder = Path(name).resolve()
        database = Database(folder / "data")
        await database.start()
        stack.push_async_callback(database.stop)
        await asyncio.to_thread(migrate, database.url)
        file = folder / "tenant.json"
        file.write_text(json.dumps(cast.tenant), encoding="utf-8")
        company = await start(file)
        stack.push_async_callback(company.stop)
        replicas = [Replica(_settings(company, database.url), folder, n, click=CLICK, lease=LEASE) for n in range(2)]
        for one in replicas:
            stack.push_async_callback(one.gone)
            stack.callback(one.kill)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        await asyncio.gather(*(one.start() for one in replicas))
        await asyncio.gather(*(one.ready(session) for one in replicas))
        front = await stack.enter_async_context(Front([one.port for one in replicas]).open())
        theatre = Theatre(company, folder / "playground", bot=f"{front}/api/messages")
        await stack.enter_async_context(theatre.open(SPEAKER, print))
        assert theatre.now is not None
        page = await stack.enter_async_context(_browser(theatre.now.url))
        yield Scene(
            company=company, database=database, replicas=replicas, session=session, page=page, pictures=pictures
        )


@asynccontextmanager
async def _browser(url: str) -> AsyncIterator[Page]:
    program = find_chromium()
    if program is None:
        raise SystemExit(NONE_HERE)

    async def only_this_machine(route: Route) -> None:
        here = route.request.url.startswith((url, "data:", "blob:"))
        await (route.continue_() if here else route.abort())

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        page = await browser.new_page(viewport=ROOM)
        await page.route("**/*", only_this_machine)
        await page.goto(url)
        await page.get_by_text("Connected.").wait_for()
        await page.get_by_role("button", name="Hide log panel").click()
        yield page
        await browser.close()


async def seen(people: int, pictures: Path) -> int:
    """Play it; the exit code."""
    cast = joiners(people)
    async with open_scene(cast, pictures) as scene:
        live = await _started(scene, cast, people)
        await _through(live, people // 3, people)
        print(f"killing one of two replicas at {await _count(live)} of {people}", flush=True)
        await scene.kill(0)
        back = asyncio.create_task(scene.again(0))  # as whatever watches over processes does
        await _through(live, people // 2, people)
        await scene.take("crowd-2-half-way", live)
        await asyncio.gather(back, _through(live, people * 2 // 3, people))
        print(f"killing the other one at {await _count(live)} of {people}", flush=True)
        await scene.kill(1)
        await expect(live).to_contain_text("are in the app", timeout=_patience(people))
        await scene.page.get_by_text("C-1 has ended").last.wait_for(timeout=60_000)
        await scene.take("crowd-3-end", live)
        await _handed_over(scene, live)
        return await _verdict(scene, cast, people)


async def _started(scene: Scene, cast: Joiners, people: int) -> Locator:
    """The list pasted, the table looked at, the button pressed; the card, which stays the same one to the end."""
    box = scene.page.get_by_role("textbox").last
    await box.click()
    await scene.page.keyboard.insert_text("provision these in AskCody: " + ", ".join(cast.words))
    await scene.page.keyboard.press("Enter")
    table = scene.page.locator(".ac-adaptiveCard").filter(has_text=f"Provision {people} people in AskCody?").last
    await expect(table).to_contain_text("Will be called", timeout=60_000 + people * 500)
    await scene.take("crowd-1-table", table)
    await table.get_by_role("button", name=f"Provision {people} people", exact=True).click()
    live = scene.page.locator(".ac-adaptiveCard").filter(has_text="C-1, brought by").last
    await expect(live).to_contain_text("are through", timeout=60_000)
    return live


async def _handed_over(scene: Scene, ended: Locator) -> None:
    """Whoever was left becomes a ticket, reason by reason; then everybody as CSV."""
    offered = ended.get_by_role("button", name=re.compile("[Tt]icket for "))
    done = ended.get_by_text("Handed over as ticket")
    while await offered.count():
        before = await done.count()
        await offered.last.click()  # the last one is for all the reasons that have no button of their own
        await expect(done).not_to_have_count(before, timeout=30_000)
    await scene.take("crowd-4-tickets", ended)
    await ended.get_by_role("button", name="As CSV").click()
    csv = scene.page.locator(".ac-adaptiveCard").filter(has_text="number,name,address").last
    await csv.wait_for(timeout=30_000)


async def _count(live: Locator) -> int:
    """How many have an end, by the card."""
    words = await live.inner_text(timeout=10_000)
    found = re.search(r"(\d+) of (\d+) people are (through|in the app)", words)
    if found is None:
        return 0
    return int(found[1] if found[3] == "through" else found[2])


async def _through(live: Locator, wanted: int, people: int) -> None:
    async with asyncio.timeout(_patience(people) / 1000):
        while await _count(live) < wanted:
            await asyncio.sleep(0.5)


def _patience(people: int) -> float:
    """ms: twice what it takes, and what a killed replica's calls may be looked for."""
    return (people * A_CALL * 2 + 300) * 1000


async def _verdict(scene: Scene, cast: Joiners, people: int) -> int:
    rows = await scene.database.rows("SELECT state, count(*)::int FROM crowd_members GROUP BY state ORDER BY 1")
    states, calls = Counter(dict(rows)), scene.effective(cast.ids)
    twice = [who for who, count in calls.items() if count > 1]
    forgotten = people - states["done"] - states["failed"] - states["skipped"] - states["uncertain"]
    print(f"{dict(states)}; {sum(calls.values())} calls for {len(calls)} of {people} people")
    print(
        f"called twice: {len(twice)}, forgotten: {forgotten}, refused by the app: {states['failed']} of {cast.doomed}"
    )
    as_meant = states["failed"] == cast.doomed and len(calls) == people
    return 0 if as_meant and not twice and not forgotten else 1


def main() -> int:
    """As ``seen``."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.crowd", description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--pictures", type=Path, default=ARTIFACTS)
    asked = parser.parse_args()
    asked.pictures.mkdir(parents=True, exist_ok=True)
    return asyncio.run(seen(asked.people, asked.pictures))


if __name__ == "__main__":
    sys.exit(main())
