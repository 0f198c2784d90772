"""Groups that provisioning does not read."""

from provisioning.model import Assignment
from provisioning.rules.group_not_security_enabled import group_not_security_enabled
from tests.worlds import group, healthy, unreadable

MAIL = Assignment(group=group("Friday lunch", security_enabled=False))


def test_a_mail_group_alone_is_found() -> None:
    found = group_not_security_enabled(healthy(assignments=(MAIL,)))
    assert found
    assert found.facts["group"] == "Friday lunch"


def test_another_assignment_is_enough() -> None:
    assert group_not_security_enabled(healthy(assignments=(MAIL, Assignment()))) is None
    assert group_not_security_enabled(healthy(assignments=(MAIL, Assignment(group=group())))) is None


def test_a_group_whose_kind_is_not_known_is_not_accused() -> None:
    unknown = Assignment(group=group("Perhaps", security_enabled=None))
    assert group_not_security_enabled(healthy(assignments=(unknown,))) is None


def test_nobody_without_an_assignment_and_nothing_unread_is_judged() -> None:
    assert group_not_security_enabled(healthy(assignments=())) is None
    assert group_not_security_enabled(healthy(assignments=(MAIL,), sync_all=True)) is None
    assert group_not_security_enabled(unreadable("assignments", assignments=(MAIL,))) is None
