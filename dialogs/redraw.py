"""Drawing a case, a ticket or what a feature shows again as it is now, for a card that is edited in place."""

from collections.abc import Sequence

from cards.case import case_card
from cards.tickets import ticket_card
from cards.voice import Voice
from dialogs.asking import shown
from dialogs.feature import Feature
from dialogs.needs import Shelf
from dialogs.talk import Reply
from provisioning.errors import NotThereError


class Redraw:
    """What a place shows, drawn anew. NotThereError if the thing is gone, ValueError for an unknown voice."""

    def __init__(self, shelf: Shelf, features: Sequence[Feature] = ()) -> None:
        self._shelf = shelf
        self._by_kind = {kind: draw for feature in features for kind, draw in feature.drawings.items()}

    async def anything(self, about: str, voice: str) -> Reply:
        """The card of ``<kind>:<key>``, drawn by the feature that has this kind."""
        kind, _, key = about.partition(":")
        draw = self._by_kind.get(kind)
        if draw is None:
            raise NotThereError("This version of the desk does not draw that.")
        return await draw(key, voice)

    async def case(self, case_id: str, voice: str) -> Reply:
        """The card of a case."""
        case = await self._shelf.read_case(case_id)
        return shown(case_card(case, Voice(voice)), about=f"case:{case.id}", voice=Voice(voice))

    async def ticket(self, number: int, voice: str) -> Reply:
        """The card of a ticket."""
        ticket = await self._shelf.read_ticket(number)
        return shown(ticket_card(ticket, Voice(voice)), about=f"ticket:{ticket.number}", voice=Voice(voice))
