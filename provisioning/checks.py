"""What was looked at before acting, one by one, so that a person can see why the desk would act, or would not."""

from provisioning.attributes import is_empty, matching_mappings
from provisioning.cases import Refusal
from provisioning.evidence import Evidence
from provisioning.model import Cause, Check, Finding
from provisioning.preflight import holds, refusals

_OF_THE_JOB = frozenset(
    {Refusal.JOB_NOT_CONFIGURED, Refusal.JOB_PAUSED, Refusal.JOB_QUARANTINED, Refusal.MUST_BE_STOPPED}
)
_THERE = frozenset({Cause.PROVISIONED, Cause.IN_SYNC})


def checks(seen: Evidence, findings: tuple[Finding, ...]) -> tuple[Check, ...]:
    """In the order in which the provisioning service looks at them."""
    said = refusals(seen)
    return (
        _account(seen),
        _job(seen, said),
        _assignment(seen, said),
        _scope(seen, said),
        _rule(seen, said),
        _data(seen, findings),
        *_already(findings),
    )


def _account(seen: Evidence) -> Check:
    if not seen.knows("person") or seen.person.enabled is None:
        return Check(what="account", good=None)
    return Check(what="account", good=bool(seen.person.enabled and not seen.person.deleted))


def _job(seen: Evidence, said: tuple[Refusal, ...]) -> Check:
    if not seen.knows("job"):
        return Check(what="job", good=None)
    why = next((refusal for refusal in said if refusal in _OF_THE_JOB), None)
    return Check(what="job", good=why is None, facts={"refusal": why.value} if why else {})


def _assignment(seen: Evidence, said: tuple[Refusal, ...]) -> Check:
    held = holds(seen)
    if Refusal.NOT_ENTITLED in said:
        return Check(what="assignment", good=False, facts={"refusal": Refusal.NOT_ENTITLED.value})
    if held:
        groups = tuple(one.group.name for one in held if one.group and one.group.name)
        direct = len(groups) < len(held)
        return Check(what="assignment", good=True, facts={} if direct else {"groups": groups})
    if seen.sync_all:
        return Check(what="assignment", good=True, facts={"everybody": "yes"})
    return Check(what="assignment", good=False if seen.knows("assignments") else None)


def _scope(seen: Evidence, said: tuple[Refusal, ...]) -> Check:
    if seen.schema is None:
        return Check(what="scope", good=None)
    if not seen.schema.scope:
        return Check(what="scope", good=True, facts={"none": "yes"})
    if Refusal.FILTERED_OUT in said:
        return Check(what="scope", good=False)
    return Check(what="scope", good=None if Refusal.NOT_READABLE in said else True)


def _rule(seen: Evidence, said: tuple[Refusal, ...]) -> Check:
    if seen.schema is None and not seen.knows("schema"):
        return Check(what="rule", good=None)
    return Check(what="rule", good=Refusal.NO_RULE not in said)


def _data(seen: Evidence, findings: tuple[Finding, ...]) -> Check:
    """Whether what matches and what is known to be needed is filled. What the app wants in silence nobody knows."""
    missing = next((one for one in findings if one.cause is Cause.MISSING_ATTRIBUTE), None)
    if missing is not None:
        return Check(what="data", good=False, facts={"attributes": missing.facts.get("attributes", ())})
    if seen.schema is None or not seen.knows("person"):
        return Check(what="data", good=None)
    known = [is_empty(seen.person, mapping) for mapping in matching_mappings(seen.schema)]
    return Check(what="data", good=True if False in known else None)


def _already(findings: tuple[Finding, ...]) -> tuple[Check, ...]:
    return (Check(what="already", good=None),) if findings[0].cause in _THERE else ()
