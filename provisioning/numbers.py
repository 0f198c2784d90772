"""How the helpdesk is doing, in numbers. Counted from the desk's own books, never from what cards say."""

from dataclasses import dataclass
from datetime import datetime, timedelta

PERIOD = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The present, and the ``PERIOD`` before ``as_of``."""

    as_of: datetime
    open: int  # not closed, whoever has them
    waiting: int  # of these, nobody has taken them
    oldest: datetime | None  # when the oldest that is not closed was opened
    ages: tuple[int, int, int]  # not closed: younger than a day, than a week, older
    opened: int
    closed: int
    answered: int  # first answers given in the period
    first_answer: timedelta | None  # the time that half of them took at most; None: there was none
    first_answer_slow: timedelta | None  # and nine of ten
    by_click: int  # cases that ended well without any ticket
    by_itself: int  # tickets whose cause went away before anybody took them
    causes: tuple[tuple[str, int], ...]  # of what was asked: a Cause's value, people and apps; the most frequent first

    @property
    def without_a_human(self) -> int:
        """What nobody of the helpdesk had to take up."""
        return self.by_click + self.by_itself

    @property
    def needed_something(self) -> int:
        """Everything that was mended by a click, or became a ticket."""
        return self.by_click + self.opened
