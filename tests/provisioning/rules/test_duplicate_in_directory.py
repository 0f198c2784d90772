"""Accounts that share the value people are matched by."""

from provisioning.attempts import Step
from provisioning.rules.duplicate_in_directory import duplicate_in_directory
from tests.provisioning.rules.examples import OTHER
from tests.worlds import event, failed, healthy

ROW = failed("DuplicateSourceEntries", "More than one user matches", step=Step.MATCHING)


def test_another_account_with_the_value_is_found_before_any_run() -> None:
    found = duplicate_in_directory(healthy(twins=(OTHER,), matched_by="employeeId", log=()))
    assert found
    assert found.facts["others"] == ("José García (admin) (jose2@fabrikam.example)",)
    assert found.facts["attribute"] == "employeeId"


def test_the_row_says_it_too_and_both_are_one_finding() -> None:
    found = duplicate_in_directory(healthy(twins=(OTHER,), matched_by="employeeId", log=(ROW,)))
    assert found
    assert (found.facts["code"], found.seen_at) == ("DuplicateSourceEntries", ROW.at)
    assert found.facts["others"]


def test_where_nobody_shares_it_any_more_the_row_is_history() -> None:
    assert duplicate_in_directory(healthy(twins=(), matched_by="employeeId", log=(ROW,))) is None
    assert duplicate_in_directory(healthy(twins=None, log=(ROW,)))


def test_whoever_was_provisioned_came_first() -> None:
    assert duplicate_in_directory(healthy(twins=(OTHER,), matched_by="employeeId", log=(event(),))) is None
    assert duplicate_in_directory(healthy()) is None
