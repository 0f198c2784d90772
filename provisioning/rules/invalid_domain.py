"""Whether the app takes the domain of the person's address."""

from provisioning.evidence import Evidence
from provisioning.logged import about_a_value
from provisioning.model import Cause, Finding


def invalid_domain(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the app does not accept the domain of an address."""
    return about_a_value(seen, Cause.INVALID_DOMAIN)
