"""Findings made from the table."""

from provisioning.attempts import Step
from provisioning.model import Cause, Owner, Retry
from provisioning.remedies import finding


def test_a_finding_takes_owner_and_retry_from_its_cause() -> None:
    made = finding(Cause.FILTERED_OUT)
    assert (made.owner, made.retry) == ((Owner.DATA_OWNER, Owner.IDENTITY_ADMIN), Retry.AFTER_FIX)
    assert made.step is Step.SCOPING


def test_facts_that_say_nothing_are_left_out() -> None:
    made = finding(Cause.UNKNOWN_CODE, code=None, detail="", attributes=(), http=409)
    assert made.facts == {"http": "409"}


def test_a_step_that_is_known_better_is_kept() -> None:
    assert finding(Cause.MISSING_ATTRIBUTE, step=Step.IMPORT).step is Step.IMPORT
