"""Whether the provisioning service itself is at fault."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding


def service_fault(seen: Evidence) -> Finding | None:
    """Fire when the newest row failed over a fault inside Microsoft's own service."""
    return logged(seen, Cause.SERVICE_FAULT)
