"""Whether a value that must be unique belongs to another account in the app."""

from provisioning.evidence import Evidence
from provisioning.logged import about_a_value
from provisioning.model import Cause, Finding


def value_taken_in_app(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because another account in the app holds one of the person's values."""
    return about_a_value(seen, Cause.VALUE_TAKEN_IN_APP)
