"""First cycles, which look at everybody."""

from provisioning.model import JobState, Progress, Retry
from provisioning.rules.initial_cycle_running import initial_cycle_running
from tests.worlds import event, healthy, job, unreadable

FIRST = job(state=JobState.NOT_RUN, last=None, progress=Progress(done=12, whole=40), steady_since=None)


def test_a_first_cycle_is_found_with_how_far_it_has_come() -> None:
    found = initial_cycle_running(healthy(job=FIRST, log=()))
    assert found
    assert (found.facts["done"], found.facts["whole"]) == ("12", "40")
    assert found.retry is Retry.AUTOMATIC


def test_whom_it_has_come_to_already_does_not_wait_for_it() -> None:
    assert initial_cycle_running(healthy(job=FIRST, log=(event(),))) is None


def test_a_steady_job_a_new_one_and_an_unread_one_are_in_no_first_cycle() -> None:
    assert initial_cycle_running(healthy(log=())) is None
    assert initial_cycle_running(healthy(job=job(state=JobState.NOT_RUN, last=None), log=())) is None
    assert initial_cycle_running(healthy(job=job(state=JobState.NOT_RUN, scheduled=False), log=())) is None
    assert initial_cycle_running(unreadable("job", job=FIRST, log=())) is None
