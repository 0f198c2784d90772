"""What a place is told when: at once, together, in a digest, or never."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from provisioning.watching.news import EVERYTHING, Hush, News, Pace, Phase, Place, Topic
from provisioning.watching.owing import boundary, came_and_went, decided, due, is_hushed
from provisioning.watching.ports import Owed
from tests import worlds

PLACE = Place(conversation="chat-1")
TUESDAY = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


def owed(number: int, phase: Phase = Phase.BEGUN, episode: str = "", **changes: object) -> Owed:
    news = News(
        app=worlds.askcody(),
        topic=Topic.SILENT,
        phase=phase,
        episode=episode or f"e{number}",
        since=worlds.NOW,
        at=worlds.NOW,
        number=number,
    )
    return Owed(news=news, **changes)  # type: ignore[arg-type]


def test_a_few_news_are_told_apart_and_many_together() -> None:
    few = due(PLACE, [owed(1), owed(2), owed(3)], TUESDAY)
    assert [(one.name, one.numbers, one.pace) for one in few] == [
        ("one:1", (1,), None),
        ("one:2", (2,), None),
        ("one:3", (3,), None),
    ]
    (many,) = due(PLACE, [owed(n) for n in range(1, 6)], TUESDAY)
    assert (many.name, many.numbers, many.pace) == ("at_once:1-5", (1, 2, 3, 4, 5), Pace.AT_ONCE)


def test_what_was_decided_is_said_again_as_it_was_and_nothing_is_added() -> None:
    before = [owed(1, batch="daily:x"), owed(2, batch="one:2"), owed(3)]
    assert [(one.name, one.numbers, one.pace) for one in decided(before)] == [
        ("daily:x", (1,), Pace.DAILY),
        ("one:2", (2,), None),
    ]
    assert [one.numbers for one in due(PLACE, before, TUESDAY)] == [(3,)]


@pytest.mark.parametrize(
    ("pace", "now", "expected"),
    [
        (Pace.DAILY, datetime(2026, 3, 3, 7, 0, tzinfo=UTC), datetime(2026, 3, 3, 7, tzinfo=UTC)),
        (Pace.DAILY, datetime(2026, 3, 3, 6, 59, tzinfo=UTC), datetime(2026, 3, 2, 7, tzinfo=UTC)),
        (Pace.WEEKLY, datetime(2026, 3, 3, 6, 59, tzinfo=UTC), datetime(2026, 3, 2, 7, tzinfo=UTC)),
        (Pace.WEEKLY, datetime(2026, 3, 2, 6, 59, tzinfo=UTC), datetime(2026, 2, 23, 7, tzinfo=UTC)),
    ],
)
def test_digests_are_due_at_seven(pace: Pace, now: datetime, expected: datetime) -> None:
    assert boundary(pace, now) == expected


def test_seven_is_the_helpdesks_own_seven_in_summer_and_winter() -> None:
    zone = ZoneInfo("Europe/Stockholm")
    for month, hour in ((1, 6), (7, 5)):
        local = datetime(2026, month, 7, 12, tzinfo=UTC).astimezone(zone)
        assert boundary(Pace.DAILY, local).astimezone(UTC).hour == hour


def test_a_digest_is_made_once_for_each_boundary() -> None:
    place = replace(PLACE, pace=Pace.DAILY, digested=TUESDAY - timedelta(days=1))
    (batch,) = due(place, [owed(1), owed(2)], TUESDAY)
    assert (batch.pace, batch.numbers, batch.upto) == (Pace.DAILY, (1, 2), TUESDAY.replace(hour=7, minute=0))
    assert due(replace(place, digested=batch.upto), [owed(3)], TUESDAY + timedelta(hours=5)) == ()
    assert due(replace(place, digested=batch.upto), [owed(3)], TUESDAY + timedelta(days=1))


def test_a_snoozed_app_waits_and_a_muted_one_says_nothing() -> None:
    snoozed = replace(PLACE, hushes=[Hush(app_id=worlds.APP_ID, until=TUESDAY + timedelta(hours=1))])
    assert due(snoozed, [owed(1)], TUESDAY) == ()
    assert due(snoozed, [owed(1)], TUESDAY + timedelta(hours=1))
    everything = replace(PLACE, hushes=[Hush(app_id=EVERYTHING, until=None)])
    assert is_hushed(everything, worlds.APP_ID, TUESDAY)
    assert not is_hushed(replace(PLACE, hushes=[Hush(app_id="another", until=None)]), worlds.APP_ID, TUESDAY)


def test_what_came_and_went_unheard_is_never_told_but_in_a_digest() -> None:
    both = [owed(1, episode="e"), owed(2, Phase.OVER, "e"), owed(3)]
    assert came_and_went(PLACE, both) == (1, 2)
    assert came_and_went(replace(PLACE, pace=Pace.DAILY), both) == ()


def test_the_end_of_what_was_told_in_part_is_told() -> None:
    both = [owed(2, episode="e"), owed(3, Phase.OVER, "e", began=True)]
    assert came_and_went(PLACE, both) == (2,)
