"""From the question to the card, over HTTP, against a Graph that answers in 0 and in 60 ms.

Prints, per latency, the median and the slowest of the runs, and the median as a multiple of one Graph round trip: the
figure to compare between machines. Run: ``python -m benchmarks.question [RUNS]``.
"""

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from provisioning.store.embedded import running
from provisioning.store.migrations import migrate
from tests.stories.house import House, open_house

QUESTIONS = ("why can't José get into AskCody", "status carmen in AskCody", "status elin@fabrikam.example in AskCody")


async def measure(house: House, runs: int, latency: int) -> list[float]:
    """Seconds from posting each question until its card reached the connector."""
    await house.play("/faults", {"latencyMs": latency})
    aisha = house.person("aisha")
    await house.teams.say(aisha, "status olle in AskCody")  # the list of apps is read once in ten minutes
    spent = []
    for number in range(runs):
        await house.play("/clock", {"advance": "PT1S"})
        begun = perf_counter()
        await house.teams.say(aisha, QUESTIONS[number % len(QUESTIONS)])
        spent.append(perf_counter() - begun)
        await asyncio.sleep(4.2)  # the reports allow five reads in ten seconds, and a question may need two
    return spent


async def bench(url: str, runs: int) -> None:
    """Print one line a latency."""
    print(f"{'Graph latency':>14}  {'median':>8}  {'slowest':>8}  {'median / latency':>17}")
    for latency in (0, 60):
        async with open_house(url) as house:
            spent = await measure(house, runs, latency)
        middle = statistics.median(spent)
        ratio = f"{middle * 1000 / latency:.1f}" if latency else "-"
        print(f"{latency:>11} ms  {middle * 1000:>5.0f} ms  {max(spent) * 1000:>5.0f} ms  {ratio:>17}")


def main() -> None:
    """Bring up a database of its own and measure."""
    runs = int(sys.argv[1]) if sys.argv[1:] else 9
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), durable=True) as url:
        migrate(url)
        asyncio.run(bench(url, runs))


if __name__ == "__main__":
    main()
