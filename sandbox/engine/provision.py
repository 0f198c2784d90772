"""One person's way: import, scope, match, act. What happens here is the same in a cycle and on demand."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.engine.demands import user_schemas
from sandbox.engine.entry import Entry
from sandbox.engine.expressions import ExpressionError
from sandbox.engine.paths import PathError, read_path, top_of, write_path
from sandbox.engine.person import Person
from sandbox.engine.plan import Plan
from sandbox.engine.refusals import code_of, retry_text, text_of, wait_after
from sandbox.engine.scim import Refused, ScimSide
from sandbox.times import read_instant, write_instant
from sandbox.world import App, Escrow, World

Json = dict[str, Any]

_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_REFERENCE = ":manager"
SOURCE = "Microsoft Entra ID"


class Stopped(Exception):  # noqa: N818 - the way ends here; the entry says how
    """Nothing more is to be done for this object; its entry already tells why."""


class SeveralValuesError(ValueError):
    """A source with several values flows into a target that holds one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one job: a cycle, or an on-demand call."""

    world: World
    app: App
    side: ScimSide
    plan: Plan
    cycle_id: str
    on_demand: bool

    def now(self) -> datetime:
        return self.world.clock.now()


def provision(run: Run, user: Json) -> Entry:
    """Take a user through the four steps. Every outcome is in the entry; nothing is raised."""
    person = Person(run.world, run.app, run.plan, user)
    entry = Entry(
        kind="User",
        source_id=user["id"],
        source_name=user["displayName"],
        source_details={
            "odatatype": "User",
            "id": user["id"],
            "UserPrincipalName": user["userPrincipalName"],
            "DisplayName": user["displayName"],
        },
        began=run.now(),
        cycle_id=run.cycle_id,
    )
    try:
        _import(run, person, entry)
        entitled = _scope(person, entry)
        account = _match(run, person, entry)
        if entitled:
            _act(run, person, entry, account)
        else:
            _let_go(run, person, entry, account)
    except Stopped:
        pass
    except SeveralValuesError as wrong:
        entry.step("EntrySynchronizationFailure", "processing", "failure", str(wrong))
        _fail(run, entry, "SchemaPropertyCanOnlyAcceptValue", str(wrong))
    except (ExpressionError, PathError) as wrong:
        entry.step("EntrySynchronizationFailure", "processing", "failure", str(wrong))
        _fail(run, entry, "InvalidExpression", str(wrong))
    _remember(run, person, entry)
    return entry


def _import(run: Run, person: Person, entry: Entry) -> None:
    change = "Update" if person.user["id"] in run.app.links else "Add"
    name = "EntryImport" if run.on_demand else f"EntryImport{change}"
    if not run.on_demand and person.user["id"] in run.app.escrows:
        name = "EntryEscrowRetry"
    matching = [flow for flow in run.plan.matching if person.values()[flow.target] not in (None, "")]
    if matching or not run.plan.matching:
        text = f"Received User '{person.name}' change of type ({change}) from {SOURCE}"
        entry.step(name, "import", "success", text, person.imported())
        return
    empty = ", ".join(flow.target for flow in run.plan.matching)
    text = f"User '{person.name}' could not be imported: the matching attribute for '{empty}' has no value"
    entry.step(name, "import", "failure", text, person.imported())
    _fail(run, entry, "ImportSkipped", f"{text} in {SOURCE}")
    raise Stopped


def _scope(person: Person, entry: Entry) -> bool:
    entitlement = person.entitlement()
    entry.step(
        "EntrySynchronizationScoping",
        "scoping",
        "success" if entitlement.whole else "skipped",
        "Determine if User in scope by evaluating against each scoping filter",
        entitlement.details(),
    )
    return entitlement.whole


def _match(run: Run, person: Person, entry: Entry) -> Json | None:
    """Find the person's account in the app: the linked one, or the one that the matching attributes find."""
    try:
        account = _linked(run, person) if person.user["id"] in run.app.links else _searched(run, person, entry)
    except Refused as refused:
        text = f"Matching User '{person.name}' in {run.app.display_name} failed"
        entry.step("EntryImport", "matching", "failure", text)
        end_refused(run, entry, refused)
        raise Stopped from refused
    if account is not None:
        entry.target_id = account.get("id", "")
        entry.target_name = account.get("userName", "")
    return account


def _linked(run: Run, person: Person) -> Json | None:
    link = run.app.links[person.user["id"]]
    try:
        account: Json = run.side.call("GET", f"/Users/{link}")
    except Refused as refused:
        if refused.status != 404:
            raise
        return {"id": link, "gone": True}  # the export will meet it: InvalidAnchor
    return account


def _searched(run: Run, person: Person, entry: Entry) -> Json | None:
    values = person.values()
    for flow in run.plan.matching:
        value = values[flow.target]
        if value in (None, ""):
            continue
        wanted = f"{flow.target} eq {json.dumps(str(value), ensure_ascii=False)}"
        found = run.side.call("GET", "/Users", query={"filter": wanted})["Resources"]
        if len(found) > 1:
            _ambiguous(run, entry, "DuplicateTargetEntries", f"{len(found)} accounts in the app match {wanted}")
        if found:
            _not_shared(run, person, entry, found[0], wanted)
            account: Json = found[0]
            return account
    return None


def _not_shared(run: Run, person: Person, entry: Entry, account: Json, wanted: str) -> None:
    for other, link in run.app.links.items():
        taken = link == account["id"] and other != person.user["id"]
        if taken and (run.world.users.get(other) or {}).get("deletedDateTime", "") is None:
            _ambiguous(run, entry, "DuplicateSourceEntries", f"More than one user in {SOURCE} matches {wanted}")


def _ambiguous(run: Run, entry: Entry, code: str, text: str) -> None:
    entry.step("EntryImport", "matching", "failure", text)
    _fail(run, entry, code, text)
    raise Stopped


def _let_go(run: Run, person: Person, entry: Entry, account: Json | None) -> None:
    """The person is not entitled: an account that is theirs is disabled, else there is nothing to do.

    On demand, people who are disabled or deleted in the directory are never touched.
    """
    gone = account is None or "gone" in account or account.get("active") is False
    asleep = not person.user["accountEnabled"] or person.user["deletedDateTime"] is not None
    kept = run.app.skips_removals and not asleep
    if gone or kept or (run.on_demand and asleep) or "Delete" not in run.plan.actions:
        _skip(entry, "NotEffectivelyEntitled", person)
        return
    assert account is not None
    entry.action = "disable"
    text = f"User '{person.name}' will be disabled in {run.app.display_name} (no longer entitled)"
    entry.step("EntrySynchronizationDisable", "matching", "success", text)
    entry.modified = [{"displayName": "active", "oldValue": "True", "newValue": "False"}]
    _export(run, entry, "EntryExportUpdateSoftDelete", "disabled", lambda: _patch(run, account, {"active": False}))


def _act(run: Run, person: Person, entry: Entry, account: Json | None) -> None:
    if account is None:
        _create(run, person, entry)
        return
    run.app.links[person.user["id"]] = account["id"]
    changes = {} if "gone" in account else _changes(run, person, account)
    if not changes and "gone" not in account:
        text = f"User '{person.name}' is already up to date in {run.app.display_name}"
        entry.step("EntrySynchronizationUpdate", "matching", "success", text)
        _skip(entry, "RedundantExport", person)
        return
    entry.action = "update"
    entry.modified = [
        {"displayName": path, "oldValue": _shown(read_path(account, path)), "newValue": _shown(value)}
        for path, value in changes.items()
    ]
    text = f"User '{person.name}' was found in {run.app.display_name} and will be updated"
    entry.step("EntrySynchronizationUpdate", "matching", "success", text, {"id": account["id"]})
    if "Update" not in run.plan.actions:
        _skip(entry, "UpdateNotAllowedByMapping", person)
        return
    whole = {key: value for key, value in account.items() if key != "gone"}
    for path, value in changes.items():
        write_path(whole, path, value)
    tops = {top_of(path): read_path(whole, top_of(path)) for path in changes} or {"active": True}
    _export(run, entry, "EntryExportUpdate", "updated", lambda: _patch(run, account, tops))


def _create(run: Run, person: Person, entry: Entry) -> None:
    entry.action = "create"
    account: Json = {}
    references: Json = {}
    for path, value in _flowing(person).items():
        if path.endswith(_REFERENCE):
            references[path] = value
            continue
        write_path(account, path, value)
        entry.modified.append({"displayName": path, "oldValue": None, "newValue": _shown(value)})
    entry.target_name = str(account.get("userName") or "")
    text = (
        f"User '{person.name}' will be created in {run.app.display_name} (User is active and assigned in "
        f"{SOURCE}, but no matching User was found in {run.app.display_name})"
    )
    entry.step("EntrySynchronizationAdd", "matching", "success", text)
    if "Add" not in run.plan.actions:
        _skip(entry, "CreateNotAllowedByMapping", person)
        return
    body = {"schemas": user_schemas(account)} | account
    made = _export(run, entry, "EntryExportAdd", "created", lambda: run.side.call("POST", "/Users", body))
    if made is not None:
        entry.target_id = made["id"]
        run.app.links[person.user["id"]] = made["id"]
        _refer(run, entry, made, references)


def _refer(run: Run, entry: Entry, account: Json, references: Json) -> None:
    """What points at another account follows once the account is there; when it is refused, the account stays."""
    who, where = entry.source_details["UserPrincipalName"], run.app.display_name
    for path, value in references.items():
        name = path.rpartition(":")[2]
        try:
            _patch(run, account, {path: value})
        except Refused as refused:
            text = f"The {name} of User '{who}' could not be set in {where}"
            entry.step("EntryExportUpdate", "referenceResolution", "failure", text)
            end_refused(run, entry, refused)
            return
        entry.modified.append({"displayName": path, "oldValue": None, "newValue": _shown(value)})


def _flowing(person: Person) -> Json:
    """Give what a creation sends: an empty source is skipped, unless the mapping has a default."""
    values = person.values()
    given: Json = {}
    for flow in person.plan.flows:
        value = values[flow.target]
        value = flow.default if value in (None, "", []) else value
        if value in (None, "", []):
            continue
        given[flow.target] = _typed(flow.target, value)
    return given


def _changes(run: Run, person: Person, account: Json) -> Json:
    """Give what an update sends: values that differ. An empty source never clears a value."""
    values = person.values()
    changes: Json = {}
    for flow in run.plan.flows:
        value = values[flow.target]
        if value in (None, "", []) or flow.only_at_creation:
            continue
        value = _typed(flow.target, value)
        current = read_path(account, flow.target)
        if isinstance(current, dict):  # a reference, such as the manager
            current = {"value": current.get("value")}
        if current != value and (flow.priority == 0 or str(current).lower() != str(value).lower()):
            changes[flow.target] = value
    return changes


def _typed(path: str, value: Any) -> Any:
    if isinstance(value, list):
        if len(value) > 1:
            raise SeveralValuesError(f"The attribute '{path}' can hold one value, but {len(value)} were given.")
        value = value[0]
    if path == "active":
        return str(value).lower() == "true"
    return {"value": str(value)} if path.endswith(_REFERENCE) else str(value)


def _patch(run: Run, account: Json, tops: Json) -> Any:
    operations = [{"op": "Replace", "path": path, "value": value} for path, value in tops.items()]
    return run.side.call("PATCH", f"/Users/{account['id']}", {"schemas": [_PATCH], "Operations": operations})


def _export(run: Run, entry: Entry, name: str, done: str, call: Any) -> Any:
    who, where = entry.source_details["UserPrincipalName"], run.app.display_name
    try:
        answer = call()
    except Refused as refused:
        entry.step(name, "export", "failure", f"User '{who}' could not be {done} in {where}")
        end_refused(run, entry, refused)
        return None
    entry.step(name, "export", "success", f"User '{who}' was {done} in {where}")
    return answer


def _skip(entry: Entry, reason: str, person: Person) -> None:
    flags = person.entitlement()
    details = {"SkipReason": reason}
    if reason == "NotEffectivelyEntitled":
        details |= {
            "IsActive": str(flags.active),
            "Assigned": str(flags.assigned),
            "IsEffectivelyEntitledForProvisioning": str(flags.has_role),
            "IsInProvisioningScope": str(flags.passes_filter),
        }
    shown = ", ".join(f"{key}={value}" for key, value in details.items())
    text = f"The User '{person.name}' will be skipped. {shown}"
    entry.step("EntrySynchronizationSkip", "export", "skipped", text, details)
    entry.skip(reason)


def end_refused(run: Run, entry: Entry, refused: Refused) -> None:
    _fail(run, entry, code_of(run.app, refused), text_of(refused))


def _fail(run: Run, entry: Entry, code: str, reason: str) -> None:
    """End an entry badly and plan the next attempt; a retry waits longer than the one before."""
    now = run.now()
    known = run.app.escrows.get(entry.source_id)
    retries = 0 if known is None else known.retries + (0 if run.on_demand else 1)
    upcoming = now + wait_after(retries, code, run.app.interval())
    if known is not None and run.on_demand:
        upcoming = max(read_instant(known.next_attempt), now + timedelta(minutes=1))
    first = known.first_failure if known else write_instant(now)
    run.app.escrows[entry.source_id] = Escrow(
        retries=retries, first_failure=first, next_attempt=write_instant(upcoming)
    )
    entry.fail(code, reason + retry_text(retries, upcoming))


def _remember(run: Run, person: Person, entry: Entry) -> None:
    run.app.seen[person.user["id"]] = person.fingerprint()
    if entry.status != "failure":
        run.app.escrows.pop(person.user["id"], None)


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)
