"""The four steps of one person: as the newest log row reported them, or as today's data would make them go.

A step that nobody can know is UNKNOWN; a step is never reported from a row that today's directory contradicts.
"""

from collections.abc import Sequence
from dataclasses import replace

from provisioning.attempts import Step, StepReport, Verdict
from provisioning.evidence import Evidence
from provisioning.messages.events import worst
from provisioning.model import Cause, Finding, JobState
from provisioning.scope import passes
from provisioning.timing import is_older_than_change, is_refuted, newest_row, was_healthy

FOUR = (Step.IMPORT, Step.SCOPING, Step.MATCHING, Step.EXPORT)
_BAD = frozenset({Verdict.FAILURE, Verdict.SKIPPED})
_STOPS_AT_SCOPING = frozenset(
    {
        Cause.SOFT_DELETED,
        Cause.ACCOUNT_DISABLED,
        Cause.NOT_ASSIGNED,
        Cause.NESTED_GROUP_ONLY,
        Cause.GROUP_NOT_SECURITY_ENABLED,
        Cause.ROLE_NOT_ENTITLED,
        Cause.DYNAMIC_MEMBERSHIP_PENDING,
        Cause.FILTERED_OUT,
    }
)


def four_steps(seen: Evidence, findings: Sequence[Finding]) -> tuple[StepReport, ...]:
    """Always import, scoping, matching, export."""
    logged = _logged(seen)
    reports: list[StepReport] = []
    stopped = False
    for step in FOUR:
        today = _predicted(step, seen, findings)
        report = StepReport(step=step, verdict=Verdict.UNKNOWN, predicted=True) if stopped else today
        if not stopped and step in logged and not _overrules(today, logged[step]):
            report = logged[step]
        stopped = stopped or (report.predicted and report.verdict in _BAD)
        reports.append(report)
    return tuple(reports)


def _logged(seen: Evidence) -> dict[Step, StepReport]:
    """What the newest row says, if it still stands; one report a step, the worst of those that share a type."""
    row = newest_row(seen)
    if row is None or is_refuted(seen, row) or (is_older_than_change(seen, row) and not was_healthy(row)):
        return {}
    by_step = {step: [report for report in row.steps if report.step is step] for step in FOUR}
    reported = {step: _merged(reports) for step, reports in by_step.items() if reports}
    silent = StepReport(step=Step.IMPORT, verdict=Verdict.UNKNOWN)
    return {step: reported.get(step, replace(silent, step=step)) for step in FOUR} if reported else {}


def _merged(reports: Sequence[StepReport]) -> StepReport:
    verdict = worst(report.verdict for report in reports)
    telling = next(report for report in reversed(reports) if report.verdict is verdict)
    details = {key: value for report in reports for key, value in report.details.items()}
    return replace(telling, details={**details, **telling.details})


def _overrules(today: StepReport, logged: StepReport) -> bool:
    """Whether today's data forbid what the row still reports as well."""
    return today.verdict in _BAD and logged.verdict not in _BAD


def _predicted(step: Step, seen: Evidence, findings: Sequence[Finding]) -> StepReport:
    causes = {finding.cause: finding for finding in findings}
    verdict = {
        Step.IMPORT: _import,
        Step.SCOPING: _scoping,
        Step.MATCHING: _matching,
        Step.EXPORT: _export,
    }[step](seen, causes)
    if verdict is Verdict.SUCCESS and not _runs(seen):
        verdict = Verdict.UNKNOWN  # nothing goes well in a job that does not run
    return StepReport(step=step, verdict=verdict, predicted=True)


def _runs(seen: Evidence) -> bool:
    return seen.job is not None and seen.job.scheduled and seen.job.state in {JobState.ACTIVE, JobState.NOT_RUN}


def _import(seen: Evidence, causes: dict[Cause, Finding]) -> Verdict:
    if Cause.MATCHING_ATTRIBUTE_EMPTY in causes:
        return Verdict.FAILURE
    return Verdict.SUCCESS if seen.knows("person", "schema") else Verdict.UNKNOWN


def _scoping(seen: Evidence, causes: dict[Cause, Finding]) -> Verdict:
    if _STOPS_AT_SCOPING & causes.keys():
        return Verdict.SKIPPED
    if not seen.knows("person", "assignments", "schema") or seen.schema is None or seen.person.enabled is None:
        return Verdict.UNKNOWN
    return Verdict.SUCCESS if passes(seen.schema.scope, seen.person) else Verdict.UNKNOWN


def _matching(seen: Evidence, causes: dict[Cause, Finding]) -> Verdict:
    """Which accounts the app holds can be learned from its answers alone; who shares a value, from the directory."""
    return Verdict.FAILURE if Cause.DUPLICATE_IN_DIRECTORY in causes else Verdict.UNKNOWN


def _export(seen: Evidence, causes: dict[Cause, Finding]) -> Verdict:
    return Verdict.FAILURE if Cause.MISSING_ATTRIBUTE in causes else Verdict.UNKNOWN
