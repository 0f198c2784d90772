"""One answer from all the evidence."""

import time
from dataclasses import replace

import pytest

from provisioning.attempts import Step, StepReport, Verdict
from provisioning.diagnosis import diagnose
from provisioning.model import Assignment, Cause, Diagnosis, JobState
from tests.worlds import (
    DAY,
    FILTERING,
    LAST_CYCLE,
    MINUTE,
    NEXT_CYCLE,
    NOW,
    SERVICE_INCOMPATIBLE,
    clause,
    event,
    failed,
    filter_group,
    four_steps,
    healthy,
    job,
    jose,
    lacking,
    quarantined_job,
    schema,
    skipped,
    unreadable,
)

SUCCESS, FAILURE, SKIPPED, UNKNOWN = Verdict.SUCCESS, Verdict.FAILURE, Verdict.SKIPPED, Verdict.UNKNOWN
NO_MAIL = failed(SERVICE_INCOMPATIBLE, 'emails[type eq "work"].value is required')
TAKEN = failed(FILTERING, "email already exists", status="Conflict", scim_type="uniqueness")


def causes(diagnosis: Diagnosis) -> list[Cause]:
    return [finding.cause for finding in diagnosis.findings]


def verdicts(diagnosis: Diagnosis) -> list[Verdict]:
    return [report.verdict for report in diagnosis.steps]


def predicted(diagnosis: Diagnosis) -> list[bool]:
    return [report.predicted for report in diagnosis.steps]


def test_a_healthy_world_is_provisioned_with_the_steps_of_its_row() -> None:
    said = diagnose(healthy())
    assert causes(said) == [Cause.PROVISIONED]
    assert verdicts(said) == [SUCCESS] * 4
    assert predicted(said) == [False] * 4
    assert [report.step for report in said.steps] == [Step.IMPORT, Step.SCOPING, Step.MATCHING, Step.EXPORT]
    assert said.last_event == event()
    assert not said.event_obsolete
    assert said.next_cycle == NEXT_CYCLE
    assert said.as_of == NOW
    assert (said.may_provision, said.refusal) == (True, None)


def test_a_disabled_account_leads_even_when_unassigned() -> None:
    said = diagnose(healthy(person=jose(enabled=False), assignments=(), log=()))
    assert causes(said) == [Cause.ACCOUNT_DISABLED, Cause.NOT_ASSIGNED]
    assert said.refusal == "account_disabled"
    assert not said.may_provision


def test_a_broken_job_leads_and_makes_the_rest_provisional() -> None:
    said = diagnose(lacking("mail", job=quarantined_job(), assignments=()))
    job = [Cause.CREDENTIALS_REJECTED, Cause.JOB_QUARANTINED]
    assert causes(said) == [*job, Cause.NOT_ASSIGNED, Cause.MISSING_ATTRIBUTE]
    assert [finding.provisional for finding in said.findings] == [False, False, True, True]
    assert said.next_cycle == NOW + 360 * MINUTE


def test_an_inactive_person_leads_before_a_broken_job_and_stays_certain() -> None:
    said = diagnose(healthy(person=jose(enabled=False), job=job(state=JobState.PAUSED, raw_state="Paused")))
    assert causes(said) == [Cause.ACCOUNT_DISABLED, Cause.JOB_PAUSED]
    assert [finding.provisional for finding in said.findings] == [False, False]
    assert said.next_cycle is None


def test_with_a_running_job_nothing_is_provisional() -> None:
    assert not any(finding.provisional for finding in diagnose(lacking("mail", assignments=())).findings)


def test_everything_that_stands_in_the_way_is_kept() -> None:
    hr_only = schema(filter_group(clause("department", "EQUALS", "HR")))
    said = diagnose(lacking("mail", assignments=(), schema=hr_only))
    assert causes(said) == [Cause.NOT_ASSIGNED, Cause.MISSING_ATTRIBUTE, Cause.FILTERED_OUT]


def test_the_user_of_the_guide_lacks_a_mail_and_export_would_fail() -> None:
    said = diagnose(lacking("mail"))
    assert causes(said) == [Cause.MISSING_ATTRIBUTE]
    assert verdicts(said) == [SUCCESS, SUCCESS, UNKNOWN, FAILURE]
    assert predicted(said) == [True] * 4
    assert said.may_provision


def test_once_the_mail_is_filled_the_old_failure_is_history() -> None:
    said = diagnose(healthy(log=(NO_MAIL,), changed=NOW - MINUTE))
    assert causes(said) == [Cause.AWAITING_CYCLE]
    assert said.event_obsolete
    assert said.last_event == NO_MAIL
    assert verdicts(said) == [SUCCESS, SUCCESS, UNKNOWN, UNKNOWN]
    assert predicted(said) == [True] * 4
    assert said.next_cycle == NEXT_CYCLE


def test_fixed_is_not_said_before_a_newer_success() -> None:
    assert causes(diagnose(healthy(log=(NO_MAIL,)))) == [Cause.AWAITING_CYCLE]
    newer = event(at=NOW, action="create")
    assert causes(diagnose(healthy(log=(newer, NO_MAIL)))) == [Cause.PROVISIONED]


def test_a_failure_that_stands_shows_its_own_steps() -> None:
    said = diagnose(healthy(log=(TAKEN,)))
    assert causes(said) == [Cause.VALUE_TAKEN_IN_APP]
    assert verdicts(said) == [SUCCESS, SUCCESS, SUCCESS, FAILURE]
    assert predicted(said) == [False] * 4
    assert said.steps[3].text == "export as logged"


def test_todays_data_overrule_a_row_from_better_days() -> None:
    said = diagnose(healthy(person=jose(enabled=False)))
    assert verdicts(said) == [SUCCESS, SKIPPED, UNKNOWN, UNKNOWN]
    assert predicted(said) == [False, True, True, True]


def test_an_old_success_is_obsolete_after_a_change_but_still_shown() -> None:
    said = diagnose(healthy(changed=NOW - DAY))
    assert said.event_obsolete
    assert causes(said) == [Cause.PROVISIONED]
    assert verdicts(said) == [SUCCESS] * 4


def test_a_change_that_waits_is_told_beside_the_account_that_stands() -> None:
    assert causes(diagnose(healthy(changed=NOW - MINUTE))) == [Cause.PROVISIONED, Cause.AWAITING_CYCLE]


def test_a_disabling_row_ends_provisioned() -> None:
    said = diagnose(healthy(log=(event(at=NOW - DAY, action="disable"), event()), assignments=()))
    assert causes(said) == [Cause.NOT_ASSIGNED]


def test_a_fresh_assignment_waits_for_its_cycle() -> None:
    said = diagnose(healthy(assignments=(Assignment(since=NOW - 2 * MINUTE),), log=()))
    assert causes(said) == [Cause.AWAITING_CYCLE, Cause.ASSIGNMENT_TOO_FRESH]
    assert verdicts(said) == [SUCCESS, SUCCESS, UNKNOWN, UNKNOWN]


def test_an_old_row_of_somebody_assigned_again_waits_too() -> None:
    rows = (event(at=NOW - DAY, action="disable"), event())
    said = diagnose(healthy(assignments=(Assignment(since=NOW - MINUTE),), log=rows))
    assert causes(said) == [Cause.AWAITING_CYCLE, Cause.ASSIGNMENT_TOO_FRESH]
    assert said.event_obsolete


def test_a_skip_shows_where_it_stopped() -> None:
    row = skipped("NotEffectivelyEntitled", Assigned="False")
    said = diagnose(healthy(log=(row,), assignments=()))
    assert causes(said) == [Cause.NOT_ASSIGNED]
    assert said.steps[1].verdict is SKIPPED
    assert said.steps[1].details["SkipReason"] == "NotEffectivelyEntitled"
    assert not said.steps[1].predicted


def test_steps_of_one_type_are_told_as_their_worst() -> None:
    retry = StepReport(step=Step.IMPORT, verdict=Verdict.WARNING, text="EntryEscrowRetry", details={"b": "2"})
    first = replace(four_steps()[0], details={"a": "1"})
    said = diagnose(healthy(log=(event(steps=(first, retry, *four_steps()[1:])),)))
    assert said.steps[0].verdict is Verdict.WARNING
    assert said.steps[0].text == "EntryEscrowRetry"
    assert said.steps[0].details == {"a": "1", "b": "2"}


def test_a_step_that_the_row_leaves_out_is_unknown() -> None:
    short = tuple(report for report in four_steps() if report.step is not Step.MATCHING)
    said = diagnose(healthy(log=(event(steps=short),)))
    assert verdicts(said) == [SUCCESS, SUCCESS, UNKNOWN, SUCCESS]


def test_an_empty_matching_attribute_stops_everything() -> None:
    said = diagnose(lacking("userPrincipalName"))
    assert causes(said) == [Cause.MATCHING_ATTRIBUTE_EMPTY]
    assert verdicts(said) == [FAILURE, UNKNOWN, UNKNOWN, UNKNOWN]


@pytest.mark.parametrize("key", ["job", "schema", "assignments", "nested", "log", "owners", "person"])
def test_whatever_cannot_be_read_there_is_an_answer(key: str) -> None:
    said = diagnose(unreadable(key))
    assert said.findings
    assert said.unread == {key: "Graph said no (403)."}


def test_an_unread_log_and_schema_leave_the_steps_unknown() -> None:
    said = diagnose(unreadable("log", "schema", log=(), schema=None))
    assert causes(said) == [Cause.UNEXPLAINED]
    assert verdicts(said) == [UNKNOWN] * 4
    assert said.last_event is None


def test_a_cycle_that_is_overdue_counts_as_due_now() -> None:
    late = job(last=replace(job().last or pytest.fail(), began=NOW - DAY))
    assert diagnose(healthy(job=late)).next_cycle == NOW


def test_a_stopped_job_promises_no_cycle() -> None:
    assert diagnose(healthy(job=job(scheduled=False))).next_cycle is None
    assert diagnose(unreadable("job")).next_cycle is None


def test_the_same_evidence_gives_the_same_answer() -> None:
    assert diagnose(lacking("mail")) == diagnose(lacking("mail"))


def test_a_diagnosis_costs_less_than_a_millisecond() -> None:
    worlds = [healthy(), lacking("mail"), healthy(log=(TAKEN,)), healthy(log=(NO_MAIL, *[event(at=LAST_CYCLE)] * 49))]
    for seen in worlds:
        diagnose(seen)  # patterns are compiled once
    runs = []
    for _ in range(20):
        began = time.thread_time()
        for seen in worlds:
            diagnose(seen)
        runs.append((time.thread_time() - began) / len(worlds))
    assert min(runs) < 0.001
