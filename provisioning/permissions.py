"""Who may do what at the desk. Roles come from the directory at every turn; nothing here trusts a text."""

from enum import StrEnum

from provisioning.model import Actor
from provisioning.tickets import Ticket


class FillIn(StrEnum):
    """Who may have the desk fill in empty attributes of accounts. The tenant's owner decides; by default nobody."""

    NOBODY = "nobody"
    ADMINS = "admins"
    AGENTS = "agents"


def may_ask(actor: Actor, person_id: str) -> bool:
    """People ask about themselves; agents and admins about anybody."""
    return actor.is_agent or (bool(person_id) and actor.id.casefold() == person_id.casefold())


def may_provision(actor: Actor) -> bool:
    """On-demand provisioning writes to the app, so it is for agents and admins, for themselves too."""
    return actor.is_agent


def may_handle_tickets(actor: Actor) -> bool:
    """See everybody's tickets, take and close them."""
    return actor.is_agent


def may_watch(actor: Actor, *, shared: bool) -> bool:
    """Have news of apps told in one's own chat; where others read along (``shared``), that is for admins to decide."""
    return actor.is_admin if shared else actor.is_agent


def may_see(actor: Actor, ticket: Ticket) -> bool:
    """Who asked, and those who work on tickets."""
    return may_handle_tickets(actor) or ticket.asks(actor)


def may_set_up(actor: Actor) -> bool:
    """Change how the desk works: its helpdesk channel, its jobs."""
    return actor.is_admin


def may_fill_in(actor: Actor, policy: FillIn) -> bool:
    """Write an empty attribute of somebody's account."""
    if policy is FillIn.NOBODY:
        return False
    return actor.is_admin if policy is FillIn.ADMINS else actor.is_agent
