"""Assignments that entitle to nothing."""

from provisioning.model import AppRole, Assignment
from provisioning.rules.role_not_entitled import role_not_entitled
from tests.worlds import DAY, MINUTE, NOW, healthy, job, skipped, unreadable

SALES = job(template="salesforce")
USER = AppRole(id="role-1", name="Standard User")
SAID_SO = skipped("NotEffectivelyEntitled", Assigned="True", IsEffectivelyEntitledForProvisioning="False")


def test_default_access_in_an_app_that_wants_a_role_is_found_with_the_roles_there_are() -> None:
    found = role_not_entitled(healthy(job=SALES, roles=(USER,), log=()))
    assert found
    assert (found.facts["role"], found.facts["usable"]) == ("Default Access", ("Standard User",))


def test_a_role_that_the_app_no_longer_has_entitles_nobody() -> None:
    gone = (Assignment(role_id="role-9", since=NOW - 60 * DAY),)
    assert role_not_entitled(healthy(assignments=gone, roles=(USER,), log=()))
    assert role_not_entitled(healthy(assignments=gone, roles=None, log=())) is None


def test_one_proper_role_is_enough() -> None:
    both = (Assignment(), Assignment(role_id="role-1"))
    assert role_not_entitled(healthy(job=SALES, assignments=both, roles=(USER,), log=())) is None
    assert role_not_entitled(healthy(log=())) is None


def test_a_row_that_says_so_is_believed_until_somebody_assigned_anew() -> None:
    found = role_not_entitled(healthy(log=(SAID_SO,)))
    assert found
    assert (found.facts["because"], found.seen_at) == ("log", SAID_SO.at)
    assert role_not_entitled(healthy(log=(SAID_SO,), assignments=(Assignment(since=NOW - MINUTE),))) is None


def test_assignments_that_could_not_be_read_are_not_judged() -> None:
    assert role_not_entitled(unreadable("assignments", job=SALES, log=())) is None
