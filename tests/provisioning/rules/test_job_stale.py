"""Jobs that should be running and do not come round."""

from dataclasses import replace
from datetime import timedelta

from provisioning.model import JobState, Progress
from provisioning.rules.job_stale import job_stale
from tests.worlds import NOW, healthy, job, unreadable

LATE = NOW + timedelta(hours=3)


def test_a_job_without_a_cycle_for_three_rounds_is_found_with_the_last_one() -> None:
    found = job_stale(healthy(as_of=LATE))
    assert found
    assert found.facts == {"because": "silent", "last_cycle": "2026-03-02T09:17:00+00:00"}
    assert job_stale(healthy(as_of=NOW + timedelta(hours=1))) is None


def test_three_rounds_of_a_slow_job_are_longer() -> None:
    assert job_stale(healthy(as_of=LATE, job=job(interval=timedelta(hours=2)))) is None
    assert job_stale(healthy(as_of=LATE, job=job(interval=None)))


def test_cycles_that_fail_as_a_whole_are_found_at_once() -> None:
    last = job().last
    assert last
    failing = replace(last, state="Failed", error_code="Odd")
    found = job_stale(healthy(job=job(last=failing, successive_failures=2)))
    assert found
    assert found.facts["because"] == "failing"
    assert job_stale(healthy(job=job(last=failing))) is None


def test_a_cycle_under_way_a_job_that_stands_and_an_unread_one_are_not_stale() -> None:
    assert job_stale(healthy(as_of=LATE, job=job(progress=Progress(done=1, whole=9)))) is None
    assert job_stale(healthy(as_of=LATE, job=job(state=JobState.PAUSED))) is None
    assert job_stale(healthy(as_of=LATE, job=job(scheduled=False))) is None
    assert job_stale(healthy(as_of=LATE, job=job(last=None))) is None
    assert job_stale(unreadable("job", as_of=LATE)) is None
