"""One ticket for an operator: how it stands and its evidence pack, as text or as JSON."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cards.evidence import fact_pairs, moment_line, paragraph
from cards.history import event_line
from cards.times import drawn, instant
from provisioning.evidence_pack import EvidencePack, pack_of
from provisioning.ports import Books
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool
from provisioning.store.queue import Queue
from provisioning.tickets import Ticket


async def read(books: Books, number: int) -> tuple[Ticket, EvidencePack]:
    """The ticket with everything that the audit knows about it and its case. NotThereError."""
    ticket = await books.read_ticket(number)
    abouts = [f"ticket:{number}", *([f"case:{ticket.case_id}"] if ticket.case_id else [])]
    return ticket, pack_of(ticket, await books.trail(*abouts))


async def look(pool: Pool, number: int) -> tuple[Ticket, EvidencePack]:
    """The same in a database."""
    return await read(PostgresBooks(pool, Queue(pool)), number)


def as_json(ticket: Ticket, pack: EvidencePack) -> Mapping[str, Any]:
    """Plain values; internal notes are in it, for whoever may read the database may read them."""
    return {
        "ticket": ticket.name,
        "state": ticket.state.value,
        "severity": ticket.severity.value,
        "owner": ticket.taker.upn if ticket.taker else None,
        "reason": ticket.reason.value if ticket.reason else None,
        "askers": [asker.actor.upn for asker in ticket.askers],
        "opened": ticket.opened,
        "parent": ticket.parent,
        "children": list(ticket.children),
        "merged_into": ticket.merged_into,
        "mended": ticket.mended,
        "history": [
            {"at": e.at, "what": e.what, "by": e.by.upn or e.by.name, "value": e.value, "text": e.text}
            | {"internal": e.internal}
            for e in ticket.history
        ],
        "found": ticket.found,
        "evidence": asdict(pack) | {"paragraph": paragraph(pack) if pack.person else ""},
    }


def as_text(ticket: Ticket, pack: EvidencePack) -> str:
    """For reading."""
    owner = ticket.taker.name if ticket.taker else "nobody"
    lines = [
        f"{ticket.name}: {ticket.state.value}, severity {ticket.severity.value}, owner {owner}",
        *(f"  {name}: {value}" for name, value in fact_pairs(pack)),
        *(["What the answer said:", *(f"  {line}" for line in ticket.found.splitlines())] if ticket.found else []),
        "History:",
        *(f"  {instant(event.at)}: {event_line(event)}" for event in ticket.history),
        "Timeline:",
        *(f"  {moment_line(moment)}" for moment in pack.timeline),
    ]
    if pack.person:
        lines += ["For the vendor's or Microsoft's support:", f"  {paragraph(pack)}"]
    return drawn("\n".join(lines))
