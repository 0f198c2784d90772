"""What a log proves about a promise, and what it does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.attempts import Verdict
from provisioning.cases import Case, CaseState
from provisioning.casework.traces import arrived, proof, row_of, setback, since
from provisioning.diagnosis import diagnose
from tests import worlds
from tests.provisioning.casework.company import SUCCESS

SECOND = timedelta(seconds=1)


def _promised(**changes: object) -> Case:
    case = Case(
        id="1",
        version=1,
        actor=worlds.aisha(),
        question="?",
        origin="c",
        state=CaseState.CALLING,
        diagnosis=diagnose(worlds.healthy()),
        created=worlds.NOW,
        updated=worlds.NOW,
        promised_by=worlds.aisha(),
        promised_at=worlds.NOW,
    )
    return replace(case, **changes)  # type: ignore[arg-type]


NEW = worlds.event(id="new", at=worlds.NOW + SECOND, change_id="change-new")


def test_a_success_after_the_promise_is_proof() -> None:
    assert proof((NEW,), _promised()) == NEW


def test_a_success_within_the_second_of_the_promise_is_proof_because_graphs_clock_has_no_fractions() -> None:
    row = replace(NEW, at=worlds.NOW + timedelta(milliseconds=300))
    assert row.at > since(_promised())
    assert proof((replace(row, at=worlds.NOW),), _promised()) is not None


def test_a_success_before_the_promise_is_no_proof() -> None:
    assert proof((replace(NEW, at=worlds.NOW - SECOND),), _promised()) is None


def test_the_row_that_was_known_before_the_promise_is_no_proof_even_in_the_same_second() -> None:
    known = worlds.event(id="known", at=worlds.NOW)
    case = _promised(diagnosis=diagnose(worlds.healthy(log=(known,))))
    assert proof((known,), case) is None


def test_without_a_promise_nothing_is_proof() -> None:
    assert proof((NEW,), _promised(promised_at=None)) is None
    assert setback((replace(NEW, verdict=Verdict.FAILURE),), _promised(promised_at=None)) is None


def test_the_calls_own_row_goes_before_another_success() -> None:
    own = worlds.event(id="own", at=worlds.NOW + SECOND, change_id=SUCCESS.change_id)
    later = replace(NEW, at=worlds.NOW + 9 * SECOND)
    assert proof((later, own), _promised(answer=SUCCESS)) == own


def test_found_to_be_in_sync_after_the_promise_is_proof() -> None:
    row = replace(worlds.skipped("RedundantExport"), at=worlds.NOW + SECOND)
    assert proof((row,), _promised()) == row


@pytest.mark.parametrize("reason", ["NotEffectivelyEntitled", "AttributeValidationFailed"])
def test_any_other_skip_is_a_setback(reason: str) -> None:
    row = replace(worlds.skipped(reason), at=worlds.NOW + SECOND)
    assert (proof((row,), _promised()), setback((row,), _promised())) == (None, row)


@pytest.mark.parametrize("action", ["disable", "delete", "StagedDelete"])
def test_a_removal_is_a_success_of_the_wrong_kind(action: str) -> None:
    row = replace(NEW, action=action)
    assert not arrived(row)
    assert setback((row,), _promised()) == row


def test_a_failure_that_a_success_followed_is_no_setback() -> None:
    failed = worlds.failed("Unauthorized", at=worlds.NOW + SECOND)
    arrived_later = replace(NEW, at=worlds.NOW + 9 * SECOND)
    assert setback((arrived_later, failed), _promised()) is None
    assert proof((arrived_later, failed), _promised()) == arrived_later


def test_a_failure_between_promise_and_call_is_no_setback_and_one_after_the_call_is() -> None:
    case = _promised(called_at=worlds.NOW + 8 * SECOND)
    before = replace(worlds.failed("Unauthorized", at=worlds.NOW + 5 * SECOND), id="before")
    after = replace(worlds.failed("Unauthorized", at=worlds.NOW + 8 * SECOND), id="after")
    assert setback((before,), case) is None
    assert setback((after, before), case) == after


def test_the_calls_own_row_is_a_setback_even_if_graphs_clock_was_read_late() -> None:
    own = replace(worlds.failed("Unauthorized", at=worlds.NOW + SECOND), change_id=SUCCESS.change_id)
    assert setback((own,), _promised(answer=SUCCESS, called_at=worlds.NOW + 2 * SECOND)) == own


def test_a_row_that_says_nothing_clear_is_neither() -> None:
    row = replace(NEW, verdict=Verdict.UNKNOWN)
    assert (proof((row,), _promised()), setback((row,), _promised())) == (None, None)


def test_the_order_of_the_rows_does_not_matter() -> None:
    failed = worlds.failed("Unauthorized", at=worlds.NOW + SECOND)
    later = replace(failed, id="later", at=worlds.NOW + 5 * SECOND)
    assert setback((failed, later), _promised()) == later
    assert setback((later, failed), _promised()) == later


def test_an_answer_reads_as_the_row_that_will_follow() -> None:
    row = row_of(SUCCESS, _promised(), worlds.NOW + SECOND)
    assert (row.at, row.verdict, row.change_id, row.job_id) == (
        worlds.NOW + SECOND,
        Verdict.SUCCESS,
        SUCCESS.change_id,
        worlds.JOB_ID,
    )
    assert row_of(replace(SUCCESS, change_id=None, action=None), _promised(), worlds.NOW).action == "other"
