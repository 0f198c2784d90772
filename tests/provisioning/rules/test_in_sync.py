"""The good skip."""

from provisioning.model import Cause, Retry
from provisioning.rules.in_sync import in_sync
from tests.worlds import event, healthy, skipped, unreadable


def test_a_redundant_export_means_that_both_sides_agree() -> None:
    row = skipped("RedundantExport")
    found = in_sync(healthy(log=(row, event())))
    assert found
    assert (found.cause, found.retry, found.seen_at) == (Cause.IN_SYNC, Retry.USELESS, row.at)
    assert found.facts["target"] == "jose@fabrikam.example"


def test_any_other_skip_does_not() -> None:
    assert in_sync(healthy(log=(skipped("NotEffectivelyEntitled"),))) is None


def test_a_success_is_another_rules_business() -> None:
    assert in_sync(healthy()) is None


def test_a_log_that_could_not_be_read_says_nothing() -> None:
    assert in_sync(unreadable("log", log=(skipped("RedundantExport"),))) is None
