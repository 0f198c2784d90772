"""Replicas of the service as real processes: started, killed at bad moments, started again."""

import asyncio
import json
import random
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import psutil

ROOT = Path(__file__).parents[2]
STARTING = 60.0  # s: two slow cores start three of them side by side


class Replica:
    """A place for one process: its port and its log stay, the process comes and goes."""

    def __init__(self, parts: Mapping[str, Any], folder: Path, number: int) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = {**parts["settings"], "port": self.port}
        self._parts = json.dumps({**parts, "settings": settings})
        self.log_file = folder / f"replica-{number}.log"
        self.process: Process | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a process."""
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Start the process; it may take seconds until it listens."""
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

    def kill(self) -> None:
        """SIGKILL, now."""
        if self.process is not None and self.alive:
            self.process.kill()

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
    """Kills at most ``kills`` times in all, each time at a moment that ``chance`` picks, and starts again."""

    def __init__(self, replicas: list[Replica], *, kills: int, chance: random.Random, gap: float) -> None:
        self.replicas = replicas
        self.killed: dict[str, int] = {}  # by moment
        self._left = kills
        self._chance = chance
        self._gap = gap
        self._calm_until = 0.0
        self._restarts: set[asyncio.Task[None]] = set()
        self.armed = False

    @property
    def killing(self) -> bool:
        """Whether there are kills left."""
        return self._left > 0

    async def maybe_kill(
        self, moment: str, likelihood: float, *, port: int | None = None, all_at_once: bool = False
    ) -> None:
        """Kill with that likelihood: who holds ``port``, or anybody, or all. Not so often that nothing ever starts."""
        now = asyncio.get_running_loop().time()
        if not self.armed or self._left <= 0 or now < self._calm_until or self._chance.random() >= likelihood:
            return
        alive = [one for one in self.replicas if one.alive and (port is None or one.holds(port))]
        if not alive:
            return
        self._left -= 1
        self._calm_until = now + self._gap
        self.killed[moment] = self.killed.get(moment, 0) + 1
        victims = alive if all_at_once else [self._chance.choice(alive)]
        for victim in victims:
            victim.kill()
        for victim in victims:
            await victim.gone()
            task = asyncio.create_task(self._again(victim, self._chance.uniform(0, 0.5)))
            self._restarts.add(task)
            task.add_done_callback(self._restarts.discard)

    async def _again(self, victim: Replica, wait: float) -> None:
        await asyncio.sleep(wait)
        await victim.start()

    async def calm(self) -> None:
        """No more kills; everybody is (being) started."""
        self.armed = False
        await asyncio.gather(*self._restarts)

    async def end(self) -> None:
        """Leave no process behind."""
        await self.calm()
        for one in self.replicas:
            one.kill()
        await asyncio.gather(*(one.gone() for one in self.replicas))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
