"""Whether the app has a licence left."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def licence_exhausted(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the app has no free licence or place."""
    return logged(seen, Cause.LICENCE_EXHAUSTED)
