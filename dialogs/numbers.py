"""How the helpdesk is doing, for agents who ask."""

from cards.guide import Denial
from cards.numbers import numbers_card
from cards.voice import Voice
from dialogs.asking import Ask, Asker, Outcome, Said, denied, shown
from dialogs.feature import Feature
from dialogs.meaning import Intent
from provisioning.permissions import may_handle_tickets
from provisioning.ports import Figures


def numbers(figures: Figures) -> Feature:
    """The conversation about the helpdesk's numbers."""

    async def answer(ask: Ask, asker: Asker) -> Outcome:
        if not may_handle_tickets(asker.actor):
            return denied(Denial.TICKETS)
        return Said(reply=shown(numbers_card(await figures.numbers()), voice=Voice.AGENT))

    return Feature(conversations={Intent.NUMBERS: answer})
