"""A healthy world in values: one person whose account arrived in one app, and the ways to spoil it.

Every test builds ``healthy()`` and spoils one thing. Instants hang on ``NOW``, the tenant's clock at reading.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from provisioning.attempts import Change, LogEvent, Step, StepReport, Verdict
from provisioning.evidence import Evidence
from provisioning.messages import read_error
from provisioning.model import (
    Actor,
    App,
    Assignment,
    AttributeMapping,
    Clause,
    Execution,
    FilterGroup,
    Group,
    Job,
    JobState,
    Person,
    Quarantine,
    Role,
    Schema,
)
from provisioning.tickets import Ticket, TicketState

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LAST_CYCLE = NOW - timedelta(minutes=15)
NEXT_CYCLE = LAST_CYCLE + timedelta(minutes=40)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

JOSE_ID = "11111111-0000-4000-8000-000000000001"
AISHA_ID = "11111111-0000-4000-8000-000000000002"
INES_ID = "11111111-0000-4000-8000-000000000003"
OLLE_ID = "11111111-0000-4000-8000-000000000004"
APP_ID = "22222222-0000-4000-8000-000000000001"
JOB_ID = "scim.33333333000040008000000000000001.22222222-0000-4000-8000-0000000000aa"
RULE_ID = "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8"

SERVICE_INCOMPATIBLE = "SystemForCrossDomainIdentityManagementServiceIncompatible"
FILTERING = "SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering"


def jose(**changes: Any) -> Person:
    """The person that the demo is about; ``attributes`` given here are laid over the healthy ones."""
    attributes = {
        "userPrincipalName": "jose@fabrikam.example",
        "displayName": "José García",
        "givenName": "José",
        "surname": "García",
        "mail": "jose.garcia@fabrikam.example",
        "mailNickname": "jose",
        "accountEnabled": True,
        "userType": "Member",
        "department": "Sales",
        "country": "ES",
        "employeeId": "4711",
        "jobTitle": "Account manager",
        **changes.pop("attributes", {}),
    }
    usual: dict[str, Any] = {
        "id": JOSE_ID,
        "upn": "jose@fabrikam.example",
        "name": "José García",
        "mail": attributes["mail"],
        "enabled": True,
        "created": NOW - 90 * DAY,
        "attributes": attributes,
    }
    return Person(**{**usual, **changes})


def askcody(**changes: Any) -> App:
    """The app of the demo."""
    usual: dict[str, Any] = {"id": APP_ID, "app_id": APP_ID[:-1] + "f", "name": "AskCody", "owners": ("Ines Berg",)}
    return App(**{**usual, **changes})


def job(**changes: Any) -> Job:
    """An active job whose last cycle began 15 minutes ago."""
    usual: dict[str, Any] = {
        "id": JOB_ID,
        "app_id": APP_ID,
        "state": JobState.ACTIVE,
        "raw_state": "Active",
        "scheduled": True,
        "interval": timedelta(minutes=40),
        "last": Execution(
            cycle_id="cycle-9",
            state="Succeeded",
            began=LAST_CYCLE,
            ended=LAST_CYCLE + 2 * MINUTE,
            imported=3,
            exported=1,
            entitled=41,
        ),
        "steady_since": LAST_CYCLE + 2 * MINUTE,
        "first_steady": NOW - 80 * DAY,
        "entries": {"User to User": 41},
    }
    return Job(**{**usual, **changes})


def cycle(**changes: Any) -> Execution:
    """A cycle of two minutes that read three people and wrote one."""
    began = changes.pop("began", LAST_CYCLE)
    usual: dict[str, Any] = {
        "cycle_id": f"cycle-{began.isoformat()}",
        "state": "Succeeded",
        "began": began,
        "ended": began + 2 * MINUTE,
        "imported": 3,
        "exported": 1,
        "entitled": 41,
    }
    return Execution(**{**usual, **changes})


def quarantined_job(
    reason: str = "EncounteredQuarantineException",
    code: str = "SystemForCrossDomainIdentityManagementInvalidCredentials",
    **changes: Any,
) -> Job:
    """A job that Microsoft has put into quarantine since yesterday; it will try again in six hours."""
    quarantine = Quarantine(
        reason=reason,
        since=NOW - DAY,
        next_attempt=NOW + timedelta(hours=6),
        error_code=None if code == "None" else code,
        error_message=None
        if code == "None"
        else "The credentials provided in the tenant URL and the secret token are not authorized.",
    )
    usual = {"state": JobState.QUARANTINE, "raw_state": "Quarantine", "quarantine": quarantine}
    return job(**{**usual, **changes})


def mapping(target: str, source: str, **changes: Any) -> AttributeMapping:
    """A direct mapping."""
    usual: dict[str, Any] = {"target": target, "sources": (source,), "expression": f"[{source}]"}
    return AttributeMapping(**{**usual, **changes})


MAPPINGS = (
    mapping("userName", "userPrincipalName", matching_priority=1, required=True),
    AttributeMapping(
        target="active",
        sources=("IsSoftDeleted",),
        expression='Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    ),
    mapping("displayName", "displayName"),
    mapping('emails[type eq "work"].value', "mail", required=True),
    mapping("name.givenName", "givenName"),
    mapping("name.familyName", "surname"),
    mapping("externalId", "mailNickname"),
    mapping("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "department"),
)


def schema(*scope: FilterGroup, **changes: Any) -> Schema:
    """The default SCIM mapping, with these groups as its scoping filter."""
    usual: dict[str, Any] = {"rule_id": RULE_ID, "mappings": MAPPINGS, "scope": scope, "version": "v1"}
    return Schema(**{**usual, **changes})


def clause(attribute: str, operator: str, *values: str) -> Clause:
    """One condition."""
    return Clause(attribute=attribute, operator=operator, values=values)


def filter_group(*clauses: Clause, name: str = "Only sales") -> FilterGroup:
    """Conditions that must all hold."""
    return FilterGroup(name=name, clauses=clauses)


def group(name: str = "AskCody users", **changes: Any) -> Group:
    """A security group."""
    usual: dict[str, Any] = {"id": f"group-{name.casefold().replace(' ', '-')}", "security_enabled": True}
    return Group(**{**usual, "name": name, **changes})


def four_steps(**verdicts: Verdict) -> tuple[StepReport, ...]:
    """The steps of a log row, all successful unless named: ``four_steps(export=Verdict.FAILURE)``."""
    return tuple(
        StepReport(step=step, verdict=verdicts.get(step.value, Verdict.SUCCESS), text=f"{step.value} as logged")
        for step in (Step.IMPORT, Step.SCOPING, Step.MATCHING, Step.EXPORT)
    )


def event(**changes: Any) -> LogEvent:
    """The row of the day on which the account was created in the app."""
    usual: dict[str, Any] = {
        "id": "row-1",
        "at": NOW - 30 * DAY,
        "action": "create",
        "verdict": Verdict.SUCCESS,
        "steps": four_steps(),
        "changes": (Change(attribute="userName", old=None, new="jose@fabrikam.example"),),
        "job_id": JOB_ID,
        "cycle_id": "cycle-1",
        "change_id": "change-1",
        "target_id": "account-1",
        "target_name": "jose@fabrikam.example",
        "initiated_by": "Azure AD Provisioning Service",
    }
    return LogEvent(**{**usual, **changes})


def skipped(reason: str, human: Mapping[str, str] | None = None, **flags: str) -> LogEvent:
    """A row of the last cycle in which nothing was done: ``skipped("NotEffectivelyEntitled", Assigned="False")``.

    ``human``: the newer flags, whose names are words ("Assigned to the application").
    """
    at = LAST_CYCLE + MINUTE
    details = {"SkipReason": reason, **flags, **(human or {})}
    step = Step.EXPORT if reason == "RedundantExport" else Step.SCOPING
    steps = tuple(
        replace(report, verdict=Verdict.SKIPPED, details=details) if report.step is step else report
        for report in four_steps()
    )
    return event(id="row-skip", at=at, action="other", verdict=Verdict.SKIPPED, steps=steps, skip_reason=reason)


def failed(
    code: str,
    detail: str = "",
    *,
    status: str = "BadRequest",
    scim_type: str | None = None,
    at: datetime = LAST_CYCLE + MINUTE,
    action: str = "create",
    step: Step = Step.EXPORT,
) -> LogEvent:
    """A failure of the last cycle, worded as the provisioning service words it."""
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "scimType": scim_type, "detail": detail}
    words = (
        f"StatusCode: {status}\r\nMessage: Processing of the HTTP request resulted in an exception.\r\n"
        f"Web Response: \r\n{json.dumps({k: v for k, v in body.items() if v})}. This operation was retried 2 times. "
        f"It will be retried again after this date: {(NOW + timedelta(hours=6)).isoformat()}Z UTC"
    ).replace("+00:00Z", "Z")
    return event(
        id="row-failed",
        at=at,
        action=action,
        verdict=Verdict.FAILURE,
        steps=four_steps(**{step.value: Verdict.FAILURE}),
        error=read_error(words, code=code),
        changes=(),
    )


def healthy(**changes: Any) -> Evidence:
    """José was assigned to AskCody two months ago and his account was created there a month ago."""
    usual: dict[str, Any] = {
        "as_of": NOW,
        "person": jose(),
        "app": askcody(),
        "job": job(),
        "schema": schema(),
        "assignments": (Assignment(since=NOW - 60 * DAY),),
        "log": (event(),),
        "calls": 9,
        "rounds": 3,
    }
    return Evidence(**{**usual, **changes})


def lacking(*names: str, **changes: Any) -> Evidence:
    """The healthy world in which these directory attributes of José are empty and no row was written yet."""
    empty: Mapping[str, None] = dict.fromkeys(names)
    return healthy(**{"person": jose(attributes=empty), "log": (), **changes})


def unreadable(*keys: str, **changes: Any) -> Evidence:
    """The healthy world in which these parts could not be read."""
    return healthy(**{"unread": dict.fromkeys(keys, "Graph said no (403)."), **changes})


def aisha() -> Actor:
    """An agent of the helpdesk."""
    roles = frozenset({Role.PERSON, Role.AGENT})
    return Actor(id=AISHA_ID, upn="aisha@fabrikam.example", name="Aisha Khan", roles=roles)


def ines() -> Actor:
    """An identity admin."""
    roles = frozenset({Role.PERSON, Role.ADMIN})
    return Actor(id=INES_ID, upn="ines@fabrikam.example", name="Ines Berg", roles=roles)


def olle() -> Actor:
    """A plain person."""
    return Actor(id=OLLE_ID, upn="olle@fabrikam.example", name="Olle Svensson")


def ticket(**changes: Any) -> Ticket:
    """Olle asks for help, and nobody has it yet."""
    usual: dict[str, Any] = {
        "number": 1001,
        "version": 1,
        "requester": olle(),
        "origin": "chat-1",
        "question": "the door is locked",
        "state": TicketState.OPEN,
        "opened": NOW,
        "updated": NOW,
    }
    return Ticket(**{**usual, **changes})
