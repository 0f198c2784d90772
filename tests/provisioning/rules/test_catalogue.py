"""Membership and order of the rules."""

import inspect
from dataclasses import replace
from pathlib import Path

import pytest

import provisioning.rules
from provisioning.model import Cause
from provisioning.remedies import REMEDIES
from provisioning.rules.catalogue import LAST_RESORT, OBSTACLES, OUTCOMES, UNDERWAY, Rule, judge
from provisioning.rules.table import FAMILIES, cause_of, page
from tests.provisioning.rules.examples import BY_EMPLOYEE, EXAMPLES, OTHER, disabling
from tests.worlds import clause, failed, filter_group, healthy, jose, lacking, quarantined_job, schema

RULES = (*OBSTACLES, *UNDERWAY, *OUTCOMES, LAST_RESORT)
FOUND_IN_CONVERSATION = {Cause.NO_ACCOUNT, Cause.AMBIGUOUS_PERSON}


def _without(rules: tuple[Rule, ...], gone: Rule) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule is not gone)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rules_own_example_is_led_by_it(rule: Rule) -> None:
    found = judge(EXAMPLES[cause_of(rule)])
    assert found[0].cause is cause_of(rule)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_taking_a_rule_out_changes_its_example(rule: Rule) -> None:
    crippled = judge(
        EXAMPLES[cause_of(rule)],
        obstacles=_without(OBSTACLES, rule),
        underway=_without(UNDERWAY, rule),
        outcomes=_without(OUTCOMES, rule),
        last_resort=_without((LAST_RESORT,), rule),
    )
    assert cause_of(rule) not in [finding.cause for finding in crippled]


def test_every_cause_has_its_rule_or_belongs_to_the_conversation() -> None:
    assert {cause_of(rule) for rule in RULES} | FOUND_IN_CONVERSATION == set(Cause)
    assert set(REMEDIES) == set(Cause)


def test_every_rule_file_is_in_the_catalogue() -> None:
    folder = Path(provisioning.rules.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "__main__", "catalogue", "table"}
    assert files == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_says_in_one_line_when_it_fires(rule: Rule) -> None:
    first = (inspect.getdoc(rule) or "").split("\n")[0]
    assert first.startswith("Fire when ")
    assert first.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_owner_and_retry_of_a_finding_are_those_of_the_table(rule: Rule) -> None:
    found = judge(EXAMPLES[cause_of(rule)])[0]
    remedy = REMEDIES[found.cause]
    assert (found.owner, found.retry) == (remedy.owner, remedy.retry)


def test_the_printed_page_is_the_committed_one() -> None:
    committed = Path(__file__).parents[3] / "docs" / "rules.md"
    assert committed.read_text(encoding="utf-8") == page(), "run: python -m provisioning.rules > docs/rules.md"


def test_the_page_has_a_line_for_every_rule() -> None:
    for rule in RULES:
        assert f"| [`{rule.__name__}`](#" in page()


def test_an_obstacle_silences_the_outcomes() -> None:
    found = judge(healthy(person=jose(enabled=False)))
    assert [finding.cause for finding in found] == [Cause.ACCOUNT_DISABLED]


def test_all_obstacles_are_kept_in_the_order_of_mending() -> None:
    no_mail = filter_group(clause("mail", "IS NOT NULL"))
    seen = lacking("mail", job=quarantined_job(), assignments=(), schema=schema(no_mail))
    assert [finding.cause for finding in judge(seen)] == [
        Cause.CREDENTIALS_REJECTED,
        Cause.JOB_QUARANTINED,
        Cause.NOT_ASSIGNED,
        Cause.MISSING_ATTRIBUTE,
        Cause.FILTERED_OUT,
    ]


def test_the_account_comes_before_the_job_and_the_data_before_the_log() -> None:
    row = failed("LicenseLimitExceeded", status="Forbidden")
    seen = lacking("mail", person=jose(enabled=False, attributes={"mail": None}), job=quarantined_job("X"), log=(row,))
    causes = [finding.cause for finding in judge(seen)]
    assert causes[0] is Cause.ACCOUNT_DISABLED
    assert causes.index(Cause.JOB_QUARANTINED) < causes.index(Cause.MISSING_ATTRIBUTE)
    assert causes.index(Cause.MISSING_ATTRIBUTE) < causes.index(Cause.LICENCE_EXHAUSTED)


def test_an_account_that_the_app_does_not_let_go_leads_over_the_missing_assignment() -> None:
    found = judge(healthy(assignments=(), log=(disabling(),)))
    assert [finding.cause for finding in found] == [Cause.APP_REFUSES_DEACTIVATION, Cause.NOT_ASSIGNED]


def test_what_only_time_changes_stands_behind_what_somebody_has_to_mend() -> None:
    found = judge(EXAMPLES[Cause.DYNAMIC_MEMBERSHIP_PENDING])
    assert [finding.cause for finding in found] == [Cause.DYNAMIC_MEMBERSHIP_PENDING]
    pending = EXAMPLES[Cause.DYNAMIC_MEMBERSHIP_PENDING]
    spoilt = lacking("mail", assignments=(), dynamic=pending.dynamic)
    assert [finding.cause for finding in judge(spoilt)] == [Cause.MISSING_ATTRIBUTE, Cause.DYNAMIC_MEMBERSHIP_PENDING]


def test_what_is_empty_for_matching_is_said_once() -> None:
    required = schema(mappings=tuple(replace(each, required=True) for each in BY_EMPLOYEE.mappings))
    found = judge(lacking("employeeId", schema=required))
    assert [finding.cause for finding in found] == [Cause.MATCHING_ATTRIBUTE_EMPTY]


def test_a_twin_is_no_obstacle_for_whoever_came_first() -> None:
    assert judge(healthy(twins=(OTHER,), matched_by="employeeId"))[0].cause is Cause.PROVISIONED


def test_every_cause_is_on_one_sheet_of_cards() -> None:
    drawn = [cause for causes in FAMILIES.values() for cause in causes]
    assert sorted(drawn) == sorted(cause.value for cause in Cause)
