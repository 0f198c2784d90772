"""Apps without provisioning."""

from provisioning.attempts import Step
from provisioning.model import Cause, JobState, Owner
from provisioning.rules.not_configured import not_configured
from tests.worlds import healthy, job, unreadable


def test_an_app_without_a_job_is_found() -> None:
    found = not_configured(healthy(job=None))
    assert found
    assert (found.cause, found.step, found.owner) == (Cause.NOT_CONFIGURED, Step.JOB, (Owner.IDENTITY_ADMIN,))


def test_a_job_that_never_got_its_credentials_is_found() -> None:
    found = not_configured(healthy(job=job(state=JobState.NOT_CONFIGURED, raw_state="NotConfigured")))
    assert found
    assert found.facts == {"state": "NotConfigured"}


def test_a_job_that_could_not_be_read_is_not_called_missing() -> None:
    assert not_configured(unreadable("job", job=None)) is None


def test_a_running_job_is_fine() -> None:
    assert not_configured(healthy()) is None
