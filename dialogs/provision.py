"""A typed "provision …" never acts: it answers with the pre-flight, whose button acts."""

from dataclasses import replace

from cards.words import _
from dialogs.asking import Ask, Asker, Outcome, Said
from dialogs.status import Status, noted
from provisioning.permissions import may_provision


class Provision:
    """Wishes to have somebody provisioned now."""

    def __init__(self, status: Status) -> None:
        self._status = status

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The status card; who may not provision learns that beside their own answer."""
        outcome = await self._status.answer(ask, asker)
        if may_provision(asker.actor) or not isinstance(outcome, Said) or not outcome.reply.about:
            return outcome
        card = noted(outcome.reply.card or {}, _("Only the helpdesk can start it; a ticket asks them to."))
        return replace(outcome, reply=replace(outcome.reply, card=card))
