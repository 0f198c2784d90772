"""People who do not hold the app."""

from provisioning.attempts import Step
from provisioning.model import Cause, Owner
from provisioning.rules.not_assigned import not_assigned
from tests.worlds import group, healthy, unreadable


def test_somebody_without_an_assignment_is_found() -> None:
    found = not_assigned(healthy(assignments=(), sync_all=False))
    assert found
    assert (found.cause, found.step, found.owner) == (Cause.NOT_ASSIGNED, Step.ASSIGNMENT, (Owner.IDENTITY_ADMIN,))
    assert found.facts == {"owners": ("Ines Berg",)}


def test_where_the_sync_scope_is_unknown_the_assumption_is_said() -> None:
    found = not_assigned(healthy(assignments=()))
    assert found
    assert found.facts["assumed"] == "assigned_only"


def test_a_job_that_syncs_everybody_needs_no_assignment() -> None:
    assert not_assigned(healthy(assignments=(), sync_all=True)) is None


def test_a_nested_group_is_another_rules_business() -> None:
    assert not_assigned(healthy(assignments=(), nested=((group(), None),))) is None


def test_assignments_that_could_not_be_read_are_not_called_missing() -> None:
    assert not_assigned(unreadable("assignments", assignments=())) is None


def test_an_assigned_person_is_fine() -> None:
    assert not_assigned(healthy()) is None
