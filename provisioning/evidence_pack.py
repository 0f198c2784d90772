"""Everything that somebody else's support needs about a ticket, and nothing that tells who the person is. Pure.

Addresses lose their first part, names and values that were written stay out; ids stay, for they are what support asks
for: Microsoft and the vendor find their own rows by them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from provisioning.attempts import LogEvent, OnDemandAnswer, Step, Verdict
from provisioning.model import Diagnosis
from provisioning.ports import AuditLine
from provisioning.tickets import Ticket

_ADDRESS = re.compile(r"([\w.+'%-])[\w.+'%-]*(@[\w-]+(?:\.[\w-]+)+)")
_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_PHONE = re.compile(rf"({_ID})|(?<![\w.-])(?:\+|\(?0)\d[\d ()/.-]{{6,}}\d(?![\w-])")  # ids stay
_SECRET = re.compile(r"(?i)\b(bearer|token|secret|password|key)\b(\s*[:=]\s*|\s+)\S+")
_TRIED = frozenset(  # the audit's words for what was done about a case
    {"looked again", "promised", "calling", "answered", "put back", "checking"}
    | {"done", "not done", "refused", "uncertain", "not checked"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of the timeline. ``what`` is the audit's or the log's own word, never somebody's sentence."""

    at: datetime
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSeen:
    """How far the account came."""

    step: Step
    verdict: Verdict
    text: str = ""
    predicted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePack:
    """What is handed on with a ticket."""

    ticket: str
    severity: str
    opened: datetime
    person: str = ""  # the object id
    sign_in: str = ""  # masked
    app: str = ""
    cause: str = ""
    owners: tuple[str, ...] = ()
    http: int | None = None
    code: str = ""
    error: str = ""  # the other side's own words
    ids: Mapping[str, str] = field(default_factory=dict)  # job, cycle, change, request, row, case …
    schema: str = ""  # fingerprint
    steps: tuple[StepSeen, ...] = ()
    timeline: tuple[Moment, ...] = ()
    tried: tuple[Moment, ...] = ()


def redacted(words: str) -> str:
    """Without what tells who somebody is, and without anything that looks like a secret."""
    masked = _ADDRESS.sub(r"\1…\2", words)
    return _PHONE.sub(lambda found: found[1] or "(number)", _SECRET.sub(r"\1 (removed)", masked))


def pack_of(ticket: Ticket, trail: Sequence[AuditLine] = ()) -> EvidencePack:
    """The pack of a ticket; ``trail`` are the audit lines of the ticket and its case, as far as they are at hand."""
    seen, answer = ticket.diagnosis, ticket.answer
    timeline = tuple(sorted((*_logged(seen), *_done(ticket, trail)), key=lambda moment: moment.at))
    if seen is None:
        return EvidencePack(
            ticket=ticket.name,
            severity=ticket.severity.value,
            opened=ticket.opened,
            cause=ticket.cause,
            timeline=timeline,
            app=", ".join(app.name for app in ticket.apps),
        )
    event = seen.last_event
    error = (answer.error if answer else None) or (event.error if event else None)
    reports = answer.steps if answer and answer.steps else seen.steps
    return EvidencePack(
        ticket=ticket.name,
        severity=ticket.severity.value,
        opened=ticket.opened,
        person=seen.person.id,
        sign_in=redacted(seen.person.upn),
        app=f"{seen.app.name} ({seen.app.id})",
        cause=seen.root.cause.value,
        owners=tuple(owner.value for owner in seen.root.owner),
        http=error.http if error else None,
        code=(error.code or "") if error else "",
        error=redacted((error.detail or error.text or "") if error else ""),
        ids=_ids(ticket, seen, event, answer),
        schema=seen.schema,
        steps=tuple(
            StepSeen(step=one.step, verdict=one.verdict, text=redacted(one.text or ""), predicted=one.predicted)
            for one in reports
        ),
        timeline=timeline,
        tried=tuple(moment for moment in _done(ticket, trail) if moment.what in _TRIED),
    )


def _ids(ticket: Ticket, seen: Diagnosis, event: LogEvent | None, answer: OnDemandAnswer | None) -> Mapping[str, str]:
    found = {
        "job": (seen.job.id if seen.job else None) or (event.job_id if event else None),
        "cycle": event.cycle_id if event else None,
        "change": (answer.change_id if answer else None) or (event.change_id if event else None),
        "request": answer.request_id if answer else None,
        "row": event.id if event else None,
        "account": event.target_id if event else None,
        "person": seen.person.id,
        "app": seen.app.id,
        "application": seen.app.app_id,
        "case": ticket.case_id,
    }
    return {name: value for name, value in found.items() if value}


def _logged(seen: Diagnosis | None) -> Sequence[Moment]:
    event = seen.last_event if seen else None
    if event is None:
        return ()
    code = (event.error.code if event.error else None) or event.skip_reason or ""
    return (Moment(at=event.at, what=f"log: {event.action} {event.verdict.value}", detail=code),)


def _done(ticket: Ticket, trail: Sequence[AuditLine]) -> Sequence[Moment]:
    """From the audit where it was read, else from the ticket's own history; a cause or a verdict says the rest."""
    if not trail:
        return [Moment(at=event.at, what=event.what, detail=redacted(event.value)) for event in ticket.history]
    told = ("cause", "verdict", "refusal", "trouble", "row", "value")
    details = ["; ".join(line.facts[key] for key in told if key in line.facts) for line in trail]
    return [
        Moment(at=line.at, what=line.what, detail=redacted(detail)) for line, detail in zip(trail, details, strict=True)
    ]
