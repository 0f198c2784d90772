"""Accounts that arrived."""

import pytest

from provisioning.attempts import Verdict
from provisioning.model import Cause, Owner, Retry
from provisioning.rules.provisioned import provisioned
from tests.worlds import DAY, NOW, event, failed, healthy, skipped, unreadable


def test_a_success_is_found_with_the_account_and_its_date() -> None:
    found = provisioned(healthy())
    assert found
    assert (found.cause, found.owner, found.retry) == (Cause.PROVISIONED, (Owner.NOBODY,), Retry.USELESS)
    assert found.facts["target"] == "jose@fabrikam.example"
    assert found.seen_at == NOW - 30 * DAY


@pytest.mark.parametrize("action", ["disable", "delete", "stagedDelete"])
def test_a_newer_row_that_took_the_account_away_ends_it(action: str) -> None:
    assert provisioned(healthy(log=(event(at=NOW - DAY, action=action), event()))) is None


def test_a_newer_failure_ends_it() -> None:
    assert provisioned(healthy(log=(failed("Timeout"), event()))) is None


def test_the_newest_row_counts_wherever_it_stands() -> None:
    assert provisioned(healthy(log=(event(), failed("Timeout")))) is None


def test_a_skip_is_no_success() -> None:
    assert provisioned(healthy(log=(skipped("RedundantExport"),))) is None


def test_an_unknown_verdict_is_no_success() -> None:
    assert provisioned(healthy(log=(event(verdict=Verdict.UNKNOWN),))) is None


def test_a_log_that_could_not_be_read_says_nothing() -> None:
    assert provisioned(unreadable("log")) is None
