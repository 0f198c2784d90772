"""Everything the company remembers: its people, groups, apps and jobs, in Graph's own words, and its history."""

import re
import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox import tenant as file
from sandbox.clock import Clock
from sandbox.file.job import Job
from sandbox.finding import People, Rows
from sandbox.mapping import default_schema
from sandbox.times import NEVER, YEAR_ONE, read_duration, read_instant, write_instant

Json = dict[str, Any]

_RELATIVE = re.compile(r"\{([+-]?P[0-9DTHMSW.]+)\}")  # "{PT6H}" in a log row's text: an instant


@dataclass(slots=True, kw_only=True)
class Escrow:
    """A person whose last attempt failed, and when the service will try again."""

    retries: int
    first_failure: str
    next_attempt: str


@dataclass(slots=True, kw_only=True)
class App:
    """An enterprise application, its provisioning job and what the job remembers of every person."""

    id: str
    app_id: str
    display_name: str
    owners: list[str]
    app_roles: list[Json]
    account_enabled: bool
    app_role_assignment_required: bool
    assignments: list[Json]
    job: Json | None  # Graph's synchronizationJob
    schema: Json
    sync_all: bool
    credentials: str  # bearer | oauth
    target: Json  # the app's own rules: required, unique, seats, rejects, credentialsExpired, down
    accounts: list[Json]  # SCIM users, as they were when last written down
    target_groups: list[Json] = field(default_factory=list)
    log: list[Json] = field(default_factory=list)  # oldest first
    links: dict[str, str] = field(default_factory=dict)  # directory object id → id in the app
    seen: dict[str, str] = field(default_factory=dict)  # user id → what the last evaluation saw
    escrows: dict[str, Escrow] = field(default_factory=dict)
    next_cycle: str | None = None  # None: no cycle will come by itself
    skips_removals: bool = False  # SkipOutOfScopeDeletions
    key_credentials: list[Json] = field(default_factory=list)
    password_credentials: list[Json] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether cycles come by themselves."""
        if self.job is None or self.job["schedule"]["state"] != "Active":
            return False
        return self.job["status"]["code"] not in ("Paused", "NotConfigured")

    def interval(self) -> timedelta | None:
        if self.job is None or self.job["schedule"]["interval"] == NEVER:
            return None
        return read_duration(self.job["schedule"]["interval"])


@dataclass(slots=True, kw_only=True)
class World:
    """The company between two requests. Everything in it can be written down as JSON."""

    clock: Clock
    company: Json
    users: dict[str, Json]
    groups: dict[str, Json]
    members: dict[str, list[str]]
    managers: dict[str, str]
    places: list[Json]
    roles: Json
    apps: dict[str, App]
    faults: Json
    counters: dict[str, int] = field(default_factory=dict)
    audits: list[Json] = field(default_factory=list)
    mailboxes: list[Json] = field(default_factory=list)
    before: dict[str, tuple[datetime, Json]] = field(default_factory=dict)  # by user: when they changed, and from what
    _groups_of: dict[str, list[str]] | None = None  # member id → group ids, made at need
    _people: People | None = None  # made at need
    _rows: dict[str, Rows] = field(default_factory=dict)  # app id → its log's index

    @property
    def people(self) -> People:
        """Name who is there, with ways to find them."""
        if self._people is None:
            self._people = People(self.users.values())
        return self._people

    def changed(self) -> None:
        """Say that a user is not as before."""
        self._people = None

    def rows(self, app: App, text: str) -> list[Json]:
        """Give the log rows of an app that a `$filter` can mean."""
        return self._rows.setdefault(app.id, Rows()).candidates(app.log, text)

    def groups_of(self, member_id: str) -> list[str]:
        """Name the groups that hold a member directly."""
        if self._groups_of is None:
            self._groups_of = {}
            for group_id, members in self.members.items():
                for each in members:
                    self._groups_of.setdefault(each, []).append(group_id)
        return self._groups_of.get(member_id, [])

    def add_member(self, group_id: str, member_id: str) -> None:
        self.members[group_id].append(member_id)
        self._groups_of = None

    def remove_member(self, group_id: str, member_id: str) -> None:
        self.members[group_id].remove(member_id)
        self._groups_of = None

    def now(self) -> str:
        return write_instant(self.clock.now())

    def active_users(self) -> list[Json]:
        return [user for user in self.users.values() if user["deletedDateTime"] is None]

    def find_user(self, key: str, *, deleted: bool = False) -> Json | None:
        """Find a user by id or by userPrincipalName, in any case."""
        wanted = key.lower()
        known = self.users.get(wanted)
        by_name = self.people.called(wanted) if known is None else (known,)
        for user in by_name:
            named = user["id"].lower() == wanted or user["userPrincipalName"].lower() == wanted
            if named and (user["deletedDateTime"] is not None) == deleted:
                return user
        return None

    def count(self, name: str) -> None:
        self.counters[name] = self.counters.get(name, 0) + 1

    def as_json(self) -> Json:
        names = "company users groups members managers places mailboxes roles faults audits"
        parts = {name: getattr(self, name) for name in names.split()}
        apps = {app_id: asdict(app) for app_id, app in self.apps.items()}
        return parts | {"apps": apps, "clockOffset": self.clock.offset.total_seconds()}

    @classmethod
    def from_json(cls, kept: Json, counters: dict[str, int]) -> "World":
        """Bring back what as_json wrote."""
        kept = dict(kept)
        clock = Clock(timedelta(seconds=kept.pop("clockOffset")))
        apps = {app_id: _revived(app) for app_id, app in kept.pop("apps").items()}
        return cls(clock=clock, apps=apps, counters=counters, **kept)


def _revived(kept: Json) -> App:
    escrows = {user_id: Escrow(**escrow) for user_id, escrow in kept.pop("escrows").items()}
    return App(**kept, escrows=escrows)


def first_day(tenant: file.Tenant) -> World:
    """Make the company that a tenant file describes, as it is when its clock starts."""
    start = Clock().now()
    if tenant.now is not None:
        start = read_instant(tenant.now.written(start))
    clock = Clock.starting_at(None if tenant.now is None else start)
    users = {user.id: _user(file.as_json(user, start)) for user in tenant.users}
    groups = {group.id: file.as_json(group, start) for group in tenant.groups}
    return World(
        clock=clock,
        company=file.as_json(tenant.tenant, start),
        managers={key: user.pop("manager") for key, user in users.items() if user["manager"]},
        users=users,
        members={key: group.pop("members") for key, group in groups.items()},
        groups=groups,
        mailboxes=[file.as_json(mailbox, start) for mailbox in tenant.mailboxes],
        places=[_place(file.as_json(place, start), tenant.tenant.id) for place in tenant.places],
        roles=file.as_json(tenant.roles, start),
        apps={app.id: _app(app, tenant, users, groups, start) for app in tenant.apps},
        faults=file.as_json(tenant.faults, start),
    )


def derived_id(*parts: str) -> str:
    """Give an id that is the same at every start."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))


def _user(user: Json) -> Json:
    user["mailNickname"] = user["mailNickname"] or user["userPrincipalName"].partition("@")[0]
    return user


def _place(place: Json, tenant_id: str) -> Json:
    place["id"] = place["id"] or derived_id(tenant_id, "place", place["emailAddress"])
    return place


def _app(app: file.App, tenant: file.Tenant, users: Json, groups: Json, start: datetime) -> App:
    job = _job(app, tenant, start)
    target: Json = file.as_json(app.target, start)
    accounts = [_given(account) for account in target.pop("accounts")]
    for account in accounts:
        account["id"] = account.get("id") or derived_id(app.id, "account", account["userName"])
    log = [_row(file.as_json(row, start), start) for row in app.log]
    made = App(
        id=app.id,
        app_id=app.app_id,
        display_name=app.display_name,
        owners=list(app.owners),
        app_roles=file.as_json(app.app_roles, start),
        account_enabled=app.account_enabled,
        app_role_assignment_required=app.app_role_assignment_required,
        assignments=[
            assignment(app.id, app.display_name, file.as_json(each, start), users, groups) for each in app.assignments
        ],
        job=job,
        schema=_schema(app, job, start),
        sync_all=app.sync_all,
        skips_removals=app.skip_out_of_scope_deletions,
        credentials=app.credentials,
        key_credentials=file.as_json(app.key_credentials, start),
        password_credentials=file.as_json(app.password_credentials, start),
        target=target,
        accounts=accounts,
        log=sorted(log, key=lambda row: read_instant(row["activityDateTime"])),
    )
    for row in made.log:
        _complete(row, made, tenant.tenant.id)
    made.next_cycle = first_cycle(made, start)
    return made


def assignment(app_id: str, app_name: str, given: Json, users: Json, groups: Json) -> Json:
    """Write an appRoleAssignment in full."""
    principal = users.get(given["principalId"]) or groups[given["principalId"]]
    return {
        "id": given.get("id") or derived_id(app_id, given["principalId"], given["appRoleId"]).replace("-", ""),
        "appRoleId": given["appRoleId"],
        "createdDateTime": given["createdDateTime"],
        "deletedDateTime": None,
        "principalDisplayName": principal["displayName"],
        "principalId": given["principalId"],
        "principalType": "User" if given["principalId"] in users else "Group",
        "resourceDisplayName": app_name,
        "resourceId": app_id,
    }


def _schema(app: file.App, job: Json | None, start: datetime) -> Json:
    job_id = job["id"] if job else app.id
    default = default_schema(job_id, app.display_name)
    if app.schema is None:
        return default
    given: Json = file.as_json(app.schema, start)
    return given | {
        "id": given["id"] or job_id,
        "version": given["version"] or default["version"],
        "directories": given["directories"] or default["directories"],
    }


def _given(account: Json) -> Json:
    """Drop what a SCIM user does not hold: a server keeps no empty attributes."""
    kept = {key: _given(value) if isinstance(value, dict) else value for key, value in account.items()}
    lists = {key: [_given(each) for each in v] for key, v in kept.items() if isinstance(v, list) and key != "schemas"}
    return {key: value for key, value in (kept | lists).items() if value not in (None, [], {})}


def _job(app: file.App, tenant: file.Tenant, start: datetime) -> Json | None:
    if app.job is None:
        return None
    job: Json = file.as_json(app.job if isinstance(app.job, Job) else Job(), start)
    job["id"] = job["id"] or f"{job['templateId']}.{tenant.tenant.id.replace('-', '')}.{app.app_id}"
    return job


def _row(row: Json, start: datetime) -> Json:
    """Resolve every "{-PT2H}" inside a row's texts."""

    def resolved(value: Any) -> Any:
        if isinstance(value, str):
            return _RELATIVE.sub(lambda found: write_instant(start + read_duration(found[1])), value)
        if isinstance(value, dict):
            return {key: resolved(each) for key, each in value.items()}
        if isinstance(value, list):
            return [resolved(each) for each in value]
        return value

    whole: Json = resolved(row)
    return whole


def _complete(row: Json, app: App, tenant_id: str) -> None:
    """Fill in what a row of the file left out because it follows from the app."""
    when, who = row["activityDateTime"], row["sourceIdentity"]["id"] or ""
    defaults: Json = {
        "id": derived_id(app.id, "row", when, who),
        "tenantId": tenant_id,
        "jobId": app.job["id"] if app.job else None,
        "cycleId": derived_id(app.id, "cycle", when),
        "changeId": derived_id(app.id, "change", when, who),
        "targetIdentity": {"id": "", "displayName": "", "identityType": "User", "details": {}},
    } | systems(app)
    for key, value in defaults.items():
        row[key] = value if row[key] is None else row[key]


def systems(app: App) -> Json:
    """Say where a row comes from and where it goes to."""
    target = {
        "ApplicationId": app.app_id,
        "ServicePrincipalId": app.id,
        "ServicePrincipalDisplayName": app.display_name,
    }
    return {
        "sourceSystem": {
            "id": derived_id(app.id, "source system"),
            "displayName": "Microsoft Entra ID",
            "details": {},
        },
        "targetSystem": {
            "id": derived_id(app.id, "target system"),
            "displayName": app.display_name,
            "details": target,
        },
        "servicePrincipal": {"id": app.id, "displayName": app.display_name},
        "initiatedBy": {
            "id": "",
            "displayName": "Azure AD Provisioning Service",
            "initiatorType": "system",
        },
    }


def first_cycle(app: App, start: datetime) -> str | None:
    """Say when the first cycle after the start is due: the next round of the schedule, never the start itself.

    A round that was missed before the start is not caught up, so a job that the file shows as late stays
    late until then. A quarantined job waits for its next attempt.
    """
    interval = app.interval()
    if not app.running or interval is None or app.job is None:
        return None
    status = app.job["status"]
    if status["code"] == "Quarantine":
        planned = (status["quarantine"] or {}).get("nextAttempt")
        if planned and planned != YEAR_ONE and read_instant(planned) > start:
            return write_instant(read_instant(planned))
        return write_instant(start + timedelta(hours=24))
    last = status["lastExecution"]
    if last is None or last["timeBegan"] in ("", YEAR_ONE):
        return write_instant(start + interval)
    began = read_instant(last["timeBegan"])
    rounds = max(0, (start - began) // interval) + 1
    return write_instant(began + rounds * interval)
