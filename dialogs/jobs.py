"""An app's job as a whole: why its sync is slow, and what administrators want done to it.

An order is planned by one click and agreed to by another; both are answered with the order's card, which is edited in
place until its end.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from cards.guide import Denial
from cards.orders import order_card
from cards.scope import people_card
from cards.unsealed import changed_since
from cards.voice import Voice
from cards.words import _
from dialogs.asking import Ask, Asker, Concerned, Conversation, Outcome, Said, denied, shown
from dialogs.feature import Feature, Work
from dialogs.handing import with_ticket
from dialogs.health import the_app, with_correction
from dialogs.meaning import Intent, LastAnswer
from dialogs.needs import Tenant
from dialogs.pressed import count, identifier, of_no_worth, said
from dialogs.talk import Click, Reply, Seal
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.model import Actor, App
from provisioning.orders import Order, OrderKind, OrderState
from provisioning.permissions import may_set_up

LOOK = 8.0  # s for which a question waits for everybody to be looked at; after that the card follows by itself
Rounds = Mapping[str, tuple[timedelta, Work]]
PLANNED = (OrderKind.START, OrderKind.PAUSE, OrderKind.RESTART, OrderKind.CHECK)


class Orders(Protocol):
    """What becomes of an order until it is queued."""

    async def plan(self, actor: Actor, app: App, kind: OrderKind, *, origin: str) -> Order:
        """Look, and store what it would do. NotAllowedError unless an admin."""

    async def plan_undo(self, actor: Actor, order_id: str, *, origin: str) -> Order:
        """The same for taking a filter back."""

    async def read_everybody(self, actor: Actor, app: App, *, origin: str, question: str) -> Order:
        """Begin to look at everybody assigned. NotAllowedError unless an agent."""

    async def agree(
        self, actor: Actor, order_id: str, version: int, *, reset: str = "all", mended: bool = False
    ) -> Order:
        """An administrator's yes; a click on an older version returns the order as it is."""

    async def drop(self, actor: Actor, order_id: str, version: int) -> Order:
        """Decide against it."""

    async def read(self, order_id: str) -> Order:
        """As it stands. NotThereError if there is none."""


class Looks(Protocol):
    """The look at everybody, in the background or while somebody waits."""

    async def study(self, order_id: str) -> None:
        """Read everybody and keep what was seen on the order."""


class Watch(Protocol):
    """What the background does about orders."""

    async def look_now(self, order_id: str) -> Order:
        """Look whether the awaited cycle has ended; the order as it is then."""


class JobDesk:
    """Questions about jobs, and the buttons of orders."""

    def __init__(self, *, tenant: Tenant, orders: Orders, looks: Looks, watch: Watch) -> None:
        self._tenant = tenant
        self._orders = orders
        self._looks = looks
        self._watch = watch

    async def scope(self, ask: Ask, asker: Asker) -> Outcome:
        """Why the sync is slow: who is assigned, what the filter does, what it costs, and an offer."""
        if not asker.actor.is_agent:
            return denied(Denial.OTHERS)
        app = await the_app(self._tenant, ask)
        if not isinstance(app, App):
            return app
        order = await self._orders.read_everybody(asker.actor, app, origin=asker.conversation, question=ask.question)
        try:
            async with asyncio.timeout(LOOK):
                await self._looks.study(order.id)
        except TimeoutError:
            pass  # many people: the background looks on, and the card follows
        reply = await self._shown(await self._orders.read(order.id))
        if reply.card is not None:
            reply = replace(reply, card=with_correction(reply.card, ask, app))
        return Said(reply=reply, last=LastAnswer(intent=Intent.SCOPE, app_id=app.id))

    async def draw(self, order_id: str, voice: str) -> Reply:
        """An order's card, for a place that shows it."""
        return await self._shown(await self._orders.read(order_id))

    # Buttons

    async def plan(self, click: Click) -> Reply:
        """Say what would be done; nothing is done."""
        _allow(click.actor)
        kind = said(click.data, "kind")
        if kind not in {one.value for one in PLANNED}:
            raise RefusedError(_("This button does not say what it is about. Please ask anew."))
        wanted = identifier(click.data, "app")
        app = next((one for one in await self._tenant.apps() if one.id == wanted), None)
        if app is None:
            raise NotThereError(_("There is no such app (any more)."))
        return await self._shown(await self._orders.plan(click.actor, app, OrderKind(kind), origin=click.conversation))

    async def plan_undo(self, click: Click) -> Reply:
        """Say what taking a filter back would do."""
        _allow(click.actor)
        return await self._shown(
            await self._orders.plan_undo(click.actor, identifier(click.data, "id"), origin=click.conversation)
        )

    async def agree(self, click: Click) -> Reply:
        """Yes, do it."""
        _allow(click.actor)
        order_id, version = identifier(click.data, "id"), count(click.data, "version")
        if click.seal is not Seal.GOOD:
            return await self._shown(await self._orders.read(order_id), of_no_worth(click.seal))
        reset = said(click.data, "reset") or "all"
        before = await self._orders.read(order_id)
        mended = said(click.data, "mended") == "yes"
        order = await self._orders.agree(click.actor, order_id, version, reset=reset, mended=mended)
        note = ""
        if order.version > before.version and order.state is OrderState.PLANNED:
            note = _("Something has to be seen to first: the card says what.")
        elif order.version == before.version == version:  # the one yes that changes nothing: the same admin's second
            note = _("You have agreed already; a second administrator has to.")
        elif order.version == before.version and all(one.by.id != click.actor.id for one in order.agreed):
            note = changed_since()
        return await self._shown(order, note)

    async def drop(self, click: Click) -> Reply:
        """No, leave it."""
        _allow(click.actor)
        order_id, version = identifier(click.data, "id"), count(click.data, "version")
        if click.seal is not Seal.GOOD:
            return await self._shown(await self._orders.read(order_id), of_no_worth(click.seal))
        return await self._shown(await self._orders.drop(click.actor, order_id, version))

    async def refresh(self, click: Click) -> Reply:
        """As it stands now."""
        _may_look(click.actor)
        return await self._shown(await self._watch.look_now(identifier(click.data, "id")))

    async def people(self, click: Click) -> Reply:
        """A page of those who would fall out."""
        _may_look(click.actor)
        order = await self._orders.read(identifier(click.data, "id"))
        card = people_card(order, count(click.data, "page"))
        return shown(card, about=f"order:{order.id}", voice=Voice.AGENT)

    async def _shown(self, order: Order, note: str = "") -> Reply:
        card = order_card(order, await self._now(order))
        reply = replace(shown(card, about=f"order:{order.id}", voice=Voice.AGENT), note=note)
        return with_ticket(reply, about=[Concerned(app_id=order.app.id, app=order.app.name)])

    async def _now(self, order: Order) -> datetime:
        return max(await self._tenant.now(), order.looked_at)


def _allow(actor: Actor) -> None:
    if not may_set_up(actor):
        raise NotAllowedError(_("Only identity administrators may do this to a job."))


def _may_look(actor: Actor) -> None:
    if not actor.is_agent:
        raise NotAllowedError(_("Only the helpdesk may look at this."))


def feature_of(desk: JobDesk, health: Conversation, work: Mapping[str, Work], rounds: Rounds) -> Feature:
    """Everything about jobs, as the desk takes it in."""
    return Feature(
        conversations={Intent.HEALTH: health, Intent.SCOPE: desk.scope},
        buttons={
            "plan_order": desk.plan,
            "plan_undo": desk.plan_undo,
            "agree_order": desk.agree,
            "drop_order": desk.drop,
            "refresh_order": desk.refresh,
            "order_people": desk.people,
        },
        drawings={"order": desk.draw},
        work=work,
        rounds=rounds,
    )
