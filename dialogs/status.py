"""Why is somebody (not) in an app: find out who and which app, then open the case and show it.

Permission comes before any answer: who may not ask about somebody does not learn whether that somebody exists. (A
search may have been begun while the roles were being read; for them it is dropped unread.)
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from cards._kit import Card, safe, text
from cards.case import case_card
from cards.choose import choose_app_card, choose_person_card, nobody_card
from cards.guide import Denial, notice_card
from cards.passport import passport_card
from cards.words import _
from dialogs.asking import NO_ACCOUNT, Ask, Asker, Gap, Missing, Outcome, Said, asked, denied, intent_of, shown
from dialogs.meaning import Intent, LastAnswer
from dialogs.naming import nearest_apps
from dialogs.needs import Inquiries, Tenant
from dialogs.search import is_called
from dialogs.sentence import plain
from dialogs.several import answer_each, meet, notes_of, which_app_for_all
from dialogs.talk import Reply
from provisioning.model import App, Person
from provisioning.permissions import may_ask

MOST_APPS = 20  # offered in one list; any other app can be written


class Status:
    """Questions about one person and one app."""

    def __init__(self, tenant: Tenant, inquiries: Inquiries) -> None:
        self._tenant = tenant
        self._inquiries = inquiries

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The card of a new case, or a question for what is missing, or a polite no."""
        ask = await self._as_allowed(ask, asker)
        if not ask.person_id and not ask.person_words:
            return await self._refuse_or_ask_whom(ask, asker)
        if not may_ask(asker.actor, ask.person_id) or (ask.others and not asker.actor.is_agent):
            return denied(Denial.OTHERS, app=await self._only_app(ask))
        if ask.others:
            return await self._several(ask, asker)
        people, apps = await asyncio.gather(self._people(ask, asker), self._tenant.apps())
        return await self._with(people, apps, ask, asker)

    async def somebody(self, ask: Ask, asker: Asker) -> Ask | Outcome:
        """The question with its person's id; or a question back, or a polite no."""
        ask = await self._as_allowed(ask, asker)
        if not ask.person_id and not ask.person_words:
            return await self._refuse_or_ask_whom(ask, asker)
        if not may_ask(asker.actor, ask.person_id) or (ask.others and not asker.actor.is_agent):
            return denied(Denial.OTHERS)
        return self._found(await self._people(ask, asker), ask, ())

    async def _with(self, people: Sequence[Person], apps: Sequence[App], ask: Ask, asker: Asker) -> Outcome:
        named = [app for app in apps if app.id in ask.app_ids]
        settled = self._found(people, ask, named)
        if not isinstance(settled, Ask):
            return settled
        if len(named) > 1 and ask.each_app:
            return await self._in_each(settled, named, asker)
        if len(named) != 1:
            return which_app(named, apps, settled, people=people[:1])
        return await self._open(settled, named[0], asker)

    def _found(self, people: Sequence[Person], ask: Ask, named: Sequence[App]) -> Ask | Outcome:
        """The question with the one person whom its words fit; else a question back."""
        if not ask.person_words:
            return ask
        if not people:
            return _nobody(ask, named)
        if len(people) > 1 or not is_called(people[0], ask.person_words):
            return which_person(people, ask, named)
        return replace(ask, person_id=people[0].id, person_words="")

    async def _in_each(self, ask: Ask, named: Sequence[App], asker: Asker) -> Outcome:
        survey = await self._tenant.survey(ask.person_id, named, held=False)
        card = passport_card(survey, voice=asker.voice, question=ask.question, notes=notes_of(ask, asker))
        last = LastAnswer(intent=Intent.STATUS, person_id=ask.person_id)
        return Said(reply=shown(card, voice=asker.voice), people=(survey.person,), last=last)

    async def _several(self, ask: Ask, asker: Asker) -> Outcome:
        """An answer for each; one who remains after a look into the directory is answered alone."""
        apps = await self._tenant.apps()
        met = await meet(ask, asker)
        if isinstance(met, Ask):
            return await self.answer(met, asker)
        named = [app for app in apps if app.id in ask.app_ids]
        if len(named) != 1:
            return which_app_for_all(
                ask, named or (nearest_apps(ask.app_words, apps) if ask.app_words else _first(apps)), met
            )
        return await answer_each(self._tenant, ask, named[0], met, asker)

    async def _open(self, ask: Ask, app: App, asker: Asker) -> Said:
        case = await self._inquiries.open(
            asker.actor,
            ask.person_id,
            app,
            question=ask.question,
            origin=asker.conversation,
            wish=intent_of(ask) is Intent.PROVISION,
        )
        card = case_card(case, asker.voice)
        for words in reversed(_notes(ask, app, asker)):
            card = noted(card, words)
        last = LastAnswer(intent=intent_of(ask), person_id=ask.person_id, app_id=app.id)
        return Said(reply=shown(card, about=f"case:{case.id}", voice=asker.voice), last=last, case=case)

    async def _as_allowed(self, ask: Ask, asker: Asker) -> Ask:
        """Somebody who may ask only about themself and names nobody, or their own mail address, means themself."""
        if asker.actor.is_agent:
            return ask
        ask = ask.without_doubtful()
        if ask.person_id or ask.somebody or ask.others:
            return ask
        if ask.by_address:
            own = await self._tenant.person(asker.actor.id)
            if ask.person_words.casefold() not in _addresses(own):
                return ask
            return replace(ask, person_id=own.id, person_words="")
        return ask if ask.person_words else replace(ask, person_id=asker.actor.id)

    async def _refuse_or_ask_whom(self, ask: Ask, asker: Asker) -> Outcome:
        app = await self._only_app(ask)
        if not asker.actor.is_agent:
            return denied(Denial.OTHERS, app=app)
        return asked(Missing(gap=Gap.WHO, ask=ask, reply=_whom(app)))

    async def _people(self, ask: Ask, asker: Asker) -> tuple[Person, ...]:
        return await asker.search.find(ask.person_words) if ask.person_words and not ask.person_id else ()

    async def _named(self, ask: Ask) -> list[App]:
        return [app for app in await self._tenant.apps() if app.id in ask.app_ids] if ask.app_ids else []

    async def _only_app(self, ask: Ask) -> App | None:
        named = await self._named(ask)
        return named[0] if len(named) == 1 else None


def which_app(named: Sequence[App], apps: Sequence[App], ask: Ask, *, people: Sequence[Person] = ()) -> Outcome:
    """Ask for the app: of those that fit, of those whose names are near, or of all."""
    if not apps:
        return Said(reply=shown(notice_card(_("I see no app at all."), _("An administrator has to let me read them."))))
    offered = named or (nearest_apps(ask.app_words, apps)[:MOST_APPS] if ask.app_words else _first(apps))
    card = choose_app_card(offered, person_id=ask.person_id, intent=ask.intent, question=ask.question)
    if ask.app_words and not named:
        card = noted(
            card,
            _("I know no app called “{words}”; my list of apps is ten minutes old at most.").format(
                words=safe(ask.app_words, longest=80)
            ),
        )
    choices = tuple(app.id for app in offered)
    return asked(Missing(gap=Gap.APP, ask=ask, reply=shown(card), choices=choices, people=tuple(people)))


def noted(card: Card, words: str) -> Card:
    """The card with a quiet line under its head."""
    return card | {"body": [card["body"][0], text(words, subtle=True), *card["body"][1:]]}


def _first(apps: Sequence[App]) -> list[App]:
    return sorted(apps, key=lambda app: plain(app.name))[:MOST_APPS]


def _addresses(person: Person) -> set[str]:
    return {address.casefold() for address in (person.upn, person.mail) if address}


def which_person(people: Sequence[Person], ask: Ask, named: Sequence[App]) -> Outcome:
    app = named[0] if len(named) == 1 else None
    card = choose_person_card(people, app=app, intent=ask.intent, question=ask.question)
    choices = tuple(person.id for person in people)
    return asked(Missing(gap=Gap.PERSON, ask=ask, reply=shown(card), choices=choices, people=tuple(people)))


def _nobody(ask: Ask, named: Sequence[App]) -> Said:
    card = nobody_card(ask.person_words, named[0] if len(named) == 1 else None)
    return Said(reply=shown(card), came_to=NO_ACCOUNT)


def _whom(app: App | None) -> Reply:
    place = f" in {app.name}" if app else ""
    buttons = [(_("About me"), f"why am I not in {app.name}" if app else "status me")]
    if app:
        buttons.append((_("About the app"), f"how is {app.name} syncing"))
    example = _("Write a name or an address, for example: {example}").format(example=f"status jose@…{place}")
    return shown(notice_card(_("Whom is it about?"), safe(example), buttons=buttons))


def _notes(ask: Ask, app: App, asker: Asker) -> list[str]:
    corrected = []
    if ask.corrected:
        said, meant = safe(ask.corrected), safe(app.name)
        corrected.append(_("I took “{said}” to mean {app}.").format(said=said, app=meant))
    return [*corrected, *notes_of(ask, asker)]
