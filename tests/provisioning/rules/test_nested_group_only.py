"""Groups inside groups."""

import pytest

from provisioning.attempts import Step
from provisioning.model import Cause, Owner
from provisioning.rules.nested_group_only import nested_group_only
from tests.worlds import group, healthy, unreadable

NESTED = ((group("All of sales"), group("Sales Madrid")),)


def test_a_person_in_a_nested_group_is_found_with_both_groups() -> None:
    found = nested_group_only(healthy(assignments=(), nested=NESTED))
    assert found
    assert (found.cause, found.step) == (Cause.NESTED_GROUP_ONLY, Step.ASSIGNMENT)
    assert found.owner == (Owner.IDENTITY_ADMIN,)
    assert found.facts["assigned_group"] == "All of sales"
    assert found.facts["group"] == "Sales Madrid"


def test_the_group_in_between_may_be_unknown() -> None:
    found = nested_group_only(healthy(assignments=(), nested=((group("All of sales"), None),)))
    assert found
    assert "group" not in found.facts


def test_a_direct_assignment_is_enough() -> None:
    assert nested_group_only(healthy(nested=NESTED)) is None


def test_a_job_that_syncs_everybody_does_not_care() -> None:
    assert nested_group_only(healthy(assignments=(), nested=NESTED, sync_all=True)) is None


@pytest.mark.parametrize("key", ["assignments", "nested"])
def test_what_could_not_be_read_is_not_judged(key: str) -> None:
    assert nested_group_only(unreadable(key, assignments=(), nested=NESTED)) is None
