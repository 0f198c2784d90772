"""Three rules about faults that should pass by themselves."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, Owner, Retry
from provisioning.rules.app_throttling import app_throttling
from provisioning.rules.app_unavailable import app_unavailable
from provisioning.rules.transport_error import transport_error
from tests.provisioning.rules.examples import EXAMPLES
from tests.worlds import DAY, NOW, event, healthy

Rule = Callable[[Evidence], Finding | None]
RULES: dict[Cause, Rule] = {
    Cause.APP_THROTTLING: app_throttling,
    Cause.APP_UNAVAILABLE: app_unavailable,
    Cause.TRANSPORT_ERROR: transport_error,
}
each_rule = pytest.mark.parametrize(("cause", "rule"), RULES.items(), ids=RULES)


@each_rule
def test_one_attempt_that_failed_is_tried_again_by_the_service(cause: Cause, rule: Rule) -> None:
    found = rule(EXAMPLES[cause])
    assert found
    assert (found.cause, found.owner, found.retry) == (cause, (Owner.NOBODY,), Retry.AUTOMATIC)
    assert "identical" not in found.facts


@each_rule
def test_three_attempts_in_a_row_that_failed_alike_are_the_vendors(cause: Cause, rule: Rule) -> None:
    row = EXAMPLES[cause].log[0]
    rows = tuple(replace(row, at=row.at - number * DAY) for number in range(3))
    found = rule(healthy(log=rows))
    assert found
    assert (found.owner, found.facts["identical"]) == ((Owner.VENDOR,), "3")
    spared = rule(healthy(log=(*rows[:2], event(at=row.at - 2 * DAY))))
    assert spared
    assert spared.owner == (Owner.NOBODY,)


@each_rule
def test_a_newer_success_ends_it(cause: Cause, rule: Rule) -> None:
    assert rule(healthy(log=(event(at=NOW), EXAMPLES[cause].log[0]))) is None
