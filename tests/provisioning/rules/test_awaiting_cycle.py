"""When only time is needed."""

from dataclasses import replace

import pytest

from provisioning.attempts import Change, LogEvent
from provisioning.model import Assignment, Cause, Owner, Retry
from provisioning.rules.awaiting_cycle import awaiting_cycle
from tests.worlds import (
    DAY,
    FILTERING,
    LAST_CYCLE,
    MINUTE,
    NOW,
    SERVICE_INCOMPATIBLE,
    clause,
    event,
    failed,
    filter_group,
    healthy,
    jose,
    schema,
    skipped,
    unreadable,
)

JUST_NOW = NOW - 3 * MINUTE
NO_SURNAME = failed(SERVICE_INCOMPATIBLE, "Required property 'familyName' not found in JSON")


def test_an_assignment_after_the_last_cycle_waits_for_the_next() -> None:
    found = awaiting_cycle(healthy(assignments=(Assignment(since=JUST_NOW),), log=()))
    assert found
    assert (found.cause, found.owner, found.retry) == (Cause.AWAITING_CYCLE, (Owner.NOBODY,), Retry.AUTOMATIC)
    assert found.facts["because"] == "assigned"
    assert found.facts["at"] == JUST_NOW.isoformat()
    assert found.facts["last_cycle"] == LAST_CYCLE.isoformat()


def test_an_account_created_after_the_last_cycle_waits() -> None:
    found = awaiting_cycle(healthy(person=jose(created=JUST_NOW), assignments=(Assignment(since=None),), log=()))
    assert found
    assert found.facts["because"] == "created"


def test_data_changed_after_the_last_cycle_waits() -> None:
    found = awaiting_cycle(healthy(changed=JUST_NOW))
    assert found
    assert found.facts["because"] == "changed"


def test_the_first_assignment_counts_not_the_newest() -> None:
    both = (Assignment(since=NOW - 60 * DAY), Assignment(since=JUST_NOW))
    assert awaiting_cycle(healthy(assignments=both, log=())) is None


def test_a_change_that_the_last_cycle_saw_may_be_missing_only_in_the_log() -> None:
    found = awaiting_cycle(healthy(assignments=(Assignment(since=LAST_CYCLE - 2 * MINUTE),), log=()))
    assert found
    assert found.facts["log"] == "late"


def test_the_log_is_not_late_for_ever() -> None:
    later = NOW + 10 * MINUTE  # the cycle ended 23 minutes before
    seen = healthy(as_of=later, assignments=(Assignment(since=LAST_CYCLE - 2 * MINUTE),), log=())
    assert awaiting_cycle(seen) is None


def test_a_change_that_a_row_already_answers_waits_for_nothing() -> None:
    assert awaiting_cycle(healthy(changed=JUST_NOW, log=(event(at=NOW - MINUTE),))) is None


def test_a_failure_over_data_that_is_filled_today_waits_for_its_retry() -> None:
    found = awaiting_cycle(healthy(log=(NO_SURNAME,)))
    assert found
    assert found.facts["because"] == "fixed"
    assert found.facts["old_code"] == SERVICE_INCOMPATIBLE
    assert found.facts["old_row"] == NO_SURNAME.at.isoformat()
    assert found.facts["next_retry"] == "2026-03-02T15:30:00+00:00"


def test_a_failure_over_data_that_is_still_empty_waits_for_somebody() -> None:
    assert awaiting_cycle(healthy(person=jose(attributes={"surname": None}), log=(NO_SURNAME,))) is None


@pytest.mark.parametrize(
    "row",
    [
        skipped("NotEffectivelyEntitled", Assigned="False"),
        skipped("NotEffectivelyEntitled", IsActive="False"),
        skipped("NotEffectivelyEntitled", IsInProvisioningScope="False"),
        skipped("NotEffectivelyEntitled", {"Assigned to the application": "False"}),
        event(action="disable", at=NOW - DAY),
    ],
)
def test_a_row_that_todays_directory_refutes_waits_for_a_newer_one(row: LogEvent) -> None:
    found = awaiting_cycle(healthy(log=(row,)))
    assert found
    assert found.facts["because"] == "fixed"


def test_a_flag_that_is_still_down_is_not_refuted() -> None:
    row = skipped("NotEffectivelyEntitled", Assigned="False", IsInProvisioningScope="False")
    hr_only = schema(filter_group(clause("department", "EQUALS", "HR")))
    assert awaiting_cycle(healthy(log=(row,), schema=hr_only)) is None


def test_an_account_disabled_for_good_reason_is_not_waiting() -> None:
    assert awaiting_cycle(healthy(log=(event(action="disable"),), assignments=())) is None
    assert awaiting_cycle(healthy(log=(event(action="disable"),), person=jose(enabled=False))) is None


def test_a_conflict_over_a_value_that_was_changed_waits() -> None:
    tried = Change(attribute='emails[type eq "work"].value', old=None, new="old@fabrikam.example")
    row = replace(failed(FILTERING, "email already exists", status="Conflict"), changes=(tried,))
    assert awaiting_cycle(healthy(log=(row,)))


def test_a_row_that_only_missed_a_fresh_assignment_is_left_to_its_own_rule() -> None:
    fresh = (Assignment(since=NOW - 16 * MINUTE),)
    row = skipped("NotEffectivelyEntitled", Assigned="False")
    assert awaiting_cycle(healthy(assignments=fresh, log=(row,))) is None


def test_without_a_job_there_is_no_cycle_to_wait_for() -> None:
    assert awaiting_cycle(healthy(job=None, changed=JUST_NOW)) is None
    assert awaiting_cycle(unreadable("job", changed=JUST_NOW)) is None


def test_a_settled_world_waits_for_nothing() -> None:
    assert awaiting_cycle(healthy()) is None
    assert awaiting_cycle(healthy(log=())) is None
