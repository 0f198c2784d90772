"""What a person sees of the checks: each says yes, no, or that nobody knows."""

from typing import Any

import pytest

from provisioning.diagnosis import diagnose
from provisioning.model import Assignment, Check
from tests.worlds import clause, filter_group, group, healthy, jose, lacking, quarantined_job, schema, unreadable


def checked(seen: Any) -> dict[str, Check]:
    return {check.what: check for check in diagnose(seen).checks}


def test_of_a_healthy_world_everything_is_good_and_the_account_is_there_already() -> None:
    found = checked(healthy())
    assert {what for what, check in found.items() if check.good} == {
        *("account", "job", "assignment", "scope", "rule", "data")
    }
    assert found["already"].good is None


@pytest.mark.parametrize(
    ("seen", "what"),
    [
        (healthy(person=jose(enabled=False)), "account"),
        (healthy(job=quarantined_job()), "job"),
        (healthy(assignments=()), "assignment"),
        (healthy(schema=schema(filter_group(clause("department", "EQUALS", "Law")))), "scope"),
        (healthy(schema=schema(rule_id=None)), "rule"),
        (lacking("mail"), "data"),
    ],
)
def test_what_speaks_against_it_is_a_no(seen: Any, what: str) -> None:
    assert checked(seen)[what].good is False


@pytest.mark.parametrize(
    ("seen", "what"),
    [
        (unreadable("person"), "account"),
        (unreadable("job", job=None), "job"),
        (unreadable("assignments", assignments=()), "assignment"),
        (unreadable("schema", schema=None), "scope"),
        (unreadable("schema", schema=None), "rule"),
        (unreadable("schema", schema=None), "data"),
        (healthy(schema=schema(filter_group(clause("shoeSize", "EQUALS", "47"))), log=()), "scope"),
    ],
)
def test_what_could_not_be_read_or_judged_is_neither_yes_nor_no(seen: Any, what: str) -> None:
    assert checked(seen)[what].good is None


def test_the_way_to_the_assignment_is_named() -> None:
    through = checked(healthy(assignments=(Assignment(group=group("AskCody users")),)))["assignment"]
    direct = checked(healthy())["assignment"]
    everybody = checked(healthy(assignments=(), sync_all=True))["assignment"]
    assert (through.facts, direct.facts) == ({"groups": ("AskCody users",)}, {})
    assert everybody.facts == {"everybody": "yes"}


def test_empty_data_is_named() -> None:
    assert checked(lacking("mail", "surname", log=()))["data"].facts == {"attributes": ("mail",)}
