"""Which rules there are, and in which order their findings stand on the card.

Obstacles first, outcomes only when there is no obstacle: nobody is told "it is in the app" or "just wait" while
something stands in the way.

The order of the obstacles is the order in which mending makes sense:

1. the account – a deleted or disabled person is not provisioned whatever else is right;
2. the job – while it stands still nothing reaches anybody, and mending one person changes nothing;
3. the assignment – without it nobody looks at the person's data;
4. the data – what is empty in the directory fails whatever the filter says, and its owner needs the longest;
5. the filter – judged on the data, so it comes after it;
6. the log – what the app refused; history, so what is read today stands before it;
7. the unknown code – only what no other rule explains.

The outcomes: the account is there (written, or found equal); something still waits for a cycle; nothing explains it.
"""

from collections.abc import Callable, Sequence

from provisioning.evidence import Evidence
from provisioning.model import Finding
from provisioning.rules.account_disabled import account_disabled
from provisioning.rules.awaiting_cycle import awaiting_cycle
from provisioning.rules.filtered_out import filtered_out
from provisioning.rules.in_sync import in_sync
from provisioning.rules.job_paused import job_paused
from provisioning.rules.job_quarantined import job_quarantined
from provisioning.rules.missing_attribute import missing_attribute
from provisioning.rules.nested_group_only import nested_group_only
from provisioning.rules.not_assigned import not_assigned
from provisioning.rules.not_configured import not_configured
from provisioning.rules.provisioned import provisioned
from provisioning.rules.soft_deleted import soft_deleted
from provisioning.rules.unexplained import unexplained
from provisioning.rules.unknown_code import unknown_code
from provisioning.rules.value_taken_in_app import value_taken_in_app

Rule = Callable[[Evidence], Finding | None]

OBSTACLES: tuple[Rule, ...] = (
    soft_deleted,
    account_disabled,
    not_configured,
    job_quarantined,
    job_paused,
    not_assigned,
    nested_group_only,
    missing_attribute,
    filtered_out,
    value_taken_in_app,
    unknown_code,
)
OUTCOMES: tuple[Rule, ...] = (provisioned, in_sync, awaiting_cycle)
LAST_RESORT: Rule = unexplained


def judge(
    seen: Evidence,
    *,
    obstacles: Sequence[Rule] = OBSTACLES,
    outcomes: Sequence[Rule] = OUTCOMES,
    last_resort: Sequence[Rule] = (LAST_RESORT,),
) -> tuple[Finding, ...]:
    """All findings, the root cause first. With the full catalogue never empty."""
    for rules in (obstacles, outcomes, last_resort):
        if found := tuple(finding for rule in rules if (finding := rule(seen))):
            return found
    return ()
