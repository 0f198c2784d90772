"""Whether several accounts in the app fit the person."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def duplicate_in_app(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because more than one account in the app matches."""
    return logged(seen, Cause.DUPLICATE_IN_APP)
