"""What the helpdesk does by itself: it notices what is mended, where it cannot speak, and who has to be reminded."""

from collections.abc import Sequence
from datetime import timedelta

from bot.duty import Duty
from bot.telling import Telling
from dialogs.duty import DutyDesk, Roster, Routes
from dialogs.feature import Feature
from dialogs.meaning import Intent
from provisioning.casework.mending import Mending
from provisioning.roster import Shift
from provisioning.routing import Route

EACH_MINUTE = timedelta(minutes=1)


def helpdesk_work(*, telling: Telling, mending: Mending, duty: Duty) -> Feature:
    """The rounds of the helpdesk."""

    async def mend() -> None:
        await mending.look()
        await mending.close_by_policy()

    return Feature(
        rounds={
            "look_for_the_mended": (EACH_MINUTE, mend),
            "tell_of_tickets": (EACH_MINUTE, telling.unannounced),
            "remind_of_tickets": (EACH_MINUTE, duty.remind),
            "hand_over_shifts": (EACH_MINUTE, duty.hand_over),
        },
    )


def talk_of_duty(desk: DutyDesk) -> Feature:
    """What is said about shifts and routes."""
    return Feature(conversations={Intent.ROSTER: desk.roster, Intent.ROUTES: desk.routes})


class Unkept:
    """Shifts and routes as they are, of which nothing that is added or dropped stays: for a rehearsal."""

    def __init__(self, roster: Roster, routes: Routes) -> None:
        self._roster = roster
        self._routes = routes

    async def shifts(self) -> Sequence[Shift]:
        """As they are."""
        return await self._roster.shifts()

    async def add(self, shift: Shift) -> None:
        """Nowhere."""

    async def drop(self, person_id: str) -> int:
        """How many it would be."""
        return sum(shift.person.id == person_id for shift in await self.shifts())

    async def routes(self) -> Sequence[Route]:
        """As they are."""
        return await self._routes.routes()

    async def add_route(self, route: Route) -> None:
        """Nowhere."""

    async def drop_route(self, kind: str, value: str) -> bool:
        """Whether there is one."""
        return any((route.kind, route.value) == (kind, value) for route in await self.routes())
