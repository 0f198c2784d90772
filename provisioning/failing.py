"""Rows of the provisioning log boiled down to who is failing, why and in which words; nothing else of a row is kept.

Of a row stay the object's id, the cause, and the app's sentence without names, addresses, ids and values: enough to
see who fails over the same thing, and no more than a list of failures needs.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from msgspec import DecodeError, Raw, Struct, json

from provisioning.explain import explain
from provisioning.messages.events import REDUNDANT
from provisioning.messages.lenient import instant
from provisioning.model import Cause, Owner, Retry

WINDOW = timedelta(days=7)  # that the first look at an app's log goes back
OVERLAP = timedelta(minutes=15)  # rows may be written that late: they are looked for once more
LONGEST = 200  # characters of an app's sentence
RIGHT_BEFORE = timedelta(hours=24)  # a change so long before the first failure may have brought it
_ADDRESS = re.compile(r"[^\s@'\"<>()]+@[^\s@'\"<>()]+")
_ID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
_NUMBER = re.compile(r"\d{3,}")
_QUOTED = re.compile(r"(['\"])([^'\"]{1,200})\1")
_A_PATH = re.compile(r"[\[\]:.]|^[a-z]+[A-Z]")  # an attribute's name rather than somebody's value


class Outcome(StrEnum):
    """What a row says about its object."""

    FAILING = "failing"
    WELL = "well"  # written, or removed as it should be
    IN_SYNC = "in_sync"  # nothing to write: noise
    OUT = "out"  # not assigned, disabled or filtered out: noise
    UNKNOWN = "unknown"


NOISE = (Outcome.IN_SYNC, Outcome.OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One row, boiled down. ``cause`` and what follows: of a failure alone."""

    row_id: str
    at: datetime
    app_id: str
    object_id: str
    person: bool
    outcome: Outcome
    cause: Cause | None = None
    owner: tuple[Owner, ...] = ()
    retry: Retry | None = None
    code: str | None = None
    attributes: tuple[str, ...] = ()
    words: str = ""
    next_retry: datetime | None = None

    @property
    def cluster(self) -> str:
        """The same for objects that fail over the same thing in the same app."""
        told = "|".join(
            (self.app_id.casefold(), self.cause or "", self.code or "", ",".join(self.attributes), self.words)
        )
        return sha256(told.casefold().encode()).hexdigest()[:16]


@dataclass(slots=True, kw_only=True)
class Fate:
    """What a page says about one object, its rows taken in their order."""

    newest: Seen
    since: Seen | None = None  # the first failure without a success after it
    times: int = 0
    anew: bool = False  # it was well in between


def fates(page: Iterable[Seen]) -> list[Fate]:
    """One for each object of a page whose rows come oldest first; rows that say nothing are passed over."""
    found: dict[tuple[str, str], Fate] = {}
    for seen in page:
        if seen.outcome is Outcome.UNKNOWN:
            continue
        fate = found.setdefault((seen.app_id, seen.object_id), Fate(newest=seen))
        fate.newest = seen
        if seen.outcome is not Outcome.FAILING:
            fate.since, fate.times, fate.anew = None, 0, True
        elif fate.since is None or fate.since.cluster != seen.cluster:
            fate.since, fate.times = seen, 1
        else:
            fate.times += 1
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Objects of one app that fail over the same thing."""

    id: str
    app_id: str
    cause: Cause
    owner: tuple[Owner, ...]
    retry: Retry
    code: str | None
    attributes: tuple[str, ...]
    words: str
    count: int
    since: datetime
    last: datetime
    times: int  # attempts that failed
    next_retry: datetime | None = None


READ_LOG = "read_log"  # the names of background work: reading on, and drawing again
SHOW = "show"
EVERYTHING = "*"  # the scope of all apps together


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """How far the log of a scope (an app's id in lower case, or ``EVERYTHING``) has been read.

    ``link``: the next page of a reading under way, which goes on to ``until``; None: everything up to ``read_to``.
    """

    scope: str
    since: datetime
    read_to: datetime
    until: datetime
    link: str | None = None
    rows: int = 0
    version: int = 0  # 0: not stored yet

    @property
    def whole(self) -> bool:
        """Whether nothing is left to read."""
        return self.version > 0 and self.link is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """What is known of a scope: who fails over what, and how many rows were left aside as noise."""

    sweep: Sweep
    clusters: tuple[Cluster, ...]
    count: int = 0  # objects in all of them
    further: int = 0  # clusters that are not among them
    noise: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that somebody did to a job or its schema. ``what`` is the audit log's word, "" for a schema seen."""

    at: datetime
    what: str
    by: str = ""
    app_id: str = ""  # in lower case


def change_before(cluster: Cluster, happenings: Iterable[Happening]) -> Happening | None:
    """The newest change of its app in the day before it began: the likeliest reason, and no more than likely."""
    own = [one for one in happenings if one.app_id == cluster.app_id.lower()]
    fits = [one for one in own if timedelta(0) <= cluster.since - one.at <= RIGHT_BEFORE]
    return max(fits, key=lambda one: one.at, default=None)


class _Told(Struct):
    status: str | None = None


class _Step(Struct):
    details: dict[str, Any] | None = None


class _Who(Struct, rename="camel"):
    id: str | None = None
    display_name: str | None = None
    identity_type: str | None = None
    details: dict[str, Any] | None = None


class _Row(Struct, rename="camel"):
    id: str | None = None
    activity_date_time: str | None = None
    provisioning_status_info: _Told | None = None
    provisioning_steps: list[_Step] | None = None
    source_identity: _Who | None = None
    service_principal: Any = None


_decoder = json.Decoder(_Row, strict=False)


def boil_down(rows: Iterable[Raw], app_id: str | None) -> list[Seen]:
    """A page of rows, oldest first; rows without an object or an instant say nothing. Costs processor time."""
    found = [seen for raw in rows if (seen := _seen(bytes(raw), app_id)) is not None]
    return sorted(found, key=lambda seen: seen.at)


def _seen(raw: bytes, app_id: str | None) -> Seen | None:
    try:
        row = _decoder.decode(raw)
    except DecodeError:
        return None
    who, at, app = row.source_identity, instant(row.activity_date_time), _app_of(row) or app_id
    if who is None or not who.id or at is None or not app:
        return None
    person = (who.identity_type or "user").lower() == "user"
    plain = Seen(
        row_id=row.id or f"{who.id} {at.isoformat()}",
        at=at,
        app_id=app.lower(),
        object_id=who.id.lower(),
        person=person,
        outcome=_outcome(row),
    )
    return _failing(plain, raw, who) if plain.outcome is Outcome.FAILING else plain


def _outcome(row: _Row) -> Outcome:
    status = ((row.provisioning_status_info or _Told()).status or "").lower()
    if status in {"success", "failure"}:
        return Outcome.WELL if status == "success" else Outcome.FAILING
    if status != "skipped":
        return Outcome.UNKNOWN
    reason = _skip_reason(row)
    if reason == REDUNDANT.casefold():
        return Outcome.IN_SYNC
    return Outcome.OUT if reason == "noteffectivelyentitled" else Outcome.FAILING


def _skip_reason(row: _Row) -> str:
    for step in reversed(row.provisioning_steps or []):
        for key, value in (step.details or {}).items():
            if key.casefold() == "skipreason":
                return str(value).casefold()
    return ""


def _failing(plain: Seen, raw: bytes, who: _Who) -> Seen:
    """Why it failed, in the words of a pasted row; a skip that turns out to be no failure says so."""
    said = explain(raw.decode("utf-8", "replace"))
    outcome = _QUIET.get(said.cause, Outcome.FAILING)
    return Seen(
        row_id=plain.row_id,
        at=plain.at,
        app_id=plain.app_id,
        object_id=plain.object_id,
        person=plain.person,
        outcome=outcome,
        cause=said.cause,
        owner=said.owner,
        retry=said.retry,
        code=said.code,
        attributes=said.attributes,
        words=without_people(said.detail or "", who.display_name or "", who.details or {}),
        next_retry=said.next_retry,
    )


_QUIET = {
    Cause.IN_SYNC: Outcome.IN_SYNC,
    Cause.NOT_ASSIGNED: Outcome.OUT,
    Cause.ACCOUNT_DISABLED: Outcome.OUT,
    Cause.FILTERED_OUT: Outcome.OUT,
}


def without_people(words: str, name: str, details: Mapping[str, Any]) -> str:
    """An app's sentence without the person that it is about: what is the same for everybody stays."""
    own = sorted({str(value) for value in (name, *details.values()) if len(str(value)) > 3}, key=len, reverse=True)
    for value in own:
        words = re.sub(re.escape(value), "…", words, flags=re.IGNORECASE)
    words = _NUMBER.sub("…", _ID.sub("…", _ADDRESS.sub("…", words)))
    words = _QUOTED.sub(lambda found: found[0] if _A_PATH.search(found[2]) else f"{found[1]}…{found[1]}", words)
    return " ".join(words.split())[:LONGEST]


def _app_of(row: _Row) -> str | None:
    """Graph sends one object, its reference a list of them."""
    holder = row.service_principal[0] if isinstance(row.service_principal, list) and row.service_principal else None
    holder = holder or row.service_principal
    found = holder.get("id") if isinstance(holder, dict) else None
    return str(found) if found else None
