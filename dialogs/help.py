"""Everything that is answered without acting: help, hello, "not yet", "I did not understand"."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from rapidfuzz import fuzz, process

from cards._kit import safe
from cards.apps import apps_card
from cards.guide import help_card, notice_card, unclear_card
from cards.words import _
from dialogs.asking import Ask, Asker, Concerned, Outcome, Said, intent_of, shown
from dialogs.meaning import Intent
from dialogs.needs import Tenant
from dialogs.search import is_called
from dialogs.sentence import plain
from dialogs.talk import PERSONAL, Reply
from provisioning.errors import DeskError
from provisioning.health import STANDS, Concern, concerns
from provisioning.model import Actor, App, Job, Person

NEAR = 70  # how alike (of 100) a typed text and a command are before the command is suggested
MOST_APPS = 60  # whose jobs are read: three round trips
MOST_SUGGESTIONS = 4


class Guide:
    """Shows the way."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def help(self, ask: Ask, asker: Asker) -> Outcome:
        """What the desk can do for this person. Needs no Graph."""
        return Said(reply=shown(help_card(asker.actor)))

    async def greet(self, ask: Ask, asker: Asker) -> Outcome:
        """Hello is answered with what can be asked."""
        name = safe(asker.actor.name.split(" ")[0]) if asker.actor.name else ""
        said = _("Hello {name}! Who cannot get into which app?").format(name=name)
        buttons = [(_("Help"), "help"), (_("My tickets"), "my tickets")]
        return Said(reply=shown(notice_card(said, _example(asker.actor), buttons=buttons)))

    async def cancel(self, ask: Ask, asker: Asker) -> Outcome:
        """Nothing waited: what waits is ended before it comes here."""
        return Said(reply=shown(notice_card(_("Nothing is waiting."), _("I act only when a button is pressed."))))

    async def apps(self, ask: Ask, asker: Asker) -> Outcome:
        """The applications that are provisioned, and how each is doing."""
        apps = sorted(await self._tenant.apps(), key=lambda app: plain(app.name))
        if not apps:
            return Said(reply=shown(notice_card(_("I see no app at all."))))
        jobs = await self._tenant.jobs(apps[:MOST_APPS])
        now = await self._tenant.now()
        card = apps_card(apps, jobs, as_of=now, question=ask.question, voice=asker.voice)
        about = tuple(_stopped(app, jobs.get(app.id), now) for app in apps if _lead(jobs.get(app.id), now) in STANDS)
        return Said(reply=shown(card, voice=asker.voice), about=about, urgent=bool(about))

    async def not_yet(self, ask: Ask, asker: Asker) -> Outcome:
        """What was understood and is not offered: say so, and what comes nearest."""
        app = await self._app(ask)
        buttons = [(line, line) for line in _nearest_offers(ask, app, asker.actor)]
        buttons.append((_("Ask a human"), f"I need a human: {ask.question[:400]}"))
        card = notice_card(_("I cannot do that yet."), _not_yet_words(intent_of(ask)), buttons=buttons)
        return Said(reply=shown(card), people=await self._people(ask, asker))

    async def unclear(self, ask: Ask, asker: Asker) -> Outcome:
        """Not understood, or understood as something that the desk leaves alone."""
        app = await self._app(ask)
        offers = _nearest_offers(ask, app, asker.actor)
        if ask.negated:
            words = _("I act only when somebody of the helpdesk presses a button; a message alone changes nothing.")
            return Said(reply=_notice(_("Nothing was done."), words, offers), people=await self._people(ask, asker))
        if ask.elsewhere:
            words = _(
                "I explain why somebody is not in an app, and provision them. The rest is done in Entra by an identity "
                "administrator."
            )
            return Said(reply=_notice(_("I do not change that."), words, offers), people=await self._people(ask, asker))
        return Said(reply=shown(unclear_card(ask.question, _suggestions(ask, offers, asker.actor), once=str(uuid4()))))

    async def _people(self, ask: Ask, asker: Asker) -> tuple[Person, ...]:
        """Who was named, as far as each name fits one person; only agents may know who exists."""
        if not asker.actor.is_agent:
            return ()
        words = [one for one in (ask.person_id or ask.person_words, *ask.others) if one][:MOST_SUGGESTIONS]
        found = await asyncio.gather(*(asker.search.find(one) for one in words))
        sure = [[one for one in fits if is_called(one, said)] for said, fits in zip(words, found, strict=True)]
        return tuple(fits[0] for fits in sure if len(fits) == 1)

    async def _app(self, ask: Ask) -> App | None:
        if not ask.app_ids:
            return None
        return next((app for app in await self._tenant.apps() if app.id in ask.app_ids), None)


def welcome(actor: Actor, kind: str) -> Reply:
    """The first message after installation: the whole help in a private chat, one short post elsewhere."""
    if kind == PERSONAL:
        return shown(help_card(actor, welcome=True))
    said = _("Hello, I am Sync Desk: I find out why somebody cannot get into an app, and mend what can be mended.")
    words = _(
        "Mention me and ask, for example: why can't I get into AskCody. An identity administrator can make this the "
        "helpdesk's channel by writing: use this channel for the helpdesk"
    )
    return shown(notice_card(said, words, buttons=[(_("Help"), "help")]))


def _notice(said: str, words: str, offers: Sequence[str]) -> Reply:
    return shown(notice_card(said, words, buttons=[(line[:60], line) for line in offers]))


def _lead(job: Job | DeskError | None, now: datetime) -> Concern | None:
    """The worst that can be said of an app's job; None for one that was not read."""
    return next(iter(concerns(job, now)), None) if isinstance(job, Job) else None


def _stopped(app: App, job: Job | DeskError | None, now: datetime) -> Concerned:
    lead = _lead(job, now)
    return Concerned(app_id=app.id, app=app.name, cause=lead.value if lead else "")


def _example(actor: Actor) -> str:
    if actor.is_agent:
        return _("For example: why can't José get into AskCody")
    return _("For example: why can't I get into AskCody")


LONGEST_NAME = 2  # words: longer nonsense is no name


def _nearest_offers(ask: Ask, app: App | None, actor: Actor) -> list[str]:
    """Commands about what was named. They are the same in every language that the understanding knows."""
    offers = []
    if actor.is_agent and ask.person_words and len(ask.person_words.split()) <= LONGEST_NAME:
        offers.append(f"status {ask.person_words}" + (f" in {app.name}" if app else ""))
    if app:
        offers.append(f"how is {app.name} syncing")
        offers.append(f"why can't I get into {app.name}")
    return offers[:MOST_SUGGESTIONS]


def _suggestions(ask: Ask, offers: list[str], actor: Actor) -> list[str]:
    commands = ["my tickets", "help", *(["open tickets"] if actor.is_agent else [])]
    commands += ["use this channel for the helpdesk"] if actor.is_admin else []
    near = process.extract(plain(ask.question), commands, scorer=fuzz.ratio, score_cutoff=NEAR, limit=2)
    return [*(command for command, _score, _at in near if command != "help"), *offers] or ["my tickets"]


def _not_yet_words(intent: Intent) -> str:
    return {
        Intent.AUDIT: _("I cannot list who did what. A person's card shows the last entry of the provisioning log."),
        Intent.BULK: _("I look at up to ten people by name, not at everybody; write the names and the app."),
        Intent.FAILURES: _("I cannot list everybody who fails. The app's health shows how many there are."),
        Intent.PROVISION_GROUP: _("I provision one person at a time; groups come later."),
        Intent.SCOPE: _("I cannot list who is in scope. A person's card says whether they are."),
        Intent.WATCH: _("I cannot watch and tell you later. A card that is running changes by itself."),
    }[intent]
