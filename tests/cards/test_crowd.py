"""Crowd cards: what they lead with, what they offer, and that they read without colours."""

import csv
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest

from cards._kit import Card, walk
from cards.crowd import crowd_card, crowd_news
from cards.crowd_list import csv_text
from cards.crowd_words import bar, duration, reason_words, state_words
from cards.plain import plain_text
from provisioning.cases import Refusal, Trouble
from provisioning.crowds import CrowdState, MemberState, Unnamed, Why
from tests.cards.crowd_examples import AT_THE_END, HALF_WAY, LEFT, group, members, progress, ready

OF_CROWDS = (
    Trouble.NOT_TAKEN,
    Trouble.TOOK_AWAY,
    Trouble.LOG_FAILED,
    Trouble.LOG_DIFFERS,
    Trouble.LOG_UNREADABLE,
    Trouble.NO_TRACE,
    Trouble.NO_PROOF,
    Trouble.FAULT,
)


NOT_ASSIGNED = group(MemberState.LEFT_OUT, "not_assigned", 4)


def tickets(card: Card) -> dict[str, str]:
    """The reasons that a ticket is offered for, and the words on its button."""
    return {part["data"]["group"]: part["title"] for part in walk(card) if part.get("verb") == "crowd_ticket"}


def verbs(card: Card) -> list[str]:
    return [str(part["verb"]) for part in walk(card) if part.get("type") == "Action.Execute"]


def test_the_table_says_how_many_how_long_and_whom_it_leaves_out() -> None:
    words = plain_text(crowd_card(ready()))
    assert words.startswith("Provision 186 people in AskCody?")
    assert "6 minutes 49 seconds" in words, "186 × 2.2 s"
    assert "Will be called: 186 people (Ada Abbott, Björn *Berg*, Clara Castro and 183 more)" in words
    assert "Left out: 3 people" in words
    assert "not assigned" in words
    assert "I found nobody of this name" in words
    assert "maja.lind@x.example, maja.berg@x.example" in words


def test_nobody_can_be_started_where_nobody_can_be_called() -> None:
    card = crowd_card(
        progress(CrowdState.READY, {MemberState.LEFT_OUT: 3}, group(MemberState.LEFT_OUT, "not_assigned", 3))
    )
    assert "crowd_start" not in verbs(card)


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (CrowdState.RUNNING, {"crowd_pause", "crowd_stop", "crowd_people"}),
        (CrowdState.PAUSED, {"crowd_resume", "crowd_stop", "crowd_people"}),
        (CrowdState.FINISHED, {"crowd_ticket", "crowd_people", "crowd_csv"}),
    ],
)
def test_only_what_can_be_done_is_offered(state: CrowdState, offered: set[str]) -> None:
    counts = AT_THE_END if state is CrowdState.FINISHED else HALF_WAY
    assert set(verbs(crowd_card(progress(state, counts, *LEFT)))) == offered


def test_the_progress_reads_without_a_colour() -> None:
    words = plain_text(crowd_card(progress(CrowdState.RUNNING, HALF_WAY, *LEFT)))
    assert "96 of 186 people are through" in words
    assert "52 %" in words
    assert "✓ Done: 92" in words
    assert "○ Waiting: 84" in words
    assert "3 minutes 5 seconds left" in words


def test_others_take_turns_and_the_time_says_so() -> None:
    alone = progress(CrowdState.RUNNING, {MemberState.WAITING: 10})
    assert alone.left(timedelta(seconds=2)) == timedelta(seconds=20)


@pytest.mark.parametrize(("share", "full"), [(0.0, 0), (0.5, 6), (1.0, 12), (7.0, 12)])
def test_the_bar_is_as_full_as_it_says(share: float, full: int) -> None:
    assert bar(share).count("▰") == full


def test_every_state_has_a_word() -> None:
    assert all(state_words(state) for state in MemberState)


@pytest.mark.parametrize("why", [*Why, *Refusal, *OF_CROWDS, "missing_attribute"])
def test_every_reason_has_a_sentence(why: str) -> None:
    assert reason_words(why)


def test_the_end_accounts_for_the_whole_list() -> None:
    unnamed = (Unnamed(words="Xaver Nobody"),)
    words = plain_text(crowd_card(progress(CrowdState.FINISHED, AT_THE_END, *LEFT, NOT_ASSIGNED, unnamed=unnamed)))
    assert "“Xaver Nobody”: I found nobody of this name" in words
    assert "They are in the app already" in words
    assert words.index("Failed: 2 people") < words.index("Left out: 8 people"), "who was called comes first"


def test_whoever_was_left_out_for_a_reason_can_be_handed_over_and_whoever_is_there_need_not_be() -> None:
    left = (group(MemberState.LEFT_OUT, "already_there", 8), NOT_ASSIGNED)
    card = crowd_card(progress(CrowdState.FINISHED, {MemberState.DONE: 2, MemberState.LEFT_OUT: 12}, *left))
    assert tickets(card) == {"not_assigned": "Ticket for these 4"}


def test_one_ticket_takes_everybody_with_the_same_reason_before_and_after_the_click() -> None:
    left = (group(MemberState.SKIPPED, "not_assigned", 1), NOT_ASSIGNED)
    counts = {MemberState.DONE: 2, MemberState.SKIPPED: 1, MemberState.LEFT_OUT: 4}
    assert tickets(crowd_card(progress(CrowdState.FINISHED, counts, *left))) == {"not_assigned": "Ticket for these 5"}


def test_no_ticket_is_offered_while_calls_of_a_stopped_crowd_are_under_way() -> None:
    counts = {MemberState.CHECKING: 1, MemberState.FAILED: 2}
    assert not tickets(crowd_card(progress(CrowdState.STOPPED, counts, group(MemberState.FAILED, "app_refused", 2))))
    counts = {MemberState.DONE: 1, MemberState.FAILED: 2}
    assert tickets(crowd_card(progress(CrowdState.STOPPED, counts, group(MemberState.FAILED, "app_refused", 2))))


def test_the_bar_of_a_stopped_crowd_says_how_far_it_came() -> None:
    counts = {MemberState.DONE: 20, MemberState.STOPPED: 60}
    words = plain_text(crowd_card(progress(CrowdState.STOPPED, counts, group(MemberState.STOPPED, "stopped", 6))))
    assert "25 %" in words


def test_csv_holds_plain_words() -> None:
    told = "Required attribute 'emails[type eq \"work\"].value' is missing or empty."
    one = replace(members(3)[1], told=told)
    (row,) = csv.DictReader(StringIO(csv_text([one])))
    assert row["explanation"].endswith(told)


def test_spreadsheets_take_no_cell_for_a_formula() -> None:
    written = csv_text(members(3))
    assert written.splitlines()[0].startswith("number,name,address")
    assert "'=Eve" in written
    assert ",=" not in written


@pytest.mark.parametrize(
    ("seconds", "words"), [(2, "2 seconds"), (60, "1 minute"), (66, "1 minute 6 seconds"), (4000, "67 minutes")]
)
def test_a_crowds_time_is_told_in_seconds_while_it_is_short(seconds: int, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


def test_the_news_says_how_it_ended_or_why_it_stands_still() -> None:
    ended = progress(CrowdState.FINISHED, AT_THE_END, *LEFT)
    assert "180 of 186 people are in AskCody" in crowd_news(ended)
    still = progress(CrowdState.PAUSED, HALF_WAY, trouble="job_quarantined")
    assert "stands still after 96 of 186 people" in crowd_news(still)
