"""Whether the tenant URL leads to the app's SCIM side."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding
from provisioning.works import of_the_job


def wrong_endpoint(seen: Evidence) -> Finding | None:
    """Fire when the job, or the newest row, failed because something else answers at the tenant URL."""
    return of_the_job(seen, Cause.WRONG_ENDPOINT) or logged(seen, Cause.WRONG_ENDPOINT)
