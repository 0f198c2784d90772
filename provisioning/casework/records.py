"""One change of a case or a ticket: the new version, its audit line, the redrawing of its cards; all or nothing."""

from dataclasses import replace

from provisioning.cases import Case
from provisioning.model import Actor
from provisioning.ports import Ledger
from provisioning.tickets import Ticket

SHOW_CASE = "show_case"  # the names of background work that a change asks for
SHOW = "show"  # of anything else that is drawn: its argument ``about`` is <kind>:<key>
SHOW_TICKET = "show_ticket"
CARRY_OUT = "carry_out"
CHECK_CASE = "check_case"


def blank(case: Case) -> Case:
    """The case without what became of an earlier promise."""
    return replace(
        case,
        promised_by=None,
        promised_at=None,
        called_at=None,
        answer=None,
        proof=None,
        refusal=None,
        trouble=None,
        told=None,
        anyway=False,
        tries=0,
        again_at=None,
        lacking=None,
        fill=None,
    )


async def record(
    ledger: Ledger, case: Case, what: str, by: Actor, visible: bool = True, /, **facts: str | None
) -> Case:
    """Write a case that changed. ``facts`` without a value are left out of the audit line."""
    saved = await ledger.save_case(case)
    await audit_case(ledger, saved, what, by, **facts)
    if visible:
        await ledger.defer(SHOW_CASE, case_id=saved.id)
    return saved


async def audit_case(ledger: Ledger, case: Case, what: str, by: Actor, **facts: str | None) -> None:
    """An audit line about a case; who and which app it is about always stand in it."""
    told = {"person": case.diagnosis.person.id, "app": case.diagnosis.app.id, "state": case.state.value}
    told |= {name: fact for name, fact in facts.items() if fact}
    await ledger.audit(what=what, by=by, about=f"case:{case.id}", facts=told)


async def record_ticket(ledger: Ledger, ticket: Ticket, what: str, by: Actor) -> Ticket:
    """Write a ticket that changed."""
    saved = await ledger.save_ticket(ticket)
    await audit_ticket(ledger, saved, what, by)
    return saved


async def audit_ticket(ledger: Ledger, ticket: Ticket, what: str, by: Actor, **facts: str) -> None:
    """An audit line about a ticket, and the redrawing of its cards."""
    told = {"requester": ticket.requester.id, **{name: fact for name, fact in facts.items() if fact}}
    await ledger.audit(what=what, by=by, about=f"ticket:{ticket.number}", facts=told)
    await ledger.defer(SHOW_TICKET, number=ticket.number)
