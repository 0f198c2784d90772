"""Jobs that wait for somebody's word about removals."""

from provisioning.model import Cause
from provisioning.rules.too_many_deletes import too_many_deletes
from tests.worlds import healthy, quarantined_job, unreadable


def test_a_job_that_is_held_over_removals_is_found() -> None:
    found = too_many_deletes(healthy(job=quarantined_job("TooManyDeletes")))
    assert found
    assert (found.cause, found.facts["reason"]) == (Cause.TOO_MANY_DELETES, "TooManyDeletes")


def test_other_reasons_and_an_unread_job_are_left_alone() -> None:
    assert too_many_deletes(healthy(job=quarantined_job())) is None
    assert too_many_deletes(healthy()) is None
    assert too_many_deletes(unreadable("job", job=quarantined_job("TooManyDeletes"))) is None
