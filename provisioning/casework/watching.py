"""Watching apps without end: rounds that look for news, and the wishes of those who want to be told.

A round keeps what it knows by the version that it read, and news under a name of their own: of two replicas one
writes, and a round that is killed is made again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from provisioning.casework.records import SHOW
from provisioning.errors import NotAllowedError, NotThereError
from provisioning.model import Actor, App, Job, JobState
from provisioning.permissions import may_watch
from provisioning.ports import TenantReader
from provisioning.watching.looking import look
from provisioning.watching.news import EVERYTHING, Hush, Known, News, Pace, Phase, Place, Sight, Subscription, Wish
from provisioning.watching.ports import NewsBooks, NewsLedger, Sights

PULSE_EACH = timedelta(hours=1)  # between two looks at an app's log, which takes five reads in ten seconds for all
MOST_PULSES = 10  # in one round; whose was read longest ago comes first
LOG_PACE = 4.0  # s between two of them, so that others can read the log meanwhile
PULSE = "pulse"

_log = logging.getLogger(__name__)


class Reader(TenantReader, Sights, Protocol):
    """What is read."""


class Watching:
    """The rounds and the wishes. ``stored`` False: nothing is kept."""

    def __init__(
        self,
        *,
        reader: Reader,
        books: NewsBooks,
        stored: bool = True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._reader = reader
        self._books = books
        self._stored = stored
        self._sleep = sleep

    async def look(self, jobs: Sequence[tuple[App, Job]], now: datetime) -> None:
        """One round over jobs as they were at ``now``. Safe to run again at any point, and by two at once."""
        known = await self._books.known([app.id for app, _job in jobs])
        watched = await self._books.watched([app.id for app, _job in jobs])
        pulses = _due([app for app, _job in jobs if app.id in watched], known, now)
        for number, (app, job) in enumerate(sorted(jobs, key=lambda one: one[0].id not in pulses)):
            if 0 < number < len(pulses):
                await self._sleep(LOG_PACE)
            await self._look_at(app, job, known.get(app.id), now, deeply=app.id in pulses)

    async def _look_at(self, app: App, job: Job, known: Known | None, now: datetime, *, deeply: bool) -> Known:
        pulse = None
        if deeply and job.state is JobState.ACTIVE:
            pulse = await self._reader.pulse(app)
        sight = Sight(as_of=now, app=app, job=job, pulse=pulse)
        after, news = look(known, sight)
        if deeply:
            after = replace(after, read={**after.read, PULSE: sight.as_of})
        return await self._keep(known, after, news)

    async def _keep(self, before: Known | None, after: Known, news: Sequence[News]) -> Known:
        if after == before or not self._stored:
            return after
        async with self._books.transaction() as ledger:
            if not await ledger.save_known(after):
                _log.info("another round has looked at an app meanwhile")
                return after
            for one in news:
                await _tell(ledger, one)
        return replace(after, version=after.version + 1)

    # Wishes

    async def subscribe(self, actor: Actor, place: str, app: App | None, *, shared: bool) -> Wish:
        """Tell this place of an app, or of all (None), from now on. NotAllowedError unless the actor may decide it."""
        _allow(actor, shared=shared)
        now = await self._reader.now()
        set_up = app is None or await self._looked_at(app)
        wish = Subscription(place=place, shared=shared, actor=actor, app=app, since=now)
        if not self._stored:
            return Wish(place=Place(conversation=place, subscriptions=[wish]), app=app, new=True, set_up=set_up)
        async with self._books.transaction() as ledger:
            new = await ledger.subscribe(wish)
            await ledger.wake(place, wish.app_id)
            await ledger.told_of_standing(place, wish.app_id)
            await _note(ledger, "watching for good", actor, place, wish.app_id)
        standing = await self._books.standing(wish.app_id)
        return Wish(place=await self.place(place), app=app, new=new, set_up=set_up, standing=tuple(standing))

    async def _looked_at(self, app: App) -> bool:
        """Look now, so that the answer says what stands; whether there is a job at all."""
        job = await self._reader.job(app)
        if job is None or job.state is JobState.NOT_CONFIGURED:
            return False
        known = (await self._books.known([app.id])).get(app.id)
        await self._look_at(app, job, known, await self._reader.now(), deeply=True)
        return True

    async def unsubscribe(self, actor: Actor, place: str, app_ids: Sequence[str], *, shared: bool) -> Place:
        """Tell this place no more of these (EVERYTHING: of all apps together). NotAllowedError as ``subscribe``."""
        _allow(actor, shared=shared)
        if self._stored:
            async with self._books.transaction() as ledger:
                for app_id in app_ids:
                    if await ledger.unsubscribe(place, app_id):
                        await _note(ledger, "not watching any more", actor, place, app_id)
        return await self.place(place)

    async def hush(self, actor: Actor, place: str, app_id: str, *, length: timedelta | None, shared: bool) -> Hush:
        """Say nothing of an app here for so long; None: until somebody says otherwise.

        Snoozing is for whoever reads the news; muting where others read along is for admins. NotAllowedError.
        """
        _allow(actor, shared=shared and length is None)
        until = await self._reader.now() + length if length is not None else None
        if self._stored:
            async with self._books.transaction() as ledger:
                await ledger.hush(place, app_id, until)
                await _note(ledger, "news snoozed" if until else "news muted", actor, place, app_id)
        return Hush(app_id=app_id, until=until)

    async def wake(self, actor: Actor, place: str, app_id: str | None, *, shared: bool) -> Place:
        """Speak of an app here again; None: of all. NotAllowedError."""
        _allow(actor, shared=False)
        if self._stored:
            async with self._books.transaction() as ledger:
                await ledger.wake(place, app_id)
                await _note(ledger, "news told again", actor, place, app_id or EVERYTHING)
        return await self.place(place)

    async def set_pace(self, actor: Actor, place: str, pace: Pace, *, shared: bool) -> Place:
        """How often this place is told. NotAllowedError as ``subscribe``."""
        _allow(actor, shared=shared)
        since = await self._reader.now()
        if self._stored:
            async with self._books.transaction() as ledger:
                await ledger.set_pace(place, pace, since)
                await _note(ledger, f"news told {pace.value}", actor, place, EVERYTHING)
            return await self.place(place)
        return replace(await self.place(place), pace=pace)

    async def place(self, place: str) -> Place:
        """How a place is told."""
        return await self._books.place(place)

    async def news(self, number: int) -> tuple[News, News | None]:
        """Some news, and the news of its end. NotThereError."""
        return await self._books.news(number)

    # Rights

    async def entitled(self, place: Place) -> tuple[Place, tuple[Subscription, ...]]:
        """The place with the subscriptions of those who still may, and the others. TryLaterError, NotAllowedError."""
        good: list[Subscription] = []
        for one in place.subscriptions:
            try:
                actor = await self._reader.actor(one.actor.id)
            except NotThereError:
                continue
            good += [one] if may_watch(actor, shared=one.shared) else []
        return replace(place, subscriptions=good), tuple(one for one in place.subscriptions if one not in good)

    async def end(self, subscription: Subscription) -> None:
        """Whoever asked for it may not any more."""
        async with self._books.transaction() as ledger:
            if await ledger.unsubscribe(subscription.place, subscription.app_id):
                what = "no longer entitled to be told"
                await _note(ledger, what, subscription.actor, subscription.place, subscription.app_id)


def _due(apps: Sequence[App], known: Mapping[str, Known], now: datetime) -> frozenset[str]:
    """Whose log is read in this round: those whose turn it is, the longest ago first."""
    read = {app.id: known[app.id].read.get(PULSE) if app.id in known else None for app in apps}
    waiting = [app_id for app_id, at in read.items() if at is None or now - at >= PULSE_EACH]
    first = datetime.min.replace(tzinfo=UTC)
    return frozenset(sorted(waiting, key=lambda app_id: (read[app_id] or first, app_id))[:MOST_PULSES])


async def _tell(ledger: NewsLedger, news: News) -> None:
    """Keep it, owe it, and let the cards of a trouble say when it is over."""
    places = await ledger.add_news(news)
    if news.phase is Phase.OVER:
        for number in await ledger.begun(news):
            for place in places:
                await ledger.defer(SHOW, about=f"news:{number}:{place}")


def _allow(actor: Actor, *, shared: bool) -> None:
    if not may_watch(actor, shared=shared):
        who = "identity administrators" if actor.is_agent else "the helpdesk"
        raise NotAllowedError(f"News of apps are for {who} to order here.")


async def _note(ledger: NewsLedger, what: str, by: Actor, place: str, app_id: str) -> None:
    await ledger.audit(what=what, by=by, about=f"news:{place}", facts={"app": app_id} if app_id else {})
