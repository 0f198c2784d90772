"""When the newest row gives away: attribute rejected."""

from provisioning.model import Cause
from provisioning.remedies import REMEDIES
from provisioning.rules.attribute_rejected import attribute_rejected
from tests.provisioning.rules.examples import EXAMPLES
from tests.worlds import MINUTE, NOW, event, healthy, unreadable

SPOILT = EXAMPLES[Cause.ATTRIBUTE_REJECTED]


def test_the_row_is_found_with_its_words_and_its_remedy() -> None:
    found = attribute_rejected(SPOILT)
    assert found
    assert found.cause is Cause.ATTRIBUTE_REJECTED
    assert found.owner == REMEDIES[Cause.ATTRIBUTE_REJECTED].owner
    row = SPOILT.log[0]
    assert row.error
    assert found.seen_at == row.at
    assert found.facts["code"] == row.error.code
    assert found.facts["detail"] == row.error.detail


def test_a_row_about_something_else_is_left_to_its_own_rule() -> None:
    assert attribute_rejected(EXAMPLES[Cause.DUPLICATE_IN_APP]) is None
    assert attribute_rejected(healthy()) is None


def test_a_newer_success_ends_it() -> None:
    assert attribute_rejected(healthy(log=(event(at=NOW), *SPOILT.log))) is None


def test_a_change_that_no_cycle_has_seen_may_have_mended_it() -> None:
    assert attribute_rejected(healthy(log=SPOILT.log, changed=NOW - MINUTE)) is None


def test_a_log_that_could_not_be_read_says_nothing() -> None:
    assert attribute_rejected(unreadable("log", log=SPOILT.log)) is None
