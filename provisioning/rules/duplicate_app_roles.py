"""Whether the app offers two roles of the same name."""

from provisioning.app_roles import shared_names
from provisioning.evidence import Evidence
from provisioning.model import Cause, Finding, JobState
from provisioning.remedies import finding
from provisioning.timing import newest_row, was_healthy


def duplicate_app_roles(seen: Evidence) -> Finding | None:
    """Fire when two enabled roles of the app share a name: connectors stumble over that, and quarantine follows.

    Where the person was provisioned all the same and the job runs, it is not in the way.
    """
    if seen.roles is None or (was_healthy(newest_row(seen)) and not _is_down(seen)):
        return None
    twice = shared_names(seen.roles)
    return finding(Cause.DUPLICATE_APP_ROLES, roles=twice) if twice else None


def _is_down(seen: Evidence) -> bool:
    return seen.job is not None and seen.job.state is JobState.QUARANTINE
