"""Whether the app takes the credentials that were saved for the job."""

from provisioning.evidence import Evidence
from provisioning.logged import logged
from provisioning.model import Cause, Finding
from provisioning.works import of_the_job


def credentials_rejected(seen: Evidence) -> Finding | None:
    """Fire when the job, or the newest row, failed because the app does not take the saved credentials."""
    return of_the_job(seen, Cause.CREDENTIALS_REJECTED) or logged(seen, Cause.CREDENTIALS_REJECTED)
