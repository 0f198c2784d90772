"""Jobs that somebody stopped."""

import pytest

from provisioning.attempts import Step
from provisioning.model import Cause, JobState, Owner
from provisioning.rules.job_paused import job_paused
from tests.worlds import healthy, job, quarantined_job, unreadable


def test_a_paused_job_is_found_with_its_last_cycle() -> None:
    found = job_paused(healthy(job=job(state=JobState.PAUSED, raw_state="Paused")))
    assert found
    assert (found.cause, found.step, found.owner) == (Cause.JOB_PAUSED, Step.JOB, (Owner.IDENTITY_ADMIN,))
    assert found.facts == {"state": "Paused", "last_cycle": "2026-03-02T09:15:00+00:00"}


def test_a_job_that_stopped_after_too_many_errors_in_its_first_cycle_says_so() -> None:
    found = job_paused(healthy(job=job(state=JobState.PAUSED, raw_state="Paused", escrows_pruned=True)))
    assert found
    assert found.facts["escrows_pruned"] == "True"


def test_a_schedule_that_is_off_has_a_rule_of_its_own() -> None:
    assert job_paused(healthy(job=job(scheduled=False))) is None


def test_a_paused_job_that_never_ran_has_no_last_cycle() -> None:
    found = job_paused(healthy(job=job(state=JobState.PAUSED, raw_state="Paused", last=None)))
    assert found
    assert "last_cycle" not in found.facts


@pytest.mark.parametrize("state", [JobState.ACTIVE, JobState.NOT_RUN, JobState.OTHER])
def test_a_scheduled_job_is_not_paused(state: JobState) -> None:
    assert job_paused(healthy(job=job(state=state))) is None


def test_quarantine_and_missing_set_up_explain_their_own_stop() -> None:
    assert job_paused(healthy(job=quarantined_job(scheduled=False))) is None
    assert job_paused(healthy(job=job(state=JobState.NOT_CONFIGURED, scheduled=False))) is None


def test_what_could_not_be_read_is_not_judged() -> None:
    assert job_paused(unreadable("job", job=job(scheduled=False))) is None
    assert job_paused(healthy(job=None)) is None
