"""A whole group: find it, show what stands in its way and who is in it, and start it with one click."""

from cards import unsealed
from cards._kit import safe
from cards.group import group_card
from cards.guide import Denial, notice_card
from cards.voice import Voice
from cards.words import _
from dialogs.asking import Ask, Asker, Concerned, Outcome, Said, denied, shown
from dialogs.feature import Feature
from dialogs.handing import with_ticket
from dialogs.meaning import Intent
from dialogs.needs import Groups, GroupTenant, Tenant
from dialogs.pressed import count, identifier, noted, of_no_worth
from dialogs.status import which_app
from dialogs.talk import Click, Reply, Seal
from provisioning.casework.fives import RUN_GROUP
from provisioning.errors import NotAllowedError
from provisioning.groups import GroupRun
from provisioning.model import Group
from provisioning.permissions import may_provision


def group_feature(*, tenant: Tenant, found: GroupTenant, groups: Groups) -> Feature:
    """``provision group X in Y``, its button and its live card."""
    talk = _Talk(tenant, found, groups)
    return Feature(
        conversations={Intent.PROVISION_GROUP: talk.answer},
        buttons={"provision_group": talk.start, "stop_group": talk.stop, "refresh_group": talk.refresh},
        drawings={"group": talk.draw},
        work={RUN_GROUP: groups.step},
    )


class _Talk:
    def __init__(self, tenant: Tenant, found: GroupTenant, groups: Groups) -> None:
        self._tenant = tenant
        self._found = found
        self._groups = groups

    async def answer(self, ask: Ask, asker: Asker) -> Outcome:
        """The group's card, or a question for what is missing."""
        if not may_provision(asker.actor):
            return denied(Denial.PROVISION)
        if not ask.group:
            words = _("Write the group's name, for example: {example}")
            return _notice(_("Which group is it?"), words.format(example="provision group Designers in Figma"))
        apps = await self._tenant.apps()
        named = [app for app in apps if app.id in ask.app_ids]
        if len(named) != 1:
            return which_app(named, apps, ask)
        fits = await self._found.find_groups(ask.group)
        if len(fits) != 1:
            return _which(ask.group, fits)
        run = await self._groups.open(asker.actor, fits[0], named[0], origin=asker.conversation)
        return Said(reply=_reply(run))

    async def start(self, click: Click) -> Reply:
        """One click starts all of it; everything is looked at again first."""
        if not may_provision(click.actor):
            raise NotAllowedError(_("Only the helpdesk may provision people."))
        run_id = identifier(click.data, "id")
        if click.seal is not Seal.GOOD:
            return noted(_reply(await self._groups.read(run_id)), of_no_worth(click.seal))
        return _reply(await self._groups.promise(click.actor, run_id, count(click.data, "version")))

    async def stop(self, click: Click) -> Reply:
        """Nobody new is called; it comes to the same however old the card is."""
        if not may_provision(click.actor):
            raise NotAllowedError(_("Only the helpdesk may provision people."))
        run_id = identifier(click.data, "id")
        if click.seal is not Seal.GOOD:
            return noted(_reply(await self._groups.read(run_id)), of_no_worth(click.seal))
        run = await self._groups.stop(click.actor, run_id)
        return _reply(run) if run.stopped_by is not None else noted(_reply(run), unsealed.changed_since())

    async def refresh(self, click: Click) -> Reply:
        """As it stands now."""
        if not may_provision(click.actor):
            raise NotAllowedError(_("Only the helpdesk may provision people."))
        return _reply(await self._groups.read(identifier(click.data, "id")))

    async def draw(self, key: str, voice: str) -> Reply:
        """Drawn again."""
        return _reply(await self._groups.read(key))


def _reply(run: GroupRun) -> Reply:
    reply = shown(group_card(run), about=f"group:{run.id}", voice=Voice.AGENT)
    return with_ticket(reply, about=[Concerned(app_id=run.seen.app.id, app=run.seen.app.name)])


def _notice(said: str, words: str) -> Said:
    return Said(reply=shown(notice_card(said, words)))


def _which(words: str, fits: tuple[Group, ...]) -> Said:
    if not fits:
        said = _("I find no group that is called “{words}”.").format(words=safe(words, longest=80))
        return _notice(said, _("Write its name as it stands in Entra."))
    names = ", ".join(safe(group.name, longest=80) for group in fits)
    said = _("Several groups are called like that.")
    return _notice(said, _("Write the whole name of one of these: {names}").format(names=names))
