"""One replica of the service as a process of its own: ``python -m tests.chaos.replica PARTS`` (JSON).

It ends when the process that started it does (its standard input closes), so no test run leaves one behind.
"""

import asyncio
import json
import logging
import os
import sys
from datetime import timedelta
from typing import Any

from bot import inbox, outbox
from bot.serve import serve
from bot.settings import Settings

ORPHANED = 3


async def _main(settings: Settings) -> None:
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), _starter_spoke)
    await serve(settings, tell=lambda line: print(line, flush=True))


def _starter_spoke() -> None:
    if not os.read(sys.stdin.fileno(), 1):
        os._exit(ORPHANED)


def main(parts: dict[str, Any]) -> None:
    """``settings`` of the service; ``click`` and ``lease`` (s): how long a killed process keeps others from its
    clicks and from its conversations."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    inbox.CLICK = timedelta(seconds=parts["click"])
    for made in (inbox.Inbox, outbox.Outbox):
        (made.__init__.__kwdefaults__ or {})["lease"] = timedelta(seconds=parts["lease"])
    asyncio.run(_main(Settings.model_validate(parts["settings"])))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
