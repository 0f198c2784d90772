"""Many people at once: the list, the card that it becomes, and what its buttons do.

A typed sentence never starts anything: it brings a list, whose card has the button. Every button is for the helpdesk,
whose roles are read anew at every click.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from cards import unsealed
from cards._kit import Card, undo_markdown
from cards.crowd import ALL_GROUPS, choose_app_card, crowd_card
from cards.crowd_list import A_CSV_PAGE, A_PAGE, csv_card, people_card
from cards.crowd_words import people, reason_words
from cards.guide import Denial, notice_card
from cards.voice import Voice
from cards.words import _
from dialogs.asking import Ask, Asker, Gap, Missing, Outcome, Said, asked, denied, shown
from dialogs.brought import brought_by
from dialogs.crowd_file import CrowdFile
from dialogs.feature import Feature
from dialogs.meaning import Intent
from dialogs.naming import nearest_apps
from dialogs.needs import Crowds, FileOffers, Files, GroupTickets, Tenant
from dialogs.pressed import count, noted, of_no_worth
from dialogs.sentence import plain
from dialogs.talk import Click, Reply, Seal
from provisioning.crowds import MOST, OVER, TO_COME, CrowdState, Member, Progress
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.model import Actor, App, Person
from provisioning.permissions import may_provision
from provisioning.tickets import Named

MOST_APPS = 5  # offered as buttons
KIND = "crowd"
_NUMBER = re.compile(r"(?i)\bC-?\s?(\d{1,15})\b|\bcrowd\s+(\d{1,15})\b")
_BETWEEN = re.compile(r"[\s._\-#,]+")


def is_surely_called(person: Person, words: str) -> bool:
    """Whether whole words of somebody's name, or an address or id, say that they are meant.

    Stricter than for one person: nobody looks at each of five hundred names before the click.
    """
    wanted = plain(words)
    if "@" in words or wanted in {plain(known) for known in (person.id, person.upn, person.name) if known}:
        return True
    own = {word for text in (person.name, person.upn.partition("@")[0]) for word in _BETWEEN.split(plain(text)) if word}
    asked_for = [word for word in _BETWEEN.split(wanted) if word]
    return bool(asked_for) and all(word in own for word in asked_for)


Turn = Callable[[int, int], Awaitable[Progress]]


class CrowdDesk:
    """Conversations and buttons about crowds."""

    def __init__(
        self,
        *,
        tenant: Tenant,
        crowds: Crowds,
        tickets: GroupTickets,
        files: Files,
        offers: FileOffers | None = None,
    ) -> None:
        """``offers`` None: the channel takes no files from us."""
        self._tenant = tenant
        self._crowds = crowds
        self._tickets = tickets
        self._files = files
        self.file = CrowdFile(crowds, offers)

    def feature(self) -> Feature:
        """What the desk is brought by this."""
        return Feature(
            conversations={Intent.BULK: self.answer, Intent.CROWDS: self.show},
            buttons={
                "crowd_app": self._choose_app,
                "crowd_start": self._start,
                "crowd_pause": self._pause,
                "crowd_resume": self._resume,
                "crowd_stop": self._stop,
                "crowd_people": self._people,
                "crowd_csv": self._csv,
                "crowd_file": self._offer_file,
                "crowd_ticket": self._ticket,
            },
            drawings={KIND: self.draw},
        )

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The list's card; a question for the app, or how to bring a list."""
        if not may_provision(asker.actor):
            return denied(Denial.PROVISION)
        apps = await self._tenant.apps()
        named = [app for app in apps if app.id in ask.app_ids]
        if ask.tried and (number := _number_in(ask.text)):
            return await self._with_app(number, named, ask, apps, asker)
        attached = "\n".join([await self._files.read(file) for file in asker.files])
        list_ = brought_by(ask, attached)
        if not list_.people and not list_.failing:
            return Said(reply=shown(_how()))
        if len(list_.people) > MOST:
            return Said(reply=shown(_too_long(len(list_.people))))
        progress = await self._crowds.open(
            asker.actor,
            origin=asker.conversation,
            words=list_.people,
            app=named[0] if len(named) == 1 else None,
            failing=list_.failing,
            because=list_.because,
            key=asker.key,
        )
        if progress.crowd.state is CrowdState.NAMELESS:
            return _which_app(progress, ask, named or _near(ask, apps))
        return Said(reply=_shown(progress, shared=asker.shared))

    async def _with_app(
        self, number: int, named: Sequence[App], ask: Ask, apps: Sequence[App], asker: Asker
    ) -> Outcome:
        """Our question for the app was answered."""
        if len(named) != 1:
            progress = await self._crowds.progress(asker.actor, number)
            return _which_app(progress, ask, named or _near(ask, apps))
        progress = await self._crowds.choose_app(asker.actor, number, named[0])
        return Said(reply=_shown(progress, shared=asker.shared))

    async def show(self, ask: Ask, asker: Asker) -> Outcome:
        """One crowd's card again, or the newest ones by name."""
        if not may_provision(asker.actor):
            return denied(Denial.PROVISION)
        number = _number_in(ask.question)
        if number:
            return Said(reply=_shown(await self._crowds.progress(asker.actor, number), shared=asker.shared))
        newest = list(await self._crowds.newest(asker.actor))[:MOST_APPS]
        if not newest:
            return Said(reply=shown(_how()))
        buttons = [(f"{one.name}: {one.app.name if one.app else '?'}"[:60], f"crowd {one.name}") for one in newest]
        return Said(reply=shown(notice_card(_("The newest lists of people"), buttons=buttons)))

    async def draw(self, key: str, voice: str) -> Reply:
        """The card as it is now, for every place that shows it."""
        if not key.isascii() or not key.isdigit():
            raise NotThereError(_("There is no such list."))
        return _shown(await self._crowds.drawn(int(key)))

    # buttons

    async def _choose_app(self, click: Click) -> Reply:
        number = _number(click)
        app = next((one for one in await self._tenant.apps() if one.id == click.data.get("app")), None)
        if app is None:
            raise RefusedError(_("Nothing was chosen. Please pick one."))
        if click.seal is not Seal.GOOD:
            return await self._noted(click, number)
        return _shown(await self._crowds.choose_app(_agent(click), number, app, version=count(click.data, "version")))

    async def _start(self, click: Click) -> Reply:
        everybody = click.data.get("everybody") == "yes"
        turn = partial(self._crowds.start, click.actor, everybody=everybody)
        return await self._turned(click, turn, CrowdState.RUNNING, CrowdState.FINISHED)

    async def _pause(self, click: Click) -> Reply:
        turn = partial(self._crowds.pause, click.actor)
        return await self._turned(click, turn, CrowdState.PAUSED)

    async def _resume(self, click: Click) -> Reply:
        turn = partial(self._crowds.resume, click.actor)
        return await self._turned(click, turn, CrowdState.RUNNING)

    async def _stop(self, click: Click) -> Reply:
        turn = partial(self._crowds.stop, click.actor)
        return await self._turned(click, turn, CrowdState.STOPPED)

    async def _turned(self, click: Click, turn: Turn, *to: CrowdState) -> Reply:
        """The card after the click; as it stands, with the reason, where the click came too late or from elsewhere."""
        _agent(click)
        number, version = _number(click), count(click.data, "version")
        if click.seal is not Seal.GOOD:
            return await self._noted(click, number)
        progress = await turn(number, version)
        reply = _shown(progress)
        return reply if progress.crowd.state in to else noted(reply, unsealed.changed_since())

    async def _noted(self, click: Click, number: int) -> Reply:
        return noted(_shown(await self._crowds.progress(_agent(click), number)), of_no_worth(click.seal))

    async def _people(self, click: Click) -> Reply:
        crowd, some, page, pages = await self._page(click, A_PAGE)
        return shown(people_card(crowd.crowd, some, page, pages), voice=Voice.AGENT)

    async def _csv(self, click: Click) -> Reply:
        crowd, some, page, pages = await self._page(click, A_CSV_PAGE)
        card = csv_card(crowd.crowd, some, page, pages, file=self.file.button(click))
        return shown(card, voice=Voice.AGENT)

    async def _offer_file(self, click: Click) -> Reply:
        number = _number(click)
        if click.seal is not Seal.GOOD:
            return await self._noted(click, number)
        return await self.file.offer(click, _agent(click), number)

    async def _page(self, click: Click, size: int) -> tuple[Progress, Sequence[Member], int, int]:
        number = _number(click)
        progress = await self._crowds.progress(_agent(click), number)
        pages = max(1, -(-sum(progress.counts.values()) // size))
        page = min(max(1, count(click.data, "page")), pages)
        some = await self._crowds.members(click.actor, number, skip=(page - 1) * size, most=size)
        return progress, some, page, pages

    async def _ticket(self, click: Click) -> Reply:
        """A ticket for everybody who was left for one reason, or one for each of the reasons that have none."""
        number, group = _number(click), click.data.get("group")
        if click.seal is not Seal.GOOD or not isinstance(group, str):
            return await self._noted(click, number)
        progress = await self._crowds.progress(_agent(click), number)
        if progress.crowd.state not in OVER or progress.of(*TO_COME):  # more people may come to have the same reason
            return noted(_shown(progress), unsealed.changed_since())
        for one in progress.leftovers:
            left = one.needs_somebody and one.key not in progress.crowd.tickets
            if left and group in {one.key, ALL_GROUPS}:
                progress = await self._hand_over(click, progress, one.why, one.fact)
        return _shown(progress)

    async def _hand_over(self, click: Click, progress: Progress, why: str, fact: str) -> Progress:
        crowd = progress.crowd
        some = await self._crowds.group(click.actor, crowd.number, why, fact)
        app = crowd.app.name if crowd.app else ""
        key = some[0].group
        text = _("{app}: {people} of the list {crowd} were not provisioned. {why}").format(
            app=app,
            people=people(len(some)),
            crowd=crowd.name,
            why=undo_markdown(reason_words(why, fact, some[0].told)),
        )
        names = "\n".join(f"{one.name} ({one.upn})" for one in some)
        ticket = await self._tickets.open_about(
            click.actor,
            origin=click.conversation,
            text=f"{text}\n{names}",
            people=[Named(id=one.person_id, name=one.name) for one in some],
            apps=[Named(id=crowd.app.id, name=app)] if crowd.app else [],
            cause=why,
            key=f"crowd:{crowd.number}:{key}"[:200],
        )
        return await self._crowds.handed_over(click.actor, crowd.number, key, ticket.number)


def _shown(progress: Progress, *, shared: bool = False) -> Reply:
    about = f"{KIND}:{progress.crowd.number}" if progress.crowd.number else None
    return shown(crowd_card(progress, shared=shared), about=about, voice=Voice.AGENT)


def _which_app(progress: Progress, ask: Ask, apps: Sequence[App]) -> Outcome:
    crowd = progress.crowd
    offered = list(apps)[:MOST_APPS]
    reply = shown(choose_app_card(crowd, len(crowd.words), offered))
    waiting = replace(  # small: what waits is kept in the conversation's memory
        ask,
        intent=Intent.BULK.value,
        question=ask.question[:200],
        text=f"C-{crowd.number}",
        person_id="",
        person_words="",
        others=(),
        doubtful=(),
        app_ids=(),
        app_words="",
    )
    return asked(Missing(gap=Gap.APP, ask=waiting, reply=reply, choices=tuple(app.id for app in offered)))


def _near(ask: Ask, apps: Sequence[App]) -> list[App]:
    near = nearest_apps(ask.app_words, apps) if ask.app_words else []
    return list(near) or sorted(apps, key=lambda app: plain(app.name))


def _how() -> Card:
    said = _("Who is to be provisioned?")
    words = _(
        "Paste names or addresses after a colon, one a line or with commas between: “provision these in AskCody: …”. "
        "Or attach a CSV file. Or write: “provision everybody who fails in AskCody because of mail”."
    )
    return notice_card(said, words)


def _too_long(count: int) -> Card:
    said = _("That list is too long.")
    words = _("It names {count} people, and I take {most} at a time. Please bring it in parts.")
    return notice_card(said, words.format(count=count, most=MOST))


def _agent(click: Click) -> Actor:
    if not may_provision(click.actor):
        raise NotAllowedError(_("Only the helpdesk may provision people."))
    return click.actor


def _number(click: Click) -> int:
    value = click.data.get("id")
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 15:
        raise RefusedError(_("This button does not say what it is about. Please ask anew."))
    return int(value)


def _number_in(text: str) -> int:
    found = _NUMBER.search(text)
    return int(found[1] or found[2]) if found else 0
