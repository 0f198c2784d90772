"""Mend and retry: the form for an empty attribute, and what its button does."""

from cards.fill_form import VALUE, WHY, fill_form
from cards.voice import Voice
from cards.words import _
from dialogs.asking import shown
from dialogs.case_reply import case_reply
from dialogs.feature import Feature
from dialogs.needs import Fillers, Shelf
from dialogs.pressed import count, identifier, noted, of_no_worth
from dialogs.talk import Click, Reply, Seal
from provisioning.cases import Case
from provisioning.errors import NotAllowedError
from provisioning.filling import fillable, is_fit
from provisioning.permissions import FillIn, may_fill_in


def fill_in_feature(fillers: Fillers, shelf: Shelf, policy: FillIn) -> Feature:
    """Two buttons: one opens the form, the other does it."""
    form = _Form(fillers, shelf, policy)
    return Feature(buttons={"fill_in": form.open, "fill": form.send})


class _Form:
    def __init__(self, fillers: Fillers, shelf: Shelf, policy: FillIn) -> None:
        self._fillers = fillers
        self._shelf = shelf
        self._policy = policy

    async def open(self, click: Click) -> Reply:
        """The form takes the card's place; *Back* brings it back."""
        self._allow(click)
        case = await self._shelf.read_case(identifier(click.data, "case"))
        if case.waiting or not fillable(case.diagnosis):
            return case_reply(case)
        return _form(case, fill_form(case))

    async def send(self, click: Click) -> Reply:
        """What was filled in is looked at again: it comes from the client."""
        self._allow(click)
        case = await self._shelf.read_case(identifier(click.data, "case"))
        if click.seal is not Seal.GOOD:
            return noted(case_reply(case), of_no_worth(click.seal))
        said = {key: value.strip() for key, value in click.data.items() if isinstance(value, str)}
        values = {name: said.get(VALUE + name, "") for name in fillable(case.diagnosis)}
        why = said.get(WHY, "")
        wrong = [name for name, value in values.items() if not is_fit(name, value)]
        if values and (wrong or not why):
            complaint = (
                _("One of the values cannot stand there.") if wrong else _("Please write where you know it from.")
            )
            return _form(case, fill_form(case, said, complaint=complaint))
        version = count(click.data, "version")
        return case_reply(await self._fillers.fill_in(click.actor, case.id, values, why=why, version=version))

    def _allow(self, click: Click) -> None:
        if not may_fill_in(click.actor, self._policy):
            raise NotAllowedError(_("You may not fill in what is empty in somebody's account."))


def _form(case: Case, card: dict[str, object]) -> Reply:
    return shown(card, about=f"case:{case.id}", voice=Voice.AGENT)
