"""News of watched apps of every kind, begun and over, for the golden cards."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cards._kit import Card
from cards.app_news import digest_card, news_card
from cards.watched import ended_card, place_card, watching_card
from provisioning.model import Schema
from provisioning.watching.looking import look
from provisioning.watching.news import (
    Credential,
    CredentialKind,
    Hush,
    News,
    Pace,
    Phase,
    Place,
    Sight,
    Subscription,
    Topic,
)
from tests import worlds
from tests.cards.watch_examples import watch
from tests.provisioning.watching.sights import OFF, STORIES, sight


def told(topic: Topic, **changes: Any) -> tuple[News, News]:
    """The news of a trouble and of its end, as two looks bring them about."""
    healthy, trouble, mended = STORIES[topic]
    known, _nothing = look(None, healthy)
    known, (begun,) = look(known, trouble)
    _known, (over,) = look(known, mended)
    assert (begun.phase, over.phase) == (Phase.BEGUN, Phase.OVER)
    return replace(begun, number=7, **changes), replace(over, number=8, **changes)


def quarantined(reason: str) -> News:
    """A job that is put into quarantine for this reason."""
    sight = Sight(as_of=worlds.NOW, app=worlds.askcody(), job=worlds.quarantined_job(reason))
    known, _nothing = look(None, replace(sight, job=worlds.job()))
    _known, (begun,) = look(known, sight)
    return replace(begun, number=7)


def switched_off() -> News:
    """The same after four weeks."""
    known, _nothing = look(None, sight(worlds.quarantined_job()))
    _known, (news,) = look(known, sight(OFF, later=timedelta(days=28)))
    return replace(news, number=7)


def ends_soon(days: float, *, newer: bool = False, registration: bool = False) -> News:
    """A signing certificate that ends."""
    named = "CN=Microsoft Azure Federated SSO Certificate"
    kinds = (CredentialKind.CERTIFICATE, CredentialKind.SECRET) if newer else (CredentialKind.CERTIFICATE,)
    lasts = timedelta(days=400)
    all_of_them = [
        Credential(kind=kind, ends=worlds.NOW + length, name=named, registration=registration)
        for kind in kinds
        for length in (timedelta(days=days), *([lasts] if newer else []))
    ]
    known, _nothing = look(None, sight(credentials=()))
    _known, (news,) = look(known, sight(credentials=tuple(all_of_them)))
    return replace(news, number=7)


def drifted(after: Schema, **facts: str) -> News:
    """The schema is another one an hour later."""
    known, _nothing = look(None, sight(schema=worlds.schema()))
    _known, (news,) = look(known, sight(later=timedelta(hours=1), schema=after))
    return replace(news, number=7, facts=facts)


def much_drift() -> Schema:
    """Every mapping is filled otherwise, two are gone, one is matched by, and there is a filter."""
    changed = [worlds.mapping(f"attribute{n}", "mail", default="x" * 200) for n in range(9)]
    matched = replace(worlds.MAPPINGS[2], matching_priority=2)
    scope = worlds.filter_group(worlds.clause("mail", "IS NOT NULL"))
    return worlds.schema(scope, mappings=(*worlds.MAPPINGS[:2], matched, *changed))


def subscription(**changes: Any) -> Subscription:
    """Aisha wants to hear of AskCody."""
    usual: dict[str, Any] = {
        "place": "chat-1",
        "shared": False,
        "actor": worlds.aisha(),
        "app": worlds.askcody(),
        "since": worlds.NOW,
    }
    return Subscription(**{**usual, **changes})


def news_examples() -> dict[str, Callable[[], Card]]:
    """By name."""
    app, zoom = worlds.askcody(), worlds.askcody(id="app-2", name="Zoom")
    begun, over = told(Topic.QUARANTINE)
    much = [one for topic in STORIES for one in told(topic)] + [replace(begun, app=zoom, number=9)]
    place = Place(conversation="chat-1", subscriptions=[subscription()])
    everything = [subscription(app=None), *(subscription(app=worlds.askcody(name=f"App {n}")) for n in range(4))]
    hushes = [Hush(app_id=app.id, until=worlds.NOW + timedelta(days=1)), Hush(app_id="", until=None)]
    each = {
        f"news-{topic.value}-{one.phase.value}": lambda one=one: news_card(one)
        for topic in STORIES
        for one in told(topic)
    }
    reasons = {
        f"news-quarantine-{reason}": lambda reason=reason: news_card(quarantined(reason))
        for reason in ("TooManyDeletes", "EncounteredEscrowProportionThreshold", "Unknown", "QuarantinedOnDemand")
    }
    return {
        **each,
        **reasons,
        "news-switched-off": lambda: news_card(switched_off()),
        "news-certificate": lambda: news_card(ends_soon(6.5)),
        "news-certificate-newer": lambda: news_card(ends_soon(0.5, newer=True)),
        "news-certificate-registration": lambda: news_card(ends_soon(29, registration=True)),
        "news-mappings-few": lambda: news_card(
            drifted(
                worlds.schema(mappings=worlds.MAPPINGS[:-1]),
                by="ines@fabrikam.example",
                changed=worlds.NOW.isoformat(),
            )
        ),
        "news-mappings-much": lambda: news_card(drifted(much_drift())),
        "news-filter": lambda: news_card(
            drifted(worlds.schema(worlds.filter_group(worlds.clause("mail", "IS NOT NULL"))))
        ),
        "news-over-since": lambda: news_card(begun, over),
        "news-snoozed": lambda: news_card(begun, hushed=True, until=worlds.NOW + timedelta(days=1)),
        "news-muted": lambda: news_card(begun, hushed=True),
        "news-digest-daily": lambda: digest_card(much, Pace.DAILY),
        "news-digest-weekly": lambda: digest_card([over], Pace.WEEKLY),
        "news-at-once": lambda: digest_card([begun] * 25, Pace.AT_ONCE),
        "watching-one": lambda: watching_card([app], place, []),
        "watching-all": lambda: watching_card([], replace(place, pace=Pace.WEEKLY), [begun], new=False),
        "watching-not-set-up": lambda: watching_card([app, zoom], place, [], not_set_up=[zoom]),
        "watched-nothing": lambda: place_card(Place(conversation="chat-1"), [], {}),
        "watched-much": lambda: place_card(
            replace(place, subscriptions=everything, hushes=hushes, pace=Pace.DAILY), [watch()], {app.id: app.name}
        ),
        "watching-ended": lambda: ended_card("AskCody", worlds.aisha().name),
    }
