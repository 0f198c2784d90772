"""Three rules about the connection to the app: the job stands still, or failed altogether, over one of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from provisioning.attempts import Step
from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding
from provisioning.remedies import REMEDIES
from provisioning.rules.credentials_rejected import credentials_rejected
from provisioning.rules.endpoint_unreachable import endpoint_unreachable
from provisioning.rules.wrong_endpoint import wrong_endpoint
from tests.provisioning.rules.examples import EXAMPLES
from tests.worlds import cycle, healthy, job, quarantined_job, unreadable

Rule = Callable[[Evidence], Finding | None]
RULES: dict[Cause, Rule] = {
    Cause.CREDENTIALS_REJECTED: credentials_rejected,
    Cause.ENDPOINT_UNREACHABLE: endpoint_unreachable,
    Cause.WRONG_ENDPOINT: wrong_endpoint,
}
each_rule = pytest.mark.parametrize(("cause", "rule"), RULES.items(), ids=RULES)


@each_rule
def test_a_quarantine_over_it_is_found_with_its_reason_and_its_times(cause: Cause, rule: Rule) -> None:
    spoilt = EXAMPLES[cause].job
    found = rule(EXAMPLES[cause])
    assert spoilt and spoilt.quarantine and found
    assert (found.cause, found.step, found.owner) == (cause, Step.JOB, REMEDIES[cause].owner)
    assert found.facts["error_code"] == spoilt.quarantine.error_code
    assert found.facts["reason"] == "EncounteredQuarantineException"
    assert found.facts["next_attempt"] == "2026-03-02T15:30:00+00:00"


@each_rule
def test_a_cycle_that_failed_altogether_over_it_is_found_before_the_quarantine_begins(cause: Cause, rule: Rule) -> None:
    spoilt = EXAMPLES[cause].job
    assert spoilt and spoilt.quarantine
    why = {"error_code": spoilt.quarantine.error_code, "error_message": spoilt.quarantine.error_message}
    last = cycle(state="Failed", **why)
    found = rule(healthy(job=job(last=last)))
    assert found and found.cause is cause
    assert rule(healthy(job=job(last=replace(last, state="Succeeded")))) is None


@each_rule
def test_what_another_rule_says_is_left_to_it(cause: Cause, rule: Rule) -> None:
    assert rule(healthy(job=quarantined_job("EncounteredEscrowProportionThreshold", "None"))) is None
    assert rule(healthy(job=quarantined_job("TooManyDeletes"))) is None
    assert rule(healthy()) is None
    assert [other for other in RULES if other is not cause and rule(EXAMPLES[other])] == []


@each_rule
def test_a_job_that_could_not_be_read_is_not_judged(cause: Cause, rule: Rule) -> None:
    assert rule(unreadable("job", job=EXAMPLES[cause].job)) is None
