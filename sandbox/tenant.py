"""A tenant file, read strictly: every key known, every reference kept, every refusal with its JSON path."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from sandbox.errors import TenantFileError
from sandbox.file.base import NO_ROLE, Guid, Instant, Interval, Strict, Text
from sandbox.file.faults import Faults
from sandbox.file.job import Job
from sandbox.file.people import Group, Mailbox, Place, User
from sandbox.file.row import LogRow
from sandbox.file.schema import Schema
from sandbox.file.target import Target

DEMO = Path(__file__).with_name("demo.json")


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


class AppCredential(Strict):
    """A certificate or secret as Graph shows it: without its value."""

    end_date_time: Instant
    start_date_time: Instant = Instant("-P90D")
    display_name: Text = None
    key_id: Text = None
    usage: Text = None
    type: Text = None


class App(Strict):
    id: Guid
    app_id: Guid
    display_name: str
    owners: list[Guid] = msgspec.field(default_factory=list)
    app_roles: list[AppRole] = msgspec.field(default_factory=list)
    account_enabled: bool = True
    app_role_assignment_required: bool = True
    assignments: list[Assignment] = msgspec.field(default_factory=list)
    job: Job | msgspec.UnsetType | None = msgspec.UNSET
    schema: Schema | None = None
    sync_all: bool = False
    skip_out_of_scope_deletions: bool = False
    credentials: Literal["bearer", "oauth"] = "bearer"
    key_credentials: list[AppCredential] = msgspec.field(default_factory=list)
    password_credentials: list[AppCredential] = msgspec.field(default_factory=list)
    target: Target = msgspec.field(default_factory=Target)
    log: list[LogRow] = msgspec.field(default_factory=list)


class Tenant(Strict):
    tenant: Company
    now: Instant | None = None
    users: list[User] = msgspec.field(default_factory=list)
    groups: list[Group] = msgspec.field(default_factory=list)
    places: list[Place] = msgspec.field(default_factory=list)
    mailboxes: list[Mailbox] = msgspec.field(default_factory=list)
    roles: Roles = msgspec.field(default_factory=Roles)
    apps: list[App] = msgspec.field(default_factory=list)
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
    named = re.match(r"Object (contains unknown|missing required) field `(.+)`", complaint)
    if named is not None:
        wrong = "is not known here" if named[1] == "contains unknown" else "is missing"
        return f"{path}.{named[2]}: this key {wrong}."
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


def _twice(entries: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for where, value in entries:
        if value in seen:
            yield where, f"{value} is used twice"
        seen.add(value)
