"""How long a ticket may wait before somebody is reminded, and who: the longer it waits, the more people hear. Pure."""

from datetime import timedelta

from provisioning.tickets import Severity, Ticket, TicketState

MOST = 3  # reminders of one ticket that nothing happens to; then the weekly numbers tell
_UNTAKEN = {
    Severity.URGENT: timedelta(minutes=15),
    Severity.HIGH: timedelta(hours=1),
    Severity.NORMAL: timedelta(hours=4),
    Severity.LOW: timedelta(hours=24),
}
_UNTOUCHED = {
    Severity.URGENT: timedelta(hours=1),
    Severity.HIGH: timedelta(hours=4),
    Severity.NORMAL: timedelta(hours=24),
    Severity.LOW: timedelta(hours=72),
}


def patience(ticket: Ticket) -> timedelta | None:
    """After how long without a change somebody is reminded, and again; None: nobody is."""
    if not ticket.is_open or ticket.parent is not None or ticket.mended is not None:
        return None
    waits = _UNTAKEN if ticket.state is TicketState.OPEN else _UNTOUCHED
    return waits[ticket.severity]
