"""Certificates and secrets of an app that end soon: told at thirty days, seven days and one day, once each.

All that end on the same day are told as one: a signing certificate shows as three credentials in Graph.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

from provisioning.watching.news import Credential, Known, News, Phase, Sight, Topic

STAGES = (30, 7, 1)  # days before the end


def told_so_far(known: Known, sight: Sight) -> tuple[frozenset[str], tuple[News, ...]]:
    """Which days and stages are told by now, and which of them are news."""
    passed, found = set(known.nearing), []
    for day, credentials in _by_day(sight.credentials or (), sight.as_of):
        marks = {f"{day} {stage}" for stage in STAGES if _days_left(credentials[0], sight.as_of) <= stage}
        if marks - passed:
            found.append(_news(day, credentials, sight))
        passed |= marks
    today = sight.as_of.date().isoformat()
    return frozenset(mark for mark in passed if mark >= today), tuple(found)


def nearing(sight: Sight) -> tuple[News, ...]:
    """Everything that ends within the longest stage, told or not."""
    near = STAGES[0]
    return tuple(
        _news(day, credentials, sight)
        for day, credentials in _by_day(sight.credentials or (), sight.as_of)
        if _days_left(credentials[0], sight.as_of) <= near
    )


def _by_day(credentials: Iterable[Credential], as_of: datetime) -> Iterator[tuple[str, list[Credential]]]:
    alive = sorted((one for one in credentials if one.ends > as_of), key=lambda one: one.ends)
    for day, some in groupby(alive, key=lambda one: one.ends.date().isoformat()):
        yield day, list(some)


def _days_left(credential: Credential, as_of: datetime) -> float:
    return (credential.ends - as_of) / timedelta(days=1)


def _news(day: str, credentials: list[Credential], sight: Sight) -> News:
    first = credentials[0]
    later = [one.ends for one in sight.credentials or () if one.kind is first.kind and one.ends > first.ends]
    facts = {
        "ends": first.ends.isoformat(),
        "kinds": " ".join(sorted({one.kind.value for one in credentials})),
        "names": ", ".join(sorted({one.name for one in credentials if one.name})),
        "registration": "yes" if all(one.registration for one in credentials) else "",
        "newer": max(later).isoformat() if later else "",
    }
    stage = min(stage for stage in STAGES if _days_left(first, sight.as_of) <= stage)
    return News(
        app=sight.app,
        topic=Topic.CREDENTIALS,
        phase=Phase.BEGUN,
        episode=day,
        variant=str(stage),
        since=first.ends,
        at=sight.as_of,
        facts={name: value for name, value in facts.items() if value},
    )
