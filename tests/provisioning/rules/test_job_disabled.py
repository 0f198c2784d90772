"""Jobs whose schedule is off though nobody paused them."""

from provisioning.model import JobState
from provisioning.rules.job_disabled import job_disabled
from tests.worlds import healthy, job, quarantined_job, unreadable


def test_a_schedule_that_is_off_is_found_with_what_led_there() -> None:
    found = job_disabled(healthy(job=quarantined_job(scheduled=False)))
    assert found
    assert found.facts["reason"] == "EncounteredQuarantineException"
    assert found.facts["last_cycle"] == "2026-03-02T09:15:00+00:00"
    assert job_disabled(healthy(job=job(scheduled=False)))


def test_a_paused_job_and_one_that_was_never_set_up_explain_themselves() -> None:
    assert job_disabled(healthy(job=job(state=JobState.PAUSED, scheduled=False))) is None
    assert job_disabled(healthy(job=job(state=JobState.NOT_CONFIGURED, scheduled=False))) is None


def test_a_running_job_and_an_unread_one_are_left_alone() -> None:
    assert job_disabled(healthy()) is None
    assert job_disabled(healthy(job=None)) is None
    assert job_disabled(unreadable("job", job=job(scheduled=False))) is None
