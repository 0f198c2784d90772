"""Whether this kind of object is provisioned at all."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def unsupported_object(seen: Evidence) -> Finding | None:
    """Fire when the newest row says that this kind of object cannot be synchronized."""
    return logged(seen, Cause.UNSUPPORTED_OBJECT)
