"""When a first cycle may end: by its own pace before Microsoft's formula, and never out of nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.diagnosis import diagnose
from provisioning.eta import FirstCycle, first_cycle, with_usual
from provisioning.model import Cause, Diagnosis
from provisioning.remedies import finding
from tests import worlds

BEGAN = worlds.NOW - timedelta(hours=2)


def seen(**facts: str) -> Diagnosis:
    return replace(diagnose(worlds.healthy()), findings=(finding(Cause.INITIAL_CYCLE_RUNNING, more=facts),))


def test_its_own_pace_tells_first() -> None:
    estimate = first_cycle(seen(began=BEGAN.isoformat(), done="40", whole="100", entitled="1000"))
    assert estimate == FirstCycle(began=BEGAN, done=40, whole=100, ends=worlds.NOW + timedelta(hours=3))


def test_what_such_cycles_took_before_stands_in_where_there_is_no_pace() -> None:
    known = with_usual(seen(began=BEGAN.isoformat(), entitled="1000"), timedelta(hours=3))
    assert first_cycle(known) == FirstCycle(began=BEGAN, usual=timedelta(hours=3), ends=worlds.NOW + timedelta(hours=1))
    paced = with_usual(seen(began=BEGAN.isoformat(), done="40", whole="100"), timedelta(hours=3))
    assert first_cycle(paced) == FirstCycle(began=BEGAN, done=40, whole=100, ends=worlds.NOW + timedelta(hours=3))


def test_a_cycle_that_takes_longer_than_the_ones_before_is_given_no_end() -> None:
    late = with_usual(seen(began=BEGAN.isoformat(), entitled="1000"), timedelta(hours=1))
    assert first_cycle(late) == FirstCycle(began=BEGAN, usual=timedelta(hours=1))


def test_the_formula_stands_in_where_there_is_no_pace() -> None:
    estimate = first_cycle(seen(began=BEGAN.isoformat(), done="1", whole="100", entitled="1000"))
    assert estimate is not None
    assert (estimate.ends, estimate.people) == (None, 1000)
    assert (estimate.least, estimate.most) == (timedelta(minutes=10), timedelta(minutes=80))


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"began": BEGAN.isoformat()},
        {"began": "yesterday", "entitled": "5"},
        {"began": (worlds.NOW + timedelta(hours=1)).isoformat(), "entitled": "5"},
        {"began": BEGAN.replace(tzinfo=None).isoformat(), "entitled": "5"},
        {"began": BEGAN.isoformat(), "done": "7", "whole": "5"},
        {"usual": "3600"},
    ],
)
def test_nothing_is_estimated_out_of_nothing(facts: dict[str, str]) -> None:
    assert first_cycle(seen(**facts)) is None


def test_another_cause_has_no_first_cycle() -> None:
    assert first_cycle(diagnose(worlds.healthy())) is None
