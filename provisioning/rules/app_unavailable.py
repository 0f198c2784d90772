"""Whether the app was down or too slow."""

from provisioning.evidence import Evidence
from provisioning.logged import passing
from provisioning.model import Cause, Finding


def app_unavailable(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the app answered with a fault of its own, or not in time.

    The service tries again by itself. A lasting fault in somebody's data can hide behind it, so three attempts in a
    row that failed alike are the vendor's.
    """
    return passing(seen, Cause.APP_UNAVAILABLE)
