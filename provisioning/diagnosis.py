"""From evidence to one answer: the root cause, everything else that was found, the four steps, what may be done."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from provisioning.attempts import Step
from provisioning.beside import Projected
from provisioning.checks import checks
from provisioning.evidence import Evidence
from provisioning.fingerprint import fingerprint
from provisioning.model import Cause, Diagnosis, Finding
from provisioning.prediction import four_steps
from provisioning.preflight import is_harmless, refusal_for
from provisioning.rules.catalogue import judge
from provisioning.timing import is_older_than_change, is_refuted, newest_row
from provisioning.xray import project

_NOT_A_STANDSTILL = frozenset({Cause.NOT_CONFIGURED, Cause.NEVER_RAN, Cause.DUPLICATE_APP_ROLES})
_CERTAIN = frozenset({Step.IDENTITY, Step.JOB})  # read from the directory and from the job itself


def diagnose(evidence: Evidence) -> Diagnosis:
    """Judge what was read. Pure: the same evidence always gives the same answer."""
    findings = _marked(judge(evidence))
    row = newest_row(evidence)
    refusal = refusal_for(evidence)
    return Diagnosis(
        person=evidence.person,
        app=evidence.app,
        as_of=evidence.as_of,
        findings=findings,
        steps=four_steps(evidence, findings),
        last_event=row,
        event_obsolete=row is not None and (is_older_than_change(evidence, row) or is_refuted(evidence, row)),
        job=evidence.job,
        next_cycle=_next_cycle(evidence),
        unread=evidence.unread,
        may_provision=refusal is None,
        refusal=refusal.value if refusal else None,
        schema=fingerprint(evidence.schema),
        assignments=evidence.assignments if evidence.knows("assignments") and not evidence.sync_all else None,
        roles=_role_names(evidence),
        place=evidence.place,
        alike=evidence.alike,
        group_failures=evidence.group_failures,
        projection=_projection(evidence),
        harmless=is_harmless(evidence),
        checks=checks(evidence, findings),
    )


def _marked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """While the job stands still, what is said about the person is to be looked at again when it runs."""
    if not any(finding.step is Step.JOB and finding.cause not in _NOT_A_STANDSTILL for finding in findings):
        return tuple(findings)
    return tuple(finding if finding.step in _CERTAIN else replace(finding, provisional=True) for finding in findings)


def _role_names(seen: Evidence) -> dict[str, str]:
    held = {assignment.role_id for assignment in seen.assignments}
    return {role.id: role.name for role in seen.roles or () if role.id in held}


def _projection(seen: Evidence) -> tuple[Projected, ...]:
    if seen.schema is None or not seen.knows("schema", "person") or seen.person.deleted:
        return ()
    return project(seen.person, seen.schema, seen.worked_out)


def _next_cycle(seen: Evidence) -> datetime | None:
    """About when; a cycle that is overdue counts as due now. None where none is to be expected."""
    if seen.job is None or not seen.knows("job"):
        return None
    expected = seen.job.next_cycle
    return max(expected, seen.as_of) if expected else None


def is_in_the_app(diagnosis: Diagnosis) -> bool:
    """Whether the answer is that the account is there."""
    return diagnosis.root.cause in {Cause.PROVISIONED, Cause.IN_SYNC}
