"""Faults that should pass by themselves: app throttling."""

from dataclasses import replace

from provisioning.model import Cause, Owner, Retry
from provisioning.rules.app_throttling import app_throttling
from tests.provisioning.rules.examples import EXAMPLES
from tests.worlds import DAY, NOW, event, healthy

SPOILT = EXAMPLES[Cause.APP_THROTTLING]
ROW = SPOILT.log[0]


def test_one_attempt_that_failed_is_tried_again_by_the_service() -> None:
    found = app_throttling(SPOILT)
    assert found
    assert (found.owner, found.retry) == ((Owner.NOBODY,), Retry.AUTOMATIC)
    assert "identical" not in found.facts


def test_three_attempts_in_a_row_that_failed_alike_are_the_vendors() -> None:
    rows = tuple(replace(ROW, at=ROW.at - number * DAY) for number in range(3))
    found = app_throttling(healthy(log=rows))
    assert found
    assert (found.owner, found.facts["identical"]) == ((Owner.VENDOR,), "3")
    spared = app_throttling(healthy(log=(*rows[:2], event(at=ROW.at - 2 * DAY))))
    assert spared
    assert spared.owner == (Owner.NOBODY,)


def test_a_newer_success_ends_it() -> None:
    assert app_throttling(healthy(log=(event(at=NOW), ROW))) is None
