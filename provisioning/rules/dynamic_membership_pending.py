"""Whether the person is about to join an assigned group by its rule."""

from provisioning.evidence import Evidence
from provisioning.membership_rules import fits
from provisioning.model import Cause, Finding
from provisioning.remedies import finding


def dynamic_membership_pending(seen: Evidence) -> Finding | None:
    """Fire when the person fits the rule of an assigned dynamic group and is not in it yet.

    A group whose rule is paused takes nobody in, so it promises nothing.
    """
    if not seen.knows("assignments", "person") or seen.assignments or seen.sync_all:
        return None
    for group in seen.dynamic:
        if group.rule and not group.rule_paused and fits(group.rule, seen.person):
            return finding(Cause.DYNAMIC_MEMBERSHIP_PENDING, group=group.name, rule=group.rule)
    return None
