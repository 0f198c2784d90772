"""Whether the app refused and gave no better reason."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def app_refused(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the app refused, without a reason that another rule knows."""
    return logged(seen, Cause.APP_REFUSED)
