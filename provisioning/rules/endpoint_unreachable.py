"""Whether the app can be reached at all."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding
from provisioning.works import of_the_job


def endpoint_unreachable(seen: Evidence) -> Finding | None:
    """Fire when the job, or the newest row, failed because the app could not be reached."""
    return of_the_job(seen, Cause.ENDPOINT_UNREACHABLE) or logged(seen, Cause.ENDPOINT_UNREACHABLE)
