"""A cycle of one job: who changed, who is retried, and what the job's status says afterwards."""

import re
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sandbox.engine.entry import Entry
from sandbox.engine.expressions import ExpressionError, evaluate
from sandbox.engine.group import assigned_groups, group_fingerprint, provision_group
from sandbox.engine.paths import is_path, read_path
from sandbox.engine.person import Person
from sandbox.engine.plan import Plan, read_plan
from sandbox.engine.provision import Run, provision
from sandbox.engine.scim import Refused, ScimSide
from sandbox.membership import provisioning_grants
from sandbox.times import YEAR_ONE, read_instant, write_instant
from sandbox.world import App, Escrow, World

Json = dict[str, Any]

_RETRIED = re.compile(r"retried (\d+) times?")
_AGAIN = re.compile(r"after this date: (\S+?Z)")
_QUARANTINE_WAITS = (timedelta(hours=6), timedelta(hours=12), timedelta(hours=24))
_TOLERANCE = timedelta(minutes=1)  # an attempt planned for this cycle was planned from the middle of one
_GIVEN_UP = timedelta(days=28)  # after this long only a change of the data starts a new series
INVALID_CREDENTIALS = "SystemForCrossDomainIdentityManagementInvalidCredentials"


def recall(world: World, app: App) -> None:
    """Work out, from the log and the accounts that a tenant file brings, what the job already knows.

    Somebody with a row or a matching account was evaluated before; a newest row that is a failure waits for
    its retry. Everybody else has not been looked at yet: the next cycle will.
    """
    plan = read_plan(app.schema, "User")
    if plan is None or app.job is None:
        return
    newest = {row["sourceIdentity"]["id"]: row for row in app.log}
    account_ids = {account["id"] for account in app.accounts}
    by_value = _accounts_by_value(app, plan)
    for user in world.users.values():
        person = Person(world, app, plan, user)
        row = newest.get(user["id"])
        told = str(((row or {}).get("targetIdentity") or {}).get("id") or "")
        account = _only_match(person, by_value)
        if told and row is not None and (told in account_ids or row["provisioningAction"] != "create"):
            app.links[user["id"]] = told  # also one that has since gone from the app
        elif account is not None and (person.grants or app.sync_all) and not _failed(row):
            app.links[user["id"]] = account
        if row is not None or user["id"] in app.links:
            app.seen[user["id"]] = person.fingerprint()
        if row is not None and _failed(row):
            app.escrows[user["id"]] = _escrow(row)
    for group in assigned_groups(world, app):
        if app.job["status"]["steadyStateFirstAchievedTime"] != YEAR_ONE:
            app.seen[group["id"]] = group_fingerprint(world, app, group)


def _accounts_by_value(app: App, plan: Plan) -> dict[str, dict[str, list[str]]]:
    """Index the accounts by the value of each matching attribute: target → value → ids."""
    index: dict[str, dict[str, list[str]]] = {flow.target: {} for flow in plan.matching}
    for target, found in index.items():
        if not is_path(target):
            continue  # a cycle will say so in everybody's row
        for account in app.accounts:
            found.setdefault(str(read_path(account, target)).lower(), []).append(account["id"])
    return index


def _only_match(person: Person, index: dict[str, dict[str, list[str]]]) -> str | None:
    """Find the one account that the first matching attribute with a value leads to."""
    for flow in person.plan.matching:
        try:
            value = evaluate(flow.source, person.read)
        except ExpressionError:
            return None  # a cycle will say so in the person's row
        if value not in (None, ""):
            found = index[flow.target].get(str(value).lower(), [])
            return found[0] if len(found) == 1 else None
    return None


def _failed(row: Json | None) -> bool:
    return row is not None and row["provisioningStatusInfo"]["status"] == "failure"


def _escrow(row: Json) -> Escrow:
    reason = (row["provisioningStatusInfo"]["errorInformation"] or {}).get("reason") or ""
    retried, again = _RETRIED.search(reason), _AGAIN.search(reason)
    return Escrow(
        retries=int(retried[1]) if retried else 0,
        first_failure=row["activityDateTime"],
        next_attempt=again[1] if again else row["activityDateTime"],
    )


def run_cycle(world: World, app: App, side: ScimSide) -> None:
    """Run one cycle now, whatever the schedule says, and plan the next one."""
    assert app.job is not None
    began = world.clock.now()
    status = app.job["status"]
    if status["code"] == "Quarantine" and not _may_leave_quarantine(status["quarantine"]):
        _prolong_quarantine(app, began)
        return
    if not _connected(app, side):
        _quarantine(app, began)
        return
    cycle_id = str(uuid.uuid4())
    entries = list(_entries(world, app, side, cycle_id))
    for entry in entries:
        app.log.append(entry.row(app, world.company["id"], world.clock.now()))
    _close(world, app, entries, cycle_id, began)


def plan_next(app: App, now: datetime) -> None:
    """Plan the next cycle one interval after this one began."""
    interval = app.interval()
    app.next_cycle = write_instant(now + interval) if app.running and interval is not None else None


def _may_leave_quarantine(quarantine: Json | None) -> bool:
    """Only a credential or connection problem is retried by itself; the other reasons want a person."""
    return (quarantine or {}).get("reason") in (None, "EncounteredQuarantineException", "Unknown")


def _connected(app: App, side: ScimSide) -> bool:
    assert app.job is not None
    if app.target["down"]:  # fails object by object; only a job that is aside already stays aside
        return bool(app.job["status"]["code"] != "Quarantine")
    try:
        side.call("GET", "/Users", query={"filter": f'userName eq "{uuid.uuid4()}"'})
    except Refused as refused:
        return refused.status != 401
    return True


def _entries(world: World, app: App, side: ScimSide, cycle_id: str) -> Iterator[Entry]:
    now = world.clock.now()
    plan = read_plan(app.schema, "User")
    if plan is not None:
        run = Run(world=world, app=app, side=side, plan=plan, cycle_id=cycle_id, on_demand=False)
        for user in _due_users(world, app, plan, now):
            yield provision(run, user)
    group_plan = read_plan(app.schema, "Group")
    if group_plan is not None:
        run = Run(world=world, app=app, side=side, plan=group_plan, cycle_id=cycle_id, on_demand=False)
        for group in assigned_groups(world, app):
            if _group_is_due(world, app, group, now):
                yield provision_group(run, group)


def _due_users(world: World, app: App, plan: Plan, now: datetime) -> Iterator[Json]:
    """Give the users whose data changed since they were last looked at, and those whose retry is due."""
    for user in list(world.users.values()):
        known = user["id"] in app.seen or user["id"] in app.links
        person = Person(world, app, plan, user)
        if not known and not person.grants and not app.sync_all:
            continue
        if app.seen.get(user["id"]) != person.fingerprint():
            app.escrows.pop(user["id"], None)  # changed data starts a new series of attempts
            yield user
        elif _retry_is_due(app, user["id"], now):
            yield user


def _group_is_due(world: World, app: App, group: Json, now: datetime) -> bool:
    if app.seen.get(group["id"]) != group_fingerprint(world, app, group):
        app.escrows.pop(group["id"], None)
        return True
    return _retry_is_due(app, group["id"], now)


def _retry_is_due(app: App, object_id: str, now: datetime) -> bool:
    escrow = app.escrows.get(object_id)
    if escrow is None:
        return False
    if now - read_instant(escrow.first_failure) > _GIVEN_UP:
        return False
    return read_instant(escrow.next_attempt) <= now + _TOLERANCE


def _close(world: World, app: App, entries: list[Entry], cycle_id: str, began: datetime) -> None:
    """Write the job's status after a cycle that reached the app."""
    assert app.job is not None
    status = app.job["status"]
    ended = world.clock.now()
    failures = sum(1 for entry in entries if entry.status == "failure")
    exports = sum(1 for entry in entries if entry.action != "other" and entry.status == "success")
    execution = _execution(world, app, entries, cycle_id, began, ended)
    status["code"] = "Active"
    status["quarantine"] = None
    status["countSuccessiveCompleteFailures"] = 0
    status["lastExecution"] = execution
    if not failures and not app.escrows:
        status["lastSuccessfulExecution"] = execution
        if exports:
            status["lastSuccessfulExecutionWithExports"] = execution
    if status["steadyStateFirstAchievedTime"] == YEAR_ONE:
        status["steadyStateFirstAchievedTime"] = write_instant(ended)
    status["steadyStateLastAchievedTime"] = write_instant(ended)
    status["progress"] = []
    count_entries(app, entries)
    plan_next(app, began)


def count_entries(app: App, entries: list[Entry]) -> None:
    """Count newly created objects; the figure never goes down, as in Graph."""
    assert app.job is not None
    counts = {each["key"]: each["value"] for each in app.job["status"]["synchronizedEntryCountByType"]}
    for entry in entries:
        if entry.action == "create" and entry.status == "success":
            key = f"{entry.kind} to {entry.kind}"
            counts[key] = counts.get(key, 0) + 1
    app.job["status"]["synchronizedEntryCountByType"] = [{"key": key, "value": value} for key, value in counts.items()]


def _execution(world: World, app: App, entries: list[Entry], cycle_id: str, began: datetime, ended: datetime) -> Json:
    entitled = [u for u in world.active_users() if app.sync_all or provisioning_grants(world, app, u["id"])]
    failures = sum(1 for entry in entries if entry.status == "failure")
    exports = [entry for entry in entries if entry.action != "other"]
    return {
        "activityIdentifier": cycle_id,
        "countEntitled": len(entitled),
        "countEntitledForProvisioning": sum(1 for user in entitled if user["accountEnabled"]),
        "countEscrowed": failures,
        "countEscrowedRaw": failures,
        "countExported": sum(1 for entry in exports if entry.status == "success"),
        "countExports": len(exports),
        "countImported": len(entries),
        "countImportedDeltas": len(entries),
        "countImportedReferenceDeltas": 0,
        "state": "EntryLevelErrors" if failures else "Succeeded",
        "error": None,
        "timeBegan": write_instant(began),
        "timeEnded": write_instant(ended),
    }


def _quarantine(app: App, now: datetime) -> None:
    """Put the job aside because the app refuses its credentials. No person's row is written."""
    assert app.job is not None
    status, when = app.job["status"], write_instant(now)
    before = status["quarantine"] or {}
    count = int(before.get("seriesCount") or 0) + 1
    upcoming = now + _QUARANTINE_WAITS[min(count, len(_QUARANTINE_WAITS)) - 1]
    error = before.get("error") or {
        "code": INVALID_CREDENTIALS,
        "message": (
            "StatusCode: Unauthorized\r\nMessage: The credentials that were saved for this application are not "
            "valid: the app answered 401 to the connection test."
        ),
        "tenantActionable": True,
    }
    status["code"] = "Quarantine"
    status["countSuccessiveCompleteFailures"] += 1
    status["quarantine"] = {
        "reason": "EncounteredQuarantineException",
        "currentBegan": before.get("currentBegan") or when,
        "nextAttempt": write_instant(upcoming),
        "seriesBegan": before.get("seriesBegan") or when,
        "seriesCount": count,
        "error": error,
    }
    status["lastExecution"] = _failed_execution(error, when)
    app.next_cycle = write_instant(upcoming)
    began = status["quarantine"]["seriesBegan"]
    if now - read_instant(began) > timedelta(days=28):
        app.job["schedule"]["state"] = "Disabled"
        app.next_cycle = None


def _failed_execution(error: Json, when: str) -> Json:
    counts = (
        "countEntitled countEntitledForProvisioning countEscrowed countEscrowedRaw countExported countExports "
        "countImported countImportedDeltas countImportedReferenceDeltas"
    )
    return {
        "activityIdentifier": str(uuid.uuid4()),
        **dict.fromkeys(counts.split(), 0),
        "state": "Failed",
        "error": error,
        "timeBegan": when,
        "timeEnded": when,
    }


def _prolong_quarantine(app: App, now: datetime) -> None:
    assert app.job is not None
    upcoming = write_instant(now + timedelta(hours=24))
    app.job["status"]["quarantine"]["nextAttempt"] = upcoming
    app.next_cycle = upcoming
