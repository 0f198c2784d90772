"""Blocked accounts."""

import pytest

from provisioning.attempts import Step
from provisioning.model import Cause, Owner
from provisioning.rules.account_disabled import account_disabled
from tests.worlds import DAY, NOW, healthy, jose, unreadable


def test_a_disabled_account_is_found() -> None:
    found = account_disabled(healthy(person=jose(enabled=False)))
    assert found
    assert (found.cause, found.step, found.owner) == (Cause.ACCOUNT_DISABLED, Step.IDENTITY, (Owner.DATA_OWNER,))


@pytest.mark.parametrize(("synced", "source"), [(True, "on_premises"), (False, "directory")])
def test_it_says_where_the_account_is_enabled_again(synced: bool, source: str) -> None:
    found = account_disabled(healthy(person=jose(enabled=False, synced_from_ad=synced)))
    assert found
    assert found.facts["source"] == source


def test_a_deleted_account_is_left_to_the_rule_that_says_more() -> None:
    assert account_disabled(healthy(person=jose(enabled=False, deleted=NOW - DAY))) is None


def test_an_account_whose_state_nobody_read_is_not_called_disabled() -> None:
    assert account_disabled(healthy(person=jose(enabled=None))) is None
    assert account_disabled(unreadable("person", person=jose(enabled=False))) is None


def test_an_enabled_account_is_fine() -> None:
    assert account_disabled(healthy()) is None
