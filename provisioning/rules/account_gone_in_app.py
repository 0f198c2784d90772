"""Whether the account that the service had linked still exists in the app."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def account_gone_in_app(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the linked account is gone from the app.

    The service keeps its link and does not look for another account by itself.
    """
    return logged(seen, Cause.ACCOUNT_GONE_IN_APP)
