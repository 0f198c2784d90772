"""How an app's provisioning job is doing. Counts and codes are for agents; everybody may know whether it runs."""

import asyncio
from dataclasses import replace

from cards._kit import safe
from cards.health import health_card
from cards.words import _
from dialogs.asking import Ask, Asker, Outcome, Said, shown
from dialogs.meaning import Intent, LastAnswer
from dialogs.needs import Tenant
from dialogs.status import noted, which_app
from provisioning.health import NO_PULSE, Pulse
from provisioning.model import App, Job


class Health:
    """Questions about one app's job."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The health card, or a question for the app."""
        apps = await self._tenant.apps()
        named = [app for app in apps if app.id in ask.app_ids]
        if len(named) != 1:
            return which_app(named, apps, replace(ask, person_id="", person_words=""))
        app = named[0]
        job, pulse = await self._read(app, asker)
        card = health_card(app, job, pulse, await self._tenant.now(), voice=asker.voice)
        if ask.corrected:
            words = _("I took “{said}” to mean {app}.").format(said=safe(ask.corrected), app=safe(app.name))
            card = noted(card, words)
        last = LastAnswer(intent=Intent.HEALTH, app_id=app.id)
        return Said(reply=shown(card, voice=asker.voice), last=last)

    async def _read(self, app: App, asker: Asker) -> tuple[Job | None, Pulse]:
        if not asker.actor.is_agent:
            return await self._tenant.job(app), NO_PULSE
        return await asyncio.gather(self._tenant.job(app), self._tenant.pulse(app))
