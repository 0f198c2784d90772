"""Nothing holds the event loop up for more than 20 ms: while it does, nobody is acknowledged or answered."""

import asyncio
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.chaos import pulse
from tests.chaos.fleet import ROOT
from tests.chaos.people import Person
from tests.chaos.short import SHORT, judged
from tests.chaos.trial import Trial, open_trial

WARM = "everything that a turn needs is in memory"
SENTENCES = (
    "status {address} and Speaker tok0001 in AskCody",
    "provision {address} in AskCody",
    "passport {address}",
    "how is AskCody syncing",
    "who fails in AskCody",
    "who is in AskCody",
    "apps",
    "open tickets",
    "warum ist {address} nicht in AskCody",
)

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's account of waiting is Linux's")


@linux_only
@pytest.mark.alone
async def test_no_step_of_the_event_loop_takes_more_than_20_ms() -> None:
    """What is ours happens in every process; what the machine did to one of them does not."""
    held_up = await _held_up(seed=14)
    assert not held_up or not await _held_up(seed=15), "\n".join(held_up)


async def _held_up(seed: int) -> list[str]:
    """What a new process's event loop was held up by while people talked to it."""
    async with open_trial(replace(SHORT, conversations=8, seed=seed, pulse=pulse.LONGEST)) as trial:
        (replica,) = trial.fleet.replicas
        async with asyncio.timeout(180):
            while WARM not in replica.log:
                await asyncio.sleep(0.05)
        before = len(replica.log)
        assert "watching for steps" in replica.log
        await trial.converse(trial.people)
        for sentence in SENTENCES:
            await _say(trial, trial.people[0], sentence)
        log = replica.log
        await judged(trial)
    return [line for line in log[before:].splitlines() if "held up" in line]


async def _say(trial: Trial, person: Person, sentence: str) -> None:
    """As an agent, to the desk in a conversation of its own."""
    words = sentence.format(address=person.chat.subject_address)
    where = f"{person.chat.id}-{len(trial.channel.shown)}"
    await trial.post.deliver(trial.post.activity(person.chat.speaker, where, type="message", text=words), twice=0)
    assert await trial.channel.wait(where, lambda shown: True, seconds=30), words


BLOCKERS = {
    "computes": "sum(range(20_000_000))",
    "sleeps": "time.sleep(0.1)",
    "waits for another process": "subprocess.run(['sleep', '0.1'])",
}


@linux_only
@pytest.mark.parametrize("block", BLOCKERS.values(), ids=BLOCKERS)
def test_the_watch_notices_a_step_that(block: str) -> None:
    said = _watched(f"async def main():\n    await asyncio.sleep(0.01)\n    {block}\n    await asyncio.sleep(0.01)")
    assert "held up for" in said
    assert "main" in said


@linux_only
def test_the_watch_is_content_with_short_steps_and_long_waits() -> None:
    assert "held up" not in _watched("async def main():\n    for _ in range(20):\n        await asyncio.sleep(0.02)")


def _watched(code: str) -> str:
    program = (
        "import asyncio, logging, subprocess, time\nfrom tests.chaos import pulse\n"
        f"logging.basicConfig()\n{code}\npulse.watch()\nasyncio.run(main())\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    ).stderr  # fmt: skip
