"""Whether the app was told which role, profile or licence the account gets."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def role_or_licence_value_missing(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed because a role, profile or entitlement was not sent.

    It comes dressed as a conflict (409) and is none.
    """
    return logged(seen, Cause.ROLE_OR_LICENCE_VALUE_MISSING)
