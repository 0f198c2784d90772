"""Somebody wants to be told later: that a person is in an app, that a job runs (or no longer runs) well, that a ticket
is closed, or that a crowd has ended.

Only what is newer than the wish counts: an older success proves nothing about today. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from provisioning.attempts import LogEvent, Verdict
from provisioning.model import Actor, App, Job, JobState

USUAL = timedelta(days=14)  # until a watch ends by itself
LONGEST = timedelta(days=90)
_HOUR, _DAY, _WEEK, _MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=30)
_UNITS = {  # stems in every language that the desk understands; the longest that fits counts
    **dict.fromkeys(("hour", "stunde", "timm", "timer", "uur", "uren", "heure", "hora", "ora", "ore", "godzin"), _HOUR),
    **dict.fromkeys(("day", "tag", "dag", "jour", "día", "dia", "giorn", "dni", "dzień"), _DAY),
    **dict.fromkeys(
        ("week", "woche", "veck", "uge", "uke", "semaine", "semana", "settiman", "tydzień", "tygodni"), _WEEK
    ),
    **dict.fromkeys(("month", "monat", "månad", "måned", "maand", "mois", "mes", "mês", "miesi"), _MONTH),
}
_NUMBERS = {"two": 2, "three": 3, "zwei": 2, "drei": 3}
_LENGTH = re.compile(
    r"\b(?:for|für|fuer|i|voor|gedurende|pendant|por|durante|per|przez|na) (?:the next |die nächsten )?"
    r"(\d{1,3}|an?|one|two|three|eine[nr]?|zwei|drei|en|ett|et|een|une?|una?|um|uma|jeden) "
    rf"({'|'.join(sorted(_UNITS, key=len, reverse=True))})\w{{0,3}}\b",
    re.IGNORECASE,
)
_LEAVING = frozenset({"disable", "delete", "stageddelete"})


class WatchKind(StrEnum):
    """What is waited for."""

    ARRIVED = "arrived"  # a person in an app
    WELL = "well"  # a job that does not run well runs well again
    ILL = "ill"  # a job that runs well does not any more
    CLOSED = "closed"  # a ticket that is open
    ENDED = "ended"  # a crowd that is not over


class WatchState(StrEnum):
    """The life of a watch. Only OPEN is looked after."""

    OPEN = "open"
    MET = "met"  # it has happened, and whoever wished for it was told
    EXPIRED = "expired"  # it has not happened in time, and whoever wished for it was told
    CANCELLED = "cancelled"  # nobody wants to know any more, or may know any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The person who is waited for, in as few words as possible."""

    id: str
    name: str
    upn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One wish. ``since``: Graph's clock at the wish; only what is newer counts."""

    number: int
    version: int
    kind: WatchKind
    state: WatchState
    actor: Actor  # who wants to know
    origin: str  # where the answer belongs (opaque here)
    since: datetime
    created: datetime
    expires: datetime  # the database's clock, as ``created``
    app: App | None = None  # None: a ticket or a crowd is waited for
    person: Watched | None = None
    ticket: int = 0
    crowd: int = 0
    met_at: datetime | None = None  # when it happened: Graph's clock, of a ticket or a crowd the desk's
    proof: str = ""  # the id of the log row, or of the cycle, that shows it; of a crowd how it ended: a CrowdState

    @property
    def name(self) -> str:
        """The number as people write it."""
        return f"W-{self.number}"


def length_in(words: str, usual: timedelta = USUAL) -> timedelta:
    """How long somebody means: "for 3 days", "for a week", "für drei Tage"; else the usual time."""
    found = _LENGTH.search(words)
    if not found:
        return usual
    many = int(found[1]) if found[1].isdigit() else _NUMBERS.get(found[1].casefold(), 1)
    return min(max(many, 1) * _UNITS[found[2].casefold()], LONGEST)


def names_a_length(words: str) -> bool:
    """Whether they say how long."""
    return _LENGTH.search(words) is not None


def arrival(rows: Sequence[LogEvent], since: datetime) -> LogEvent | None:
    """The newest row after the wish, if that shows the person in the app."""
    newest = max((row for row in rows if row.at > since), key=lambda row: row.at, default=None)
    if newest is None:
        return None
    there = newest.verdict is Verdict.SUCCESS and newest.action.casefold() not in _LEAVING
    equal = newest.verdict is Verdict.SKIPPED and newest.skip_reason == "RedundantExport"
    return newest if there or equal else None


def runs_well(job: Job | None) -> bool:
    """Whether the job runs by itself and its last cycle did not fail as a whole."""
    if job is None or job.state is not JobState.ACTIVE or not job.scheduled:
        return False
    return job.last is None or job.last.state != "Failed"


def turned(kind: WatchKind, job: Job | None, since: datetime) -> tuple[datetime | None, str] | None:
    """When and by which cycle a job turned well (by a newer cycle) or ill; None while it has not."""
    if kind is WatchKind.ILL:
        return None if runs_well(job) else (None, job.raw_state if job else "")
    if job is None or not runs_well(job) or job.last is None or job.last.ended is None:
        return None
    return (job.last.ended, job.last.cycle_id or "") if job.last.ended > since else None
