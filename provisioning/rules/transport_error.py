"""Whether the connection to the app broke."""

from provisioning.evidence import Evidence
from provisioning.logged import passing
from provisioning.model import Cause, Finding


def transport_error(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed on the way to the app: network, proxy or encryption.

    The service tries again by itself; three attempts in a row that failed alike are the vendor's.
    """
    return passing(seen, Cause.TRANSPORT_ERROR)
