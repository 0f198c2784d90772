"""Membership and order of the rules."""

import inspect
from pathlib import Path

import pytest

import provisioning.rules
from provisioning.evidence import Evidence
from provisioning.model import Assignment, Cause, JobState
from provisioning.remedies import REMEDIES
from provisioning.rules.catalogue import LAST_RESORT, OBSTACLES, OUTCOMES, Rule, judge
from provisioning.rules.table import cause_of, page
from tests.worlds import (
    DAY,
    MINUTE,
    NOW,
    clause,
    failed,
    filter_group,
    group,
    healthy,
    job,
    jose,
    lacking,
    quarantined_job,
    schema,
    skipped,
)

EXAMPLES: dict[Cause, Evidence] = {
    Cause.SOFT_DELETED: healthy(person=jose(deleted=NOW - DAY)),
    Cause.ACCOUNT_DISABLED: healthy(person=jose(enabled=False)),
    Cause.NOT_CONFIGURED: healthy(job=None),
    Cause.JOB_QUARANTINED: healthy(job=quarantined_job()),
    Cause.JOB_PAUSED: healthy(job=job(state=JobState.PAUSED, raw_state="Paused")),
    Cause.NOT_ASSIGNED: healthy(assignments=()),
    Cause.NESTED_GROUP_ONLY: healthy(assignments=(), nested=((group(), None),)),
    Cause.MISSING_ATTRIBUTE: lacking("mail"),
    Cause.FILTERED_OUT: healthy(schema=schema(filter_group(clause("department", "EQUALS", "HR")))),
    Cause.VALUE_TAKEN_IN_APP: healthy(log=(failed("EntryConflict", status="Conflict"),)),
    Cause.UNKNOWN_CODE: healthy(log=(failed("FlumphExploded"),)),
    Cause.PROVISIONED: healthy(),
    Cause.IN_SYNC: healthy(log=(skipped("RedundantExport"),)),
    Cause.AWAITING_CYCLE: healthy(assignments=(Assignment(since=NOW - MINUTE),), log=()),
    Cause.UNEXPLAINED: healthy(log=()),
}
RULES = (*OBSTACLES, *OUTCOMES, LAST_RESORT)
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
        assert f"| `{rule.__name__}` |" in page()


def test_an_obstacle_silences_the_outcomes() -> None:
    found = judge(healthy(person=jose(enabled=False)))
    assert [finding.cause for finding in found] == [Cause.ACCOUNT_DISABLED]


def test_all_obstacles_are_kept_in_the_order_of_mending() -> None:
    no_mail = filter_group(clause("mail", "IS NOT NULL"))
    seen = lacking("mail", job=quarantined_job(), assignments=(), schema=schema(no_mail))
    assert [finding.cause for finding in judge(seen)] == [
        Cause.JOB_QUARANTINED,
        Cause.NOT_ASSIGNED,
        Cause.MISSING_ATTRIBUTE,
        Cause.FILTERED_OUT,
    ]
