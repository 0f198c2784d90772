"""Did a run come too early? Microsoft documents that on-demand may not know a new assignment for a few minutes."""

from datetime import timedelta

from provisioning.attempts import OnDemandAnswer
from provisioning.cases import Case
from provisioning.evidence import Evidence
from provisioning.messages.events import was_assigned
from provisioning.preflight import holds

NEW = timedelta(minutes=10)  # an assignment that is older is known everywhere


def came_too_early(answer: OnDemandAnswer, case: Case, seen: Evidence) -> bool:
    """Whether the run called somebody unassigned whom the directory shows as newly assigned.

    The same goes for what was filled in a moment ago and is still missed. Since when somebody is in a group that is
    assigned nobody tells, so that counts as new. A promise tries again once.
    """
    if case.tries:
        return False
    if case.fill is not None and case.fill.at is not None and answer.error is not None:
        return bool(set(answer.error.attributes) & set(case.fill.values))
    if was_assigned(answer.steps) is not False:
        return False
    return any(one.group is not None or one.since is None or seen.as_of - one.since < NEW for one in holds(seen))
