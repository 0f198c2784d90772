"""Who may do what at the desk. Roles come from the directory at every turn; nothing here trusts a text."""

from provisioning.model import Actor


def may_ask(actor: Actor, person_id: str) -> bool:
    """People ask about themselves; agents and admins about anybody."""
    return actor.is_agent or (bool(person_id) and actor.id.casefold() == person_id.casefold())


def may_provision(actor: Actor) -> bool:
    """On-demand provisioning writes to the app, so it is for agents and admins, for themselves too."""
    return actor.is_agent


def may_handle_tickets(actor: Actor) -> bool:
    """See everybody's tickets, take and close them."""
    return actor.is_agent


def may_set_up(actor: Actor) -> bool:
    """Change how the desk works: its helpdesk channel, its jobs."""
    return actor.is_admin
