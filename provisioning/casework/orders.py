"""Orders from the look to the click: planned, agreed to by one administrator or two, queued in one transaction.

What happens to them then is ``performance``'s business.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from provisioning.casework.notes import note
from provisioning.errors import NotAllowedError, RefusedError
from provisioning.health import NO_PULSE, Pulse
from provisioning.hindrances import MOVING, hindrance, to_confirm
from provisioning.history import History
from provisioning.model import Actor, App
from provisioning.orders import OPEN, RESETS, Agreement, Hindrance, Order, OrderKind, OrderState
from provisioning.permissions import may_set_up
from provisioning.ports import JobReader, OrderBooks, OrderLedger, TenantReader
from provisioning.scoping import cost_of

PERFORM = "perform_order"  # the names of background work
STUDY = "study_order"
AS_LOOKED_AT = timedelta(minutes=10)  # for which the log's word of the look stands
LATER = timedelta(seconds=20)  # until the background looks at everybody, if whoever asked has not done so by then


class Tenant(TenantReader, JobReader, Protocol):
    """What is read before an order."""


class Orders:
    """What administrators decide about jobs. ``two``: whether what changes the scope wants two of them."""

    def __init__(self, *, tenant: Tenant, books: OrderBooks, history: History, two: bool) -> None:
        self._tenant = tenant
        self._books = books
        self._history = history
        self._two = two

    async def plan(self, actor: Actor, app: App, kind: OrderKind, *, origin: str) -> Order:
        """Look at the job and say what the order would do; nothing is done. NotAllowedError unless an admin.

        An order that makes no sense comes back with its hindrance.
        """
        _allow(actor)
        job = await self._tenant.job(app)
        at = await self._tenant.now()
        pulse = await self._pulse(app, kind)
        order = replace(
            _new(kind, OrderState.PLANNED, app, by=actor, origin=origin, at=at),
            job=job,
            failing=pulse.failing,
            held=pulse.held,
            cost=cost_of(await self._history.cycles(app.id)),
            full=cost_of(await self._history.full_cycles(app.id)),
        )
        against, asked = hindrance(order, job, at, pulse), to_confirm(order, job, pulse)
        return await self._stored(replace(order, hindrance=against, to_confirm=asked))

    async def plan_undo(self, actor: Actor, order_id: str, *, origin: str) -> Order:
        """Plan to put back the schema of before a filter order. NotAllowedError, NotThereError, RefusedError."""
        _allow(actor)
        done = await self._books.read(order_id)
        at = await self._tenant.now()
        if done.kind is not OrderKind.FILTER:
            raise RefusedError("Only a filter can be taken back.")
        kept = done.may_be_undone(at) and await self._books.kept_schema(done.id, "before") is not None
        order = replace(
            done,
            id=str(uuid4()),
            version=0,
            kind=OrderKind.UNDO,
            state=OrderState.PLANNED,
            by=actor,
            origin=origin,
            created=at,
            updated=at,
            looked_at=at,
            job=await self._tenant.job(done.app),
            agreed=(),
            acted_at=None,
            done_at=None,
            told=None,
            after=None,
            print_before=done.print_after,
            print_after=done.print_before,
            undoes=done.id,
            hindrance=None if kept else Hindrance.NOT_KEPT,
        )
        return await self._stored(order)

    async def read_everybody(self, actor: Actor, app: App, *, origin: str, question: str) -> Order:
        """Begin to look at everybody assigned: agents may, and what is offered then only admins may accept."""
        if not actor.is_agent:
            raise NotAllowedError("Only the helpdesk may look at who is assigned.")
        at = await self._tenant.now()
        order = replace(
            _new(OrderKind.FILTER, OrderState.READING, app, by=actor, origin=origin, at=at), in_words=question
        )
        return await self._stored(order, STUDY)  # begun at once by whoever asked; this is for when that one dies

    async def agree(
        self, actor: Actor, order_id: str, version: int, *, reset: str = "all", mended: bool = False
    ) -> Order:
        """An administrator's yes to what the card of this ``version`` shows; on any other it changes nothing.

        ``mended``: with it, that the administrator has seen to what the card asks; without it, where it asks, the
        order stays open. NotAllowedError unless an admin; TryLaterError when Graph cannot be read now: then nothing
        has changed.
        """
        _allow(actor)
        seen = await self._books.read(order_id)
        if seen.version != version or seen.state not in OPEN:
            return seen
        job, at = await self._tenant.job(seen.app), await self._tenant.now()
        pulse = _or_of_the_look(await self._pulse(seen.app, seen.kind), seen, at)
        async with self._books.transaction() as ledger:
            order = await ledger.order(order_id)
            if order.version != version or order.state not in OPEN:
                return order
            wanted = reset if order.state is OrderState.PLANNED and reset in RESETS else order.reset
            against, asked = hindrance(order, job, at, pulse), to_confirm(order, job, pulse)
            if against is None and (other := await ledger.order_under_way(order.app.id)) is not None:
                against = Hindrance.OTHER_ORDER if other.id != order.id else None
            if against is not None:
                refused = replace(order, state=OrderState.REFUSED, hindrance=against, reset=wanted)
                return await note(ledger, refused, "order refused", actor)
            if set(asked) - set(order.to_confirm if mended else ()):
                asking = replace(order, job=job, failing=pulse.failing, held=pulse.held, to_confirm=asked)
                return await note(ledger, asking, "order to be confirmed", actor)
            order = replace(order, confirmed=asked)
            return await self._agreed(ledger, replace(order, reset=wanted, job=job), Agreement(by=actor, at=at))

    async def _pulse(self, app: App, kind: OrderKind) -> Pulse:
        return await self._tenant.pulse(app) if kind in MOVING else NO_PULSE

    async def _agreed(self, ledger: OrderLedger, order: Order, yes: Agreement) -> Order:
        if any(one.by.id == yes.by.id for one in order.agreed):
            return order  # nobody is a second administrator to themself
        agreed = replace(order, agreed=(*order.agreed, yes), hindrance=None)
        if self._two and order.changes_scope and len(agreed.agreed) < 2:
            return await note(ledger, replace(agreed, state=OrderState.SECOND), "order agreed to", yes.by)
        ordered = await note(ledger, replace(agreed, state=OrderState.ORDERED), "ordered", yes.by)
        await ledger.defer(PERFORM, order_id=ordered.id)
        return ordered

    async def drop(self, actor: Actor, order_id: str, version: int) -> Order:
        """Decide against it. As ``agree``."""
        _allow(actor)
        async with self._books.transaction() as ledger:
            order = await ledger.order(order_id)
            if order.version != version or order.state not in OPEN:
                return order
            dropped = replace(order, state=OrderState.DROPPED)
            return await note(ledger, dropped, "order dropped", actor)

    async def read(self, order_id: str) -> Order:
        """As it stands. NotThereError if there is none."""
        return await self._books.read(order_id)

    async def newest(self, app: App) -> Sequence[Order]:
        """The newest orders about an app."""
        return await self._books.of_app(app.id)

    async def _stored(self, order: Order, work: str = "") -> Order:
        async with self._books.transaction() as ledger:
            stored = await ledger.add_order(order)
            await ledger.audit(
                what=f"looked at {order.kind.value}",
                by=order.by,
                about=f"order:{stored.id}",
                facts={"app": order.app.id},
            )
            if work:
                await ledger.defer(work, after=LATER, order_id=stored.id)
        return stored


def _new(kind: OrderKind, state: OrderState, app: App, *, by: Actor, origin: str, at: datetime) -> Order:
    return Order(
        id=str(uuid4()),
        version=0,
        kind=kind,
        state=state,
        app=app,
        by=by,
        origin=origin,
        created=at,
        updated=at,
        looked_at=at,
    )


def _or_of_the_look(pulse: Pulse, order: Order, at: datetime) -> Pulse:
    """What the log said when the order was looked at a moment ago, where it cannot be read again now."""
    if pulse.held is None and at - order.looked_at < AS_LOOKED_AT:
        return replace(pulse, held=order.held, failing=order.failing)
    return pulse


def _allow(actor: Actor) -> None:
    if not may_set_up(actor):
        raise NotAllowedError("Only identity administrators may do this to a job.")
