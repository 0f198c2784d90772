"""Killed at every step between two writes, one after the other: the company carries out one call at most."""

from pathlib import Path

import pytest

from provisioning.cases import WAITING
from tests.kills.slain import GROUP, slain
from tests.kills.trial import SCENARIOS, Scenario, trial

ARRIVES, *_, FILLED = SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.name for one in SCENARIOS])
async def test_nobody_dies_and_every_scenario_comes_to_an_end(
    database_url: str, tmp_path: Path, scenario: Scenario
) -> None:
    met = await trial(database_url, tmp_path, scenario, 0)
    assert met.effects <= met.calls <= 1
    assert met.written == bool(scenario.fill)
    assert met.end not in WAITING


@pytest.mark.parametrize("scenario", [ARRIVES, FILLED], ids=[ARRIVES.name, FILLED.name])
@pytest.mark.parametrize("step", [1, 4, 7, 8, 9, 12])
async def test_whoever_dies_leaves_one_call_at_most(
    database_url: str, tmp_path: Path, scenario: Scenario, step: int
) -> None:
    """A few steps of the table that ``python -m tests.kills`` makes of all of them, by an exception: quick."""
    met = await trial(database_url, tmp_path, scenario, step)
    assert met.died != "–"
    assert met.effects <= met.calls <= 1
    assert met.written <= 1
    assert met.end not in WAITING


@pytest.mark.parametrize(("scenario", "step"), [(ARRIVES, 8), (GROUP, 7)], ids=["a promise", "a group"])
async def test_whoever_is_killed_in_earnest_leaves_one_call_at_most(
    database_url: str, tmp_path: Path, scenario: Scenario, step: int
) -> None:
    """Two lines of that table: a process of its own and SIGKILL."""
    met = await slain(database_url, tmp_path, scenario, step)
    assert met.died != "–"
    assert met.effects <= 1, "nobody was provisioned twice"
    assert met.end not in WAITING
