"""A row of the provisioning log as Graph's provisioningObjectSummary shows it."""

from typing import Literal

import msgspec

from sandbox.file.base import Instant, Json, Strict, Text


class Identity(Strict):
    id: Text = None
    display_name: Text = None
    identity_type: Text = None
    details: Json | None = None


class System(Strict):
    id: Text = None
    display_name: Text = None
    details: Json | None = None


class Initiator(Strict):
    id: Text = None
    display_name: Text = None
    initiator_type: Text = None


class ErrorInformation(Strict):
    error_code: Text = None
    reason: Text = None
    additional_details: Text = None
    error_category: Text = None
    recommended_action: Text = None


class StatusInfo(Strict):
    status: Literal["success", "failure", "skipped", "warning"]
    error_information: ErrorInformation | None = None


class Step(Strict):
    name: Text = None
    provisioning_step_type: Text = None
    status: Text = None
    description: Text = None
    details: Json | None = None


class ModifiedProperty(Strict):
    display_name: Text = None
    old_value: Text = None
    new_value: Text = None


class LogRow(Strict):
    """A provisioningObjectSummary; what is left out follows from the app, the job and the company."""

    activity_date_time: Instant
    provisioning_action: Literal["other", "create", "delete", "disable", "update", "stagedDelete"]
    provisioning_status_info: StatusInfo
    source_identity: Identity
    target_identity: Identity | None = None
    id: Text = None
    tenant_id: Text = None
    job_id: Text = None
    cycle_id: Text = None
    change_id: Text = None
    duration_in_milliseconds: int = 0
    provisioning_steps: list[Step] = msgspec.field(default_factory=list)
    modified_properties: list[ModifiedProperty] = msgspec.field(default_factory=list)
    source_system: System | None = None
    target_system: System | None = None
    service_principal: Identity | None = None
    initiated_by: Initiator | None = None
