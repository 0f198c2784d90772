"""Shifts of a week, over midnight too; quiet hours; and how shifts are written."""

from datetime import UTC, datetime, time, timedelta

import pytest

from provisioning.reminders import patience
from provisioning.roster import Shift, is_quiet, just_begun, on_call, read_shift
from provisioning.routing import Route, room_for
from provisioning.tickets import Named, Severity, TicketState
from tests import worlds
from tests.provisioning.test_moves import ticket

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


DAY = Shift(person=worlds.aisha(), days=(0, 1, 2, 3, 4), begins=time(8), ends=time(16))
NIGHT = Shift(person=worlds.ines(), days=(0, 4), begins=time(22), ends=time(6))


@pytest.mark.parametrize(
    ("when", "names"),
    [
        (at(7, 59), []),
        (at(8), ["Aisha Khan"]),
        (at(15, 59), ["Aisha Khan"]),
        (at(16), []),
        (at(9, day=5), []),
        (at(23), ["Ines Berg"]),
        (at(5, day=1), ["Ines Berg"]),
        (at(6, day=1), []),
        (at(3), []),
        (at(3, day=5), ["Ines Berg"]),
    ],
)
def test_who_is_on_call_at_an_hour_of_the_week(when: datetime, names: list[str]) -> None:
    assert [person.name for person in on_call([DAY, NIGHT], when)] == names


def test_a_shift_has_just_begun_for_a_while_also_after_midnight() -> None:
    assert just_begun([DAY, NIGHT], at(8, 5), timedelta(minutes=10)) == (DAY,)
    assert just_begun([DAY, NIGHT], at(8, 11), timedelta(minutes=10)) == ()
    assert NIGHT.began(at(2, day=1)) == at(22)


def test_quiet_hours_go_over_midnight() -> None:
    night = (time(20), time(7))
    assert [is_quiet(at(hour), night) for hour in (6, 7, 19, 20, 23)] == [True, False, False, True, True]
    assert [is_quiet(at(hour), (time(12), time(13))) for hour in (11, 12, 13)] == [False, True, False]
    assert not is_quiet(at(3), None)


@pytest.mark.parametrize(
    ("words", "shift"),
    [
        ("Aisha Khan Mon-Fri 08:00-16:00", ("Aisha Khan", (0, 1, 2, 3, 4), time(8), time(16))),
        ("aisha@fabrikam.example daily 16:00 to 8:00", ("aisha@fabrikam.example", tuple(range(7)), time(16), time(8))),
        ("Ines Sat, Sun from 9 until 17", ("Ines", (5, 6), time(9), time(17))),
        ("Ines: weekdays 00:00-24:00", ("Ines", (0, 1, 2, 3, 4), time(0), time(0))),
        ("Ines Fri-Mon 9-17", ("Ines", (0, 4, 5, 6), time(9), time(17))),
        ("Aisha Khan Mo-Fr 8-16 Uhr", ("Aisha Khan", (0, 1, 2, 3, 4), time(8), time(16))),
        ("Aisha, Mo.–Do. von 8 Uhr bis 16.30 Uhr", ("Aisha", (0, 1, 2, 3), time(8), time(16, 30))),
        ("Ines Dienstag und Donnerstag 9 bis 17", ("Ines", (1, 3), time(9), time(17))),
        ("Ines samstags, sonntags 9-17", ("Ines", (5, 6), time(9), time(17))),
        ("Ines Freitag bis Montag 22-6", ("Ines", (0, 4, 5, 6), time(22), time(6))),
        ("Ines täglich 16-8", ("Ines", tuple(range(7)), time(16), time(8))),
        ("Ines werktags 8-16", ("Ines", (0, 1, 2, 3, 4), time(8), time(16))),
        ("Mo Farah Sat 8-16", ("Mo Farah", (5,), time(8), time(16))),
        ("Aisha Friedrich Sa 8-16", ("Aisha Friedrich", (5,), time(8), time(16))),
    ],
)
def test_a_shift_is_read_as_people_write_it(words: str, shift: object) -> None:
    assert read_shift(words) == shift


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Aisha",
        "Mon-Fri 08:00-16:00",
        "Aisha Mon 25:00-26:00",
        "Aisha someday 8-16",
        "Aisha Monika 8-16",
        "Aisha Do Nguyen 8-16",
    ],
)
def test_what_is_no_shift_is_none(words: str) -> None:
    assert read_shift(words) is None


def test_the_more_urgent_the_sooner_and_repetitions_never() -> None:
    waits = [patience(ticket(severity=severity)) for severity in Severity]
    assert waits == sorted(waits, reverse=True)  # type: ignore[type-var]
    assert patience(ticket(parent=7)) is None
    assert patience(ticket(state=TicketState.CLOSED)) is None
    assert patience(ticket(mended=worlds.NOW)) is None


def test_urgency_counts_before_the_app_and_the_usual_channel_is_for_the_rest() -> None:
    routes = [
        Route(kind="app", value="a-1", words="Zoom", conversation="zoom"),
        Route(kind="severity", value="urgent", words="urgent", conversation="fire"),
        Route(kind="cause", value="unexplained", words="odd", conversation="odd", live=False),
    ]
    zoom = (Named(id="a-1", name="Zoom"),)
    assert room_for(ticket(apps=zoom), routes, "usual") == "zoom"
    assert room_for(ticket(apps=zoom, severity=Severity.URGENT), routes, "usual") == "fire"
    assert room_for(ticket(cause="unexplained"), routes, "usual") == "usual", "theirs is closed to us"
    assert room_for(ticket(), [], None) is None
