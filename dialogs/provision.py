"""A typed "provision …" never acts: it answers with the pre-flight, whose button acts."""

from dataclasses import replace

from cards.words import _
from dialogs.asking import Ask, Asker, Conversation, Outcome, Said
from dialogs.several import meet
from dialogs.status import Status, noted
from provisioning.permissions import may_provision


class Provision:
    """Wishes to have somebody provisioned now."""

    def __init__(self, status: Status, many: Conversation | None = None) -> None:
        """``many``: what answers for several people at once."""
        self._status = status
        self._many = many

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The status card; who may not provision learns that beside their own answer."""
        if self._many and ask.others and may_provision(asker.actor):
            several = await _surely_several(ask, asker)
            return await self._many(several, asker) if several.others else await self._status.answer(several, asker)
        outcome = await self._status.answer(ask, asker)
        if may_provision(asker.actor) or not isinstance(outcome, Said) or not outcome.reply.about:
            return outcome
        card = noted(outcome.reply.card or {}, _("Only the helpdesk can start it; a ticket asks them to."))
        return replace(outcome, reply=replace(outcome.reply, card=card))


async def _surely_several(ask: Ask, asker: Asker) -> Ask:
    """The question without words that may be no names and that nobody is called."""
    if not ask.doubtful:
        return ask
    met = await meet(ask, asker)
    if isinstance(met, Ask):
        return met
    named = [*(person.id for person in met.people), *met.words]
    return replace(ask, person_id="", person_words=named[0], others=tuple(named[1:]), doubtful=())
