"""What every part of a tenant file is made of: strict objects, ids, instants and intervals."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from sandbox.times import YEAR_ONE, is_duration, read_duration, read_instant, write_instant

Json = dict[str, Any]

NO_ROLE = "00000000-0000-0000-0000-000000000000"  # Graph's id of "default access"
_GUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
Guid = Annotated[str, msgspec.Meta(pattern=_GUID)]
Text = str | None


class Instant:
    """An instant of a tenant file: absolute, or a duration counted from the company's start ("-PT2H")."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.shift: timedelta | None = None
        if is_duration(text):
            self.shift = read_duration(text)
        elif text not in ("", YEAR_ONE):  # Graph's own samples hold both
            read_instant(text)

    def written(self, start: datetime) -> str:
        return self.text if self.shift is None else write_instant(start + self.shift)


class Interval:
    """A duration that stays a duration: the pace of a job."""

    def __init__(self, text: str) -> None:
        read_duration(text)
        self.text = text


class Strict(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A part of the file in which an unknown key is a mistake."""
