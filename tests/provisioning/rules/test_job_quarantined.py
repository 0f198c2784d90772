"""Quarantine."""

from dataclasses import replace

from provisioning.attempts import Step
from provisioning.model import Cause, Owner
from provisioning.rules.job_quarantined import job_quarantined
from tests.worlds import healthy, quarantined_job, unreadable


def test_a_quarantine_is_found_with_its_reason_and_next_attempt() -> None:
    found = job_quarantined(healthy(job=quarantined_job()))
    assert found
    assert (found.cause, found.step, found.owner) == (Cause.JOB_QUARANTINED, Step.JOB, (Owner.IDENTITY_ADMIN,))
    assert found.facts["reason"] == "EncounteredQuarantineException"
    assert found.facts["error_code"] == "SystemForCrossDomainIdentityManagementInvalidCredentials"
    assert found.facts["since"] == "2026-03-01T09:30:00+00:00"
    assert found.facts["next_attempt"] == "2026-03-02T15:30:00+00:00"


def test_a_quarantine_without_details_is_still_one() -> None:
    found = job_quarantined(healthy(job=replace(quarantined_job(), quarantine=None)))
    assert found
    assert found.facts == {"reason": "Unknown"}


def test_an_active_job_is_fine() -> None:
    assert job_quarantined(healthy()) is None
    assert job_quarantined(healthy(job=None)) is None


def test_what_could_not_be_read_is_not_judged() -> None:
    assert job_quarantined(unreadable("job", job=quarantined_job())) is None
