"""Whether the person's account is blocked in the directory."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding
from provisioning.remedies import finding


def account_disabled(seen: Evidence) -> Finding | None:
    """Fire when the directory account is disabled (and not deleted, which says more).

    Disabled accounts are not provisioned, whatever else is right.
    """
    person = seen.person
    if not seen.knows("person") or person.deleted or person.enabled is not False:
        return None
    return finding(Cause.ACCOUNT_DISABLED, source="on_premises" if person.synced_from_ad else "directory")
