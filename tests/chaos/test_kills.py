"""The short form of the kill test: real processes, SIGKILL at bad moments, and every message answered once.

``python -m tests.chaos`` is the long one, with leases as long as in production.
"""

import asyncio
from dataclasses import replace

import pytest

from tests.chaos.short import SHORT, judged
from tests.chaos.trial import open_trial


@pytest.mark.parametrize(("replicas", "kills", "seed"), [(1, 2, 11), (3, 5, 12)])
async def test_whoever_is_killed_every_message_is_answered_once(replicas: int, kills: int, seed: int) -> None:
    async with open_trial(replace(SHORT, replicas=replicas, kills=kills, seed=seed)) as trial:
        await trial.converse(trial.people)
        report = await judged(trial)
        assert sum(report.killed.values()) == kills
        assert report.interrupted >= kills / 2, "hardly anybody was killed at work: the trial shows nothing"


async def test_a_replica_that_is_told_to_stop_ends_what_it_began_and_leaves_the_rest_free() -> None:
    async with open_trial(replace(SHORT, conversations=6, kills=0, latency=250)) as trial:
        (replica,) = trial.fleet.replicas
        await asyncio.gather(*(person.ask() for person in trial.people))
        assert await replica.stop() == 0
        begun = await trial.database.rows("SELECT state FROM inbox WHERE attempts > 0")
        assert begun, "nothing was under way"
        assert {state for (state,) in begun} == {"done"}
        held = await trial.database.rows(
            "SELECT id FROM conversations WHERE greatest(turn_until, send_until) > clock_timestamp()"
        )
        assert held == []
        await replica.start()
        report = await judged(trial)
        assert report.ambiguous == 0
        assert report.once == 6
