"""Instants and spans in words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cards.times import day, distance, instant, instant_and_age, span

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_an_instant_is_a_macro_in_utc_without_fractions() -> None:
    at = datetime(2026, 3, 2, 10, 30, 15, 123456, tzinfo=timezone(timedelta(hours=1)))
    assert instant(at) == "{{DATE(2026-03-02T09:30:15Z,SHORT)}} {{TIME(2026-03-02T09:30:15Z)}}"
    assert day(at) == "{{DATE(2026-03-02T09:30:15Z,SHORT)}}"


def test_an_instant_that_is_not_there_is_not_known() -> None:
    assert instant(None) == instant_and_age(None, NOW) == "not known"


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(0), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=12), "12 minutes ago"),
        (timedelta(minutes=119), "119 minutes ago"),
        (timedelta(minutes=125), "2 hours ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(hours=49), "2 days ago"),
        (timedelta(days=30), "30 days ago"),
        (-timedelta(seconds=20), "in less than a minute"),
        (-timedelta(minutes=25), "in about 25 minutes"),
        (-timedelta(hours=6), "in about 6 hours"),
    ],
)
def test_a_distance_is_measured_against_the_clock_that_is_given(gap: timedelta, words: str) -> None:
    assert distance(NOW - gap, NOW) == words


def test_a_span_below_half_a_minute_has_no_number() -> None:
    assert span(timedelta(seconds=10)) == "less than a minute"
