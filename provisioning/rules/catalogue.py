"""Which rules there are, and in which order their findings stand on the card.

Obstacles first, outcomes only when there is no obstacle: nobody is told "it is in the app" or "just wait" while
something stands in the way.

The order of the obstacles is the order in which mending makes sense:

1. the account – a deleted or disabled person is not provisioned whatever else is right;
2. the job – while it stands still nothing reaches anybody, and mending one person changes nothing. What led there
   (credentials, address, removals) stands before the state that followed from it;
3. an account that the app does not let go – the person is not kept out, but kept in: the opposite of "not assigned",
   which is true of them as well;
4. the assignment – without it nobody looks at the person's data;
5. the data – what is empty in the directory fails whatever the filter says, and its owner needs the longest;
6. the filter – judged on the data, so it comes after it;
7. a job that has not run yet – it may begin any minute, and would meet everything above in its first cycle;
8. the log – what the app refused; history, so what is read today stands before it. What passes by itself comes last;
9. the unknown code – only what no other rule explains.

What only time changes (``UNDERWAY``) is kept beside an obstacle, behind it: it explains why somebody is not assigned
yet, or why no row shows them. The outcomes: the account is there (written, or found equal); something still waits for
a cycle; nothing explains it.
"""

from collections.abc import Callable, Sequence

from provisioning.evidence import Evidence
from provisioning.model import Finding
from provisioning.rules.account_disabled import account_disabled
from provisioning.rules.account_gone_in_app import account_gone_in_app
from provisioning.rules.app_incompatible import app_incompatible
from provisioning.rules.app_permission import app_permission
from provisioning.rules.app_refused import app_refused
from provisioning.rules.app_refuses_deactivation import app_refuses_deactivation
from provisioning.rules.app_throttling import app_throttling
from provisioning.rules.app_unavailable import app_unavailable
from provisioning.rules.assignment_too_fresh import assignment_too_fresh
from provisioning.rules.attribute_rejected import attribute_rejected
from provisioning.rules.awaiting_cycle import awaiting_cycle
from provisioning.rules.credentials_rejected import credentials_rejected
from provisioning.rules.duplicate_app_roles import duplicate_app_roles
from provisioning.rules.duplicate_in_app import duplicate_in_app
from provisioning.rules.duplicate_in_directory import duplicate_in_directory
from provisioning.rules.dynamic_membership_pending import dynamic_membership_pending
from provisioning.rules.endpoint_unreachable import endpoint_unreachable
from provisioning.rules.filtered_out import filtered_out
from provisioning.rules.group_not_security_enabled import group_not_security_enabled
from provisioning.rules.in_sync import in_sync
from provisioning.rules.initial_cycle_running import initial_cycle_running
from provisioning.rules.invalid_domain import invalid_domain
from provisioning.rules.job_disabled import job_disabled
from provisioning.rules.job_paused import job_paused
from provisioning.rules.job_quarantined import job_quarantined
from provisioning.rules.job_stale import job_stale
from provisioning.rules.licence_exhausted import licence_exhausted
from provisioning.rules.mapping_wrong import mapping_wrong
from provisioning.rules.matching_attribute_empty import matching_attribute_empty
from provisioning.rules.missing_attribute import missing_attribute
from provisioning.rules.multiple_values import multiple_values
from provisioning.rules.nested_group_only import nested_group_only
from provisioning.rules.never_ran import never_ran
from provisioning.rules.not_assigned import not_assigned
from provisioning.rules.not_configured import not_configured
from provisioning.rules.provisioned import provisioned
from provisioning.rules.reference_unknown import reference_unknown
from provisioning.rules.role_not_entitled import role_not_entitled
from provisioning.rules.role_or_licence_value_missing import role_or_licence_value_missing
from provisioning.rules.service_fault import service_fault
from provisioning.rules.soft_deleted import soft_deleted
from provisioning.rules.too_many_deletes import too_many_deletes
from provisioning.rules.transport_error import transport_error
from provisioning.rules.unexplained import unexplained
from provisioning.rules.unknown_code import unknown_code
from provisioning.rules.unsupported_object import unsupported_object
from provisioning.rules.value_taken_in_app import value_taken_in_app
from provisioning.rules.wrong_endpoint import wrong_endpoint

Rule = Callable[[Evidence], Finding | None]

OBSTACLES: tuple[Rule, ...] = (
    soft_deleted,
    account_disabled,
    not_configured,
    credentials_rejected,
    endpoint_unreachable,
    wrong_endpoint,
    too_many_deletes,
    job_disabled,
    job_paused,
    job_quarantined,
    job_stale,
    duplicate_app_roles,
    app_refuses_deactivation,
    not_assigned,
    nested_group_only,
    group_not_security_enabled,
    role_not_entitled,
    matching_attribute_empty,
    missing_attribute,
    duplicate_in_directory,
    filtered_out,
    never_ran,
    duplicate_in_app,
    value_taken_in_app,
    account_gone_in_app,
    attribute_rejected,
    multiple_values,
    invalid_domain,
    role_or_licence_value_missing,
    reference_unknown,
    mapping_wrong,
    licence_exhausted,
    app_permission,
    app_incompatible,
    app_refused,
    app_throttling,
    app_unavailable,
    transport_error,
    service_fault,
    unsupported_object,
    unknown_code,
)
UNDERWAY: tuple[Rule, ...] = (dynamic_membership_pending, initial_cycle_running)
OUTCOMES: tuple[Rule, ...] = (provisioned, in_sync, awaiting_cycle, assignment_too_fresh)
LAST_RESORT: Rule = unexplained


def judge(
    seen: Evidence,
    *,
    obstacles: Sequence[Rule] = OBSTACLES,
    underway: Sequence[Rule] = UNDERWAY,
    outcomes: Sequence[Rule] = OUTCOMES,
    last_resort: Sequence[Rule] = (LAST_RESORT,),
) -> tuple[Finding, ...]:
    """All findings, the root cause first. With the full catalogue never empty."""
    time = _heard(underway, seen)
    if found := _heard(obstacles, seen):
        return (*found, *time)
    if found := (*time, *_heard(outcomes, seen)):
        return found
    return _heard(last_resort, seen)


def _heard(rules: Sequence[Rule], seen: Evidence) -> tuple[Finding, ...]:
    return tuple(finding for rule in rules if (finding := rule(seen)))
