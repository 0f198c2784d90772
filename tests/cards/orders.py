"""One example of every card about an order, and of the scope doctor's answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cards._kit import Card
from cards.orders import order_card
from cards.scope import people_card
from provisioning.model import Clause, FilterGroup
from provisioning.orders import Agreement, Hindrance, Mending, Order, OrderKind, OrderState
from provisioning.scoping import WANTED, Cost, GroupSeen, Kind, Outcast, Passing, Study, tightened
from tests import worlds

ORDER_ID = "55555555-0000-4000-8000-000000000001"
THREE_FILTERS = tuple(
    FilterGroup(name=f"Has {name}", clauses=(Clause(attribute=name, operator="IS NOT NULL"),)) for name in WANTED
)
YES = Agreement(by=worlds.ines(), at=worlds.NOW)


def study(**changes: Any) -> Study:
    """A group that mixes people, rooms and desks, without a filter."""
    scope = changes.get("scope", ())
    usual: dict[str, Any] = {
        "total": 23,
        "kinds": {"person": 14, "guest": 2, "room": 3, "workspace": 1, "desk": 2, "shared": 1},
        "disabled": 3,
        "incomplete": 8,
        "lacking": {"mail": 2, "givenName": 6, "surname": 6},
        "direct": 4,
        "groups": (GroupSeen(name="AskCody Users", members=19, nested=("AskCody Project Team",)),),
        "scope": (),
        "offered": tightened(scope),
        "now": Passing(through=20),
        "then": Passing(through=15, out=5),
        "falls_out": 5,
        "keeps_accounts": False,
        "outcasts": (
            Outcast(id="1", name="José García", kind=Kind.PERSON, lacks=("mail",)),
            Outcast(id="2", name="Desk 1.01", kind=Kind.DESK, lacks=("givenName", "surname")),
            Outcast(id="3", name="Room Aurora", kind=Kind.ROOM, lacks=("givenName", "surname")),
        ),
    }
    return Study(**{**usual, **changes})


def order(kind: OrderKind, state: OrderState = OrderState.PLANNED, **changes: Any) -> Order:
    """Ines has looked at AskCody's job."""
    usual: dict[str, Any] = {
        "id": ORDER_ID,
        "version": 3,
        "app": worlds.askcody(),
        "by": worlds.ines(),
        "origin": "chat-1",
        "created": worlds.NOW,
        "updated": worlds.NOW,
        "looked_at": worlds.NOW,
        "job": worlds.job(),
        "cost": Cost(cycles=6, length=timedelta(minutes=12), imported=21, escrowed=8),
    }
    return Order(kind=kind, state=state, **{**usual, **changes})


def _filter(state: OrderState = OrderState.PLANNED, **changes: Any) -> Order:
    return order(OrderKind.FILTER, state, **{"study": study(), "failing": 3, **changes})


def _done(kind: OrderKind, **changes: Any) -> Order:
    after = worlds.cycle(began=worlds.NOW, imported=23, exported=5, escrowed=0)
    taken = {"agreed": (YES,), "done_at": worlds.NOW, "after": after}
    return order(kind, OrderState.DONE, **{**taken, **changes})


def _orders() -> dict[str, Order]:
    trap = study(scope=THREE_FILTERS, offered=tightened(THREE_FILTERS), joined=Passing(through=15, out=5))
    complete = study(incomplete=0, lacking=dict.fromkeys(WANTED, 0), outcasts=(), falls_out=0, offered=())
    quarantined = worlds.quarantined_job()
    return {
        "start": order(OrderKind.START, job=worlds.job(), failing=2),
        "pause": order(OrderKind.PAUSE),
        "pause-unseen": order(OrderKind.PAUSE, job=worlds.job(last=None), cost=Cost()),
        "restart": order(OrderKind.RESTART, job=quarantined, failing=4),
        "restart-as-seen": order(OrderKind.RESTART, full=Cost(cycles=2, length=timedelta(hours=3))),
        "filter-as-seen": _filter(full=Cost(cycles=1, length=timedelta(hours=3))),
        "start-held": order(OrderKind.START, hindrance=Hindrance.DELETIONS_HELD, held=12),
        "restart-to-confirm": order(
            OrderKind.RESTART, job=quarantined, failing=4, held=0, to_confirm=(Mending.FAILURES,)
        ),
        "restart-to-confirm-everything": order(
            OrderKind.RESTART, job=quarantined, to_confirm=tuple(Mending), version=4
        ),
        "check": order(OrderKind.CHECK, job=quarantined),
        "undo": order(OrderKind.UNDO, undoes=ORDER_ID, study=study()),
        "filter": _filter(),
        "filter-by-an-agent": _filter(by=worlds.aisha()),
        "filter-trap": _filter(study=trap),
        "filter-nothing-to-do": _filter(study=complete, hindrance=Hindrance.NOTHING_TO_CHANGE),
        "filter-not-all-read": _filter(
            study=study(
                groups=(GroupSeen(name="AskCody Displays", members=0, ignored=True),),
                unread={"groups": "not_allowed", "places": "not_allowed"},
                early_filters=True,
            ),
            hindrance=Hindrance.NOT_ALL_READ,
        ),
        "filter-keeps-accounts": _filter(study=study(keeps_accounts=True)),
        "filter-setting-unread": _filter(
            study=study(keeps_accounts=None, unread={"setting": "not_allowed", "purposes": "not_allowed"})
        ),
        "filter-unseen": _filter(cost=Cost(), failing=None, study=study(now=Passing(through=10, unsure=10))),
        "filter-second": _filter(OrderState.SECOND, agreed=(YES,)),
        "filter-ordered": _filter(OrderState.ORDERED, agreed=(YES,)),
        "filter-watching": _filter(OrderState.WATCHING, agreed=(YES,), done_at=worlds.NOW),
        "filter-done": _done(OrderKind.FILTER, study=study()),
        "filter-done-unseen": _done(OrderKind.FILTER, study=study(), after=None, undone_by="x"),
        "filter-changed-meanwhile": _filter(OrderState.REFUSED, agreed=(YES,), hindrance=Hindrance.SCHEMA_CHANGED),
        "reading": order(OrderKind.FILTER, OrderState.READING),
        "restart-done": _done(OrderKind.RESTART),
        "pause-done": _done(OrderKind.PAUSE, after=None),
        "acting": order(OrderKind.RESTART, OrderState.ACTING, agreed=(YES,)),
        "not-done": order(OrderKind.PAUSE, OrderState.NOT_DONE, agreed=(YES,), told="Graph said no."),
        "uncertain": order(OrderKind.RESTART, OrderState.UNCERTAIN, agreed=(YES,)),
        "dropped": order(OrderKind.PAUSE, OrderState.DROPPED),
    } | {
        f"refused-{against.value.replace('_', '-')}": order(OrderKind.RESTART, OrderState.REFUSED, hindrance=against)
        for against in Hindrance
    }


def order_examples() -> dict[str, Callable[[], Card]]:
    """Every state, and a page of who falls out."""
    crowd = tuple(Outcast(id=str(n), name=f"Nameless {n}", kind=Kind.RESOURCE, lacks=("surname",)) for n in range(60))
    many = _filter(study=study(outcasts=crowd, falls_out=1200))
    return {
        f"order-{name}-agent": lambda one=one: order_card(one, worlds.NOW + worlds.MINUTE)
        for name, one in _orders().items()
    } | {
        "order-people-agent": lambda: people_card(many, 1),
        "order-many-agent": lambda: order_card(many, worlds.NOW),
        "order-people-few-agent": lambda: people_card(replace(many, study=study()), 7),
    }
