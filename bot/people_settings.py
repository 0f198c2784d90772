"""The settings of how the helpdesk works: its clock, its nights, what silence means."""

import re
from datetime import time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")


def _zone(value: Any) -> Any:
    if isinstance(value, ZoneInfo):
        return value
    if value not in available_timezones():
        raise ValueError(f"{value!r} is not a time zone such as Europe/Stockholm")
    return ZoneInfo(str(value))


def _quiet(value: Any) -> Any:
    if isinstance(value, tuple):
        return value
    found = _HOURS.fullmatch(str(value).strip())
    if found is None:
        raise ValueError(f"{value!r} is not a span such as 20:00-07:00")
    begins, ends = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begins == ends:
        raise ValueError("quiet hours that end when they begin would be no hours at all")
    return begins, ends


def _hours(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    text = str(value).strip()
    if not re.fullmatch(r"[1-9]\d{0,3}", text):
        raise ValueError(f"{value!r} is not a whole number of hours, 1 or more")
    return timedelta(hours=int(text))


class PeopleSettings(BaseModel):
    """How the helpdesk works."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, arbitrary_types_allowed=True)

    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(
        default=ZoneInfo("UTC"),
        description="The helpdesk's time zone, such as `Europe/Stockholm`: of shifts and quiet hours.",
    )
    quiet_hours: Annotated[tuple[time, time], BeforeValidator(_quiet)] | None = Field(
        default=None, description="When nobody is reminded of anything but urgent tickets, such as `20:00-07:00`."
    )
    close_mended_after: Annotated[timedelta, BeforeValidator(_hours)] | None = Field(
        default=None,
        description="Hours without an objection after which a ticket whose cause is gone closes; left out: never.",
    )
