"""Examples of the cards about who is failing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cards._kit import Card
from cards.failures import Picture, cluster_card, failures_card
from provisioning.failing import Cluster, Failures, Happening, Sweep
from provisioning.model import Cause, Owner, Retry
from tests import worlds

HOUR = timedelta(hours=1)
APPS = {worlds.APP_ID.lower(): worlds.askcody()}
CHANGE = Happening(at=worlds.NOW - 27 * HOUR, what="Update attribute mappings or scope", by="ines@fabrikam.example")


def cluster(**changes: Any) -> Cluster:
    """Three people without a mail address."""
    usual: dict[str, Any] = {
        "id": "abcdef0123456789",
        "app_id": worlds.APP_ID.lower(),
        "cause": Cause.MISSING_ATTRIBUTE,
        "owner": (Owner.DATA_OWNER,),
        "retry": Retry.AFTER_FIX,
        "code": worlds.SERVICE_INCOMPATIBLE,
        "attributes": ("mail",),
        "words": "Attribute 'emails[type eq \"work\"].value' is required.",
        "count": 3,
        "since": worlds.NOW - 26 * HOUR,
        "last": worlds.NOW - HOUR,
        "times": 11,
        "next_retry": worlds.NOW + 5 * HOUR,
    }
    return Cluster(**{**usual, **changes})


def sweep(**changes: Any) -> Sweep:
    """A log that was read to its end."""
    now = worlds.NOW
    usual: dict[str, Any] = {"scope": "x", "since": now - 7 * worlds.DAY, "read_to": now, "until": now, "version": 3}
    return Sweep(**{**usual, **changes})


def failures(*clusters: Cluster, **changes: Any) -> Failures:
    """What is known."""
    count = sum(one.count for one in clusters)
    usual: dict[str, Any] = {"sweep": sweep(), "count": count, "noise": {"in_sync": 1204, "out": 33}}
    return Failures(clusters=clusters, **{**usual, **changes})


def failing_examples() -> dict[str, Callable[[], Card]]:
    """None, some, many, all apps, a long log, and one thing with its people."""
    mine = Picture(app=worlds.askcody(), apps=APPS, before={"abcdef0123456789": CHANGE})
    every = Picture(app=None, apps=APPS)
    other = cluster(id="0123456789abcdef", cause=Cause.VALUE_TAKEN_IN_APP, count=1, app_id="gone", next_retry=None)
    many = [cluster(id=f"{n:016d}", count=40 - n) for n in range(14)]
    whole = cluster(count=40)
    names = {"p1": worlds.jose(), "p2": worlds.jose(name="Greta Lindqvist", upn="greta@fabrikam.example")}
    long = sweep(link="next", rows=3000, read_to=worlds.NOW - 50 * HOUR)
    return {
        "failures-none-agent": lambda: failures_card(failures(), mine, worlds.NOW),
        "failures-none-anywhere-agent": lambda: failures_card(failures(), every, worlds.NOW),
        "failures-agent": lambda: failures_card(failures(cluster(), other), mine, worlds.NOW),
        "failures-many-agent": lambda: failures_card(failures(*many, further=5), mine, worlds.NOW),
        "failures-everywhere-agent": lambda: failures_card(failures(cluster(), other), every, worlds.NOW),
        "failures-long-agent": lambda: failures_card(failures(cluster(), sweep=long), mine, worlds.NOW),
        "failures-long-none-agent": lambda: failures_card(failures(sweep=long), mine, worlds.NOW),
        "failing-cluster-agent": lambda: cluster_card(
            whole, mine, ["p1", "p2", "gone"], names, page=1, as_of=worlds.NOW
        ),
        "failing-cluster-small-agent": lambda: cluster_card(
            replace(other, words="", code=None), every, [], {}, page=0, as_of=worlds.NOW
        ),
    }
