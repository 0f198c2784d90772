"""Once a week the helpdesk's numbers are said in its channel, by whichever replica comes first."""

import logging
from datetime import datetime, timedelta

from bot.proactive import Proactive
from cards.numbers import numbers_card
from cards.voice import Voice
from cards.words import use_language
from dialogs.asking import shown
from dialogs.feature import Feature
from provisioning.errors import NotThereError
from provisioning.ports import Figures

LOOK = timedelta(minutes=15)  # between two looks at the clock
FROM = timedelta(hours=7)  # after the week began, in UTC
UNTIL = timedelta(hours=36)  # later it would not be Monday's any more

_log = logging.getLogger(__name__)


class Weekly:
    """Says it. The key of what is said is the week's, so it is said once however often this runs."""

    def __init__(self, *, figures: Figures, proactive: Proactive) -> None:
        self._figures = figures
        self._proactive = proactive

    async def look(self) -> None:
        """Say the week's numbers if it is time and there is a channel."""
        found = await self._figures.numbers()
        week = week_of(found.as_of)
        room = await self._proactive.desk_room() if week else None
        if week is None or room is None:
            return
        with use_language(await self._proactive.language(room)):
            reply = shown(numbers_card(found, weekly=True), voice=Voice.AGENT)
        try:
            await self._proactive.say(room, reply, key=f"numbers:{week}")
        except NotThereError:
            _log.warning("the helpdesk's channel is closed to the bot: the week's numbers are not said")


def week_of(now: datetime) -> str | None:
    """The ISO week whose numbers are to be said now; None: it is not the time."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return f"{now:%G-W%V}" if FROM <= now - monday < UNTIL else None


def weekly(*, figures: Figures, proactive: Proactive) -> Feature:
    """Comes round by itself."""
    return Feature(rounds={"weekly_numbers": (LOOK, Weekly(figures=figures, proactive=proactive).look)})
