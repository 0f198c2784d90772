"""Instants and spans in words.

Teams draws ``{{DATE(…)}}`` and ``{{TIME(…)}}`` in the reader's own zone, but only for the exact form
YYYY-MM-DDTHH:MM:SSZ. Relative words are measured against Graph's clock as it was when the evidence was read,
never against ours.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from cards.words import _, ngettext

_MACRO = re.compile(r"\{\{(DATE|TIME)\(([0-9TZ:\-]+)(?:,\s*\w+)?\)\}\}")


def instant(at: datetime | None) -> str:
    """Date and time as macros for the client; "not known" for None."""
    if at is None:
        return _("not known")
    stamp = _stamp(at)
    return f"{{{{DATE({stamp},SHORT)}}}} {{{{TIME({stamp})}}}}"


def day(at: datetime) -> str:
    """Only the date, as a macro."""
    return f"{{{{DATE({_stamp(at)},SHORT)}}}}"


def clock(at: datetime) -> str:
    """Only the time of day, as a macro; for what happened within hours."""
    return f"{{{{TIME({_stamp(at)})}}}}"


def instant_and_age(at: datetime | None, as_of: datetime) -> str:
    """The instant with its distance from ``as_of`` behind it: "… (12 minutes ago)"."""
    if at is None:
        return instant(at)
    return _("{instant} ({age})").format(instant=instant(at), age=distance(at, as_of))


def distance(at: datetime, as_of: datetime) -> str:
    """How far ``at`` lies from ``as_of``, in plain words: "12 minutes ago", "in about 12 minutes"."""
    gap = as_of - at
    if abs(gap) < timedelta(minutes=1):
        return _("just now") if gap >= timedelta(0) else _("in less than a minute")
    words = span(abs(gap))
    return _("{span} ago").format(span=words) if gap > timedelta(0) else _("in about {span}").format(span=words)


def span(gap: timedelta) -> str:
    """A length of time in its largest fitting unit: minutes below two hours, hours below two days, then days."""
    minutes = round(gap.total_seconds() / 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 120:
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    days = round(hours / 24)
    return ngettext("{n} day", "{n} days", days).format(n=days)


def drawn(words: str, zone: tzinfo = UTC) -> str:
    """The text with its macros drawn in ``zone``, for readers whose client does not do it."""

    def as_text(match: re.Match[str]) -> str:
        at = datetime.fromisoformat(match[2]).astimezone(zone)
        return at.strftime("%Y-%m-%d" if match[1] == "DATE" else "%H:%M %Z")

    return _MACRO.sub(as_text, words)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
