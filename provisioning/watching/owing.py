"""What a place is told now of all that it is owed: at once, together where it is much, or in a digest. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from provisioning.watching.news import EVERYTHING, News, Pace, Phase, Place
from provisioning.watching.ports import Owed

DIGEST_HOUR = 7  # of the helpdesk's own day, and of Monday
APART = 3  # news that are told on a card each; more at once are told together


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is said at one time. ``name`` names it in its place, for ever."""

    name: str
    news: tuple[News, ...]
    pace: Pace | None = None  # of a digest; None: a card for one piece of news
    upto: datetime | None = None  # of a digest: the boundary that it was made for

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the news in it."""
        return tuple(one.number for one in self.news)


def boundary(pace: Pace, now: datetime) -> datetime:
    """The newest instant at which digests are due. ``now``: local time of the helpdesk."""
    begins = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    begins -= timedelta(days=now.weekday()) if pace is Pace.WEEKLY else timedelta(0)
    if begins > now:
        begins -= timedelta(days=7 if pace is Pace.WEEKLY else 1)
    return begins


def is_hushed(place: Place, app_id: str, now: datetime) -> bool:
    """Whether the place wants to hear nothing of this app now."""
    hushes = [one for one in place.hushes if one.app_id in {app_id, EVERYTHING}]
    return any(one.until is None or one.until > now for one in hushes)


def came_and_went(place: Place, owed: Sequence[Owed]) -> tuple[int, ...]:
    """What began and ended while the place was not listening: it never hears of it. A digest tells of both."""
    if place.pace is not Pace.AT_ONCE:
        return ()
    open_ = [one for one in owed if not one.batch]
    begun = {_of(one.news) for one in open_ if one.news.phase is Phase.BEGUN}
    over = {_of(one.news) for one in open_ if one.news.phase is Phase.OVER}
    gone = [one for one in open_ if _of(one.news) in begun & over]
    return tuple(one.news.number for one in gone if one.news.phase is Phase.BEGUN or not one.began)


def decided(owed: Sequence[Owed]) -> tuple[Batch, ...]:
    """What was decided before and perhaps not said: it is said under the same name."""
    names = dict.fromkeys(one.batch for one in owed if one.batch)
    return tuple(_batch(name, [one.news for one in owed if one.batch == name]) for name in names)


def due(place: Place, owed: Sequence[Owed], now: datetime) -> tuple[Batch, ...]:
    """What is to be decided now. ``now``: Graph's clock, in local time of the helpdesk."""
    open_ = [one.news for one in owed if not one.batch and not is_hushed(place, one.news.app.id, now)]
    if not open_:
        return ()
    if place.pace is not Pace.AT_ONCE:
        upto = boundary(place.pace, now)
        if place.digested is not None and place.digested >= upto:
            return ()
        return (replace(_batch(f"{place.pace.value}:{upto.isoformat()}", open_), upto=upto),)
    if len(open_) <= APART:
        return tuple(_batch(f"one:{one.number}", [one]) for one in open_)
    return (_batch(f"{Pace.AT_ONCE.value}:{open_[0].number}-{open_[-1].number}", open_),)


def _batch(name: str, news: Sequence[News]) -> Batch:
    kind = name.partition(":")[0]
    return Batch(name=name, news=tuple(news), pace=None if kind == "one" else Pace(kind))


def _of(news: News) -> tuple[str, str, str]:
    return news.app.id, news.topic.value, news.episode
