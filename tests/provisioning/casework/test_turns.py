"""One person of a crowd: every answer and every look into the log, to the end that it proves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.attempts import OnDemandAnswer, Verdict
from provisioning.cases import Refusal, Trouble
from provisioning.casework.turns import LOOKING, answered, looked, not_taken, refused, unlooked
from provisioning.crowds import Member, MemberState, Why
from tests import worlds
from tests.provisioning.casework.company import IN_SYNC, SUCCESS, UNREADABLE, failure

CALLED = worlds.NOW
CALLING = Member(
    crowd=1,
    place=1,
    person_id=worlds.JOSE_ID,
    name="José García",
    upn="jose@fabrikam.example",
    state=MemberState.CALLING,
    tries=1,
    called_at=CALLED,
)
CHECKING = replace(CALLING, state=MemberState.CHECKING, change_id="change-now")
SEEN = worlds.healthy(log=(), unread={"log": "not read"})
LATER = CALLED + timedelta(seconds=20)


def test_success_is_not_done_before_the_log_shows_it() -> None:
    after = answered(CALLING, SUCCESS, SEEN)
    assert (after.state, after.change_id) == (MemberState.CHECKING, "change-now")


def test_already_in_sync_is_done() -> None:
    assert answered(CALLING, IN_SYNC, SEEN).state is MemberState.DONE


def test_an_answer_that_cannot_be_read_leaves_it_to_the_log() -> None:
    assert answered(CALLING, UNREADABLE, SEEN) == CALLING


def test_a_run_that_took_the_account_away_is_a_failure() -> None:
    took = OnDemandAnswer(verdict=Verdict.SUCCESS, action="disable")
    after = answered(CALLING, took, SEEN)
    assert (after.state, after.why) == (MemberState.FAILED, Trouble.TOOK_AWAY)


def test_a_failure_is_grouped_by_its_cause_and_keeps_the_apps_words() -> None:
    seen = worlds.lacking("mail", unread={"log": "not read"})
    after = answered(CALLING, failure(), seen)
    assert (after.state, after.why, after.fact) == (MemberState.FAILED, "missing_attribute", "mail")
    assert after.told == "Attribute emails is required"


def test_a_skip_keeps_its_reason() -> None:
    skip = OnDemandAnswer(verdict=Verdict.SKIPPED, skip_reason="NotEffectivelyEntitled")
    after = answered(CALLING, skip, SEEN)
    assert (after.state, after.why, after.fact) == (MemberState.SKIPPED, Why.SKIPPED, "NotEffectivelyEntitled")


def test_the_calls_own_row_proves_it() -> None:
    row = worlds.event(id="row-now", at=LATER, change_id="change-now")
    after = looked(CHECKING, [row], LATER)
    assert (after.state, after.proof) == (MemberState.DONE, "row-now")


def test_an_older_success_proves_nothing() -> None:
    old = worlds.event(at=CALLED - timedelta(minutes=5))
    assert looked(CHECKING, [old], LATER) == CHECKING
    assert looked(CALLING, [old], LATER) == CALLING


def test_a_call_without_an_answer_is_done_when_the_log_shows_the_arrival() -> None:
    row = worlds.event(id="row-now", at=CALLED)  # the header that Graph's clock is read from has no fractions
    assert looked(CALLING, [row], LATER).state is MemberState.DONE


@pytest.mark.parametrize(
    ("member", "why"), [(CALLING, Trouble.LOG_FAILED), (CHECKING, Trouble.LOG_DIFFERS)], ids=["unanswered", "answered"]
)
def test_a_failure_in_the_log_is_a_failure(member: Member, why: Trouble) -> None:
    row = replace(worlds.failed("EntryConflict", "taken", at=LATER), change_id=member.change_id or None)
    after = looked(member, [row], LATER)
    assert (after.state, after.why, after.fact, after.told) == (MemberState.FAILED, why, "EntryConflict", "taken")


def test_success_that_the_log_never_shows_is_uncertain_and_not_done() -> None:
    after = looked(CHECKING, [], CALLED + LOOKING)
    assert (after.state, after.why) == (MemberState.UNCERTAIN, Trouble.NO_PROOF)


def test_a_call_without_any_trace_waits_again_once_and_no_sooner_than_half_an_hour() -> None:
    assert looked(CALLING, [], CALLED + LOOKING - timedelta(seconds=2)) == CALLING
    again = looked(CALLING, [], CALLED + LOOKING)
    assert (again.state, again.tries, again.called_at) == (MemberState.WAITING, 1, None)


def test_a_second_call_without_a_trace_is_uncertain() -> None:
    after = looked(replace(CALLING, tries=2), [], CALLED + LOOKING)
    assert (after.state, after.why) == (MemberState.UNCERTAIN, Trouble.NO_TRACE)


def test_without_the_log_nothing_is_claimed() -> None:
    after = unlooked(CHECKING, "no")
    assert (after.state, after.why, after.told) == (MemberState.UNCERTAIN, Trouble.LOG_UNREADABLE, "no")


def test_whoever_is_refused_at_the_last_moment_is_left_out_with_the_reason() -> None:
    after = refused(CALLING, Refusal.NOT_ASSIGNED)
    assert (after.state, after.why, after.group) == (MemberState.SKIPPED, "not_assigned", "not_assigned")
    assert not_taken(CALLING, "no").why == Trouble.NOT_TAKEN
