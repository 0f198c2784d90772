"""What counts as having happened: newer than the wish, and still so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.attempts import Verdict
from provisioning.model import JobState
from provisioning.watches import LONGEST, USUAL, WatchKind, arrival, length_in, runs_well, turned
from tests import worlds

SINCE = worlds.NOW
LATER = SINCE + timedelta(minutes=3)


def test_a_newer_success_is_an_arrival() -> None:
    row = worlds.event(at=LATER)
    assert arrival([row], SINCE) == row


def test_a_success_from_before_the_wish_is_none() -> None:
    assert arrival([worlds.event(at=SINCE)], SINCE) is None
    assert arrival([], SINCE) is None


def test_a_success_that_was_overtaken_by_a_failure_is_none() -> None:
    failed = worlds.failed("EntryConflict", at=LATER + timedelta(minutes=1))
    assert arrival([worlds.event(at=LATER), failed], SINCE) is None


@pytest.mark.parametrize("action", ["disable", "Delete", "stagedDelete"])
def test_a_success_that_takes_the_account_away_is_no_arrival(action: str) -> None:
    assert arrival([worlds.event(at=LATER, action=action)], SINCE) is None


def test_found_equal_already_is_an_arrival_and_any_other_skip_is_none() -> None:
    equal = replace(worlds.skipped("RedundantExport"), at=LATER)
    other = replace(worlds.skipped("NotEffectivelyEntitled"), at=LATER)
    assert arrival([equal], SINCE) == equal
    assert arrival([other], SINCE) is None


def test_a_job_runs_well_while_it_is_active_and_its_last_cycle_did_not_fail() -> None:
    assert runs_well(worlds.job())
    assert runs_well(worlds.job(last=None))
    assert not runs_well(None)
    assert not runs_well(worlds.quarantined_job())
    assert not runs_well(worlds.job(state=JobState.PAUSED))
    assert not runs_well(worlds.job(scheduled=False))
    last = worlds.job().last
    assert last is not None
    assert not runs_well(worlds.job(last=replace(last, state="Failed")))


def test_a_recovery_needs_a_cycle_that_ended_well_after_the_wish() -> None:
    last = worlds.job().last
    assert last is not None
    assert turned(WatchKind.WELL, worlds.job(), SINCE) is None, "that cycle is older"
    newer = worlds.job(last=replace(last, cycle_id="c-2", ended=LATER))
    assert turned(WatchKind.WELL, newer, SINCE) == (LATER, "c-2")
    assert turned(WatchKind.WELL, worlds.quarantined_job(), SINCE) is None


def test_trouble_is_told_when_the_job_does_not_run_well_any_more() -> None:
    assert turned(WatchKind.ILL, worlds.job(), SINCE) is None
    assert turned(WatchKind.ILL, worlds.quarantined_job(), SINCE) is not None
    assert turned(WatchKind.ILL, None, SINCE) is not None


def test_a_row_that_says_nothing_is_no_arrival() -> None:
    assert arrival([worlds.event(at=LATER, verdict=Verdict.UNKNOWN)], SINCE) is None


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("tell me when José is in AskCody", USUAL),
        ("watch José for 3 days", timedelta(days=3)),
        ("watch José for a week", timedelta(days=7)),
        ("watch José for the next 2 hours", timedelta(hours=2)),
        ("watch José for 99 months", LONGEST),
        ("watch José for 0 days", timedelta(days=1)),
        ("watch AskCody for a time", USUAL),
        ("beobachte AskCody für zwei Wochen", timedelta(days=14)),
        ("bevaka AskCody i 3 dagar", timedelta(days=3)),
        ("overvåg AskCody i 2 uger", timedelta(days=14)),
        ("volg AskCody voor een week", timedelta(days=7)),
        ("surveille AskCody pendant 3 jours", timedelta(days=3)),
        ("vigila AskCody durante un mes", timedelta(days=30)),
        ("monitora AskCody per 5 ore", timedelta(hours=5)),
        ("obserwuj AskCody przez 3 dni", timedelta(days=3)),
        ("monitore AskCody por 2 semanas", timedelta(days=14)),
    ],
)
def test_how_long_is_said_in_words(words: str, length: timedelta) -> None:
    assert length_in(words) == length
