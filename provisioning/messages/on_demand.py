"""Answers of provisionOnDemand: a pair of strings whose content is JSON in two shapes, or something else entirely.

Shape A (API reference): ``key`` is ``{"result": …, "details": {"errorCode": …}}`` and ``value`` one object or ``{}``.
Shape B (what tenants send today): ``key`` is a .NET class name and ``value`` a list with one object per subject.
"""

from collections.abc import Mapping
from typing import Any

from provisioning.attempts import ForeignError, OnDemandAnswer, Verdict
from provisioning.messages import events
from provisioning.messages.lenient import mapping, pick, rows, text


def read_on_demand(body: Mapping[str, Any]) -> OnDemandAnswer:
    """The answer; ``readable`` is False (verdict UNKNOWN) when neither half has a shape that we know."""
    headline = mapping(pick(body, "key"))
    entries = [entry for entry in rows(pick(body, "value")) if entry]
    said = _verdict(headline, entries)
    entry = _telling(entries)
    reports = events.steps(pick(entry, "provisioningSteps"))
    error = _error(entry, headline)
    return OnDemandAnswer(
        verdict=said,
        steps=reports,
        error=None if said is Verdict.SUCCESS else error,
        skip_reason=events.skip_reason(reports, error) if said is Verdict.SKIPPED else None,
        action=events.action(pick(entry, "action", "provisioningAction")) if entry else None,
        changes=events.changes(pick(entry, "modifiedProperties")),
        change_id=text(pick(entry, "changeId")),
        target_id=text(pick(mapping(pick(entry, "targetIdentity")), "id")),
        readable=said is not Verdict.UNKNOWN,
    )


def read_each(body: Mapping[str, Any]) -> dict[str, OnDemandAnswer]:
    """What the answer says about each object that it names, by the object's id in lower case."""
    entries = [entry for entry in rows(pick(body, "value")) if entry]
    named = {text(pick(mapping(pick(entry, "sourceIdentity")), "id")): entry for entry in entries}
    return {key.lower(): read_on_demand({"value": [entry]}) for key, entry in named.items() if key}


def _verdict(headline: Mapping[str, Any], entries: list[Mapping[str, Any]]) -> Verdict:
    """The headline's word and every entry's, whichever is worse; an entry that says nothing takes nothing away."""
    head = events.verdict(pick(headline, "result"))
    said = [_entry_verdict(entry) for entry in entries]
    if head is Verdict.UNKNOWN:
        return events.worst(said)
    return events.worst([head, *(word for word in said if word is not Verdict.UNKNOWN)])


def _entry_verdict(entry: Mapping[str, Any]) -> Verdict:
    info = mapping(pick(entry, "statusInfo", "provisioningStatusInfo"))
    said = events.verdict(pick(info, "status"))
    reports = events.steps(pick(entry, "provisioningSteps"))
    return said if said is not Verdict.UNKNOWN else events.worst(report.verdict for report in reports)


def _telling(entries: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The entry that explains the verdict: the worst one."""
    for wanted in (Verdict.FAILURE, Verdict.SKIPPED, Verdict.WARNING):
        for entry in entries:
            if _entry_verdict(entry) is wanted:
                return entry
    return entries[0] if entries else {}


def _error(entry: Mapping[str, Any], headline: Mapping[str, Any]) -> ForeignError | None:
    """What went wrong, from whichever half says more: in a skip only the headline may carry the code."""
    info = mapping(pick(entry, "statusInfo", "provisioningStatusInfo"))
    wrong = mapping(pick(info, "errorInformation", "errorInfo")) or info
    details = mapping(pick(headline, "details"))
    return events.error(
        pick(wrong, "errorCode") or pick(details, "errorCode"),
        pick(wrong, "reason", "errorMessage") or pick(details, "errorMessage"),
        pick(wrong, "additionalDetails"),
    )
