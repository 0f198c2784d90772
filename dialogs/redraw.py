"""Drawing a case or a ticket again as it is now, for a card that is edited in place."""

from cards.case import case_card
from cards.tickets import ticket_card
from cards.voice import Voice
from dialogs.asking import shown
from dialogs.needs import Shelf
from dialogs.talk import Reply


class Redraw:
    """What a place shows, drawn anew. NotThereError if the thing is gone, ValueError for an unknown voice."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def case(self, case_id: str, voice: str) -> Reply:
        """The card of a case."""
        case = await self._shelf.read_case(case_id)
        return shown(case_card(case, Voice(voice)), about=f"case:{case.id}", voice=Voice(voice))

    async def ticket(self, number: int, voice: str) -> Reply:
        """The card of a ticket."""
        ticket = await self._shelf.read_ticket(number)
        return shown(ticket_card(ticket, Voice(voice)), about=f"ticket:{ticket.number}", voice=Voice(voice))
