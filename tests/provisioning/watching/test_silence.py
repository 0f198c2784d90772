"""Silence of the job and of its log: news once each, over only when something newer was heard."""

from dataclasses import replace

import pytest

from provisioning.health import NO_PULSE, Pulse
from provisioning.model import JobState
from provisioning.watching.looking import look
from provisioning.watching.news import Phase, Topic
from tests import worlds
from tests.provisioning.watching.sights import HOUR, SPEAKING, STORIES, after, quiet, sight


def test_three_intervals_without_a_cycle_are_news_once() -> None:
    then, _news = look(None, sight())
    then, none = look(then, sight(later=HOUR))
    assert none == ()
    then, (news,) = look(then, sight(later=3 * HOUR))
    assert (news.topic, news.facts["interval"]) == (Topic.SILENT, "2400")
    assert look(then, sight(later=30 * HOUR))[1] == ()


@pytest.mark.parametrize("state", ["Succeeded", "Failed", "EntryLevelErrors"])
def test_any_newer_cycle_ends_the_silence_and_says_how_it_went(state: str) -> None:
    then, _news = look(look(None, sight())[0], sight(later=3 * HOUR))
    _then, (over,) = look(then, sight(after(5 * HOUR, state=state), later=5 * HOUR))
    assert (over.topic, over.phase, over.facts["state"]) == (Topic.SILENT, Phase.OVER, state)


def test_a_job_that_is_paused_meanwhile_has_not_spoken() -> None:
    then, _news = look(look(None, sight())[0], sight(later=3 * HOUR))
    paused = worlds.job(state=JobState.PAUSED, raw_state="Paused")
    then, none = look(then, sight(paused, later=5 * HOUR))
    assert none == ()
    assert [one.topic for one in then.standing] == [Topic.SILENT]


def test_a_first_cycle_may_take_days_and_is_no_silence() -> None:
    first = worlds.job(first_steady=None)
    assert look(look(None, sight(first))[0], sight(first, later=30 * HOUR))[1] == ()


def test_a_job_that_runs_again_is_given_time_for_its_first_cycle() -> None:
    paused = worlds.job(state=JobState.PAUSED, raw_state="Paused")
    then, _news = look(look(None, sight())[0], sight(paused, later=20 * HOUR))
    then, none = look(then, sight(later=21 * HOUR))
    assert none == (), "its last cycle is of before the pause"
    assert look(then, sight(after(22 * HOUR), later=22 * HOUR))[1] == ()
    assert [one.topic for one in look(then, sight(later=24 * HOUR))[1]] == [Topic.SILENT]


def test_a_quiet_log_is_news_once_though_more_people_are_assigned() -> None:
    then, _news = look(None, sight(pulse=SPEAKING))
    then, (news,) = look(then, quiet())
    assert news.topic is Topic.LOG_QUIET
    more = Pulse(failing=0, newest_row=worlds.NOW - HOUR, newest_assignment=worlds.NOW + HOUR)
    assert look(then, sight(after(8 * HOUR), later=8 * HOUR, pulse=more))[1] == ()


def test_a_row_after_the_assignment_ends_the_quiet() -> None:
    healthy, trouble, mended = STORIES[Topic.LOG_QUIET]
    then, _news = look(look(None, healthy)[0], trouble)
    old = Pulse(failing=0, newest_row=worlds.NOW - HOUR / 2, newest_assignment=None)
    then, none = look(then, replace(mended, pulse=old))
    assert none == (), "a row of before the assignment says nothing"
    assert [one.phase for one in look(then, mended)[1]] == [Phase.OVER]


@pytest.mark.parametrize("pulse", [None, NO_PULSE])
def test_a_log_that_could_not_be_read_is_neither_quiet_nor_speaking(pulse: Pulse | None) -> None:
    unread = replace(quiet(), pulse=pulse)
    then, none = look(look(None, sight())[0], unread)
    assert none == ()
    assert Topic.LOG_QUIET not in then.seen
    then, (first,) = look(then, quiet())
    assert first.first, "what is read for the first time is where watching begins"
    then, none = look(then, replace(STORIES[Topic.LOG_QUIET][2], pulse=pulse))
    assert none == ()
    assert [one.topic for one in then.standing] == [Topic.LOG_QUIET]
