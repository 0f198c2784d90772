"""What is checked before Graph is asked to act."""

from dataclasses import replace
from typing import Any

import pytest

from provisioning.cases import Refusal
from provisioning.model import AppRole, Assignment, JobState
from provisioning.preflight import holds, is_harmless, may_tell_later, refusal_for
from tests.worlds import (
    DAY,
    MINUTE,
    NOW,
    clause,
    filter_group,
    group,
    healthy,
    job,
    jose,
    lacking,
    quarantined_job,
    schema,
    skipped,
    unreadable,
)

NO_ROLE = {"Assigned": "True", "IsEffectivelyEntitledForProvisioning": "False"}
NESTED = ((group("All"), group("Some")),)


def test_nothing_speaks_against_a_healthy_world() -> None:
    assert refusal_for(healthy()) is None


def test_missing_data_does_not_forbid_the_attempt() -> None:
    assert refusal_for(lacking("mail")) is None


@pytest.mark.parametrize(
    ("spoilt", "refusal"),
    [
        ({"assignments": ()}, Refusal.NOT_ASSIGNED),
        ({"assignments": (), "sync_all": False}, Refusal.NOT_ASSIGNED),
        ({"assignments": (), "nested": NESTED}, Refusal.NOT_ASSIGNED),
        ({"person": jose(enabled=False)}, Refusal.ACCOUNT_DISABLED),
        ({"person": jose(deleted=NOW - DAY)}, Refusal.ACCOUNT_DISABLED),
        ({"person": jose(enabled=None)}, Refusal.NOT_READABLE),
        ({"job": None}, Refusal.JOB_NOT_CONFIGURED),
        ({"job": job(state=JobState.NOT_CONFIGURED)}, Refusal.JOB_NOT_CONFIGURED),
        ({"job": quarantined_job()}, Refusal.JOB_QUARANTINED),
        ({"job": job(state=JobState.PAUSED)}, Refusal.JOB_PAUSED),
        ({"job": job(scheduled=False)}, Refusal.JOB_PAUSED),
        ({"job": job(template="slackOutDelta")}, Refusal.MUST_BE_STOPPED),
        ({"assignments": (Assignment(group=group("Mail", security_enabled=False)),)}, Refusal.NOT_ASSIGNED),
        ({"log": (skipped("NotEffectivelyEntitled", NO_ROLE),)}, Refusal.NOT_ENTITLED),
        ({"schema": None}, Refusal.NO_RULE),
        ({"schema": schema(rule_id=None)}, Refusal.NO_RULE),
    ],
)
def test_each_fact_that_speaks_against_it_is_named(spoilt: dict[str, Any], refusal: Refusal) -> None:
    assert refusal_for(healthy(**spoilt)) is refusal


@pytest.mark.parametrize("key", ["person", "job", "schema", "assignments"])
def test_what_could_not_be_read_counts_as_a_no(key: str) -> None:
    seen = unreadable(key)
    seen = replace(seen, assignments=()) if key == "assignments" else seen
    assert refusal_for(seen) is Refusal.NOT_READABLE


@pytest.mark.parametrize("key", ["log", "owners", "nested"])
def test_what_the_check_does_not_need_may_be_unread(key: str) -> None:
    assert refusal_for(unreadable(key)) is None


CUSTOM = (Assignment(role_id="r-1"),)
USER = AppRole(id="r-1", name="User")


@pytest.mark.parametrize(
    ("roles", "refusal"),
    [((USER,), None), ((replace(USER, enabled=False),), Refusal.NOT_ENTITLED), (None, Refusal.NOT_READABLE)],
    ids=["entitled by the role", "switched off", "nobody knows"],
)
def test_without_the_log_the_role_has_to_say_that_somebody_is_entitled(
    roles: tuple[AppRole, ...] | None, refusal: Refusal | None
) -> None:
    unread = {"log": "throttled"} | ({"roles": "throttled"} if roles is None else {})
    assert refusal_for(healthy(assignments=CUSTOM, roles=roles, log=(), unread=unread)) is refusal


@pytest.mark.parametrize(
    ("spoilt", "later"),
    [
        ({"unread": {"log": "throttled"}}, True),
        ({"unread": {"schema": "timeout"}}, True),
        ({"unread": {"log": "not_allowed: Authorization_RequestDenied"}}, False),
        ({"unread": {"owners": "throttled"}}, False),
        ({"unread": {"log": "throttled"}, "assignments": ()}, False),
        ({}, False),
    ],
    ids=["a busy log", "slow mappings", "no permission", "what nobody needs", "a no that is known", "all is read"],
)
def test_only_what_a_busy_graph_did_not_tell_is_worth_asking_again(spoilt: dict[str, Any], later: bool) -> None:
    assert may_tell_later(healthy(**spoilt)) is later


def test_a_job_that_syncs_everybody_needs_no_assignment() -> None:
    assert refusal_for(healthy(assignments=(), sync_all=True)) is None
    assert refusal_for(unreadable("assignments", assignments=(), sync_all=True)) is None


def test_a_known_no_is_told_before_an_unknown() -> None:
    assert refusal_for(unreadable("schema", assignments=())) is Refusal.NOT_ASSIGNED


def test_a_first_cycle_that_is_not_over_does_not_forbid_it() -> None:
    assert refusal_for(healthy(job=job(state=JobState.NOT_RUN))) is None


def test_somebody_whom_the_filter_keeps_out_would_be_disabled_so_it_is_a_no() -> None:
    only = filter_group(clause("department", "EQUALS", "Marketing"))
    assert refusal_for(healthy(schema=schema(only))) is Refusal.FILTERED_OUT


def test_a_filter_that_cannot_be_judged_is_a_no_unless_the_standing_log_row_let_the_person_pass() -> None:
    odd = filter_group(clause("department", "SOUNDS LIKE", "Sales"))
    assert refusal_for(healthy(schema=schema(odd), log=())) is Refusal.NOT_READABLE
    assert refusal_for(healthy(schema=schema(odd))) is None


def test_a_connector_with_consent_takes_runs_while_its_job_is_stopped_and_no_other_does() -> None:
    stopped = job(state=JobState.PAUSED, template="BoxOutDelta")
    assert refusal_for(healthy(job=stopped)) is None
    assert refusal_for(healthy(job=job(template="DropboxSCIMOutDelta"))) is None
    assert refusal_for(healthy(job=replace(stopped, template="scim"))) is Refusal.JOB_PAUSED


def test_a_connector_is_known_by_its_jobs_name_where_graph_does_not_name_the_template() -> None:
    assert refusal_for(healthy(job=job(id="slackOutDelta.0123.4567"))) is Refusal.MUST_BE_STOPPED


@pytest.mark.parametrize(
    ("spoilt", "harmless"),
    [
        ({}, False),
        ({"person": jose(enabled=False)}, True),
        ({"job": job(template="slackOutDelta")}, True),
        ({"person": jose(enabled=False), "job": job(template="slackOutDelta")}, True),
        ({"person": jose(enabled=False), "assignments": ()}, False),
        ({"person": jose(enabled=False, deleted=NOW - DAY)}, False),
        ({"job": quarantined_job()}, False),
        ({"assignments": ()}, False),
    ],
)
def test_what_makes_a_run_useless_is_told_from_what_would_hurt(spoilt: dict[str, Any], harmless: bool) -> None:
    assert is_harmless(healthy(**spoilt)) is harmless


def test_a_role_that_entitled_to_nothing_before_the_assignment_was_changed_forbids_nothing() -> None:
    row = skipped("NotEffectivelyEntitled", NO_ROLE)
    assert refusal_for(healthy(log=(row,), assignments=(Assignment(since=NOW - MINUTE),))) is None


def test_of_somebody_who_was_not_assigned_then_the_role_says_nothing() -> None:
    row = skipped("NotEffectivelyEntitled", {**NO_ROLE, "Assigned": "False"})
    assert refusal_for(healthy(log=(row,))) is None


def test_a_mail_group_holds_nobody_and_an_unknown_kind_of_group_does() -> None:
    mail, unknown = (
        Assignment(group=group("Mail", security_enabled=False)),
        Assignment(group=group(security_enabled=None)),
    )
    assert holds(healthy(assignments=(mail, unknown))) == (unknown,)
