"""Being told what is news about apps, in a chat or a channel: what to watch there, how often, and what to hush."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

from cards.app_news import news_card
from cards.guide import Denial, denied_card, notice_card
from cards.voice import Voice
from cards.watched import hushed_words, place_card, watching_card
from cards.words import _
from dialogs.asking import DENIED, Ask, Asker, Outcome, Said, shown
from dialogs.feature import Feature
from dialogs.meaning import Intent
from dialogs.needs import Tenant
from dialogs.news_words import has_no_end, is_loud_again, is_once, names_all, pace_in
from dialogs.pressed import noted, of_no_worth
from dialogs.status import which_app
from dialogs.talk import PERSONAL, Click, Reply, Seal
from provisioning.errors import NotThereError, RefusedError
from provisioning.model import Actor, App
from provisioning.permissions import may_watch
from provisioning.watches import Watch, length_in, names_a_length
from provisioning.watching.news import EVERYTHING, Hush, News, Pace, Place, Wish

KIND = "news"
SNOOZE = timedelta(days=1)


class Watching(Protocol):
    """What places are told."""

    async def subscribe(self, actor: Actor, place: str, app: App | None, *, shared: bool) -> Wish:
        """From now on. NotAllowedError unless the actor may decide it."""

    async def unsubscribe(self, actor: Actor, place: str, app_ids: Sequence[str], *, shared: bool) -> Place:
        """No more. NotAllowedError as above."""

    async def hush(self, actor: Actor, place: str, app_id: str, *, length: timedelta | None, shared: bool) -> Hush:
        """Nothing of an app for so long; None: until somebody says otherwise. NotAllowedError."""

    async def wake(self, actor: Actor, place: str, app_id: str | None, *, shared: bool) -> Place:
        """Again. NotAllowedError."""

    async def set_pace(self, actor: Actor, place: str, pace: Pace, *, shared: bool) -> Place:
        """How often. NotAllowedError."""

    async def place(self, place: str) -> Place:
        """How a place is told."""

    async def news(self, number: int) -> tuple[News, News | None]:
        """Some news, and those of its end. NotThereError."""


class NewsDesk:
    """Conversations and buttons about news of apps. ``place_of``: the chat or channel of a conversation."""

    def __init__(self, *, tenant: Tenant, watching: Watching, place_of: Callable[[str], str]) -> None:
        self._tenant = tenant
        self._watching = watching
        self._place_of = place_of

    def feature(self) -> Feature:
        """What the desk is brought by this; "watch" and "stop watching" come through ``WatchDesk``."""
        return Feature(
            conversations={Intent.DIGEST: self.pace, Intent.HUSH: self.hush},
            buttons={"snooze_news": self._snooze, "mute_news": self._mute, "wake_news": self._wake},
            drawings={KIND: self.draw},
        )

    def is_meant(self, ask: Ask, asker: Asker) -> bool:
        """Whether a wish to watch is one without end: of apps, by the helpdesk, and not "when" or "for three days"."""
        about_people = ask.person_id or ask.person_words or ask.somebody
        of_apps = ask.app_ids or (names_all(ask.question) and not ask.app_words)
        once = is_once(ask.question) or names_a_length(ask.question)
        return bool(asker.actor.is_agent and of_apps and not about_people and not once)

    async def begin(self, ask: Ask, asker: Asker) -> Outcome:
        """Tell this chat or channel from now on."""
        if not may_watch(asker.actor, shared=asker.shared):
            return _denied(asker)
        found = await self._named(ask)
        if isinstance(found, Said):
            return found
        wishes = [
            await self._watching.subscribe(asker.actor, self._place_of(asker.conversation), app, shared=asker.shared)
            for app in _each(found)
        ]
        card = watching_card(
            found,
            wishes[-1].place,
            [news for wish in wishes for news in wish.standing],
            not_set_up=[wish.app for wish in wishes if wish.app and not wish.set_up],
            new=any(wish.new for wish in wishes),
        )
        return Said(reply=shown(card, voice=Voice.AGENT))

    async def list_with(self, asker: Asker, watches: Sequence[Watch]) -> Reply:
        """What is told here, and what is watched for whoever asks."""
        place = await self._watching.place(self._place_of(asker.conversation))
        return await self._listed(place, watches)

    async def end(self, ask: Ask, asker: Asker) -> bool:
        """Stop what is told here of the named apps, of all, or the only one; whether anything here was meant."""
        place = await self._watching.place(self._place_of(asker.conversation))
        meant = _meant(ask, place)
        if not meant:
            return False
        await self._watching.unsubscribe(asker.actor, place.conversation, meant, shared=asker.shared)
        return True

    async def pace(self, ask: Ask, asker: Asker) -> Outcome:
        """At once, daily or weekly."""
        if not may_watch(asker.actor, shared=asker.shared):
            return _denied(asker)
        place, pace = self._place_of(asker.conversation), pace_in(ask.question)
        told = await self._watching.set_pace(asker.actor, place, pace, shared=asker.shared)
        return Said(reply=await self._listed(told, ()))

    async def hush(self, ask: Ask, asker: Asker) -> Outcome:
        """Snooze, mute, or speak again, of one app or of all."""
        if not asker.actor.is_agent:
            return _denied(asker)
        everything = names_all(ask.question)
        found = [] if everything else await self._named(ask)
        if isinstance(found, Said):
            return found
        place = self._place_of(asker.conversation)
        if is_loud_again(ask.question):
            for app in _each(found):
                await self._watching.wake(asker.actor, place, app.id if app else None, shared=asker.shared)
            return Said(reply=await self._listed(await self._watching.place(place), ()))
        for_good = has_no_end(ask.question) and not names_a_length(ask.question)
        length = None if for_good else length_in(ask.question, SNOOZE)
        if not may_watch(asker.actor, shared=asker.shared and length is None):
            return _denied(asker)
        lines = []
        for app in _each(found):
            hush = await self._watching.hush(
                asker.actor, place, app.id if app else EVERYTHING, length=length, shared=asker.shared
            )
            lines.append(hushed_words(app.name if app else _("all apps"), hush.until))
        return Said(reply=shown(notice_card(lines[0], " ".join(lines[1:]), buttons=_list_button()), voice=Voice.AGENT))

    async def draw(self, key: str, voice: str) -> Reply:
        """The card of some news as it stands in a place: ``<number>:<place>``."""
        number, _colon, place = key.partition(":")
        if not number.isascii() or not number.isdigit():
            raise NotThereError(_("There is no such news."))
        news, over = await self._watching.news(int(number))
        told = await self._watching.place(place)
        hush = next((one for one in told.hushes if one.app_id in {news.app.id, EVERYTHING}), None)
        now = await self._tenant.now()
        if hush is not None and hush.until is not None and hush.until <= now:
            hush = None
        card = news_card(news, over, hushed=hush is not None, until=hush.until if hush else None)
        return shown(card, about=f"{KIND}:{key}", voice=Voice.AGENT)

    # Buttons

    async def _snooze(self, click: Click) -> Reply:
        return await self._hushed(click, SNOOZE)

    async def _mute(self, click: Click) -> Reply:
        return await self._hushed(click, None)

    async def _hushed(self, click: Click, length: timedelta | None) -> Reply:
        key, news = await self._clicked(click)
        if click.seal is Seal.GOOD:
            place, shared = self._place_of(click.conversation), click.kind != PERSONAL
            await self._watching.hush(click.actor, place, news.app.id, length=length, shared=shared)
        return await self._drawn(click, key)

    async def _wake(self, click: Click) -> Reply:
        key, news = await self._clicked(click)
        if click.seal is Seal.GOOD:
            place, shared = self._place_of(click.conversation), click.kind != PERSONAL
            for app_id in (news.app.id, EVERYTHING):
                await self._watching.wake(click.actor, place, app_id, shared=shared)
        return await self._drawn(click, key)

    async def _clicked(self, click: Click) -> tuple[str, News]:
        """What the button is about; it counts in the conversation in which it was pressed, whatever it carries."""
        if not click.actor.is_agent:
            raise RefusedError(_("News of apps are for the helpdesk."))
        value = click.data.get("id")
        if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 15:
            raise RefusedError(_("This button does not say what it is about. Please ask anew."))
        news, _over = await self._watching.news(int(value))
        return f"{value}:{self._place_of(click.conversation)}", news

    async def _drawn(self, click: Click, key: str) -> Reply:
        reply = await self.draw(key, Voice.AGENT)
        return reply if click.seal is Seal.GOOD else noted(reply, of_no_worth(click.seal))

    async def _named(self, ask: Ask) -> list[App] | Said:
        """The apps that are meant; none: all of them. A question for the app where one was named that is none."""
        apps = await self._tenant.apps()
        named = [app for app in apps if app.id in ask.app_ids]
        if len(named) == 1 or (named and ask.each_app) or (not named and names_all(ask.question)):
            return named
        asked = which_app(named, apps, ask)
        return asked if isinstance(asked, Said) else Said(reply=asked.reply)

    async def _listed(self, place: Place, watches: Sequence[Watch]) -> Reply:
        names = {app.id: app.name for app in await self._tenant.apps()} if place.hushes else {}
        return shown(place_card(place, watches, names), voice=Voice.AGENT)


def _each(found: Sequence[App]) -> Sequence[App | None]:
    """None stands for all of them."""
    return found or (None,)


def _list_button() -> list[tuple[str, str]]:
    return [(_("What do you watch?"), "what do you watch")]


def _meant(ask: Ask, place: Place) -> list[str]:
    here = [one.app_id for one in place.subscriptions]
    if ask.app_ids:
        return [app_id for app_id in here if app_id in ask.app_ids]
    if names_all(ask.question):
        return here
    named = ask.person_id or ask.person_words or ask.others or re.search(r"\d", ask.question)
    return here if len(here) == 1 and not named else []


def _denied(asker: Asker) -> Said:
    if not asker.actor.is_agent:
        return Said(reply=shown(denied_card(Denial.OTHERS)), came_to=DENIED)
    said = _("Only an identity administrator may decide what is told in this channel.")
    words = _("In a chat with me alone you may: write there “watch all apps”.")
    return Said(reply=shown(notice_card(said, words)), came_to=DENIED)
