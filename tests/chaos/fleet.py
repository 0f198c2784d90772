"""Replicas of the service as real processes: started, killed at bad moments, started again."""

import asyncio
import json
import random
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import psutil

ROOT = Path(__file__).parents[2]
STARTING = 240.0  # s: three of them start side by side, and other work may have most of the cores

BEFORE_A_POST = "before a post was shown"
AFTER_A_POST = "after a post was shown"
AT_A_COMMIT = "at a commit"
AT_A_CALL = "at an on-demand call"
ANY_TIME = "at any moment"
MOMENTS = (BEFORE_A_POST, AFTER_A_POST, AT_A_COMMIT, AT_A_CALL, ANY_TIME)


class Replica:
    """A place for one process: its port and its log stay, the process comes and goes."""

    def __init__(self, settings: Mapping[str, Any], folder: Path, number: int, **more: float | str | None) -> None:
        """``more``: see ``tests.chaos.replica``."""
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        parts = {"settings": {**settings, "port": self.port}, **more}
        self._parts = json.dumps(parts)
        self.log_file = folder / f"replica-{number}.log"
        self.process: Process | None = None
        self.starts = 0

    @property
    def alive(self) -> bool:
        """Whether there is a process."""
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Start the process; it may take seconds until it listens."""
        self.starts += 1
        with self.log_file.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.chaos.replica", self._parts,
                stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log, cwd=ROOT,
            )  # fmt: skip

    async def ready(self, session: aiohttp.ClientSession) -> None:
        """Wait until it listens."""
        async with asyncio.timeout(STARTING):
            while True:
                with suppress(aiohttp.ClientError):
                    async with session.get(f"{self.url}/livez") as response:
                        if response.status == 200:
                            return
                assert self.alive, f"a replica ended by itself: {self.log[-2000:]}"
                await asyncio.sleep(0.1)

    def set_clock(self, hours: float) -> None:
        """Make its wall clock wrong by so many hours, from now on."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.write(f"{hours * 3600}\n".encode())

    def kill(self) -> None:
        """SIGKILL, now."""
        if self.process is not None and self.alive:
            self.process.kill()

    def freeze(self) -> None:
        """SIGSTOP: it does nothing more, and is as it is."""
        if self.process is not None and self.alive:
            self.process.send_signal(signal.SIGSTOP)

    async def gone(self) -> int | None:
        """The exit code, once there is one."""
        return await self.process.wait() if self.process else None

    async def stop(self) -> int | None:
        """SIGTERM, and the exit code."""
        if self.process is not None and self.alive:
            self.process.send_signal(signal.SIGTERM)
        return await self.gone()

    @property
    def log(self) -> str:
        """What it wrote, over all its lives."""
        return self.log_file.read_text(errors="replace")

    def holds(self, port: int) -> bool:
        """Whether this process has a connection from that local port."""
        if self.process is None or not self.alive:
            return False
        with suppress(psutil.Error):
            return any(one.laddr.port == port for one in psutil.Process(self.process.pid).net_connections("tcp"))
        return False


class Fleet:
    """Kills ``kills`` times in all, spread over what is said, each time at a sort of moment that ``chance`` picks.

    A kill falls due as the talk goes on, at a moment of its own sort; one that is overdue takes the next moment of
    any sort. So it is the progress of the talk that decides, and no machine is too fast or too slow for a kill.
    """

    def __init__(self, replicas: list[Replica], *, kills: int, chance: random.Random) -> None:
        self.replicas = replicas
        self.killed: dict[str, int] = {}  # by moment
        self.interrupted = 0  # kills that left something unfinished
        self.deaths: list[datetime] = []
        self.armed = False
        self.progress: Callable[[], float] = lambda: 0.0  # share of the messages that have been answered
        self.unfinished: Callable[[], Awaitable[int]] = _unknown
        self._chance = chance
        self._kills = kills
        self._due = [(number + chance.uniform(0, 0.4)) / (kills + 1) for number in range(kills)]
        self._moments = [
            moment for _ in range(0, kills, len(MOMENTS)) for moment in chance.sample(MOMENTS, len(MOMENTS))
        ]
        self._restarts: set[asyncio.Task[None]] = set()

    @property
    def killing(self) -> bool:
        """Whether there are kills left."""
        return sum(self.killed.values()) < self._kills

    def _takes(self, moment: str) -> bool:
        done = sum(self.killed.values())
        if not self.armed or done >= self._kills:
            return False
        overdue = self.progress() >= (done + 1) / (self._kills + 1)
        return overdue or (self.progress() >= self._due[done] and moment == self._moments[done])

    async def maybe_kill(self, moment: str, *, port: int | None = None) -> None:
        """Kill, if it is time: who holds ``port``, or anybody; at an on-demand call everybody."""
        if not self._takes(moment):
            return
        alive = [one for one in self.replicas if one.alive]
        if not alive:
            return
        victims = alive if moment == AT_A_CALL else [self._holder(alive, port) or self._chance.choice(alive)]
        self.killed[moment] = self.killed.get(moment, 0) + 1
        self.deaths.append(datetime.now(UTC))
        for victim in victims:
            victim.kill()
        for victim in victims:
            await victim.gone()
            task = asyncio.create_task(self._again(victim, self._chance.uniform(0, 0.5)))
            self._restarts.add(task)
            task.add_done_callback(self._restarts.discard)
        self.interrupted += await self.unfinished() > 0

    def _holder(self, alive: list[Replica], port: int | None) -> Replica | None:
        return next((one for one in alive if port is not None and one.holds(port)), None)

    async def _again(self, victim: Replica, wait: float) -> None:
        await asyncio.sleep(wait)
        await victim.start()

    async def calm(self) -> None:
        """No more kills; everybody is (being) started."""
        self.armed = False
        await asyncio.gather(*self._restarts)

    def freeze(self) -> None:
        """Nothing moves any more: what is judged while it is under way would not fit together."""
        for one in self.replicas:
            one.freeze()

    async def end(self) -> None:
        """Leave no process behind."""
        await self.calm()
        for one in self.replicas:
            one.kill()
        await asyncio.gather(*(one.gone() for one in self.replicas))


async def _unknown() -> int:
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
