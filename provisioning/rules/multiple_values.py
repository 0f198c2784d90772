"""Whether several values flow into an attribute that holds one."""

from provisioning.evidence import Evidence
from provisioning.logged import about_a_value
from provisioning.model import Cause, Finding


def multiple_values(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the directory has several values where the app takes one."""
    return about_a_value(seen, Cause.MULTIPLE_VALUES)
