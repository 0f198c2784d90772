"""Graph's own clock, kept as an offset from this machine's monotonic one, so a wrong wall clock here harms nothing."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


class GraphClock:
    """Set by the ``Date`` header of every answer (precision: one second); runs on by itself in between."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen: datetime | None = None
        self._at = 0.0

    def heard(self, date: str | None) -> None:
        """Take over a ``Date`` header; one that cannot be read changes nothing."""
        if not date:
            return
        try:
            seen = parsedate_to_datetime(date)
        except ValueError:
            return
        self._seen = seen.astimezone(UTC) if seen.tzinfo else seen.replace(tzinfo=UTC)
        self._at = self._monotonic()

    def now(self) -> datetime | None:
        """What it is by Graph's clock; None before the first answer."""
        if self._seen is None:
            return None
        return self._seen + timedelta(seconds=self._monotonic() - self._at)
