"""Rules about what the newest row gives away, and nothing else."""

from collections.abc import Callable

import pytest

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding
from provisioning.remedies import REMEDIES
from provisioning.rules.account_gone_in_app import account_gone_in_app
from provisioning.rules.app_incompatible import app_incompatible
from provisioning.rules.app_permission import app_permission
from provisioning.rules.app_refused import app_refused
from provisioning.rules.app_refuses_deactivation import app_refuses_deactivation
from provisioning.rules.attribute_rejected import attribute_rejected
from provisioning.rules.duplicate_in_app import duplicate_in_app
from provisioning.rules.invalid_domain import invalid_domain
from provisioning.rules.licence_exhausted import licence_exhausted
from provisioning.rules.mapping_wrong import mapping_wrong
from provisioning.rules.multiple_values import multiple_values
from provisioning.rules.reference_unknown import reference_unknown
from provisioning.rules.role_or_licence_value_missing import role_or_licence_value_missing
from provisioning.rules.service_fault import service_fault
from tests.provisioning.rules.examples import EXAMPLES
from tests.worlds import MINUTE, NOW, event, healthy, unreadable

Rule = Callable[[Evidence], Finding | None]
RULES: dict[Cause, Rule] = {
    Cause.ACCOUNT_GONE_IN_APP: account_gone_in_app,
    Cause.APP_INCOMPATIBLE: app_incompatible,
    Cause.APP_PERMISSION: app_permission,
    Cause.APP_REFUSED: app_refused,
    Cause.APP_REFUSES_DEACTIVATION: app_refuses_deactivation,
    Cause.ATTRIBUTE_REJECTED: attribute_rejected,
    Cause.DUPLICATE_IN_APP: duplicate_in_app,
    Cause.INVALID_DOMAIN: invalid_domain,
    Cause.LICENCE_EXHAUSTED: licence_exhausted,
    Cause.MAPPING_WRONG: mapping_wrong,
    Cause.MULTIPLE_VALUES: multiple_values,
    Cause.REFERENCE_UNKNOWN: reference_unknown,
    Cause.ROLE_OR_LICENCE_VALUE_MISSING: role_or_licence_value_missing,
    Cause.SERVICE_FAULT: service_fault,
}
each_rule = pytest.mark.parametrize(("cause", "rule"), RULES.items(), ids=RULES)


@each_rule
def test_the_row_is_found_with_its_words_and_its_remedy(cause: Cause, rule: Rule) -> None:
    found, row = rule(EXAMPLES[cause]), EXAMPLES[cause].log[0]
    assert found and row.error
    assert (found.cause, found.owner) == (cause, REMEDIES[cause].owner)
    assert found.seen_at == row.at
    assert (found.facts["code"], found.facts["detail"]) == (row.error.code, row.error.detail)


@each_rule
def test_a_row_about_something_else_is_left_to_its_own_rule(cause: Cause, rule: Rule) -> None:
    assert [other for other in RULES if other is not cause and rule(EXAMPLES[other])] == []
    assert rule(EXAMPLES[Cause.VALUE_TAKEN_IN_APP]) is None
    assert rule(healthy()) is None


@each_rule
def test_a_newer_success_ends_it(cause: Cause, rule: Rule) -> None:
    assert rule(healthy(log=(event(at=NOW), *EXAMPLES[cause].log))) is None


@each_rule
def test_a_change_that_no_cycle_has_seen_may_have_mended_it(cause: Cause, rule: Rule) -> None:
    assert rule(healthy(log=EXAMPLES[cause].log, changed=NOW - MINUTE)) is None


@each_rule
def test_a_log_that_could_not_be_read_says_nothing(cause: Cause, rule: Rule) -> None:
    assert rule(unreadable("log", log=EXAMPLES[cause].log)) is None
