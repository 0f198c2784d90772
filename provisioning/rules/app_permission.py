"""Whether the app lets the connection do what it was asked to."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def app_permission(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the connection lacks a right, a plan or a scope in the app."""
    return logged(seen, Cause.APP_PERMISSION)
