"""A message that kills every process that works on it, among others that do not: only that one is put aside."""

import asyncio
from dataclasses import replace

from tests.chaos.fleet import Replica
from tests.chaos.short import SHORT, judged
from tests.chaos.trial import Trial, open_trial

DEATHS = 3
PATIENCE = 400.0  # s: four starts, each of which a busy machine may take half a minute for
POISON = "swallow this"
CHAT = "a:poison"


async def test_of_all_that_processes_died_with_only_the_message_they_died_over_is_put_aside() -> None:
    async with open_trial(replace(SHORT, latency=400, poison=POISON)) as trial:
        (replica,) = trial.fleet.replicas
        keeper = asyncio.create_task(_keep_up(trial, replica))
        try:
            await _speak(trial)
            sorry = await trial.channel.wait(CHAT, lambda shown: True, seconds=PATIENCE)
            assert sorry is not None, "whoever wrote it heard nothing"
            assert "could not work on your last message" in sorry.text
            report = await judged(trial)
        finally:
            keeper.cancel()
        assert report.put_aside == 0
        assert report.sent == len(trial.people)
        begun = await trial.database.rows("SELECT max(attempts)::int FROM inbox WHERE state = 'done'")
        assert begun >= [(2,)], "nobody was worked on beside it: the trial shows nothing"
        aside = await trial.database.rows("SELECT conversation, state, why FROM inbox WHERE state <> 'done'")
        assert aside == [(CHAT, "failed", "processes died over it")]
        assert replica.starts == 1 + DEATHS


async def _speak(trial: Trial) -> None:
    """The poison, and beside it a new question whenever a process has died."""
    chat = trial.people[0].chat
    await trial.post.deliver(
        trial.post.activity(chat.speaker, CHAT, type="message", text=POISON, textFormat="plain"), twice=0
    )
    await asyncio.gather(*(person.ask() for person in trial.people))


async def _keep_up(trial: Trial, replica: Replica) -> None:
    """As a service manager does."""
    while True:
        await replica.gone()
        await replica.start()
