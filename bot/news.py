"""News of apps: the rounds that tell them.

What is said has a name in its place, decided before it is said and kept: a round that dies is made again and says
nothing twice.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.channel.wire import THREAD
from bot.proactive import Proactive
from cards.app_news import digest_card, news_card
from cards.voice import Voice
from cards.watched import apps_named, ended_card
from cards.words import use_language
from dialogs.asking import shown
from dialogs.feature import Feature
from dialogs.news import KIND
from dialogs.talk import Reply
from provisioning.casework.watching import Watching
from provisioning.errors import DeskError, NotThereError
from provisioning.roster import is_quiet
from provisioning.watching.news import Place, Subscription
from provisioning.watching.owing import Batch, came_and_went, decided, due
from provisioning.watching.ports import NewsBooks

TOLD = timedelta(minutes=1)  # between two looks at what is owed
TIDIED = timedelta(hours=12)

_log = logging.getLogger(__name__)


def news_work(telling: "Telling", books: NewsBooks) -> Feature:
    """The rounds."""
    return Feature(rounds={"tell_news": (TOLD, telling.tell), "forget_news": (TIDIED, books.forget)})


def place_of(conversation: str) -> str:
    """The chat or channel of a conversation: of a thread, its channel."""
    return conversation.partition(THREAD)[0]


class Telling:
    """One round over everybody who is owed news."""

    def __init__(
        self,
        *,
        books: NewsBooks,
        watching: Watching,
        proactive: Proactive,
        zone: ZoneInfo,
        quiet_hours: tuple[time, time] | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._books = books
        self._watching = watching
        self._proactive = proactive
        self._zone = zone
        self._quiet_hours = quiet_hours
        self._clock = clock

    async def tell(self) -> None:
        """Say what is due. A place whose readers' rights cannot be read is left for the next round."""
        for place in await self._books.owing():
            try:
                await self._tell(place)
            except NotThereError:
                await self._drop(place)
            except DeskError as no:
                _log.warning("news have to wait: %s", no)

    async def _tell(self, place: Place) -> None:
        place, gone = await self._watching.entitled(place)
        for one in gone:
            await self._end(one)
        owed = await self._books.owed(place.conversation)
        for batch in decided(owed):
            await self._say(place, batch)
        now = self._clock().astimezone(self._zone)
        if is_quiet(now, self._quiet_hours):
            return
        if unheard := came_and_went(place, owed):
            await self._settle(place, unheard, told=False)
        rest = [one for one in owed if one.news.number not in unheard]
        for batch in due(place, rest, now):
            await self._decide(place, batch)
            await self._say(place, batch)

    async def _decide(self, place: Place, batch: Batch) -> None:
        """With what it is said, before it is said: whoever takes over says the same."""
        async with self._books.transaction() as ledger:
            await ledger.batch(place.conversation, batch.numbers, batch.name)
            if batch.upto is not None:
                await ledger.digested(place.conversation, batch.upto)

    async def _say(self, place: Place, batch: Batch) -> None:
        with use_language(await self._proactive.language(place.conversation)):
            reply = _drawn(place, batch)
        await self._proactive.say(place.conversation, reply, key=f"news:{place.conversation}:{batch.name}")
        await self._settle(place, batch.numbers, told=True)

    async def _end(self, subscription: Subscription) -> None:
        """Say without any news that it ends, then end it: a round that dies between says nothing twice."""
        with use_language(await self._proactive.language(subscription.place)):
            card = ended_card(apps_named(subscription), subscription.actor.name)
        key = f"news-end:{subscription.place}:{subscription.app_id}:{subscription.since.isoformat()}"
        try:
            await self._proactive.say(subscription.place, shown(card), key=key)
        except NotThereError:
            _log.info("nobody can be told that watching ends: the conversation is closed to us")
        await self._watching.end(subscription)

    async def _drop(self, place: Place) -> None:
        """The conversation is closed to us: what it is owed now is never said, not even when it opens again."""
        owed = await self._books.owed(place.conversation)
        _log.warning("news cannot be told: the conversation is closed to us", extra={"news": len(owed)})
        await self._settle(place, [one.news.number for one in owed], told=False)

    async def _settle(self, place: Place, numbers: Sequence[int], *, told: bool) -> None:
        async with self._books.transaction() as ledger:
            await ledger.settle(place.conversation, numbers, told=told)


def _drawn(place: Place, batch: Batch) -> Reply:
    if batch.pace is not None:
        return shown(digest_card(batch.news, batch.pace), voice=Voice.AGENT)
    (news,) = batch.news
    about = f"{KIND}:{news.number}:{place.conversation}"
    return shown(news_card(news), about=about, voice=Voice.AGENT)
