"""A second Playground before the same bot: somebody else's browser, with their own chat and the same channels."""

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

from bot.playground.node import find_node
from bot.playground.playground import playground
from bot.playground.stage import Player, Stage, set_stage

PATIENCE = 90.0  # s


def stage_of(people: list[dict[str, Any]], *, tenant_id: str, tenant_name: str, speaker: str) -> Stage:
    """As the demo sets it; the order of who is not the speaker does not matter here."""
    players = [Player(id=one["id"], upn=one["userPrincipalName"], name=one["displayName"]) for one in people]
    return set_stage(players, tenant_id=tenant_id, tenant_name=tenant_name, speaker=speaker)


@contextmanager
def second_playground(data: Path, bot: str, tenant: str, speaker: str) -> Iterator[str]:
    """Its page, while the block runs. It comes last into the channels, so their cards are shown there.

    It has a loop and a thread of its own: Playwright keeps the main one's busy.
    """
    note = json.loads((data / "demo.json").read_text(encoding="utf-8"))
    people = json.loads(urllib.request.urlopen(f"{tenant}/play/people", timeout=30).read())["people"]
    stage = stage_of(people, tenant_id=note["tenant_id"], tenant_name="Fabrikam", speaker=speaker)
    folder = data / "second playground"
    folder.mkdir(exist_ok=True)
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(data / "playground" / "node_modules", target_is_directory=True)
    told: Queue[str | BaseException] = Queue()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def run() -> None:
        try:
            async with playground(await find_node(), folder, stage, endpoint=bot, port=0) as now:
                await now.announce(stage.general_channel)
                told.put(now.url)
                await ended.wait()
        except BaseException as problem:
            told.put(problem)
            raise

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    url = told.get(timeout=PATIENCE)
    if isinstance(url, BaseException):
        raise url
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(PATIENCE)
        loop.close()
