"""Who did what for somebody: the desk's own audit, the directory's, and the provisioning log. For agents alone."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol, TypeVar

from cards.audit import audit_card
from cards.guide import Denial
from cards.troubles import error_said
from dialogs.asking import Ask, Asker, Concerned, Outcome, Said, denied, shown
from dialogs.feature import Feature
from dialogs.meaning import Intent, LastAnswer
from dialogs.status import Status
from provisioning.attempts import LogEvent
from provisioning.changes import Chronicle
from provisioning.errors import DeskError
from provisioning.ports import AuditLine

SINCE = timedelta(days=30)  # what Microsoft keeps
MOST_OWN = 50
T = TypeVar("T")


class OwnTrail(Protocol):
    """What the desk wrote down."""

    async def about_person(self, person_id: str, *, limit: int) -> Sequence[AuditLine]:
        """Audit lines about somebody, newest first."""


class Audit:
    """Questions about what happened and who did it."""

    def __init__(self, chronicle: Chronicle, trail: OwnTrail, status: Status) -> None:
        self._chronicle = chronicle
        self._trail = trail
        self._status = status

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The card, or a question for the person, or a polite no: what others did is the helpdesk's to know."""
        if not asker.actor.is_agent:
            return denied(Denial.OTHERS)
        settled = await self._status.somebody(ask, asker)
        if not isinstance(settled, Ask):
            return settled
        apps = await self._chronicle.apps()
        named = [app for app in apps if app.id in ask.app_ids]
        app = named[0] if len(named) == 1 else None
        as_of = await self._chronicle.now()
        person, own, changes, cycles = await asyncio.gather(
            self._chronicle.person(settled.person_id),
            self._trail.about_person(settled.person_id, limit=MOST_OWN),
            _or_why(self._chronicle.changes(settled.person_id, since=as_of - SINCE)),
            _or_why(self._chronicle.log(settled.person_id, app, since=as_of - SINCE)) if app else _nothing(),
        )
        if app:
            own = [line for line in own if line.facts.get("app", app.id) == app.id]
            if not isinstance(changes, str):
                changes = tuple(one for one in changes if not one.app_ids or app.id in one.app_ids)
        names = {one.id: one.name for one in apps}
        card = audit_card(person, app, as_of, desk=own, directory=changes, cycles=cycles, names=names)
        last = LastAnswer(intent=Intent.STATUS, person_id=person.id, app_id=app.id if app else "")
        about = Concerned(person_id=person.id, person=person.name or person.upn)
        if app:
            about = replace(about, app_id=app.id, app=app.name)
        return Said(reply=shown(card, voice=asker.voice), people=(person,), last=last, about=(about,))


def audit_feature(chronicle: Chronicle, trail: OwnTrail, status: Status) -> Feature:
    """The feature: one conversation, no buttons."""
    return Feature(conversations={Intent.AUDIT: Audit(chronicle, trail, status).answer})


async def _or_why(reading: Awaitable[T]) -> T | str:
    """What was read, or in words why it could not be."""
    try:
        return await reading
    except DeskError as error:
        return error_said(error)


async def _nothing() -> tuple[LogEvent, ...]:
    return ()
