"""Whether the app holds on to an account that is to be switched off."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def app_refuses_deactivation(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because the app does not let the account be deactivated.

    The question is then not why somebody is kept out, but why the account is still there.
    """
    return logged(seen, Cause.APP_REFUSES_DEACTIVATION)
