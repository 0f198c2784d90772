"""What the helpdesk does by itself: it notices what is mended, where it cannot speak, and who has to be reminded."""

from datetime import timedelta

from bot.telling import Telling
from dialogs.feature import Feature
from provisioning.casework.mending import Mending

EACH_MINUTE = timedelta(minutes=1)


def helpdesk_feature(*, telling: Telling, mending: Mending) -> Feature:
    """The rounds of the helpdesk."""

    async def mend() -> None:
        await mending.look()
        await mending.close_by_policy()

    return Feature(
        rounds={
            "look_for_the_mended": (EACH_MINUTE, mend),
            "tell_of_tickets": (EACH_MINUTE, telling.unannounced),
        }
    )
