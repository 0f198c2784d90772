"""Assignments that are minutes old."""

from provisioning.model import Assignment, Retry
from provisioning.rules.assignment_too_fresh import assignment_too_fresh
from tests.worlds import LAST_CYCLE, MINUTE, NOW, healthy, skipped, unreadable

MISSED = skipped("NotEffectivelyEntitled", Assigned="False")
JUST_BEFORE = (Assignment(since=LAST_CYCLE - MINUTE),)


def test_a_run_that_missed_a_fresh_assignment_is_found() -> None:
    found = assignment_too_fresh(healthy(assignments=JUST_BEFORE, log=(MISSED,)))
    assert found
    assert (found.retry, found.seen_at) == (Retry.AUTOMATIC, MISSED.at)


def test_an_assignment_of_this_minute_is_named_before_any_run() -> None:
    assert assignment_too_fresh(healthy(assignments=(Assignment(since=NOW - MINUTE),), log=()))
    assert assignment_too_fresh(healthy(assignments=(Assignment(since=NOW - 20 * MINUTE),), log=())) is None


def test_a_row_that_says_something_else_and_an_old_assignment_are_left_alone() -> None:
    other = skipped("NotEffectivelyEntitled", IsActive="False")
    assert assignment_too_fresh(healthy(assignments=JUST_BEFORE, log=(other,))) is None
    assert assignment_too_fresh(healthy(log=(MISSED,))) is None
    assert assignment_too_fresh(unreadable("assignments", assignments=JUST_BEFORE, log=(MISSED,))) is None
