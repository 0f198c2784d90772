"""One replica of the service as a process of its own: ``python -m tests.chaos.replica PARTS`` (JSON).

It ends when the process that started it does (its standard input closes), so no test run leaves one behind. A line
that comes in there is a number: the seconds by which its clocks are wrong from then on.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from tests.chaos import clock, pulse

ORPHANED = 3
DEADLY = 1.0  # s that a process lives with a poisonous message

_log = logging.getLogger("machine")


async def _main(serving: Coroutine[Any, Any, None], longest: float | None) -> None:
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _starter_spoke)
    if longest is not None:
        pulse.watch(longest)
    await serving


def _starter_spoke() -> None:
    words = os.read(sys.stdin.fileno(), 1000).split()
    if not words:
        os._exit(ORPHANED)
    clock.jump(float(words[-1]))
    _log.warning("the clock jumped")


def main(parts: dict[str, Any]) -> None:
    """``settings`` of the service; ``click`` and ``lease`` (s): how long a killed process keeps others from its
    clicks and from its conversations; ``pulse`` (s): how long a step of its event loop may take unreported; ``pace``
    (s): between two on-demand calls; ``poison``: the words of a message over which the process dies."""
    clock.make_movable()
    from bot import inbox, outbox
    from bot.serve import serve
    from bot.settings import Settings
    from provisioning.store.pace import PostgresPace

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    inbox.CLICK = timedelta(seconds=parts["click"])
    for made in (inbox.Inbox, outbox.Outbox):
        (made.__init__.__kwdefaults__ or {})["lease"] = timedelta(seconds=parts["lease"])
    if parts.get("pace"):
        (PostgresPace.__init__.__kwdefaults__ or {})["spacing"] = timedelta(seconds=parts["pace"])
    if parts.get("poison"):
        _poison(parts["poison"])
    settings = Settings.model_validate(parts["settings"])
    asyncio.run(_main(serve(settings, tell=lambda line: print(line, flush=True)), parts.get("pulse")))


def _poison(words: str) -> None:
    """Die over a message, as by a fault in a library; a moment later, so that others are worked on beside it."""
    from bot.inbox import Turn
    from bot.thinking import Thinking

    think = Thinking._hear

    async def hear(self: Thinking, turn: Turn) -> Any:
        if turn.arrival.text == words:
            await asyncio.sleep(DEADLY)
            os.kill(os.getpid(), signal.SIGKILL)
        return await think(self, turn)

    Thinking._hear = hear  # type: ignore[method-assign]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
