"""Whether the person's account lies in the directory's recycle bin."""

from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding
from provisioning.remedies import finding


def soft_deleted(seen: Evidence) -> Finding | None:
    """Fire when the directory account is soft-deleted.

    It is gone for good 30 days after deletion; its account in the app is disabled meanwhile.
    """
    if not seen.knows("person") or seen.person.deleted is None:
        return None
    return finding(Cause.SOFT_DELETED, deleted=seen.person.deleted.isoformat())
