"""Whether a value breaks one of the app's own rules."""

from provisioning.evidence import Evidence
from provisioning.logged import about_a_value
from provisioning.model import Cause, Finding


def attribute_rejected(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because a value breaks a rule of the app: its length, its signs, its form."""
    return about_a_value(seen, Cause.ATTRIBUTE_REJECTED)
