"""What another desk is told about a ticket, and what it tells us. Pure values: who speaks which protocol lives in
``desks/``, and what is said in which words comes from whoever writes the notice."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """How a ticket stands, in the three words that every desk has some of its own for."""

    OPEN = "open"  # nobody has it
    TAKEN = "taken"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One step of a ticket's history, ready to be written down elsewhere. The same step always has the same key."""

    source: str  # which desk of ours speaks: two of them may write into one ServiceNow
    ticket: str  # SD-1001
    step: int  # its place in the ticket's history, from 0
    what: str  # the step's slug: opened, taken, noted …
    at: datetime
    subject: str  # one line
    text: str  # what happened, for people
    description: str  # the whole ticket as it stands: question, finding, evidence
    standing: Standing | None  # where this step moved the ticket; None: it did not move
    severity: str  # low, normal, high, urgent
    requester: str  # their name
    address: str  # their sign-in name or mail address
    public: bool = True  # whether who asked may read it

    @property
    def mark(self) -> str:
        """Names the ticket among all records of the other desk: letters, digits and hyphens."""
        return f"{self.source}-{self.ticket}"

    @property
    def key(self) -> str:
        """Names the step: the idempotency key of its delivery."""
        return f"{self.mark}/{self.step}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The record that stands for a ticket in another desk."""

    id: str  # as its API wants it
    name: str  # as people there write it: INC0010002, HELP-17
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What another desk says about a ticket of ours. ``key`` is never used twice."""

    key: str
    ticket: int | None = None  # our number, where they know it
    link: str | None = None  # or their record's name or id
    standing: Standing | None = None
    comment: str = ""  # for who asked
    by: str = ""  # who did it there, as they write the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One step that is owed to another desk. ``again``: an earlier attempt may have got through."""

    id: int
    desk: str
    ticket: int
    step: int
    attempts: int  # that count, this one included
    again: bool
    since: datetime  # when it was first tried, by the database's clock
    now: datetime  # when it was claimed
