"""Whoever dies over a ticket: what was wished for happens once, is told once, and every card shows it."""

from collections.abc import Iterator

import pytest

from tests.conftest import _database
from tests.kills.tickets import SCENARIOS, Scenario, trial


@pytest.fixture
def second_url(database_server: str, _template: str) -> Iterator[str]:
    yield from _database(database_server, _template)


@pytest.mark.parametrize(("number", "scenario"), list(enumerate(SCENARIOS)), ids=[one.name for one in SCENARIOS])
async def test_whoever_dies_nobody_can_tell_afterwards(
    database_url: str, second_url: str, number: int, scenario: Scenario
) -> None:
    """One step of each, early or late, of the table that ``python -m tests.kills.tickets`` makes of all of them."""
    quiet = await trial(database_url, scenario, 0)
    assert quiet.like(quiet), quiet
    assert (quiet.died, bool(quiet.elsewhere), quiet.steps > 10) == ("", True, True)
    met = await trial(second_url, scenario, 1 + quiet.steps * (number % 5) // 5)
    assert met.died
    assert met.like(quiet), (met, quiet)
