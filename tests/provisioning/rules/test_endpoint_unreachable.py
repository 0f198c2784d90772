"""The connection to the app: endpoint unreachable."""

from dataclasses import replace

from provisioning.model import Cause, Execution, Step
from provisioning.remedies import REMEDIES
from provisioning.rules.endpoint_unreachable import endpoint_unreachable
from tests.provisioning.rules.examples import EXAMPLES
from tests.worlds import LAST_CYCLE, healthy, job, quarantined_job, unreadable

SPOILT = EXAMPLES[Cause.ENDPOINT_UNREACHABLE]
assert SPOILT.job and SPOILT.job.quarantine
WHY = SPOILT.job.quarantine


def test_a_quarantine_over_it_is_found_with_its_reason_and_its_times() -> None:
    found = endpoint_unreachable(SPOILT)
    assert found
    assert (found.cause, found.step, found.owner) == (
        Cause.ENDPOINT_UNREACHABLE,
        Step.JOB,
        REMEDIES[Cause.ENDPOINT_UNREACHABLE].owner,
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
    assert endpoint_unreachable(healthy(job=job(last=last)))
    assert endpoint_unreachable(healthy(job=job(last=replace(last, state="Succeeded")))) is None


def test_another_quarantine_is_left_to_its_own_rule() -> None:
    assert endpoint_unreachable(healthy(job=quarantined_job("EncounteredEscrowProportionThreshold", "None"))) is None
    assert endpoint_unreachable(healthy(job=quarantined_job("TooManyDeletes"))) is None
    assert endpoint_unreachable(healthy()) is None


def test_a_job_that_could_not_be_read_is_not_judged() -> None:
    assert endpoint_unreachable(unreadable("job", job=SPOILT.job)) is None
