"""Several people named at once: who they are, and an answer for each in one app."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import pairwise

from cards.guide import notice_card
from cards.several import Answer, Unsettled, several_card
from cards.words import _
from dialogs.asking import Ask, Asker, Concerned, Outcome, Said, concerned, intent_of, shown
from dialogs.meaning import Intent, LastAnswer
from dialogs.needs import Tenant
from dialogs.search import is_called
from provisioning.diagnosis import diagnose
from provisioning.errors import DeskError
from provisioning.model import App, Diagnosis, Person
from provisioning.survey import Rank, rank, worst_first

MOST = 10  # people in one answer
MOST_APPS = 5  # offered as buttons


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Who was named: people, and words that are not one person. ``more``: named beyond what one answer takes."""

    people: tuple[Person, ...]
    unsettled: tuple[Unsettled, ...] = ()
    more: int = 0

    @property
    def words(self) -> tuple[str, ...]:
        """What is not one person, as it was written."""
        return tuple(one.words for one in self.unsettled)


async def meet(ask: Ask, asker: Asker) -> Ask | Met:
    """Look everybody up side by side. Doubtful words that nobody is called are dropped; one may remain alone."""
    words = [ask.person_id or ask.person_words, *ask.others]
    found = dict(zip(words, await asyncio.gather(*(asker.search.find(one) for one in words[: 2 * MOST])), strict=False))
    sure = {one: [person for person in fits if is_called(person, one)] for one, fits in found.items()}
    kept = [one for one in found if one not in ask.doubtful or sure[one]]
    kept = _the_right_way_round(kept, sure, ask)
    if not kept:
        return replace(ask, person_id="", person_words="", others=(), doubtful=())
    if len(kept) == 1 and kept[0] not in found:
        return replace(ask, person_id=sure[kept[0]][0].id, person_words="", others=(), doubtful=())
    if len(kept) == 1:
        return replace(ask, person_id="", person_words=kept[0], by_address="@" in kept[0], others=(), doubtful=())
    people: dict[str, Person] = {}
    unsettled = []
    for one in kept:
        fits = sure[one] or list(found.get(one, ()))
        if len(fits) == 1 and sure[one]:
            people[fits[0].id] = fits[0]
        else:
            unsettled.append(Unsettled(words=one, fits=tuple(fits)))
    more = max(0, len(people) - MOST) + len(words) - len(found)
    return Met(people=tuple(people.values())[:MOST], unsettled=tuple(unsettled), more=more)


def _the_right_way_round(words: list[str], sure: dict[str, list[Person]], ask: Ask) -> list[str]:
    """ "Müller, Hans" is one person if somebody is called both; ``sure`` then knows them by both words as well."""
    for last, first in pairwise(words):
        both = [person for person in sure[last] if person in sure[first]]
        whole = f"{last}, {first}"
        if len(both) == 1 and whole in ask.question:
            sure[whole] = both
            at = words.index(last)
            return _the_right_way_round([*words[:at], whole, *words[at + 2 :]], sure, ask)
    return words


async def answer_each(tenant: Tenant, ask: Ask, app: App, met: Met, asker: Asker) -> Outcome:
    """One line a person, worst first; then who could not be read, then who was not found."""
    known, failed = await _read(tenant, met.people, app)
    answers: list[Answer] = [*worst_first(known), *failed, *met.unsettled]
    as_of = known[0].as_of if known else await tenant.now()
    notes = notes_of(ask, asker)
    if intent_of(ask) is Intent.PROVISION:
        notes.append(_("I provision one person at a time: open each, and press the button there."))
    card = several_card(app, answers, as_of=as_of, question=ask.question, more=met.more, notes=notes)
    last = LastAnswer(intent=Intent.STATUS, app_id=app.id)
    wrong = tuple(concerned(one) for one in worst_first(known) if rank(one) <= Rank.UNCLEAR)
    about = wrong or tuple(
        Concerned(app_id=app.id, app=app.name, person_id=one.id, person=one.name or one.upn) for one in met.people
    )
    return Said(reply=shown(card, voice=asker.voice), people=met.people, unsettled=met.words, last=last, about=about)


async def _read(
    tenant: Tenant, people: Sequence[Person], app: App
) -> tuple[list[Diagnosis], list[tuple[Person, DeskError]]]:
    by_id = {person.id: person for person in people}
    known: list[Diagnosis] = []
    failed: list[tuple[Person, DeskError]] = []
    async with aclosing(tenant.census(list(by_id), app)) as census:
        async for person_id, seen in census:
            if isinstance(seen, DeskError):
                failed.append((by_id[person_id], seen))
            else:
                known.append(diagnose(seen))
    return known, failed


def which_app_for_all(ask: Ask, apps: Sequence[App], met: Met) -> Said:
    """Ask for the app; each button asks the whole question anew."""
    everybody = " and ".join(f'"{word}"' for word in [ask.person_id or ask.person_words, *ask.others][:MOST])
    buttons = [(app.name[:60], f"status {everybody} in {app.name}") for app in apps[:MOST_APPS]]
    card = notice_card(
        _("Which app do you mean?"), _("Or write the question again with the app's name."), buttons=buttons
    )
    return Said(reply=shown(card), people=met.people, unsettled=met.words)


def notes_of(ask: Ask, asker: Asker) -> list[str]:
    """What a reader has to know about where the answer stands."""
    if asker.shared and asker.actor.is_agent and ask.person_id != asker.actor.id:
        return [_("Everybody in this conversation can read this card.")]
    return []
