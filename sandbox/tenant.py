"""A tenant file, read strictly: every key known, every reference kept, every refusal with its JSON path."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from sandbox.errors import TenantFileError
from sandbox.properties import GROUP, USER
from sandbox.times import YEAR_ONE, is_duration, read_duration, read_instant, write_instant

Json = dict[str, Any]

DEMO = Path(__file__).with_name("demo.json")
NO_ROLE = "00000000-0000-0000-0000-000000000000"  # Graph's id of "default access"
_GUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
Guid = Annotated[str, msgspec.Meta(pattern=_GUID)]
Text = str | None


class Instant:
    """An instant of a tenant file: absolute, or a duration counted from the company's start ("-PT2H")."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.shift: timedelta | None = None
        if is_duration(text):
            self.shift = read_duration(text)
        elif text not in ("", YEAR_ONE):  # Graph's own samples hold both
            read_instant(text)

    def written(self, start: datetime) -> str:
        return self.text if self.shift is None else write_instant(start + self.shift)


class Interval:
    """A duration that stays a duration: the pace of a job."""

    def __init__(self, text: str) -> None:
        read_duration(text)
        self.text = text


class Strict(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A part of the file in which an unknown key is a mistake."""


_KINDS: dict[str, tuple[Any, Any]] = {
    "text": (Text, None),
    "flag": (bool | None, None),
    "texts": (list[str], msgspec.field(default_factory=list)),
    "instant": (Instant | None, None),
    "list": (list[Any], msgspec.field(default_factory=list)),
}


def _directory_object(name: str, known: dict[str, str], special: dict[str, tuple[Any, Any]]) -> Any:
    fields = {key: _KINDS[kind] for key, kind in known.items()} | special
    listed = [(key, kind, default) for key, (kind, default) in fields.items() if default is not ...]
    asked = [(key, kind) for key, (kind, default) in fields.items() if default is ...]
    return msgspec.defstruct(name, [*asked, *listed], forbid_unknown_fields=True, kw_only=True)


if TYPE_CHECKING:  # made from the lists of properties, so their types exist only while it runs
    User = Any
    Group = Any
else:
    User = _directory_object(
        "User",
        USER,
        {
            "id": (Guid, ...),
            "userPrincipalName": (str, ...),
            "displayName": (str, ...),
            "accountEnabled": (bool, True),
            "userType": (Literal["Member", "Guest"], "Member"),
            "createdDateTime": (Instant, Instant("-P90D")),
            "manager": (Guid | None, None),
        },
    )
    Group = _directory_object(
        "Group",
        GROUP,
        {
            "id": (Guid, ...),
            "displayName": (str, ...),
            "securityEnabled": (bool, True),
            "mailEnabled": (bool, False),
            "createdDateTime": (Instant, Instant("-P90D")),
            "members": (list[Guid], msgspec.field(default_factory=list)),
        },
    )


class Place(Strict):
    email_address: str
    display_name: str
    kind: Literal["room", "workspace", "desk"]
    id: Guid | None = None
    building: Text = None
    capacity: int | None = None
    booking_type: Literal["standard", "reserved", None] = None
    floor_label: Text = None
    floor_number: int | None = None
    is_wheel_chair_accessible: bool | None = None
    nickname: Text = None
    phone: Text = None
    tags: list[str] = []


class Company(Strict):
    id: Guid
    display_name: str
    default_domain: str


class Roles(Strict):
    agents: Guid | None = None
    admins: Guid | None = None


class AppRole(Strict):
    id: Guid
    display_name: str
    value: Text = None
    is_enabled: bool = True
    description: Text = None
    allowed_member_types: list[str] = msgspec.field(default_factory=lambda: ["User"])
    origin: Text = "Application"


class Assignment(Strict):
    principal_id: Guid
    app_role_id: Guid = NO_ROLE
    created_date_time: Instant = Instant("-P90D")
    id: Text = None
    principal_type: Text = None  # the last four are what Graph's own rows hold; they follow from the ids
    principal_display_name: Text = None
    resource_id: Text = None
    resource_display_name: Text = None


class TaskError(Strict):
    code: Text = None
    message: Text = None
    tenant_actionable: bool = False


class TaskExecution(Strict, kw_only=True):
    activity_identifier: Text = None
    count_entitled: int = 0
    count_entitled_for_provisioning: int = 0
    count_escrowed: int = 0
    count_escrowed_raw: int = 0
    count_exported: int = 0
    count_exports: int = 0
    count_imported: int = 0
    count_imported_deltas: int = 0
    count_imported_reference_deltas: int = 0
    state: Literal["Succeeded", "Failed", "EntryLevelErrors"] = "Succeeded"
    error: TaskError | None = None
    time_began: Instant
    time_ended: Instant


class Quarantine(Strict):
    reason: str
    current_began: Instant | None = None
    next_attempt: Instant | None = None
    series_began: Instant | None = None
    series_count: int = 0
    error: TaskError | None = None


class Progress(Strict):
    completed_units: int
    total_units: int
    units: str = ""
    progress_observation_date_time: Instant | None = None


class EntryCount(Strict):
    key: str
    value: int


class JobStatus(Strict):
    code: Literal["NotConfigured", "NotRun", "Active", "Paused", "Quarantine"] = "NotRun"
    count_successive_complete_failures: int = 0
    escrows_pruned: bool = False
    last_execution: TaskExecution | None = None
    last_successful_execution: TaskExecution | None = None
    last_successful_execution_with_exports: TaskExecution | None = None
    progress: list[Progress] = []
    quarantine: Quarantine | None = None
    steady_state_first_achieved_time: Instant = Instant(YEAR_ONE)
    steady_state_last_achieved_time: Instant = Instant(YEAR_ONE)
    synchronized_entry_count_by_type: list[EntryCount] = []
    troubleshooting_url: Text = None


class Schedule(Strict):
    expiration: Instant | None = None
    interval: Interval = Interval("PT40M")
    state: Literal["Active", "Disabled", "Paused"] = "Active"


class KeyValue(Strict):
    key: str
    value: Text = None


class JobSetting(Strict):
    name: str
    value: Text = None


class Job(Strict):
    id: Text = None
    template_id: str = "scim"
    schedule: Schedule = msgspec.field(default_factory=Schedule)
    status: JobStatus = msgspec.field(default_factory=JobStatus)
    synchronization_job_settings: list[JobSetting] = []


class PersonName(Strict):
    formatted: Text = None
    family_name: Text = None
    given_name: Text = None
    middle_name: Text = None
    honorific_prefix: Text = None
    honorific_suffix: Text = None


class ScimValue(Strict):
    """An entry of emails, phoneNumbers, roles, entitlements and their like."""

    value: Text = None
    type: Text = None
    primary: bool | None = None
    display: Text = None


class Address(Strict):
    formatted: Text = None
    street_address: Text = None
    locality: Text = None
    region: Text = None
    postal_code: Text = None
    country: Text = None
    type: Text = None
    primary: bool | None = None


class ScimManager(Strict):
    value: Text = None
    display_name: Text = None
    ref: Text = msgspec.field(default=None, name="$ref")


class Enterprise(Strict):
    schemas: list[str] = []
    employee_number: Text = None
    cost_center: Text = None
    organization: Text = None
    division: Text = None
    department: Text = None
    manager: ScimManager | None = None


class Account(Strict):
    """A SCIM user (RFC 7643) in the app."""

    user_name: str
    id: Text = None
    external_id: Text = None
    schemas: list[str] = []
    meta: Json | None = None
    name: PersonName | None = None
    display_name: Text = None
    nick_name: Text = None
    profile_url: Text = None
    title: Text = None
    user_type: Text = None
    preferred_language: Text = None
    locale: Text = None
    timezone: Text = None
    active: bool = True
    emails: list[ScimValue] = []
    phone_numbers: list[ScimValue] = []
    ims: list[ScimValue] = []
    photos: list[ScimValue] = []
    entitlements: list[ScimValue] = []
    roles: list[ScimValue] = []
    addresses: list[Address] = []
    enterprise: Enterprise | None = msgspec.field(
        default=None, name="urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    )


class Reject(Strict):
    """A value that the app refuses: attribute and regular expression, and the words of the refusal."""

    attribute: str
    pattern: str
    status: int = 400
    scim_type: Text = None
    detail: str = "The value is not accepted."
    error_code: Text = None  # what Entra's connector makes of it; left out, it follows from the status


class Target(Strict):
    accounts: list[Account] = []
    required: list[str] = []
    unique: list[str] = msgspec.field(default_factory=lambda: ["userName"])
    seats: int | None = None
    credentials_expired: bool = False
    down: bool = False
    rejects: list[Reject] = []


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
    provisioning_steps: list[Step] = []
    modified_properties: list[ModifiedProperty] = []
    source_system: System | None = None
    target_system: System | None = None
    service_principal: Identity | None = None
    initiated_by: Initiator | None = None


class App(Strict):
    id: Guid
    app_id: Guid
    display_name: str
    owners: list[Guid] = []
    app_roles: list[AppRole] = []
    account_enabled: bool = True
    app_role_assignment_required: bool = True
    assignments: list[Assignment] = []
    job: Job | msgspec.UnsetType | None = msgspec.UNSET
    schema: Json | None = None
    sync_all: bool = False
    credentials: Literal["bearer", "oauth"] = "bearer"
    target: Target = msgspec.field(default_factory=Target)
    log: list[LogRow] = []


class Failure(Strict):
    """One entry of failNext: the next `times` calls to a path are refused in these words."""

    path: str
    method: Text = None
    status: int = 503
    times: int = 1
    retry_after: float | None = None
    code: Text = None
    message: Text = None
    body: Any = None


class Faults(Strict):
    latency_ms: Annotated[float, msgspec.Meta(ge=0)] = 0
    log_lag_seconds: Annotated[float, msgspec.Meta(ge=0)] = 0
    throttle_every: Annotated[int, msgspec.Meta(ge=0)] = 0
    fail_next: list[Failure] = []
    on_demand_shape: Literal["A", "B"] = "B"
    token_lifetime_seconds: Annotated[int, msgspec.Meta(ge=1)] = 3599


class Tenant(Strict):
    tenant: Company
    now: Instant | None = None
    users: list[User] = []
    groups: list[Group] = []
    places: list[Place] = []
    roles: Roles = msgspec.field(default_factory=Roles)
    apps: list[App] = []
    faults: Faults = msgspec.field(default_factory=Faults)


def read_part(kind: Any, value: Any, *, root: str = "$") -> Any:
    """Read JSON that came in while the company plays (faults, target) as strictly as the tenant file."""
    try:
        return msgspec.convert(_without_annotations(value), kind, dec_hook=_decode)
    except msgspec.ValidationError as refusal:
        raise TenantFileError(_sentence(str(refusal), root)) from refusal


def read_tenant(path: Path) -> Tenant:
    """Read and check a tenant file; raises TenantFileError with the JSON path and one sentence."""
    try:
        raw = msgspec.json.decode(path.read_bytes())
    except OSError as missing:
        raise TenantFileError(f"$: the file {path} cannot be read ({missing.strerror}).") from missing
    except msgspec.DecodeError as broken:
        raise TenantFileError(f"$: the file {path} is not JSON ({broken}).") from broken
    tenant: Tenant = read_part(Tenant, raw)
    for where, complaint in _dangling(tenant):
        raise TenantFileError(f"{where}: {complaint}.")
    return tenant


def as_json(part: Any, start: datetime) -> Any:
    """Turn a part of the file into Graph's JSON, with every relative instant counted from the start."""

    def encode(value: Any) -> Any:
        if isinstance(value, Instant):
            return value.written(start)
        if isinstance(value, Interval):
            return value.text
        raise TypeError(f"unexpected {type(value).__name__} in a tenant file")

    return msgspec.to_builtins(part, enc_hook=encode)


def _decode(kind: type, value: Any) -> Any:
    if kind in (Instant, Interval):
        if not isinstance(value, str):
            raise ValueError(f"Expected an instant or a duration, got `{type(value).__name__}`")
        return kind(value)
    raise NotImplementedError(kind)


def _without_annotations(value: Any) -> Any:
    """Drop the @odata… keys that a row copied out of a Graph answer carries."""
    if isinstance(value, dict):
        return {key: _without_annotations(each) for key, each in value.items() if "@odata." not in key}
    if isinstance(value, list):
        return [_without_annotations(each) for each in value]
    return value


def _sentence(refusal: str, root: str) -> str:
    """Put msgspec's "complaint - at `$.path`" round: the path first, then one plain sentence."""
    complaint, _, where = refusal.partition(" - at ")
    path = where.strip("`").replace("$", root, 1) if where else root
    complaint = complaint.replace("Object contains unknown field", "unknown key")
    complaint = complaint.replace("Object missing required field", "missing key")
    if "matching regex" in complaint:
        complaint = "expected a GUID"
    return f"{path}: {complaint[0].lower()}{complaint[1:]}."


def _dangling(tenant: Tenant) -> Iterator[tuple[str, str]]:
    """Yield every place where an id or a name is used twice, or leads nowhere."""
    users = {user.id for user in tenant.users}
    groups = {group.id for group in tenant.groups}
    yield from _twice([(f"$.users[{i}].id", user.id) for i, user in enumerate(tenant.users)])
    names = [(f"$.users[{i}].userPrincipalName", u.userPrincipalName) for i, u in enumerate(tenant.users)]
    yield from _twice([(where, name.lower()) for where, name in names])
    yield from _twice([(f"$.groups[{i}].id", group.id) for i, group in enumerate(tenant.groups)])
    yield from _twice([(f"$.apps[{i}].id", app.id) for i, app in enumerate(tenant.apps)])
    for i, user in enumerate(tenant.users):
        if user.manager is not None and user.manager not in users:
            yield f"$.users[{i}].manager", f"no user has the id {user.manager}"
    for i, group in enumerate(tenant.groups):
        for j, member in enumerate(group.members):
            if member not in users | groups:
                yield f"$.groups[{i}].members[{j}]", f"no user or group has the id {member}"
    for role in ("agents", "admins"):
        group_id = getattr(tenant.roles, role)
        if group_id is not None and group_id not in groups:
            yield f"$.roles.{role}", f"no group has the id {group_id}"
    for i, app in enumerate(tenant.apps):
        yield from _dangling_in_app(f"$.apps[{i}]", app, users, groups)


def _dangling_in_app(where: str, app: App, users: set[str], groups: set[str]) -> Iterator[tuple[str, str]]:
    for j, owner in enumerate(app.owners):
        if owner not in users:
            yield f"{where}.owners[{j}]", f"no user has the id {owner}"
    roles = {role.id for role in app.app_roles} | {NO_ROLE}
    for j, given in enumerate(app.assignments):
        if given.principal_id not in users | groups:
            yield f"{where}.assignments[{j}].principalId", f"no user or group has the id {given.principal_id}"
        if given.app_role_id not in roles:
            yield f"{where}.assignments[{j}].appRoleId", f"the app has no role with the id {given.app_role_id}"
    for j, reject in enumerate(app.target.rejects):
        try:
            re.compile(reject.pattern)
        except re.error as broken:
            yield f"{where}.target.rejects[{j}].pattern", f"not a regular expression ({broken})"
    if app.schema is not None and not isinstance(app.schema.get("synchronizationRules"), list):
        yield f"{where}.schema.synchronizationRules", "a synchronization schema needs this list"


def _twice(entries: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for where, value in entries:
        if value in seen:
            yield where, f"{value} is used twice"
        seen.add(value)
