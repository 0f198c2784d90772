"""How an app's provisioning job is doing. Counts and codes are for agents; everybody may know whether it runs."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from cards._kit import Card, safe
from cards.concerns import told_to_people
from cards.health import health_card
from cards.words import _
from dialogs.asking import Ask, Asker, Concerned, Outcome, Said, shown
from dialogs.meaning import Intent, LastAnswer
from dialogs.needs import Tenant
from dialogs.status import noted, which_app
from provisioning.health import NO_PULSE, STANDS, Concern, Pulse, concerns
from provisioning.history import History
from provisioning.model import App, Execution, Job, JobState
from provisioning.permissions import may_set_up
from provisioning.scoping import NO_COST, cost_of


class Health:
    """Questions about one app's job. ``history``: what the desk has seen of it; with it, administrators may act."""

    def __init__(self, tenant: Tenant, history: History | None = None) -> None:
        self._tenant = tenant
        self._history = history

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The health card, or a question for the app."""
        app = await the_app(self._tenant, ask)
        if not isinstance(app, App):
            return app
        look = self._for_agents if asker.actor.is_agent else self._for_people
        card, found, moves = await look(app, asker)
        last = LastAnswer(intent=Intent.HEALTH, app_id=app.id)
        if ask.ordered:
            card = noted(card, _ordered(moves))
        reply = shown(with_correction(card, ask, app), voice=asker.voice)
        about = Concerned(app_id=app.id, app=app.name, cause=found[0].value if found else "")
        return Said(reply=reply, last=last, about=(about,), urgent=bool(STANDS & set(found)))

    async def _for_people(self, app: App, asker: Asker) -> tuple[Card, Sequence[Concern], Sequence[str]]:
        job, now = await self._tenant.job(app), await self._tenant.now()
        return health_card(app, job, NO_PULSE, now, voice=asker.voice), told_to_people(concerns(job, now)), ()

    async def _for_agents(self, app: App, asker: Asker) -> tuple[Card, Sequence[Concern], Sequence[str]]:
        job, pulse = await asyncio.gather(self._tenant.job(app), self._tenant.pulse(app))
        cycles: tuple[Execution, ...] = ()
        full = NO_COST
        if self._history is not None:
            await self._history.observe([job] if job else [])
            cycles = tuple(await self._history.cycles(app.id))
            full = cost_of(await self._history.full_cycles(app.id))
        moves = moves_of(job, pulse) if self._history is not None and may_set_up(asker.actor) else ()
        now = await self._tenant.now()
        card = health_card(app, job, pulse, now, voice=asker.voice, cycles=cycles, full=full, moves=moves)
        return card, concerns(job, now, pulse), moves


def _ordered(moves: Sequence[str]) -> str:
    """What becomes of an order that was typed; ``moves`` are the buttons below it."""
    if moves:
        return _("A message alone changes nothing at a job: the buttons of this card do, and each asks before it acts.")
    return _("I start, pause and restart a job only when an administrator presses a button; a message changes nothing.")


def moves_of(job: Job | None, pulse: Pulse) -> Sequence[str]:
    """What can be ordered for a job as it stands; what has to be mended first is not offered."""
    if job is None or job.state is JobState.NOT_CONFIGURED:
        return ()
    held = bool(pulse.held) or (job.quarantine is not None and job.quarantine.reason == "TooManyDeletes")
    stands = job.state in {JobState.QUARANTINE, JobState.PAUSED} or not job.scheduled
    if held or (job.quarantine is not None and pulse.roles_twice):
        return ("check",) if stands else ("check", "pause")
    if job.state is JobState.QUARANTINE:
        return ("check", "restart")
    if job.state is JobState.PAUSED or not job.scheduled:
        return ("check", "start")
    return ("pause", "restart")


async def the_app(tenant: Tenant, ask: Ask) -> App | Outcome:
    """The one app that is meant, or a question for it."""
    apps = await tenant.apps()
    named = [app for app in apps if app.id in ask.app_ids]
    if len(named) != 1:
        return which_app(named, apps, replace(ask, person_id="", person_words=""))
    return named[0]


def with_correction(card: Card, ask: Ask, app: App) -> Card:
    """The card, and a line where the app was not written as it is called."""
    if not ask.corrected:
        return card
    words = _("I took “{said}” to mean {app}.").format(said=safe(ask.corrected), app=safe(app.name))
    return noted(card, words)
