"""Whether the app asked the service to slow down."""

from provisioning.evidence import Evidence
from provisioning.logged import passing
from provisioning.model import Cause, Finding


def app_throttling(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the app takes no more requests for now.

    The service tries again by itself; three attempts in a row that failed alike are the vendor's.
    """
    return passing(seen, Cause.APP_THROTTLING)
