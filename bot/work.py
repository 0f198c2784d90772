"""Background work: what each queued name does, a few lines into the use cases and the cards each.

Everything here runs at least once, and sometimes twice: saying is keyed, drawing is idempotent, carrying out is a
state machine.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from bot.patience import RedrawLater
from bot.proactive import Proactive
from bot.telling import Telling
from dialogs.feature import Feature
from dialogs.redraw import Redraw
from provisioning.casework.mending import Mending
from provisioning.casework.promises import Promises
from provisioning.casework.records import CARRY_OUT, CHECK_CASE, SHOW, SHOW_CASE, SHOW_TICKET
from provisioning.store.database import Connection
from provisioning.store.queue import Queue

Work = Callable[..., Awaitable[None]]

LOOK_AGAIN = timedelta(seconds=1)  # until a card on its way to the helpdesk is looked for again

_log = logging.getLogger(__name__)


class Shown:
    """Keeps cards up to date."""

    def __init__(self, *, proactive: Proactive, redraw: Redraw, mending: Mending) -> None:
        self._proactive = proactive
        self._mending = mending
        self._redraw = redraw

    async def anything(self, about: str) -> None:
        """Draw ``<kind>:<key>`` again wherever it is shown."""
        await self._proactive.redraw(about, lambda voice: self._redraw.anything(about, voice))

    async def case(self, case_id: str) -> None:
        """Draw a case again wherever it is shown; tickets about the same may be mended by it."""
        await self._proactive.redraw(f"case:{case_id}", lambda voice: self._redraw.case(case_id, voice))
        await self._mending.kept(case_id)


def redraw_later(queue: Queue) -> RedrawLater:
    """Queues the redrawing of ``case:<id>``, ``ticket:<n>`` or whatever a feature draws."""

    async def later(connection: Connection, about: str) -> None:
        kind, _, key = about.partition(":")
        if kind == "case":
            await queue.defer(connection, SHOW_CASE, {"case_id": key})
        elif kind == "ticket":
            await queue.defer(connection, SHOW_TICKET, {"number": int(key)})
        else:
            await queue.defer(connection, SHOW, {"about": about})

    return later


def background(
    shown: Shown, telling: Telling, promises: Promises, features: Sequence[Feature] = ()
) -> Mapping[str, Work]:
    """Every name that may stand in the queue, but for what comes round by itself."""
    return {
        **{name: work for feature in features for name, work in feature.work.items()},
        SHOW: shown.anything,
        CARRY_OUT: promises.carry_out,
        CHECK_CASE: promises.check,
        SHOW_CASE: shown.case,
        SHOW_TICKET: telling.ticket,
    }
