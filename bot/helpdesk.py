"""What the helpdesk does by itself: it notices what is mended, where it cannot speak, and who has to be reminded."""

from datetime import timedelta

from bot.duty import Duty
from bot.telling import Telling
from dialogs.duty import DutyDesk
from dialogs.feature import Feature
from dialogs.meaning import Intent
from provisioning.casework.mending import Mending

EACH_MINUTE = timedelta(minutes=1)


def helpdesk_feature(*, telling: Telling, mending: Mending, duty: Duty, desk: DutyDesk) -> Feature:
    """The rounds of the helpdesk, and what is said about its shifts and routes."""

    async def mend() -> None:
        await mending.look()
        await mending.close_by_policy()

    return Feature(
        conversations={Intent.ROSTER: desk.roster, Intent.ROUTES: desk.routes},
        rounds={
            "look_for_the_mended": (EACH_MINUTE, mend),
            "tell_of_tickets": (EACH_MINUTE, telling.unannounced),
            "remind_of_tickets": (EACH_MINUTE, duty.remind),
            "hand_over_shifts": (EACH_MINUTE, duty.hand_over),
        },
    )
