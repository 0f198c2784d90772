"""Crowds, put together: the conversations, the buttons, and what works on them in the background."""

import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.channel.files import Downloads
from bot.file_offers import GIVE, FileOffers
from bot.proactive import Proactive
from cards.crowd import crowd_news
from cards.words import use_language
from dialogs.crowd import CrowdDesk, is_surely_called
from dialogs.feature import Feature
from dialogs.needs import GroupTickets
from dialogs.talk import Reply
from provisioning.casework.crowd_moves import TOLD
from provisioning.casework.crowds import GATHER, Crowds
from provisioning.casework.driving import Driving
from provisioning.errors import NotThereError
from provisioning.graph.reader import GraphReader
from provisioning.ports import Levers, Pace
from provisioning.store.crowds import PostgresCrowds

DRIVE = "drive_crowds"
EVERY = timedelta(seconds=3)  # between two looks for a crowd that somebody has started

_log = logging.getLogger(__name__)


def talk_of_crowds(
    *,
    books: PostgresCrowds,
    reader: GraphReader,
    tickets: GroupTickets,
    stored: bool,
    offers: FileOffers | None = None,
) -> Feature:
    """What can be said and pressed; ``stored`` False: lists are looked at, and none is kept.

    ``offers`` None: no list is given as a file.
    """
    crowds = Crowds(reader=reader, books=books, called=is_surely_called, stored=stored)
    desk = CrowdDesk(tenant=reader, crowds=crowds, tickets=tickets, files=Downloads(), offers=offers)
    give = {GIVE: partial(offers.give, desk.file.content)} if offers else {}
    return replace(desk.feature(), work={GATHER: crowds.gather, **give})


def crowd_work(
    *, books: PostgresCrowds, reader: GraphReader, levers: Levers, pace: Pace, proactive: Proactive
) -> Feature:
    """What goes on while nobody says anything."""
    driving = Driving(reader=reader, levers=levers, books=books, pace=pace)

    async def tell(number: int, version: int) -> None:
        """One line where the list was brought, once for each end and each standstill."""
        progress = await books.progress(number)
        origin = progress.crowd.origin
        with use_language(await proactive.language(origin)):
            news = Reply(text=crowd_news(progress))
        try:
            await proactive.say(origin, news, key=f"crowd:{number}:{version}")
        except NotThereError:  # brought on the command line, or the bot was removed: the card keeps it
            _log.warning("nobody can be told of a crowd: there is no such chat (any more)")

    return Feature(work={TOLD: tell}, rounds={DRIVE: (EVERY, driving.drive)})
