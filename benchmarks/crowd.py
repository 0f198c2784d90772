"""How near a crowd comes to the pace that Microsoft allows, and what the bot itself spends on each person.

One replica of the service as a process of its own, the company and the chat beside it. Printed are ratios: the wall
time from the first call to the last one as a multiple of n × 2.2 s, the CPU of the bot's process for each person, and
how often the company refused a call for coming too fast. Run: ``python -m benchmarks.crowd [PEOPLE]``.
"""

import asyncio
import sys
from dataclasses import dataclass
from time import monotonic

import psutil

from tests.chaos.crowd import REAL_PACE, Rig, open_rig

IDLE = 20.0  # s in which the process has nothing to do, for comparison
MOST_WALL = 1.05  # of n × 2.2 s
MOST_CPU = 60.0  # ms a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run. Seconds; ``cpu`` and ``idle`` are of the bot's process."""

    people: int
    wall: float
    cpu: float
    idle: float  # CPU a second while nothing happens
    throttled: int
    done: int

    @property
    def pace(self) -> float:
        """The wall time as a multiple of what Microsoft's pace makes it."""
        return self.wall / (self.people * REAL_PACE)

    @property
    def cpu_each(self) -> float:
        """ms a person, whatever else the process did meanwhile included."""
        return self.cpu / self.people * 1000


async def measure(rig: Rig, people: int) -> Measured:
    """From the click to the last call's answer."""
    card = await rig.bring(rig.addresses[:people])
    process = _process(rig)
    before = _cpu(process)
    await asyncio.sleep(IDLE)
    idle = (_cpu(process) - before) / IDLE
    await rig.start(card)
    await rig.until(lambda: rig.calls, card, patience=60, every=0.01)
    began, spent = monotonic(), _cpu(process)
    await rig.until(lambda: rig.calls >= people, card, patience=people * 5, every=0.01)
    wall = monotonic() - began + REAL_PACE  # n calls take n turns; the last one's is not waited for
    await rig.ended(card, patience=120)
    states = await rig.states()
    cpu = _cpu(process) - spent
    refused = rig.throttled.total()
    return Measured(people=people, wall=wall, cpu=cpu, idle=idle, throttled=refused, done=states["done"])


def _process(rig: Rig) -> psutil.Process:
    (replica,) = rig.replicas
    assert replica.process is not None
    return psutil.Process(replica.process.pid)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def bench(people: int) -> int:
    """Print the figures; the exit code says whether they are within the limits."""
    async with open_rig(people, replicas=1, latency=50) as rig:
        seen = await measure(rig, people)
    print(f"people                       {seen.people:>8}   of whom done {seen.done}")
    print(f"wall / (n × 2.2 s)           {seen.pace:>8.3f}   at most {MOST_WALL}")
    print(f"CPU of the bot a person      {seen.cpu_each:>5.1f} ms   at most {MOST_CPU:.0f} ms")
    nothing = seen.idle * REAL_PACE * 1000
    print(f"  of that, idle              {nothing:>5.1f} ms   what the process spends in 2.2 s of doing nothing")
    print(f"refused as too fast (429)    {seen.throttled:>8}   at most 0")
    good = seen.pace <= MOST_WALL and seen.cpu_each <= MOST_CPU and not seen.throttled and seen.done == seen.people
    return 0 if good else 1


def main() -> int:
    """As ``bench``."""
    return asyncio.run(bench(int(sys.argv[1]) if sys.argv[1:] else 60))


if __name__ == "__main__":
    sys.exit(main())
