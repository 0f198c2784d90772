"""Jobs that have not run once."""

from provisioning.model import JobState, Progress
from provisioning.rules.never_ran import never_ran
from tests.worlds import healthy, job, unreadable

NEW = job(state=JobState.NOT_RUN, raw_state="NotRun", last=None)


def test_a_job_without_a_trace_of_a_cycle_is_found() -> None:
    found = never_ran(healthy(job=NEW))
    assert found
    assert found.facts == {"state": "NotRun", "scheduled": "True"}


def test_a_first_cycle_under_way_a_running_job_and_an_unread_one_are_left_alone() -> None:
    under_way = job(state=JobState.NOT_RUN, last=None, progress=Progress(done=1, whole=9))
    assert never_ran(healthy(job=under_way)) is None
    assert never_ran(healthy(job=job(state=JobState.NOT_RUN))) is None
    assert never_ran(healthy()) is None
    assert never_ran(unreadable("job", job=NEW)) is None
