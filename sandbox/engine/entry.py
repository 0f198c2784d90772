"""One object's way through a run: the steps as they happen, and the row that tells of them."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.times import write_instant
from sandbox.world import App, systems

Json = dict[str, Any]

# Log API words → the words of an on-demand answer
_ON_DEMAND = {
    "create": "Create",
    "update": "Update",
    "delete": "Delete",
    "disable": "Disable",
    "stagedDelete": "StagedDelete",
    "other": "Other",
}
STATUS_INFO = "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"


@dataclass(slots=True, kw_only=True)
class Entry:
    """What a run did about one object. Only one step can end it badly: the last."""

    kind: str  # User | Group
    source_id: str
    source_name: str
    source_details: Json
    began: datetime
    cycle_id: str
    change_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    action: str = "other"
    status: str = "success"
    error: Json | None = None
    skip_reason: str | None = None
    steps: list[Json] = field(default_factory=list)
    modified: list[Json] = field(default_factory=list)
    target_id: str = ""
    target_name: str = ""

    def step(self, name: str, kind: str, status: str, description: str, details: Json | None = None) -> None:
        self.steps.append(
            {
                "name": name,
                "provisioningStepType": kind,
                "status": status,
                "description": description,
                "details": details or {},
            }
        )

    def skip(self, reason: str) -> None:
        self.status, self.skip_reason = "skipped", reason

    def fail(self, code: str, reason: str, *, category: str = "nonServiceFailure") -> None:
        self.status = "failure"
        self.error = {
            "errorCode": code,
            "reason": reason,
            "additionalDetails": None,
            "errorCategory": category,
            "recommendedAction": None,
        }

    def row(self, app: App, tenant_id: str, ended: datetime, initiator: Json | None = None) -> Json:
        """Write a provisioningObjectSummary."""
        assert app.job is not None
        who = {"initiatedBy": initiator} if initiator else {}
        return {
            "id": str(uuid.uuid4()),
            "activityDateTime": write_instant(ended),
            "tenantId": tenant_id,
            "jobId": app.job["id"],
            "cycleId": self.cycle_id,
            "changeId": self.change_id,
            "provisioningAction": self.action,
            "durationInMilliseconds": max(1, round((ended - self.began).total_seconds() * 1000)),
            "provisioningStatusInfo": {"status": self.status, "errorInformation": self.error},
            "provisioningSteps": self.steps,
            "modifiedProperties": self.modified,
            "sourceIdentity": {
                "id": self.source_id,
                "displayName": self.source_name,
                "identityType": self.kind,
                "details": self.source_details,
            },
            "targetIdentity": {
                "id": self.target_id,
                "displayName": self.target_name,
                "identityType": self.kind,
                "details": {},
            },
            **systems(app),
            **who,
        }


def on_demand_entry(row: Json, began: datetime, ended: datetime) -> Json:
    """Write a log row in the words of provisionOnDemand: PascalCase values, flat status, other names."""
    return {
        "provisioningSteps": [_on_demand_step(step, ended) for step in row["provisioningSteps"]],
        "modifiedProperties": row["modifiedProperties"],
        "sourceIdentity": _identity(row["sourceIdentity"]),
        "targetIdentity": _identity(row["targetIdentity"]),
        "sourceSystem": {"id": row["sourceSystem"]["id"], "name": row["sourceSystem"]["displayName"]},
        "targetSystem": {
            "id": row["targetSystem"]["id"],
            "name": row["targetSystem"]["displayName"],
            "details": row["targetSystem"]["details"],
        },
        "statusInfo": _status_info(row["provisioningStatusInfo"]),
        "action": _ON_DEMAND[row["provisioningAction"]],
        "changeId": row["changeId"],
        "startTime": write_instant(began),
        "endTime": write_instant(ended),
        "reportableIdentifier": row["sourceIdentity"]["displayName"],
    }


def _on_demand_step(step: Json, ended: datetime) -> Json:
    return {
        "name": step["name"],
        "type": step["provisioningStepType"][0].upper() + step["provisioningStepType"][1:],
        "status": step["status"].capitalize(),
        "description": step["description"],
        "timestamp": write_instant(ended),
        "details": step["details"],
    }


def _identity(identity: Json) -> Json:
    return {
        "id": identity["id"],
        "displayName": identity["displayName"],
        "type": identity["identityType"],
        "details": identity["details"],
    }


def _status_info(info: Json) -> Json:
    error = info["errorInformation"]
    if error is None:
        return {"status": info["status"].capitalize()}
    category = error["errorCategory"]
    return {
        "status": info["status"].capitalize(),
        "errorCode": error["errorCode"],
        "reason": error["reason"],
        "additionalDetails": error["additionalDetails"],
        "errorCategory": category[0].upper() + category[1:],
        "recommendedAction": error["recommendedAction"],
    }
