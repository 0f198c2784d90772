"""Choosing the channel in which the helpdesk reads its tickets."""

from cards._kit import Tone
from cards.guide import Denial, notice_card
from cards.words import _
from dialogs.asking import Ask, Asker, Outcome, Said, denied, shown
from dialogs.needs import Rooms
from provisioning.permissions import may_set_up


class Room:
    """The wish to have tickets posted here."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """Admins, in a channel or group; a private chat is no helpdesk."""
        if not may_set_up(asker.actor):
            return denied(Denial.DESK_ROOM)
        if not asker.shared:
            said = _("A private chat cannot be the helpdesk's channel.")
            words = _("Add me to the helpdesk's channel or group chat and write it there.")
            return Said(reply=shown(notice_card(said, words, tone=Tone.WARNING)))
        await self._rooms.use_as_desk_room(asker.conversation, asker.actor)
        said = _("New tickets are posted here from now on.")
        words = _("Everybody here can read them; taking and closing them is for the helpdesk.")
        return Said(reply=shown(notice_card(said, words, tone=Tone.GOOD)))
