"""Everything about one person: every app that they hold in one card."""

from cards.passport import passport_card
from dialogs.asking import Ask, Asker, Concerned, Outcome, Said, concerned, shown
from dialogs.meaning import Intent, LastAnswer
from dialogs.needs import Tenant
from dialogs.several import meet, notes_of
from dialogs.status import Status
from provisioning.survey import Rank, rank


class Passport:
    """Questions about a person and no app in particular."""

    def __init__(self, tenant: Tenant, status: Status) -> None:
        self._tenant = tenant
        self._status = status

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The passport, or a question for what is missing, or a polite no. People may see their own."""
        if ask.others and asker.actor.is_agent:
            met = await meet(ask, asker)
            if not isinstance(met, Ask):
                return await self._status.answer(ask, asker)
            ask = met
        settled = await self._status.somebody(ask, asker)
        if not isinstance(settled, Ask):
            return settled
        survey = await self._tenant.survey(settled.person_id, await self._tenant.apps())
        card = passport_card(survey, voice=asker.voice, question=ask.question, notes=notes_of(settled, asker))
        last = LastAnswer(intent=Intent.PASSPORT, person_id=settled.person_id)
        wrong = tuple(concerned(one) for one in survey.worst_first() if rank(one) <= Rank.UNCLEAR)
        about = wrong or (Concerned(person_id=survey.person.id, person=survey.person.name or survey.person.upn),)
        return Said(reply=shown(card, voice=asker.voice), people=(survey.person,), last=last, about=about)
