"""Who is on call when, by the week, in the helpdesk's own time zone; and when it is quiet. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from provisioning.model import Actor

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHEN = re.compile(
    r"\s+(?P<days>(?:daily|every day|weekdays|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
    r"(?:\s*(?:-|–|to|,|and|&)\s*(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)*))"
    r"\s+(?:from\s+)?(?P<begins>\d{1,2}(?::\d\d)?)\s*(?:-|–|to|until)\s*(?P<ends>\d{1,2}(?::\d\d)?)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person's hours on some days of each week. One that ends not after it begins ends on the next day."""

    person: Actor
    days: tuple[int, ...]  # 0 is Monday
    begins: time
    ends: time

    def covers(self, at: datetime) -> bool:
        """Whether this shift is under way at that local time."""
        now, today = at.time(), at.weekday()
        if self.begins < self.ends:
            return today in self.days and self.begins <= now < self.ends
        yesterday = (today - 1) % 7
        return (today in self.days and now >= self.begins) or (yesterday in self.days and now < self.ends)

    def began(self, at: datetime) -> datetime | None:
        """When the shift that is under way at ``at`` began; None: none is."""
        if not self.covers(at):
            return None
        start = at.replace(hour=self.begins.hour, minute=self.begins.minute, second=0, microsecond=0)
        return start if start <= at else start - timedelta(days=1)


def on_call(shifts: Sequence[Shift], at: datetime) -> tuple[Actor, ...]:
    """Who is on call at that local time, each once."""
    return tuple({shift.person.id: shift.person for shift in shifts if shift.covers(at)}.values())


def just_begun(shifts: Sequence[Shift], at: datetime, within: timedelta) -> tuple[Shift, ...]:
    """Shifts that began lately."""
    begun = [(shift, shift.began(at)) for shift in shifts]
    return tuple(shift for shift, since in begun if since is not None and at - since < within)


def is_quiet(at: datetime, hours: tuple[time, time] | None) -> bool:
    """Whether that local time lies in the quiet hours, which may go over midnight."""
    if hours is None:
        return False
    begins, ends = hours
    now = at.time()
    return begins <= now < ends if begins < ends else now >= begins or now < ends


def read_shift(words: str) -> tuple[str, tuple[int, ...], time, time] | None:
    """ "Aisha Khan Mon-Fri 08:00-16:00" taken apart: the name, the days, from when until when; None: it is none."""
    found = _WHEN.search(words)
    if found is None or not words[: found.start()].strip():
        return None
    begins, ends = _time(found["begins"]), _time(found["ends"])
    days = _days(found["days"].lower())
    if begins is None or ends is None or not days:
        return None
    return words[: found.start()].strip(" :,"), days, begins, ends


def _days(words: str) -> tuple[int, ...]:
    if words in {"daily", "every day"}:
        return tuple(range(7))
    if words == "weekdays":
        return tuple(range(5))
    found: set[int] = set()
    for part in re.split(r"\s*(?:,|and|&)\s*", words):
        ends = [DAYS.index(day[:3]) for day in re.split(r"\s*(?:-|–|\bto\b)\s*", part) if day[:3] in DAYS]
        if len(ends) == 2:
            span = range(ends[0], ends[1] + 1) if ends[0] <= ends[1] else (*range(ends[0], 7), *range(ends[1] + 1))
            found.update(span)
        else:
            found.update(ends)
    return tuple(sorted(found))


def _time(word: str) -> time | None:
    hour, _colon, minute = word.partition(":")
    if int(hour) == 24 and int(minute or 0) == 0:
        return time(0)
    if int(hour) > 23 or int(minute or 0) > 59:
        return None
    return time(int(hour), int(minute or 0))
