"""The recycle bin."""

from provisioning.attempts import Step
from provisioning.model import Cause, Owner, Retry
from provisioning.rules.soft_deleted import soft_deleted
from tests.worlds import DAY, NOW, healthy, jose, unreadable

DELETED = jose(deleted=NOW - DAY, enabled=False)


def test_a_deleted_account_is_found() -> None:
    found = soft_deleted(healthy(person=DELETED))
    assert found
    assert (found.cause, found.step, found.retry) == (Cause.SOFT_DELETED, Step.IDENTITY, Retry.AFTER_FIX)
    assert found.owner == (Owner.DATA_OWNER,)
    assert found.facts == {"deleted": "2026-03-01T09:30:00+00:00"}


def test_a_living_account_is_not() -> None:
    assert soft_deleted(healthy()) is None


def test_an_account_that_could_not_be_read_is_not_called_deleted() -> None:
    assert soft_deleted(unreadable("person", person=DELETED)) is None
