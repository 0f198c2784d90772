"""The house meets slowness, wrong clocks, a full disk and a restart, one after the other, and people talk on.

``python -m tests.chaos --trial slow`` (clock, disk, restart) is the long form of each.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.chaos.short import SHORT, judged
from tests.chaos.trial import Trial, open_trial
from tests.chaos.troubles import TROUBLES

TALKERS = 5  # at each trouble
ORDER = ["clock", "slow", "disk", "restart"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def trial() -> AsyncIterator[Trial]:
    """One house for all of them: what one trouble has left behind is in the next one's way."""
    async with open_trial(replace(SHORT, conversations=TALKERS * len(ORDER), replicas=2, seed=13)) as trial:
        yield trial


@pytest.mark.parametrize("trouble", ORDER)
async def test_whatever_happens_to_the_house_nothing_is_lost_and_nothing_said_twice(trial: Trial, trouble: str) -> None:
    begin = ORDER.index(trouble) * TALKERS
    met = await TROUBLES[trouble](trial, trial.people[begin : begin + TALKERS])
    await judged(trial)
    assert met > 0, "nobody met it: the trial shows nothing"
