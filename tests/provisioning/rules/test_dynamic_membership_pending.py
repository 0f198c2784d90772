"""People who are about to join a group by its rule."""

from dataclasses import replace

from provisioning.rules.dynamic_membership_pending import dynamic_membership_pending
from tests.provisioning.rules.examples import DYNAMIC
from tests.worlds import healthy, jose, unreadable


def test_whoever_fits_the_rule_is_found_with_the_group() -> None:
    found = dynamic_membership_pending(healthy(assignments=(), dynamic=(DYNAMIC,)))
    assert found
    assert found.facts["group"] == "Sales (dynamic)"


def test_who_does_not_fit_and_who_is_assigned_anyway_wait_for_nothing() -> None:
    other = jose(attributes={"department": "Support"})
    assert dynamic_membership_pending(healthy(assignments=(), dynamic=(DYNAMIC,), person=other)) is None
    assert dynamic_membership_pending(healthy(dynamic=(DYNAMIC,))) is None


def test_a_paused_rule_and_one_that_cannot_be_judged_promise_nothing() -> None:
    paused = replace(DYNAMIC, rule_paused=True)
    odd = replace(DYNAMIC, rule='user.department -foo "Sales"')
    assert dynamic_membership_pending(healthy(assignments=(), dynamic=(paused, odd))) is None


def test_assignments_that_could_not_be_read_are_not_judged() -> None:
    assert dynamic_membership_pending(unreadable("assignments", assignments=(), dynamic=(DYNAMIC,))) is None
