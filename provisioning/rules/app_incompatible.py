"""Whether the app speaks SCIM the way the provisioning service does."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def app_incompatible(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed over a request or an answer that both sides understand differently.

    Updates, filters and unreadable answers; nobody in the company can mend that.
    """
    return logged(seen, Cause.APP_INCOMPATIBLE)
