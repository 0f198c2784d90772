"""Crowds for operators: the newest ones, and everybody of one as CSV."""

from collections.abc import Sequence
from typing import Any

from cards.crowd_list import csv_text
from provisioning.crowds import Crowd, MemberState
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import Pool
from provisioning.store.queue import Queue


async def newest(pool: Pool) -> Sequence[Crowd]:
    """The last twenty, the newest first."""
    return await _books(pool).newest()


async def one(pool: Pool, number: int) -> dict[str, Any]:
    """How one stands, as JSON. NotThereError."""
    seen = await _books(pool).progress(number)
    crowd = seen.crowd
    return {
        "crowd": crowd.name,
        "app": crowd.app.name if crowd.app else None,
        "state": crowd.state.value,
        "by": crowd.actor.upn,
        "people": {state.value: seen.of(state) for state in MemberState if seen.of(state)},
        "left": [
            {"state": each.state.value, "why": each.why, "fact": each.fact, "people": each.count}
            for each in seen.leftovers
        ],
        "tickets": {group: f"SD-{number}" for group, number in crowd.tickets.items()},
    }


async def as_csv(pool: Pool, number: int) -> str:
    """Everybody of one crowd. NotThereError."""
    books = _books(pool)
    await books.read_crowd(number)
    return csv_text(await books.members(number))


def drawn(crowds: Sequence[Crowd]) -> str:
    """A line for each."""
    lines = [
        f"{one.name}  {one.state.value}  {one.app.name if one.app else '?'}  by {one.actor.upn}"
        f"  {one.created:%Y-%m-%d %H:%M %Z}"
        for one in crowds
    ]
    return "\n".join(lines) or "No list of people was brought yet."


def _books(pool: Pool) -> PostgresCrowds:
    return PostgresCrowds(pool, Queue(pool))
