"""Which of the helpdesk's conversations a ticket belongs to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from provisioning.tickets import Ticket

KINDS = ("severity", "app", "cause")  # what is more urgent counts before what is more special


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Tickets of one severity, app or cause go to this conversation. ``live``: we can speak there."""

    kind: str
    value: str
    words: str
    conversation: str
    live: bool = True


def room_for(ticket: Ticket, routes: Sequence[Route], usual: str | None) -> str | None:
    """The conversation, ``usual`` where no route fits or where the fitting one is closed to us; None: there is none."""
    apps = [ticket.diagnosis.app.id] if ticket.diagnosis else [app.id for app in ticket.apps]
    traits = {"severity": [ticket.severity.value], "app": apps, "cause": [ticket.cause]}
    for kind in KINDS:
        for route in routes:
            if route.live and route.kind == kind and route.value in traits[kind]:
                return route.conversation
    return usual
