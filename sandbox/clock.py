"""The company's one clock: it starts where the tenant file says, runs at normal speed and can be advanced."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Company time, kept as a distance from the machine's time so that it survives a restart."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset

    @classmethod
    def starting_at(cls, moment: datetime | None) -> "Clock":
        return cls() if moment is None else cls(moment - datetime.now(UTC))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def move_to(self, moment: datetime) -> None:
        """Jump forward to an instant; time never runs backwards, so an earlier one changes nothing."""
        now = datetime.now(UTC)
        self.offset = max(self.offset, moment - now)
