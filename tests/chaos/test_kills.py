"""The short form of the kill test: real processes, SIGKILL at bad moments, and every message answered once.

``python -m tests.chaos`` is the long one, with leases as long as in production.
"""

import asyncio
from dataclasses import replace

import pytest

from tests.chaos.trial import Plan, Trial, open_trial
from tests.chaos.verdict import Report, verdict

# Leases are shortened: with those of production the trial would mostly wait.
SHORT = Plan(conversations=6, replicas=1, seed=0, kills=2, click=6, lease=4, patience=2, side_by_side=6, settling=60)


async def _judged(trial: Trial) -> Report:
    report = await verdict(trial, settled=await trial.settle())
    print(report)
    assert not report.wrong, "\n".join([str(report), *report.wrong])
    assert report.lost == 0
    assert report.once + report.ambiguous + report.put_aside == report.sent
    return report


@pytest.mark.parametrize(("replicas", "kills", "seed"), [(1, 2, 11), (3, 5, 12)])
async def test_whoever_is_killed_every_message_is_answered_once(replicas: int, kills: int, seed: int) -> None:
    async with open_trial(replace(SHORT, replicas=replicas, kills=kills, seed=seed)) as trial:
        await trial.converse()
        report = await _judged(trial)
        assert sum(report.killed.values()) == kills
        assert report.interrupted > kills / 2, "hardly anybody was killed at work: the trial shows nothing"


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
        report = await _judged(trial)
        assert report.ambiguous == 0
        assert report.once == 6


async def test_when_the_database_is_restarted_under_load_answers_resume_and_none_is_lost() -> None:
    async with open_trial(replace(SHORT, replicas=2, kills=0, seed=13)) as trial:
        talking = asyncio.create_task(trial.converse())
        met = 0
        for _ in range(2):
            await trial.answers(4)
            await trial.database.stop()
            await asyncio.sleep(1)
            met += trial.post.under_way
            await trial.database.start()
        await talking
        await _judged(trial)
        assert met > 0, "nobody wanted anything while the database was away: the trial shows nothing"
