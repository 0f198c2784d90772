"""What is said about a job, the worst first, and what is not said because it cannot be told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from provisioning.health import Concern, Pulse, concerns, is_silent, switched_off_on
from provisioning.model import JobState, Quarantine
from tests import worlds

HOUR = timedelta(hours=1)
NOBODY_FAILS = Pulse(failing=0)


def found(pulse: Pulse = NOBODY_FAILS, **changes: Any) -> tuple[Concern, ...]:
    return concerns(worlds.job(**changes), worlds.NOW, pulse)


def test_a_healthy_job_gives_no_concern() -> None:
    assert found() == ()


def test_no_job_at_all_was_never_set_up() -> None:
    assert concerns(None, worlds.NOW) == (Concern.NOT_SET_UP,)
    assert found(state=JobState.NOT_CONFIGURED) == (Concern.NOT_SET_UP,)


@pytest.mark.parametrize(
    ("reason", "code", "expected"),
    [
        ("EncounteredQuarantineException", "SystemForCrossDomainIdentityManagementInvalidCredentials", "credentials"),
        ("EncounteredQuarantineException", "CredentialsMissing", "credentials"),
        ("EncounteredQuarantineException", "CredentialValidationUnavailable", "quarantine"),
        ("EncounteredBaseEscrowThreshold", "TooMany", "quarantine"),
        ("EncounteredTotalEscrowThreshold", None, "quarantine"),
        ("EncounteredEscrowProportionThreshold", None, "quarantine"),
        ("QuarantinedOnDemand", None, "quarantine"),
        ("QuarantineOnDemand", None, "quarantine"),
        ("IngestionInterrupted", None, "quarantine"),
        ("Unknown", None, "quarantine"),
        ("SomethingNew", None, "quarantine"),
        ("TooManyDeletes", "TooManyDeletes", "deletions_held"),
    ],
)
def test_each_reason_for_quarantine_leads_with_what_has_to_be_mended(
    reason: str, code: str | None, expected: str
) -> None:
    job = worlds.quarantined_job(reason, code or "")
    assert concerns(job, worlds.NOW)[0] == expected
    assert Concern.QUARANTINE in concerns(job, worlds.NOW)


def test_after_four_weeks_of_quarantine_a_job_without_schedule_was_switched_off() -> None:
    month_ago = Quarantine(reason="Unknown", since=worlds.NOW - 29 * worlds.DAY, next_attempt=None)
    job = worlds.quarantined_job(quarantine=month_ago, scheduled=False)
    assert concerns(job, worlds.NOW)[0] is Concern.SWITCHED_OFF
    assert switched_off_on(job) == worlds.NOW - worlds.DAY
    assert Concern.SWITCHED_OFF not in concerns(replace(job, scheduled=True), worlds.NOW)


def test_the_day_of_switching_off_is_unknown_where_the_first_failure_is() -> None:
    job = worlds.quarantined_job(quarantine=Quarantine(reason="Unknown", since=None, next_attempt=None))
    assert switched_off_on(job) is None


def test_a_job_is_silent_after_three_intervals_and_not_before() -> None:
    interval = worlds.job().interval or HOUR
    late = worlds.job(last=worlds.cycle(began=worlds.NOW - 3 * interval - 3 * worlds.MINUTE))
    just = worlds.job(last=worlds.cycle(began=worlds.NOW - 3 * interval))  # its end is two minutes nearer
    assert is_silent(late, worlds.NOW)
    assert not is_silent(just, worlds.NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": JobState.PAUSED},
        {"scheduled": False},
        {"first_steady": None},  # the first cycle may take days, and nothing is reported before its end
        {"last": None},
    ],
)
def test_silence_is_said_only_of_a_job_that_should_have_reported(changes: dict[str, Any]) -> None:
    late = {"last": worlds.cycle(began=worlds.NOW - worlds.DAY)}
    assert not is_silent(worlds.job(**{**late, **changes}), worlds.NOW)


def test_a_job_that_names_no_interval_is_silent_when_three_usual_ones_have_passed() -> None:
    seen = worlds.cycle(began=worlds.NOW - 2 * HOUR)
    assert is_silent(worlds.job(interval=None, last=worlds.cycle(began=worlds.NOW - 9 * HOUR)), worlds.NOW)
    assert not is_silent(worlds.job(interval=None, last=seen), worlds.NOW)


def test_a_quiet_log_beside_a_fresh_assignment_is_told_once_it_has_waited() -> None:
    quiet = Pulse(failing=0, newest_row=worlds.NOW - worlds.DAY, newest_assignment=worlds.NOW - 3 * HOUR)
    assert found(quiet) == (Concern.LOG_QUIET,)
    assert found(replace(quiet, newest_assignment=worlds.NOW - HOUR)) == ()
    assert found(replace(quiet, newest_row=worlds.NOW - HOUR)) == ()
    assert found(replace(quiet, newest_assignment=None)) == ()


def test_removals_held_back_are_told_from_the_log_also_outside_quarantine() -> None:
    assert found(Pulse(failing=0, held=4)) == (Concern.DELETIONS_HELD,)


def test_failing_people_come_after_what_stops_everybody() -> None:
    assert found(Pulse(failing=3), successive_failures=2) == (Concern.CYCLES_FAIL, Concern.PEOPLE_FAIL)


def test_what_could_not_be_read_is_no_concern() -> None:
    assert found(Pulse()) == ()


def test_the_first_cycle_is_told_as_such() -> None:
    assert found(first_steady=None, steady_since=None) == (Concern.FIRST_CYCLE,)
    assert found(state=JobState.NOT_RUN, last=None, first_steady=None) == (Concern.NOT_RUN,)
