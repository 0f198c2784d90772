"""The provisioning log: its own filters, pages, lateness and memory."""

from typing import Any

import pytest

from tests.sandbox.company import ADA, APP, BEN, app_of

Json = dict[str, Any]

LOG = "auditLogs/provisioning"


def row(when: str, who: str = ADA, status: str = "success", **more: Any) -> Json:
    return {
        "activityDateTime": when,
        "provisioningAction": "update",
        "provisioningStatusInfo": {"status": status},
        "sourceIdentity": {"id": who, "displayName": "Ada Ek", "identityType": "User"},
    } | more


@pytest.fixture
def with_history(world: Json) -> Json:
    app_of(world)["log"] = [row("-PT1H", BEN, "failure"), row("-P2D"), row("-PT2H", changeId="c-2"), row("-P31D")]
    return world


async def test_rows_come_newest_first_and_are_forgotten_after_thirty_days(visit: Any, with_history: Json) -> None:
    rows = (await (await visit(with_history)).get(LOG)).rows
    assert [each["activityDateTime"][:16] for each in rows] == [
        "2026-11-02T07:00",
        "2026-11-02T06:00",
        "2026-10-31T08:00",
    ]


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (f"sourceIdentity/id eq '{BEN}'", 1),
        (f"sourceIdentity/id eq '{BEN.upper()}'", 0),  # case-sensitive, unlike the directory
        (f"tolower(sourceIdentity/id) eq '{BEN}'", 1),
        (f"contains(tolower(servicePrincipal/id),'{APP}') or servicePrincipal/displayName eq 'x'", 3),
        (f"servicePrincipal/id eq '{APP}' and provisioningStatusInfo/status eq 'failure'", 1),
        ("activityDateTime gt 2026-11-01", 2),
        ("activityDateTime ge 2026-11-02T06:00:00Z and activityDateTime lt 2026-11-02T07:00:00Z", 1),
        ("contains(changeId,'c-2')", 1),
        ("durationInMilliseconds lt 1", 3),
    ],
)
async def test_the_documented_filters_work(visit: Any, with_history: Json, wanted: str, number: int) -> None:
    reply = await (await visit(with_history)).get(f"{LOG}?$filter={wanted}&$top=50")
    assert len(reply.rows) == number


@pytest.mark.parametrize(
    "query",
    ["$count=true", "$skip=1", "$filter=errorCode eq 'x'", "$filter=activityDateTime gt yesterday", "$top=1001"],
)
async def test_what_the_log_cannot_do_is_refused(visit: Any, with_history: Json, query: str) -> None:
    reply = await (await visit(with_history)).get(f"{LOG}?{query}")
    assert (reply.status, reply.code) == (400, "BadRequest")


async def test_pages_keep_their_filter_and_order(visit: Any, with_history: Json) -> None:
    visitor = await visit(with_history)
    query = f"$filter=sourceIdentity/id eq '{ADA}'&$orderby=activityDateTime asc&$top=1"
    first = await visitor.get(f"{LOG}?{query}")
    second = await visitor.get(first.body["@odata.nextLink"])
    assert [r["activityDateTime"][:10] for r in first.rows + second.rows] == ["2026-10-31", "2026-11-02"]
    assert "@odata.nextLink" not in second.body


async def test_a_row_of_the_file_is_completed_from_its_app(visit: Any, with_history: Json) -> None:
    first = (await (await visit(with_history)).get(LOG)).rows[0]
    assert first["servicePrincipal"]["displayName"] == "AskCody"
    assert first["sourceSystem"]["displayName"] == "Microsoft Entra ID"
    assert first["jobId"] == app_of(with_history)["job"]["id"]
    assert first["tenantId"] == with_history["tenant"]["id"]


async def test_rows_show_only_after_the_lag(visit: Any, world: Json) -> None:
    world["faults"] = {"logLagSeconds": 300}
    visitor = await visit(world)
    await visitor.cycle()
    assert await visitor.log_of(BEN) == []
    await visitor.advance("PT6M")
    assert len(await visitor.log_of(BEN)) == 1
