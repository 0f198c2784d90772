"""Who is failing: read from the log as far as one can wait, grouped by what it is over, and on from there."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from cards.crowd import crowd_card
from cards.failures import PAGE, Picture, cluster_card, failures_card
from cards.guide import Denial
from cards.voice import Voice
from cards.words import _
from dialogs.asking import Ask, Asker, Concerned, Outcome, Said, denied, shown
from dialogs.feature import Feature, Work
from dialogs.handing import with_ticket
from dialogs.health import the_app, with_correction
from dialogs.meaning import Intent, LastAnswer
from dialogs.needs import Tenant
from dialogs.pressed import count, identifier, identifier_or_nothing
from dialogs.talk import PERSONAL, Click, Reply
from provisioning.crowds import MOST, Progress
from provisioning.errors import DeskError, NotAllowedError, NotThereError
from provisioning.failing import EVERYTHING, READ_LOG, RIGHT_BEFORE, Cluster, Failures, Happening, change_before
from provisioning.history import History
from provisioning.model import Actor, App, Cause, Person
from provisioning.ports import LogPages


class LogTenant(Tenant, LogPages, Protocol):
    """The tenant and its logs."""


class Sweeps(Protocol):
    """What is known of a log."""

    async def look(self, scope: str) -> Failures:
        """After reading on a little; the rest is queued."""

    async def known(self, scope: str) -> Failures:
        """Without reading. NotThereError if it was never read."""


class People(Protocol):
    """Whom a cluster concerns."""

    async def people(self, scope: str, cluster: str, *, page: int, size: int) -> Sequence[str]:
        """A page of ids."""


class Lists(Protocol):
    """Lists of people who are to be provisioned, each with its own look and its own start."""

    async def open(
        self, actor: Actor, *, origin: str, words: Sequence[str] = (), app: App | None = None, key: str = ""
    ) -> Progress:
        """Keep a list and look at everybody on it; nobody is provisioned yet."""


class FailureDesk:
    """Questions about everybody who fails, for agents."""

    def __init__(self, *, tenant: LogTenant, sweeps: Sweeps, people: People, history: History, lists: Lists) -> None:
        self._tenant = tenant
        self._sweeps = sweeps
        self._people = people
        self._history = history
        self._lists = lists

    def feature(self, read_on: Work) -> Feature:
        """As the desk takes it in."""
        return Feature(
            conversations={Intent.FAILURES: self.answer},
            buttons={"failing_cluster": self.cluster, "show_failures": self.again, "retry_these": self.retry},
            drawings={"failures": self.draw},
            work={READ_LOG: read_on},
        )

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The failures of one app, or of all where none is named."""
        if not asker.actor.is_agent:
            return denied(Denial.OTHERS)
        app: App | None = None
        if ask.app_ids or ask.app_words:
            found = await the_app(self._tenant, ask)
            if not isinstance(found, App):
                return found
            app = found
        reply = await self._shown(app, await self._sweeps.look(_scope(app)))
        if app is not None and reply.card is not None:
            reply = shown(with_correction(reply.card, ask, app), about=reply.about, voice=Voice.AGENT)
        last = LastAnswer(intent=Intent.FAILURES, app_id=app.id if app else "")
        return Said(reply=reply, last=last)

    async def draw(self, scope: str, voice: str) -> Reply:
        """A card that shows a scope, drawn again."""
        app = None if scope == EVERYTHING else await self._app(scope)
        return await self._shown(app, await self._sweeps.known(scope))

    async def again(self, click: Click) -> Reply:
        """Look again."""
        app = await self._asked(click)
        return await self._shown(app, await self._sweeps.look(_scope(app)))

    async def cluster(self, click: Click) -> Reply:
        """One thing that people fail over, with a page of them."""
        app = await self._asked(click)
        wanted, page = identifier(click.data, "id"), count(click.data, "page")
        found = await self._sweeps.known(_scope(app))
        cluster = next((one for one in found.clusters if one.id == wanted), None)
        if cluster is None:
            raise NotThereError(_("Nobody fails over this any more. Please look again."))
        page = min(max(page, 0), max(0, -(-cluster.count // PAGE) - 1))
        ids = await self._people.people(_scope(app), cluster.id, page=page, size=PAGE)
        names, picture, at = await asyncio.gather(self._names(ids), self._picture(app, found), self._tenant.now())
        card = cluster_card(cluster, picture, ids, names, page=page, as_of=at)
        reply = shown(card, about=f"failures:{_scope(app)}", voice=Voice.AGENT)
        return with_ticket(reply, about=_concerned([cluster], picture), words=_("Ticket for these"))

    async def retry(self, click: Click) -> Reply:
        """Hand everybody who fails over one thing to a list: its card looks first, and has a start of its own."""
        app = await self._asked(click)
        wanted = identifier(click.data, "id")
        found = await self._sweeps.known(_scope(app))
        cluster = next((one for one in found.clusters if one.id == wanted), None)
        if cluster is None:
            raise NotThereError(_("Nobody fails over this any more. Please look again."))
        ids = await self._people.people(_scope(app), cluster.id, page=0, size=MOST)
        where = app or await self._app(cluster.app_id)
        progress = await self._lists.open(
            click.actor, origin=click.conversation, words=tuple(ids), app=where, key=click.key
        )
        about = f"crowd:{progress.crowd.number}" if progress.crowd.number else None
        return shown(crowd_card(progress, shared=click.kind != PERSONAL), about=about, voice=Voice.AGENT)

    async def _asked(self, click: Click) -> App | None:
        if not click.actor.is_agent:
            raise NotAllowedError(_("Only the helpdesk may look at this."))
        wanted = identifier_or_nothing(click.data, "app")
        return await self._app(wanted) if wanted else None

    async def _app(self, app_id: str) -> App:
        found = next((app for app in await self._tenant.apps() if app.id.lower() == app_id.lower()), None)
        if found is None:
            raise NotThereError(_("There is no such app (any more)."))
        return found

    async def _shown(self, app: App | None, found: Failures) -> Reply:
        picture, at = await asyncio.gather(self._picture(app, found), self._tenant.now())
        card = failures_card(found, picture, at)
        reply = shown(card, about=f"failures:{_scope(app)}", voice=Voice.AGENT)
        return with_ticket(reply, about=_concerned(found.clusters, picture))

    async def _picture(self, app: App | None, found: Failures) -> Picture:
        apps = {one.id.lower(): one for one in await self._tenant.apps()}
        if not found.clusters:
            return Picture(app=app, apps=apps)
        since = min(cluster.since for cluster in found.clusters) - RIGHT_BEFORE
        concerned = dict.fromkeys(apps[cluster.app_id].id for cluster in found.clusters if cluster.app_id in apps)
        saved = [change for app_id in concerned for change in await self._saved(app_id, since)]
        changes = [*await self._happenings(app, since), *saved]
        before = {cluster.id: change_before(cluster, changes) for cluster in found.clusters}
        return Picture(app=app, apps=apps, before={key: one for key, one in before.items() if one is not None})

    async def _happenings(self, app: App | None, since: datetime) -> Sequence[Happening]:
        """The audit log is an extra: without it, the card says that nothing can be seen."""
        try:
            return await self._tenant.happenings(app, since=since)
        except DeskError:
            return ()

    async def _saved(self, app_id: str, since: datetime) -> list[Happening]:
        """Schemas that the desk has seen change, for where the audit log may not be read or is silent."""
        changes = await self._history.schema_changes(app_id, since=since)
        return [Happening(at=change.by - timedelta(seconds=1), what="", app_id=app_id.lower()) for change in changes]

    async def _names(self, ids: Sequence[str]) -> dict[str, Person]:
        return await self._tenant.people_of(ids)


def _concerned(clusters: Sequence[Cluster], picture: Picture) -> list[Concerned]:
    """What a ticket about them is about; two things that nobody can explain are not the same thing."""
    known = [one for one in clusters if one.cause not in {Cause.UNEXPLAINED, Cause.UNKNOWN_CODE}]
    return [Concerned(app_id=one.app_id, app=picture.name(one.app_id), cause=one.cause.value) for one in known]


def _scope(app: App | None) -> str:
    return app.id.lower() if app else EVERYTHING
