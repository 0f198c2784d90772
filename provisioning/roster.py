"""Who is on call when, by the week, in the helpdesk's own time zone; and when it is quiet. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from provisioning.model import Actor

# Monday first, in the languages in which the desk takes commands. Whole words: nobody's name is taken for a day.
_DAYS = (
    "mon monday mondays mo montag montags",
    "tue tues tuesday tuesdays tu di dienstag dienstags",
    "wed weds wednesday wednesdays we mi mittwoch mittwochs",
    "thu thur thurs thursday thursdays th do donnerstag donnerstags",
    "fri friday fridays fr freitag freitags",
    "sat saturday saturdays sa samstag samstags sonnabend sonnabends",
    "sun sunday sundays su so sonntag sonntags",
)
_NUMBER = {word: number for number, words in enumerate(_DAYS) for word in words.split()}
_EVERY_DAY = frozenset({"daily", "every day", "täglich", "taeglich", "jeden tag"})
_WORKING_DAYS = frozenset({"weekdays", "werktags", "wochentags"})
_DAY = rf"(?:{'|'.join(sorted(_NUMBER, key=len, reverse=True))})\b\.?"
_SPAN, _AND = r"(?:[-–]|\bto\b|\bbis\b)", r"(?:[,&]|\band\b|\bund\b)"
_CLOCK = r"\d{1,2}(?:[:.]\d\d)?"
_WHEN = re.compile(
    rf"\s+(?P<days>{'|'.join(sorted(_EVERY_DAY | _WORKING_DAYS))}|{_DAY}(?:\s*(?:{_SPAN}|{_AND})\s*{_DAY})*)"
    rf"\s+(?:from\s+|von\s+)?(?P<begins>{_CLOCK})(?:\s*uhr)?\s*(?:-|–|to|until|bis)\s*(?P<ends>{_CLOCK})(?:\s*uhr)?\s*$",
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
    if begins is None or ends is None:
        return None
    return words[: found.start()].strip(" :,"), days, begins, ends


def _days(words: str) -> tuple[int, ...]:
    if words in _EVERY_DAY:
        return tuple(range(7))
    if words in _WORKING_DAYS:
        return tuple(range(5))
    found: set[int] = set()
    for part in re.split(rf"\s*{_AND}\s*", words):
        first, *further = (_NUMBER[day.strip(" .")] for day in re.split(rf"\s*{_SPAN}\s*", part))
        last = further[-1] if further else first
        found.update(range(first, last + 1) if first <= last else (*range(first, 7), *range(last + 1)))
    return tuple(sorted(found))


def _time(word: str) -> time | None:
    hour, minute = (int(part) for part in (*re.split("[:.]", word), "0")[:2])
    if (hour, minute) == (24, 0):
        return time(0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
