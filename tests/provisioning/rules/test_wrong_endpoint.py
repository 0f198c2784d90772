"""The connection to the app: wrong endpoint."""

from dataclasses import replace

from provisioning.model import Cause, Execution, Step
from provisioning.remedies import REMEDIES
from provisioning.rules.wrong_endpoint import wrong_endpoint
from tests.provisioning.rules.examples import EXAMPLES
from tests.worlds import LAST_CYCLE, healthy, job, quarantined_job, unreadable

SPOILT = EXAMPLES[Cause.WRONG_ENDPOINT]
assert SPOILT.job and SPOILT.job.quarantine
WHY = SPOILT.job.quarantine


def test_a_quarantine_over_it_is_found_with_its_reason_and_its_times() -> None:
    found = wrong_endpoint(SPOILT)
    assert found
    assert (found.cause, found.step, found.owner) == (
        Cause.WRONG_ENDPOINT,
        Step.JOB,
        REMEDIES[Cause.WRONG_ENDPOINT].owner,
    )
    assert found.facts["error_code"] == WHY.error_code
    assert found.facts["reason"] == "EncounteredQuarantineException"
    assert found.facts["next_attempt"] == "2026-03-02T15:30:00+00:00"


def test_a_cycle_that_failed_altogether_over_it_is_found_before_the_quarantine_begins() -> None:
    last = Execution(
        cycle_id="c",
        state="Failed",
        began=LAST_CYCLE,
        ended=LAST_CYCLE,
        error_code=WHY.error_code,
        error_message=WHY.error_message,
    )
    assert wrong_endpoint(healthy(job=job(last=last)))
    assert wrong_endpoint(healthy(job=job(last=replace(last, state="Succeeded")))) is None


def test_another_quarantine_is_left_to_its_own_rule() -> None:
    assert wrong_endpoint(healthy(job=quarantined_job("EncounteredEscrowProportionThreshold", "None"))) is None
    assert wrong_endpoint(healthy(job=quarantined_job("TooManyDeletes"))) is None
    assert wrong_endpoint(healthy()) is None


def test_a_job_that_could_not_be_read_is_not_judged() -> None:
    assert wrong_endpoint(unreadable("job", job=SPOILT.job)) is None
