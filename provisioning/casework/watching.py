"""Watching apps without end: the wishes of those who want to be told, and whether they still may be."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from provisioning.errors import NotAllowedError, NotThereError
from provisioning.model import Actor, App
from provisioning.permissions import may_watch
from provisioning.ports import TenantReader
from provisioning.watching.credentials import nearing
from provisioning.watching.news import EVERYTHING, Hush, News, Pace, Place, Sight, Subscription, Wish
from provisioning.watching.ports import NewsBooks, NewsLedger


class Looks(Protocol):
    """The look at one app, now."""

    async def look_now(self, app: App) -> Sight | None:
        """What is seen, kept as by a round; None: the app has no job."""


class Watching:
    """Wishes to be told, and what becomes of them. ``stored`` False: nothing is kept."""

    def __init__(self, *, reader: TenantReader, books: NewsBooks, looks: Looks, stored: bool = True) -> None:
        self._reader = reader
        self._books = books
        self._looks = looks
        self._stored = stored

    async def subscribe(self, actor: Actor, place: str, app: App | None, *, shared: bool) -> Wish:
        """Tell this place of an app, or of all (None), from now on. NotAllowedError unless the actor may decide it."""
        _allow(actor, shared=shared)
        now = await self._reader.now()
        sight = await self._looks.look_now(app) if app else None
        wish = Subscription(place=place, shared=shared, actor=actor, app=app, since=now)
        new = True
        if self._stored:
            async with self._books.transaction() as ledger:
                new = await ledger.subscribe(wish)
                await ledger.wake(place, wish.app_id)
                await ledger.told_of_standing(place, wish.app_id)
                await _note(ledger, "watching for good", actor, place, wish.app_id)
        standing = (*await self._books.standing(wish.app_id), *(nearing(sight) if sight else ()))
        told = await self.place(place) if self._stored else Place(conversation=place, subscriptions=[wish])
        return Wish(place=told, app=app, new=new, set_up=app is None or sight is not None, standing=standing)

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


def _allow(actor: Actor, *, shared: bool) -> None:
    if not may_watch(actor, shared=shared):
        who = "identity administrators" if actor.is_agent else "the helpdesk"
        raise NotAllowedError(f"News of apps are for {who} to order here.")


async def _note(ledger: NewsLedger, what: str, by: Actor, place: str, app_id: str) -> None:
    await ledger.audit(what=what, by=by, about=f"news:{place}", facts={"app": app_id} if app_id else {})
