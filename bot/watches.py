"""Watches, put together: the conversations, the rounds, and the telling."""

import logging
from datetime import timedelta

from bot.proactive import Proactive
from cards.watch import watch_news
from cards.words import use_language
from dialogs.feature import Feature
from dialogs.needs import Inquiries, Shelf
from dialogs.news import NewsDesk
from dialogs.status import Status
from dialogs.talk import Reply
from dialogs.watch import WatchDesk
from provisioning.casework.watches import TELL_WATCH, Watches
from provisioning.errors import NotThereError
from provisioning.graph.reader import GraphReader
from provisioning.store.watches import PostgresWatches

LOOK = "look_at_watches"
EVERY = timedelta(seconds=60)

_log = logging.getLogger(__name__)


def talk_of_watches(
    *,
    books: PostgresWatches,
    reader: GraphReader,
    inquiries: Inquiries,
    shelf: Shelf,
    news: NewsDesk,
    stored: bool,
) -> Feature:
    """What can be said and pressed; not ``stored``: nothing is kept."""
    watches = Watches(reader=reader, books=books, stored=stored)
    return WatchDesk(tenant=reader, status=Status(reader, inquiries), watches=watches, shelf=shelf, news=news).feature()


def watch_work(*, books: PostgresWatches, reader: GraphReader, proactive: Proactive) -> Feature:
    """What goes on meanwhile."""

    async def tell(number: int) -> None:
        """What became of a watch, once, where it was wished for."""
        watch = await books.read_watch(number)
        with use_language(await proactive.language(watch.origin)):
            news = Reply(text=watch_news(watch))
        try:
            await proactive.say(watch.origin, news, key=f"watch:{number}:{watch.state.value}")
        except NotThereError:  # wished for on the command line, or the bot was removed: its card keeps it
            _log.warning("nobody can be told of a watch: there is no such chat (any more)")

    watches = Watches(reader=reader, books=books)
    return Feature(work={TELL_WATCH: tell}, rounds={LOOK: (EVERY, watches.look)})
