"""Whether a value exists in the app's own table of departments, places or managers."""

from provisioning.evidence import Evidence
from provisioning.logged import about_a_value
from provisioning.model import Cause, Finding


def reference_unknown(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because a value is not in the app's own table."""
    return about_a_value(seen, Cause.REFERENCE_UNKNOWN)
