"""Instants and durations, as Microsoft Graph and tenant files write them (ISO 8601, UTC)."""

import re
from datetime import UTC, datetime, timedelta

YEAR_ONE = "0001-01-01T00:00:00Z"  # Graph's word for "this never happened"
NEVER = "P10675199DT2H48M5.4775807S"  # .NET's TimeSpan.MaxValue: a schedule that never comes round

_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def read_duration(text: str) -> timedelta:
    """Read "PT40M", "-P2DT3H" or "P1W". Years and months are refused: their length is not known."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no ISO 8601 duration in weeks, days, hours, minutes and seconds")
    parts = {unit: float(found[unit] or 0) for unit in ("weeks", "days", "hours", "minutes", "seconds")}
    length = timedelta(**parts)
    return -length if found["sign"] == "-" else length


def is_duration(text: str) -> bool:
    return _DURATION.fullmatch(text) is not None


def read_instant(text: str) -> datetime:
    """Read "2026-11-02T08:00:00Z" (any number of fraction digits) or a bare date; no offset means UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def write_instant(moment: datetime) -> str:
    """Write as Graph does: whole seconds, or seven fraction digits."""
    plain = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    return f"{plain}.{moment.microsecond:06d}0Z" if moment.microsecond else f"{plain}Z"
