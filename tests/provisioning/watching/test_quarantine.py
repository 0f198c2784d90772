"""Quarantine: news when it begins and when it is proved to be over, never before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.model import JobState, Quarantine
from provisioning.watching.looking import look
from provisioning.watching.news import Known, News, Phase, Topic
from tests import worlds
from tests.provisioning.watching.sights import HOUR, OFF, after, sight

REASONS = (
    "EncounteredBaseEscrowThreshold",
    "EncounteredTotalEscrowThreshold",
    "EncounteredEscrowProportionThreshold",
    "EncounteredQuarantineException",
    "Unknown",
    "QuarantinedOnDemand",
    "TooManyDeletes",
    "IngestionInterrupted",
    "SomethingNewByMicrosoft",
)


def known() -> Known:
    """AskCody was seen in order."""
    return look(None, sight())[0]


def quarantined(reason: str = "EncounteredQuarantineException") -> tuple[Known, tuple[News, ...]]:
    """Then it was put into quarantine."""
    return look(known(), sight(worlds.quarantined_job(reason), later=HOUR))


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_is_news_once_however_often_it_is_seen(reason: str) -> None:
    then, (news,) = quarantined(reason)
    assert (news.topic, news.phase, news.facts["reason"]) == (Topic.QUARANTINE, Phase.BEGUN, reason)
    for hours in range(2, 200):
        then, again = look(then, sight(worlds.quarantined_job(reason), later=hours * HOUR))
        assert again == ()


def test_what_stands_at_first_sight_is_kept_and_told_to_nobody() -> None:
    then, (news,) = look(None, sight(worlds.quarantined_job()))
    assert news.first
    assert [one.topic for one in then.standing] == [Topic.QUARANTINE]
    (over,) = look(then, sight(after(24 * HOUR), later=24 * HOUR))[1]
    assert (over.phase, over.first) == (Phase.OVER, False)


def test_a_restart_lifts_the_quarantine_and_is_no_recovery_before_a_cycle_ended_well() -> None:
    then, _news = quarantined()
    restarted = worlds.job(last=worlds.cycle(state="Failed"))
    then, none = look(then, sight(restarted, later=2 * HOUR))
    assert none == ()
    then, none = look(then, sight(after(3 * HOUR, state="Failed"), later=3 * HOUR))
    assert none == ()
    _then, (over,) = look(then, sight(after(4 * HOUR, state="EntryLevelErrors", escrowed=2), later=4 * HOUR))
    assert (over.phase, over.facts["failed"]) == (Phase.OVER, "2")


def test_the_good_cycle_of_before_the_quarantine_proves_nothing() -> None:
    then, _news = quarantined("TooManyDeletes")
    assert look(then, sight(worlds.job(), later=2 * HOUR))[1] == ()


@pytest.mark.parametrize("state", [JobState.PAUSED, JobState.NOT_RUN, JobState.OTHER, JobState.NOT_CONFIGURED])
def test_a_job_that_is_stopped_is_not_out_of_quarantine(state: JobState) -> None:
    then, _news = quarantined()
    stopped = replace(after(3 * HOUR), state=state, raw_state=state.value)
    then, none = look(then, sight(stopped, later=3 * HOUR))
    assert none == ()
    assert [one.topic for one in then.standing] == [Topic.QUARANTINE]


def test_another_reason_in_the_same_series_is_told_and_ends_as_one_trouble() -> None:
    then, (first,) = quarantined()
    then, (second,) = look(then, sight(worlds.quarantined_job("TooManyDeletes"), later=2 * HOUR))
    assert (first.episode, second.facts["reason"]) == (second.episode, "TooManyDeletes")
    _then, (over,) = look(then, sight(after(24 * HOUR), later=24 * HOUR))
    assert (over.episode, over.variant) == (first.episode, "")


def test_a_quarantine_without_a_date_is_named_by_when_it_was_seen_and_still_told_once() -> None:
    blank = Quarantine(reason="Unknown", since=None, next_attempt=None)
    then, (news,) = look(known(), sight(worlds.quarantined_job(quarantine=blank), later=HOUR))
    assert news.since == worlds.NOW + HOUR
    assert look(then, sight(worlds.quarantined_job(quarantine=blank), later=2 * HOUR))[1] == ()


def test_after_four_weeks_the_switching_off_is_news_and_all_of_it_ends_as_one() -> None:
    then, _news = quarantined()
    then, (news,) = look(then, sight(OFF, later=timedelta(days=28)))
    assert news.facts["switched_off"] == "yes"
    assert look(then, sight(OFF, later=timedelta(days=29)))[1] == ()
    ended = look(then, sight(after(timedelta(days=30)), later=timedelta(days=30)))[1]
    assert [(one.topic, one.phase) for one in ended] == [(Topic.QUARANTINE, Phase.OVER)]


def test_another_job_is_another_beginning() -> None:
    then, _news = quarantined()
    other, news = look(then, sight(replace(worlds.quarantined_job(), id="another"), later=2 * HOUR))
    assert (other.job_id, [one.first for one in news]) == ("another", [True])
