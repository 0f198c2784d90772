"""The directory's audit log about one account: who did what to it, with old and new values."""

from datetime import UTC, datetime, timedelta
from typing import Any

from provisioning.attempts import Change
from provisioning.graph import GraphClient
from provisioning.graph.audits import read_changes
from tests.provisioning.graph.fake import FakeGraph, Reply

AUDIT = "/auditLogs/directoryAudits"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def entry(**changes: Any) -> dict[str, Any]:
    usual = {
        "activityDateTime": "2026-03-01T08:00:00Z",
        "activityDisplayName": "Update user",
        "result": "success",
        "initiatedBy": {"user": {"userPrincipalName": "hr@x.example", "displayName": None}, "app": None},
        "targetResources": [{"id": "U-1", "type": "User", "modifiedProperties": []}],
    }
    return {**usual, **changes}


async def test_who_changed_what_from_what_to_what(client: GraphClient, fake: FakeGraph) -> None:
    properties = [
        {"displayName": "Mail", "oldValue": "[]", "newValue": '["jose@x.example"]'},
        {"displayName": "Included Updated Properties", "oldValue": None, "newValue": '"Mail"'},
        {"displayName": "Odd", "oldValue": "not JSON", "newValue": None},
    ]
    fake.on(AUDIT, Reply(body={"value": [entry(targetResources=[{"id": "U-1", "modifiedProperties": properties}])]}))
    (change,) = await read_changes(client, "U-1", since=NOW - timedelta(days=30))
    assert (change.activity, change.by, change.succeeded) == ("Update user", "hr@x.example", True)
    assert change.changes == (
        Change(attribute="Mail", old=None, new="jose@x.example"),
        Change(attribute="Odd", old="not JSON", new=None),
    )
    asked = fake.asked(AUDIT)[0].query
    assert "t:t/id eq 'u-1'" in asked["$filter"]
    assert "activityDateTime gt 2026-01-31T09:30:00Z" in asked["$filter"]


async def test_the_apps_and_groups_that_were_involved_are_named(client: GraphClient, fake: FakeGraph) -> None:
    targets = [
        {"id": "sp-1", "displayName": "AskCody", "type": "ServicePrincipal"},
        {"id": "u-1", "displayName": None, "type": "User"},
    ]
    by = {"user": None, "app": {"displayName": "Lifecycle"}}
    row = entry(activityDisplayName="Add app role", targetResources=targets, initiatedBy=by, result="failure")
    fake.on(AUDIT, Reply(body={"value": [row]}))
    (change,) = await read_changes(client, "u-1", since=NOW)
    assert (change.touched, change.app_ids, change.by, change.succeeded) == (
        ("AskCody",),
        ("sp-1",),
        "Lifecycle",
        False,
    )


async def test_newest_first_and_nothing_without_a_time(client: GraphClient, fake: FakeGraph) -> None:
    rows = [entry(), entry(activityDateTime="2026-03-02T08:00:00Z", initiatedBy=None), entry(activityDateTime=None)]
    fake.on(AUDIT, Reply(body={"value": rows}))
    found = await read_changes(client, "u-1", since=NOW)
    assert [change.at.day for change in found] == [2, 1]
    assert found[0].by == ""
