"""Whether the job writes to an attribute that the app does not have."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def mapping_wrong(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the app has no such attribute, or keeps it to itself."""
    return logged(seen, Cause.MAPPING_WRONG)
