"""One change of an order: the new version, its audit line, the redrawing of its cards; all or nothing."""

from provisioning.casework.records import SHOW
from provisioning.model import Actor
from provisioning.orders import Order
from provisioning.ports import OrderLedger


async def note(ledger: OrderLedger, order: Order, what: str, by: Actor, visible: bool = True) -> Order:
    """Write an order that changed."""
    saved = await ledger.save_order(order)
    facts = {"app": order.app.id, "kind": order.kind.value, "state": order.state.value}
    further = {
        "hindrance": order.hindrance.value if order.hindrance else None,
        "told": order.told,
        "forget": order.reset if order.kind.value == "restart" else None,
        "schema_before": order.print_before,
        "schema_after": order.print_after,
        "agreed": ", ".join(one.by.id for one in order.agreed),
    }
    facts |= {name: fact for name, fact in further.items() if fact}
    await ledger.audit(what=what, by=by, about=f"order:{saved.id}", facts=facts)
    if visible:
        await ledger.defer(SHOW, about=f"order:{saved.id}")
    return saved
