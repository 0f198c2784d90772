"""Apps that offer two roles of one name."""

from dataclasses import replace

from provisioning.rules.duplicate_app_roles import duplicate_app_roles
from tests.provisioning.rules.examples import ROLES
from tests.worlds import healthy, quarantined_job


def test_two_roles_whose_names_differ_in_case_alone_are_found() -> None:
    found = duplicate_app_roles(healthy(roles=ROLES, log=()))
    assert found
    assert found.facts["roles"] == ("Agent", "agent")


def test_a_role_that_is_switched_off_is_in_nobodys_way() -> None:
    off = (*ROLES[:2], replace(ROLES[2], enabled=False))
    assert duplicate_app_roles(healthy(roles=off, log=())) is None


def test_whom_it_did_not_hinder_hears_nothing_of_it_while_the_job_runs() -> None:
    assert duplicate_app_roles(healthy(roles=ROLES)) is None
    assert duplicate_app_roles(healthy(roles=ROLES, job=quarantined_job()))


def test_roles_that_could_not_be_read_are_not_judged() -> None:
    assert duplicate_app_roles(healthy(roles=None, log=())) is None
