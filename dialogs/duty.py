"""The roster and the routes: who is on call when, and which tickets go to which channel. Admins change them."""

import re
from collections.abc import Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

from cards._kit import Tone
from cards.duty import roster_card, routes_card
from cards.guide import Denial, notice_card
from cards.history import severity_words
from cards.words import _
from dialogs.asking import Ask, Asker, Outcome, Said, denied, shown
from dialogs.needs import Tenant
from provisioning.errors import RefusedError
from provisioning.model import Actor, Cause
from provisioning.permissions import may_handle_tickets, may_set_up
from provisioning.roster import Shift, on_call, read_shift
from provisioning.routing import Route
from provisioning.tickets import Severity

_ADD = re.compile(
    r".*?\b(?:roster|on[- ]call|rota|dienstplan|bereitschaft|add|put|trage?|setze?)\b:?\s*(?:add|set|put)?\s*(\S.*)",
    re.IGNORECASE,
)
_TO_THE_ROSTER = re.compile(
    r"\s+(?:(?:to|on) the (?:roster|rota)|(?:in|auf) den dienstplan)\b(?:\s+ein$)?", re.IGNORECASE
)
_REMOVE = re.compile(
    r".*?\b(?:remove|delete|drop|take|entferne|l(?:ö|oe)sche|streiche|nimm)\s+(?:off\s+)?(\S.*?)"
    r"\s*(?:\b(?:from|off|aus|von|vom)\b .*)?$",
    re.IGNORECASE,
)
_STOP = re.compile(r"\b(?:stop|no longer|do not|don't|dont|keine?|nicht mehr|stopp)\b", re.IGNORECASE)


class Roster(Protocol):
    """What is kept of shifts."""

    async def shifts(self) -> Sequence[Shift]:
        """Every shift of the week."""

    async def add(self, shift: Shift) -> None:
        """The same shift twice is one."""

    async def drop(self, person_id: str) -> int:
        """Take somebody off; how many shifts that were."""


class Routes(Protocol):
    """What is kept of routes."""

    async def routes(self) -> Sequence[Route]:
        """All of them."""

    async def add_route(self, route: Route) -> None:
        """One for each severity, app or cause."""

    async def drop_route(self, kind: str, value: str) -> bool:
        """Whether there was one."""


class DutyDesk:
    """Everything that is said about shifts and routes."""

    def __init__(self, *, tenant: Tenant, roster: Roster, routes: Routes, zone: ZoneInfo) -> None:
        self._tenant = tenant
        self._roster = roster
        self._routes = routes
        self._zone = zone

    async def roster(self, ask: Ask, asker: Asker) -> Outcome:
        """Show it to the helpdesk; add and remove for admins."""
        if not may_handle_tickets(asker.actor):
            return denied(Denial.TICKETS)
        wish = _ADD.fullmatch(_TO_THE_ROSTER.sub("", ask.question.strip()))
        shift = read_shift(wish[1]) if wish else None
        remove = _REMOVE.fullmatch(ask.question.strip())
        if shift is None and remove is None:
            return await self._shown()
        if not may_set_up(asker.actor):
            return denied(Denial.DESK_ROOM)
        if shift is not None:
            name, days, begins, ends = shift
            person = await self._agent(name)
            await self._roster.add(Shift(person=person, days=days, begins=begins, ends=ends))
            return await self._shown(_("{name} is on the roster.").format(name=person.name))
        assert remove is not None
        person = await self._somebody(remove[1])
        gone = await self._roster.drop(person.id)
        said = _("{name} is off the roster.") if gone else _("{name} was not on the roster.")
        return await self._shown(said.format(name=person.name))

    async def routes(self, ask: Ask, asker: Asker) -> Outcome:
        """Send some tickets to the channel in which it is written; stop that again; show which go where."""
        if not may_set_up(asker.actor):
            return denied(Denial.DESK_ROOM)
        trait = await self._trait(ask)
        if trait is None:
            return Said(reply=shown(routes_card(await self._routes.routes())))
        kind, value, words = trait
        if _STOP.search(ask.question):
            there = await self._routes.drop_route(kind, value)
            said = _("Tickets of {words} go to the usual channel again.") if there else _("There was no such route.")
        elif not asker.shared:
            said = _("A private chat cannot be the helpdesk's channel.")
            hint = _("Add me to the helpdesk's channel or group chat and write it there.")
            return Said(reply=shown(notice_card(said, hint, tone=Tone.WARNING)))
        else:
            await self._routes.add_route(Route(kind=kind, value=value, words=words, conversation=asker.conversation))
            said = _("New tickets of {words} are posted here from now on.")
        return Said(reply=shown(routes_card(await self._routes.routes(), said.format(words=words))))

    async def _trait(self, ask: Ask) -> tuple[str, str, str] | None:
        """What the tickets have in common: an app that was named, a severity, or a cause."""
        if ask.app_ids:
            app = next((one for one in await self._tenant.apps() if one.id == ask.app_ids[0]), None)
            if app is not None:
                return "app", app.id, app.name
        words = ask.question.casefold()
        for severity in Severity:
            if re.search(rf"\b{severity.value}\b|\b{severity_words(severity)}", words):  # dringend, dringende
                return "severity", severity.value, severity_words(severity)
        for cause in Cause:
            if cause.value.replace("_", " ") in words.replace("_", " "):
                return "cause", cause.value, cause.value.replace("_", " ")
        return None

    async def _shown(self, said: str = "") -> Said:
        shifts = await self._roster.shifts()
        now = (await self._tenant.now()).astimezone(self._zone)
        return Said(reply=shown(roster_card(shifts, on_call(shifts, now), str(self._zone), said)))

    async def _agent(self, words: str) -> Actor:
        actor = await self._somebody(words)
        if not may_handle_tickets(actor):
            raise RefusedError(_("{name} does not belong to the helpdesk.").format(name=actor.name))
        return actor

    async def _somebody(self, words: str) -> Actor:
        people = await self._tenant.find_people(words)
        if len(people) != 1:
            problem = _("I found nobody called {name}.") if not people else _("Several people are called {name}.")
            raise RefusedError(problem.format(name=words) + " " + _("Please write the full mail address."))
        return await self._tenant.actor(people[0].id)
