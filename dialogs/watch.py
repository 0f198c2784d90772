"""Being told later: what to watch, what is watched, and the end of it."""

import re
from dataclasses import replace

from cards import unsealed
from cards.guide import Denial, notice_card
from cards.watch import (
    closed_already_card,
    ended_already_card,
    there_already,
    there_already_card,
    watch_card,
    watches_card,
    watching_words,
)
from cards.words import _
from dialogs.asking import Ask, Asker, Concerned, Gap, Missing, Outcome, Said, asked, concerned, denied, shown
from dialogs.case_reply import case_reply
from dialogs.feature import Feature
from dialogs.handing import with_ticket
from dialogs.meaning import Intent
from dialogs.needs import Shelf, Tenant, Watches
from dialogs.news import NewsDesk
from dialogs.pressed import count, identifier, noted, of_no_worth
from dialogs.sentence import plain
from dialogs.status import Status, which_app, which_person
from dialogs.talk import Click, Reply, Seal
from provisioning.crowds import Crowd
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.model import Diagnosis
from provisioning.permissions import may_ask, may_provision
from provisioning.tickets import Ticket
from provisioning.watches import Watch, WatchState, length_in

KIND = "watch"
_NUMBER = re.compile(r"(?i)\bw-?\s?(\d{1,15})\b|\b(\d{1,15})\b")
_ALL = re.compile(r"(?i)\b(?:all|everything|alle|any)\b")


class WatchDesk:
    """Conversations and buttons about watches."""

    def __init__(
        self, *, tenant: Tenant, status: Status, watches: Watches, shelf: Shelf, news: NewsDesk | None = None
    ) -> None:
        """``news``: what takes the wishes without end, and is listed and ended with the others."""
        self._tenant = tenant
        self._status = status
        self._watches = watches
        self._shelf = shelf
        self._news = news

    def feature(self) -> Feature:
        """What the desk is brought by this."""
        return Feature(
            conversations={Intent.WATCH: self.answer, Intent.WATCHES: self.mine, Intent.UNWATCH: self.end},
            buttons={"watch": self._again, "unwatch": self._stop, "tell_me": self._tell_me},
            drawings={KIND: self.draw},
        )

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The card of a watch, or a question for whom and which app."""
        if ask.ticket is not None:
            return await self._closed(ask.ticket, ask, asker)
        if ask.crowd is not None:
            return await self._ended(ask.crowd, ask, asker)
        if self._news is not None and self._news.is_meant(ask, asker):
            return await self._news.begin(ask, asker)
        apps = await self._tenant.apps()
        named = [app for app in apps if app.id in ask.app_ids]
        if len(named) == 1 and not (ask.person_id or ask.person_words or ask.somebody):
            length = length_in(ask.question)
            watch = await self._watches.job(asker.actor, named[0], origin=asker.conversation, length=length)
            return Said(reply=_shown(watch))
        if not named and not (ask.person_id or ask.person_words or ask.somebody or ask.app_words):
            return asked(Missing(gap=Gap.WHO, ask=ask, reply=_of_whom()))
        settled = await self._status.somebody(ask, asker)
        if isinstance(settled, Missing) and settled.gap is Gap.PERSON and named:
            return which_person(settled.people, ask, named)  # each button carries the app as well
        if not isinstance(settled, Ask):
            return settled
        if len(named) != 1:
            return which_app(named, apps, settled)
        found = await self._watches.person(
            asker.actor,
            settled.person_id,
            named[0],
            origin=asker.conversation,
            length=length_in(ask.question),
        )
        return Said(reply=_shown(found))

    async def _closed(self, number: int, ask: Ask, asker: Asker) -> Outcome:
        """Somebody else's ticket and one that does not exist sound alike."""
        length = length_in(ask.question)
        try:
            found = await self._watches.ticket(asker.actor, number, origin=asker.conversation, length=length)
        except NotThereError:
            said = _("You have no ticket SD-{number}.").format(number=number)
            return Said(reply=shown(notice_card(said, _("Your tickets are listed when you write: my tickets"))))
        return Said(reply=_shown(found))

    async def _ended(self, number: int, ask: Ask, asker: Asker) -> Outcome:
        if not may_provision(asker.actor):
            return denied(Denial.PROVISION)
        length = length_in(ask.question)
        try:
            found = await self._watches.crowd(asker.actor, number, origin=asker.conversation, length=length)
        except NotThereError:
            said = _("There is no list C-{number}.").format(number=number)
            return Said(reply=shown(notice_card(said, _("The newest lists are shown when you write: crowds"))))
        return Said(reply=_shown(found))

    async def mine(self, ask: Ask, asker: Asker) -> Outcome:
        """What is watched for whoever asks."""
        return Said(reply=await self._listed(asker))

    async def end(self, ask: Ask, asker: Asker) -> Outcome:
        """Stop one by its number or by whom or what it is about, all of them, or the only one; else show them."""
        news_too = (
            self._news is not None and ask.ticket is None and ask.crowd is None and await self._news.end(ask, asker)
        )
        open_ = list(await self._watches.mine(asker.actor))
        meant = _meant(ask, open_, only=not news_too)
        ended = [await self._watches.cancel(asker.actor, watch.number) for watch in meant]
        if len(ended) == 1 and not news_too:
            return Said(reply=_shown(ended[0]))
        return Said(reply=await self._listed(asker))

    async def _listed(self, asker: Asker) -> Reply:
        mine = await self._watches.mine(asker.actor)
        if self._news is not None and asker.actor.is_agent:
            return await self._news.list_with(asker, mine)
        return shown(watches_card(mine))

    async def draw(self, key: str, voice: str) -> Reply:
        """The card as it is now."""
        if not key.isascii() or not key.isdigit():
            raise NotThereError(_("There is no such watch."))
        return _shown(await self._watches.read(int(key)))

    async def _stop(self, click: Click) -> Reply:
        number, version = _number(click), count(click.data, "version")
        if click.seal is not Seal.GOOD:
            return await self._as_it_is(click, number)
        watch = await self._watches.cancel(click.actor, number, version)
        reply = _shown(watch)
        return reply if watch.state is WatchState.CANCELLED else noted(reply, unsealed.changed_since())

    async def _again(self, click: Click) -> Reply:
        number, version = _number(click), count(click.data, "version")
        if click.seal is not Seal.GOOD:
            return await self._as_it_is(click, number)
        return _shown(await self._watches.again(click.actor, number, version, origin=click.conversation))

    async def _tell_me(self, click: Click) -> Reply:
        """The case's own wish: whoever presses is told here when its person has arrived. The card stays as it is."""
        case = await self._shelf.read_case(identifier(click.data, "case"))
        if not may_ask(click.actor, case.diagnosis.person.id):
            raise NotAllowedError(_("I may tell you only about your own access."))
        if click.seal is not Seal.GOOD:
            return noted(case_reply(case), of_no_worth(click.seal))
        person, app = case.diagnosis.person, case.diagnosis.app
        found = await self._watches.person(click.actor, person.id, app, origin=click.conversation)
        return noted(case_reply(case), there_already(found) if isinstance(found, Diagnosis) else watching_words(found))

    async def _as_it_is(self, click: Click, number: int) -> Reply:
        """Nothing was done; somebody else's watch is not shown."""
        watch = await self._watches.read(number)
        if watch.actor.id != click.actor.id:
            raise NotThereError(_("There is no such watch."))
        return noted(_shown(watch), of_no_worth(click.seal))


def _shown(found: Watch | Diagnosis | Ticket | Crowd) -> Reply:
    if isinstance(found, Crowd):
        return shown(ended_already_card(found))
    if isinstance(found, Ticket):
        return shown(closed_already_card(found))
    if isinstance(found, Diagnosis):
        return with_ticket(shown(there_already_card(found)), about=[concerned(found)])
    reply = shown(watch_card(found), about=f"{KIND}:{found.number}" if found.number else None)
    if found.app is None:  # it is about a ticket already, or about many people
        return reply
    about = Concerned(app_id=found.app.id, app=found.app.name)
    if found.person:
        about = replace(about, person_id=found.person.id, person=found.person.name or found.person.upn)
    return with_ticket(reply, about=[about])


def _of_whom() -> Reply:
    said = _("Whom or what shall I watch?")
    return shown(
        notice_card(said, _("For example: “tell me when José is in AskCody”, “watch AskCody” or “watch SD-1001”."))
    )


def _meant(ask: Ask, open_: list[Watch], *, only: bool) -> list[Watch]:
    """``only``: where nobody and nothing is named, the only one is meant."""
    if _ALL.search(ask.question):
        return open_
    if ask.ticket is not None:
        return [watch for watch in open_ if watch.ticket == ask.ticket]
    if ask.crowd is not None:
        return [watch for watch in open_ if watch.crowd == ask.crowd]
    number = _NUMBER.search(ask.question)
    if number:
        return [watch for watch in open_ if watch.number == int(number[1] or number[2])]
    words = [one.casefold() for one in (ask.person_words, *ask.others) if one]
    about = [
        watch
        for watch in open_
        if (watch.app and watch.app.id in ask.app_ids) or any(_is_about(watch, word) for word in words)
    ]
    return about if about or words or ask.app_ids else (open_ if only and len(open_) == 1 else [])


def _is_about(watch: Watch, word: str) -> bool:
    if watch.person is None:
        return False
    name = plain(watch.person.name)
    return plain(word) in {name, *name.split(), watch.person.upn.casefold()}


def _number(click: Click) -> int:
    value = click.data.get("id")
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 15:
        raise RefusedError(_("This button does not say what it is about. Please ask anew."))
    return int(value)
