"""The parts that a log row and an on-demand answer share: verdicts, steps, flags, changes.

Their vocabularies differ in names and casing (provisioningStepType/type, import/Import, Status/status), so a
word is compared folded, and one that Microsoft invents later becomes UNKNOWN rather than a crash.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provisioning.attempts import Change, ForeignError, LogEvent, Step, StepReport, Verdict
from provisioning.messages.codes import canonical
from provisioning.messages.errors import read_error
from provisioning.messages.lenient import mapping, pick, rows, text

REDUNDANT = "RedundantExport"  # the good skip: source and target are already equal
REMOVING = frozenset({"disable", "delete", "stagedDelete"})

_VERDICTS = {
    "success": Verdict.SUCCESS,
    "succeeded": Verdict.SUCCESS,
    "failure": Verdict.FAILURE,
    "failed": Verdict.FAILURE,
    "skipped": Verdict.SKIPPED,
    "skip": Verdict.SKIPPED,
    "warning": Verdict.WARNING,
    "0": Verdict.SUCCESS,  # exports of Azure Monitor write the numbers of Graph's enumerations
    "1": Verdict.FAILURE,
    "2": Verdict.SKIPPED,
    "3": Verdict.WARNING,
}
# From good to bad. UNKNOWN stands before SUCCESS: of an answer that is half unreadable no success is claimed.
_WORSE = (Verdict.SUCCESS, Verdict.UNKNOWN, Verdict.WARNING, Verdict.SKIPPED, Verdict.FAILURE)
_STEPS = {
    "import": Step.IMPORT,
    "scoping": Step.SCOPING,
    "matching": Step.MATCHING,
    "export": Step.EXPORT,
    "processing": Step.EXPORT,  # deciding what to write is part of what the portal calls "Perform action"
    "referenceresolution": Step.EXPORT,
}
_STEP_NUMBERS = (Step.IMPORT, Step.SCOPING, Step.MATCHING, Step.EXPORT, Step.EXPORT, Step.EXPORT)
_ACTION_NUMBERS = ("other", "create", "delete", "disable", "update", "stagedDelete")
_STEP_NAMES = (("import", Step.IMPORT), ("scoping", Step.SCOPING), ("match", Step.MATCHING))
_SKIP_REASON = re.compile(r"\bSkipReason\s*[=:]\s*'?([A-Za-z]+)")
_FLAG = re.compile(
    r"(?<![\w])(IsActive|Active in (?:the )?source system|Assigned(?: to (?:the )?application)?"
    r"|IsInProvisioningScope(?:DisplayName)?|Scoping filter evaluation passed"
    r"|IsEffectivelyEntitledForProvisioning|User has (?:the )?required role)\s*[=:]\s*'?(True|False)",
    re.IGNORECASE,
)


def verdict(word: object) -> Verdict:
    """Graph's word for how it went, in any casing."""
    return _VERDICTS.get((text(word) or "").casefold(), Verdict.UNKNOWN)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several; UNKNOWN when there are none."""
    return max(verdicts, key=_WORSE.index, default=Verdict.UNKNOWN)


def steps(value: object) -> tuple[StepReport, ...]:
    """The steps in the order in which they were reported, keyed by type: names repeat and the order varies."""
    read = [(_kind(row), row) for row in rows(value)]
    return tuple(_step(kind, row) for kind, row in read if kind)


def _kind(row: Mapping[str, Any]) -> Step | None:
    kind = _type(row)
    if kind in _STEPS:
        return _STEPS[kind]
    if kind.isdecimal() and int(kind) < len(_STEP_NUMBERS):
        return _STEP_NUMBERS[int(kind)]
    name = (text(pick(row, "name")) or "").casefold()
    named = next((step for part, step in _STEP_NAMES if part in name), None)
    return named or (Step.EXPORT if name.startswith("entry") else None)


def _type(row: Mapping[str, Any]) -> str:
    return (text(pick(row, "provisioningStepType", "type", "stepType")) or "").casefold()


def _step(kind: Step, row: Mapping[str, Any]) -> StepReport:
    details = {str(key): said for key, value in mapping(pick(row, "details")).items() if (said := text(value))}
    return StepReport(
        step=kind,
        verdict=verdict(pick(row, "status")),
        text=text(pick(row, "description")),
        details=details,
        kind=_type(row) if kind is Step.EXPORT else "",
    )


def skip_reason(reports: Sequence[StepReport], error: ForeignError | None) -> str | None:
    """Why nothing was done: the last step that says so, else a code that is itself a skip reason."""
    for report in reversed(reports):
        if reason := pick(report.details, "SkipReason"):
            return str(reason)
        if said := _SKIP_REASON.search(report.text or ""):
            return said.group(1)
    code = canonical(error.code) if error else None
    if code in {REDUNDANT, "NotEffectivelyEntitled", "AttributeValidationFailed"}:
        return code
    said = _SKIP_REASON.search(error.text or "") if error else None
    return said.group(1) if said else None


def error(code: object, reason: object, *more: object) -> ForeignError | None:
    """An error, if code or text say anything at all."""
    words = "\n".join(said for part in (reason, *more) if (said := text(part)))
    return read_error(words, code=text(code)) if words or text(code) else None


def changes(value: object) -> tuple[Change, ...]:
    """What was written to the app."""
    return tuple(
        Change(attribute=name, old=text(pick(row, "oldValue")), new=text(pick(row, "newValue")))
        for row in rows(value)
        if (name := text(pick(row, "displayName", "name")))
    )


def action(value: object) -> str:
    """create, update, disable, delete, stagedDelete, other, or a word that is new to us; lower camel case."""
    word = text(value) or "other"
    if word.isdecimal() and int(word) < len(_ACTION_NUMBERS):
        return _ACTION_NUMBERS[int(word)]
    return "stagedDelete" if word.casefold() == "stageddelete" else word[0].lower() + word[1:]


def deed(row: LogEvent) -> str:
    """What was to be done: the action, or "disable" for an update that switches the account off."""
    off = any(change.attribute == "active" and (change.new or "").casefold() == "false" for change in row.changes)
    return "disable" if off and row.action in {"update", "other"} else row.action


def failed_alike(newest_first: Sequence[LogEvent]) -> int:
    """How many rows in a row, from the newest on, failed with the same code and the same words."""
    count = 0
    first = newest_first[0].error if newest_first else None
    for row in newest_first:
        if row.verdict is not Verdict.FAILURE or row.error is None or first is None:
            break
        if (row.error.code, row.error.detail) != (first.code, first.detail):
            break
        count += 1
    return count


def flag(reports: Sequence[StepReport], *names: str) -> bool | None:
    """A scoping flag under one of its names, from details or description; None where nothing says it."""
    for report in reversed(reports):
        said = text(pick(report.details, *names)) or _flag_in_words(report.text, names)
        if said and said.casefold() in {"true", "false"}:
            return said.casefold() == "true"
    return None


def _flag_in_words(words: str | None, names: Sequence[str]) -> str | None:
    wanted = {name.casefold() for name in names}
    return next((value for name, value in _FLAG.findall(words or "") if name.casefold() in wanted), None)


def was_active(reports: Sequence[StepReport]) -> bool | None:
    """Whether the account was enabled when the row was written."""
    return flag(reports, "IsActive", "Active in the source system", "Active in source system")


def was_assigned(reports: Sequence[StepReport]) -> bool | None:
    """Whether the person was assigned when the row was written."""
    return flag(reports, "Assigned", "Assigned to the application", "Assigned to application")


def was_in_scope(reports: Sequence[StepReport]) -> bool | None:
    """Whether the scoping filter let the person through when the row was written."""
    return flag(
        reports,
        "IsInProvisioningScope",
        "IsInProvisioningScopeDisplayName",
        "Scoping filter evaluation passed",
    )


def was_entitled(reports: Sequence[StepReport]) -> bool | None:
    """Whether the assignment's role entitled to anything when the row was written."""
    return flag(reports, "IsEffectivelyEntitledForProvisioning", "User has the required role")


def failed_clauses(reports: Sequence[StepReport]) -> tuple[str, ...]:
    """Clauses of the scoping filter that said no, as Graph prints them: Sales.department EQUALS 'Sales'."""
    for report in reversed(reports):
        result = mapping(pick(report.details, "ScopeEvaluationResult"))
        if failed := tuple(str(clause) for clause, held in result.items() if (text(held) or "").casefold() == "false"):
            return failed
    return ()


def rejected_attributes(reports: Sequence[StepReport]) -> tuple[str, ...]:
    """Target attributes that a step names as invalid or missing (``PropertyName``)."""
    named = (text(pick(report.details, "PropertyName")) for report in reports)
    return tuple(dict.fromkeys(name for name in named if name))
