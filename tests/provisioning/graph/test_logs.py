"""Reading the provisioning log: rarely, narrowly, and never more than it says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from provisioning.attempts import Verdict
from provisioning.errors import NotAllowedError, RefusedError, TryLaterError
from provisioning.graph import GraphClient, GraphReader
from provisioning.graph.logs import (
    count_failing,
    read_changed,
    read_happenings,
    read_log,
    read_log_page,
    read_pulse,
)
from provisioning.model import App
from tests.provisioning.graph.fake import FakeGraph, FakeTime, Reply, refusal

LOG = "/auditLogs/provisioning"
AUDIT = "/auditLogs/directoryAudits"
SINCE = datetime(2026, 2, 23, 9, 30, tzinfo=UTC)
APP = App(id="SP-1", app_id="app-1", name="AskCody")


def row(number: int, status: str = "success", who: str = "u-1", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"row-{number}",
        "activityDateTime": f"2026-03-01T{number:02d}:00:00Z",
        "provisioningAction": "create",
        "provisioningStatusInfo": {"status": status, "errorInformation": None},
        "sourceIdentity": {"id": who, "displayName": "José", "identityType": "User"},
        "servicePrincipal": {"id": "sp-1", "displayName": "AskCody"},
        "jobId": "job-1",
        **changes,
    }


def page(*rows: dict[str, Any], link: str | None = None) -> Reply:
    return Reply(body={"value": list(rows), **({"@odata.nextLink": link} if link else {})})


class TestOnePersonsRows:
    async def test_the_filter_names_app_person_and_time_in_the_logs_own_casing(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        fake.on(LOG, page(row(1)))
        await read_log(client, "U-1", "SP-1", since=SINCE)
        assert fake.heard[0].query == {
            "$filter": "servicePrincipal/id eq 'sp-1' and sourceIdentity/id eq 'u-1'"
            " and activityDateTime gt 2026-02-23T09:30:00Z",
            "$top": "50",
            "$orderby": "activityDateTime desc",
        }

    async def test_the_newest_comes_first_whatever_graph_does(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on(LOG, page(row(1), row(9, "failure"), row(5, "skipped")))
        found = await read_log(client, "u-1", "sp-1", since=None)
        assert [event.verdict for event in found] == [Verdict.FAILURE, Verdict.SKIPPED, Verdict.SUCCESS]

    async def test_a_filter_that_graph_refuses_is_finished_here(self, client: GraphClient, fake: FakeGraph) -> None:
        other = row(3, servicePrincipal=[{"id": "sp-2"}])
        old = row(4, activityDateTime="2026-01-01T00:00:00Z")
        fake.on(LOG, refusal(400, "BadRequest"), page(row(1), other, old, row(2)))
        found = await read_log(client, "u-1", "SP-1", since=SINCE)
        assert [event.id for event in found] == ["row-2", "row-1"]
        assert fake.heard[1].query == {"$top": "50", "$filter": "sourceIdentity/id eq 'u-1'"}

    async def test_a_row_with_odd_content_does_not_hide_the_others(self, client: GraphClient, fake: FakeGraph) -> None:
        odd: dict[str, Any] = {
            "id": None,
            "activityDateTime": 7,
            "provisioningSteps": "none",
            "provisioningStatusInfo": [],
        }
        fake.on(LOG, page(odd, row(2)))
        found = await read_log(client, "u-1", "sp-1", since=None)
        assert found[0].id == "row-2"

    async def test_a_log_that_may_not_be_read_is_an_error(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on(LOG, refusal(403, "Authentication_MSGraphPermissionMissing"))
        with pytest.raises(NotAllowedError) as caught:
            await read_log(client, "u-1", "sp-1", since=None)
        assert caught.value.code == "Authentication_MSGraphPermissionMissing"


class TestCountingFailures:
    async def test_the_newest_row_of_each_person_counts(self, client: GraphClient, fake: FakeGraph) -> None:
        group = {"id": "g-1", "identityType": "Group"}
        fake.on(
            LOG,
            page(
                row(9, "success", "mended"),
                row(8, "Failure", "broken"),
                row(7, "failure", "mended"),
                row(6, "failure", "broken"),
                row(5, "skipped", "skipped"),
                row(4, "failure", "g-1", sourceIdentity=group),
                row(3, "failure", "nobody", sourceIdentity=None),
                row(2, "failure", "undated", activityDateTime=None),
            ),
        )
        assert await count_failing(client, "sp-1", since=SINCE) == 1

    async def test_pages_are_followed(self, client: GraphClient, fake: FakeGraph) -> None:
        link = f"{fake.origin}/v1.0/auditLogs/provisioning?$skiptoken=2"
        fake.on(LOG, page(row(9, "failure", "a"), link=link), page(row(8, "failure", "b"), row(7, who="a")))
        assert await count_failing(client, "sp-1", since=SINCE) == 2

    async def test_a_log_longer_than_we_read_is_not_counted_in_part(self, client: GraphClient, fake: FakeGraph) -> None:
        link = f"{fake.origin}/v1.0/auditLogs/provisioning?$skiptoken=2"
        fake.on(LOG, page(row(9, "failure"), link=link))
        assert await count_failing(client, "sp-1", since=SINCE) is None
        assert len(fake.heard) == 4

    @pytest.mark.parametrize("reply", [refusal(403), refusal(429, Retry_After="60"), Reply(body="{")])
    async def test_a_log_that_cannot_be_read_has_no_count(
        self, client: GraphClient, fake: FakeGraph, reply: Reply
    ) -> None:
        fake.on("/servicePrincipals", Reply(body={"value": []}))
        fake.on(LOG, reply)
        reader = GraphReader(client, agents_group=None, admins_group=None)
        assert await reader.failures(APP) is None

    async def test_the_last_seven_days_by_graphs_clock_are_asked_for(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        fake.on("/servicePrincipals", Reply(body={"value": []}))
        fake.on(LOG, page())
        reader = GraphReader(client, agents_group=None, admins_group=None)
        assert await reader.failures(APP) == 0
        assert fake.asked(LOG)[0].query["$filter"].endswith("gt 2026-02-23T09:30:00Z")


def audit(number: int, activity: str = "Update user", *names: str, who: str = "u-1") -> dict[str, Any]:
    changed = [{"displayName": name, "oldValue": None, "newValue": '["x"]'} for name in names]
    return {
        "activityDateTime": f"2026-03-01T{number:02d}:00:00Z",
        "activityDisplayName": activity,
        "targetResources": [{"id": who, "modifiedProperties": changed}],
    }


class TestTheLastChange:
    @pytest.mark.parametrize(
        ("rows", "hour"),
        [
            ([audit(9, "Update user", "Mail")], 9),
            ([audit(9, "Update user", "StsRefreshTokensValidFrom"), audit(7, "Enable account")], 7),
            ([audit(9, "Update user", "Included Updated Properties", "Department")], 9),
            ([audit(9, "Change user license"), audit(8, "Reset user password")], None),
            ([audit(9, who="somebody else")], None),
            ([audit(5), audit(8)], 8),
            ([{"activityDisplayName": "Update user", "targetResources": None}], None),
            ([], None),
        ],
    )
    async def test_it_is_the_newest_that_provisioning_can_see(
        self, client: GraphClient, fake: FakeGraph, rows: list[dict[str, Any]], hour: int | None
    ) -> None:
        fake.on(AUDIT, page(*rows))
        changed = await read_changed(client, "U-1", since=SINCE)
        assert changed == (datetime(2026, 3, 1, hour, tzinfo=UTC) if hour is not None else None)

    async def test_it_never_waits_for_its_turn(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on(AUDIT, refusal(429, Retry_After="0"))
        with pytest.raises(TryLaterError):
            await read_changed(client, "u-1", since=SINCE)
        assert len(fake.heard) == 1


async def test_the_companys_log_is_read(reader: GraphReader) -> None:
    askcody = next(app for app in await reader.apps() if app.name == "AskCody")
    jose = (await reader.find_people("jose@fabrikam.example"))[0]
    now = await reader.now()
    month = await reader.log(jose.id, askcody, since=now - timedelta(days=30))
    assert month
    assert month[0].verdict is Verdict.FAILURE
    assert [event.at for event in month] == sorted((event.at for event in month), reverse=True)
    assert await reader.log(jose.id, askcody, since=now) == ()


async def test_the_companys_failures_are_counted(reader: GraphReader) -> None:
    askcody = next(app for app in await reader.apps() if app.name == "AskCody")
    count = await reader.failures(askcody)
    assert count is not None
    assert count >= 1


class TestThePulse:
    async def test_it_names_the_earliest_retry_the_newest_row_and_what_is_held_back(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        def failing(hour: int, who: str, again: str) -> dict[str, Any]:
            words = f"StatusCode: BadRequest. It will be retried again after this date: {again} UTC"
            return row(hour, "failure", who) | {
                "provisioningStatusInfo": {"status": "failure", "errorInformation": {"reason": words}}
            }

        held = row(4, "skipped", "held") | {"provisioningAction": "stagedDelete"}
        fake.on(
            LOG,
            page(
                row(9, "success", "mended"),
                failing(8, "b", "2026-03-03T08:00:00Z"),
                failing(7, "a", "2026-03-02T12:00:00Z"),
                failing(6, "mended", "2026-03-01T12:00:00Z"),
                held,
            ),
        )
        pulse = await read_pulse(client, "sp-1", since=SINCE)
        assert (pulse.failing, pulse.held) == (2, 1)
        assert pulse.next_retry == datetime(2026, 3, 2, 12, tzinfo=UTC)
        assert pulse.newest_row == datetime(2026, 3, 1, 9, tzinfo=UTC)

    async def test_a_part_of_a_long_log_counts_nothing_but_knows_its_newest_row(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        link = f"{fake.origin}/v1.0/auditLogs/provisioning?$skiptoken=2"
        fake.on(LOG, page(row(9, "failure"), link=link))
        pulse = await read_pulse(client, "sp-1", since=SINCE)
        assert (pulse.failing, pulse.held) == (None, None)
        assert pulse.newest_row is not None


async def test_the_pulse_of_an_app_holds_its_newest_assignment_of_the_week(reader: GraphReader) -> None:
    askcody = next(app for app in await reader.apps() if app.name == "AskCody")
    pulse = await reader.pulse(askcody)
    now = await reader.now()
    assert pulse.failing
    assert pulse.newest_row
    assert pulse.newest_assignment is None or pulse.newest_assignment > now - timedelta(days=7)


class TestALongLog:
    async def test_a_page_is_asked_for_from_the_oldest_and_its_link_is_followed(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        link = f"{fake.origin}/v1.0/auditLogs/provisioning?$skiptoken=2"
        fake.on(LOG, page(row(9), link=link), page(row(8)))
        rows, following = await read_log_page(client, "SP-1", since=SINCE, link=None)
        assert (len(rows), following) == (1, link)
        rows, following = await read_log_page(client, "SP-1", since=SINCE, link=following)
        assert (len(rows), following) == (1, None)
        first, second = fake.asked(LOG)
        assert first.query["$orderby"] == "activityDateTime asc"
        assert first.query["$filter"].startswith("servicePrincipal/id eq 'sp-1' and activityDateTime gt ")
        assert second.query == {"$skiptoken": "2"}

    async def test_the_token_goes_to_no_other_host(self, client: GraphClient, fake: FakeGraph) -> None:
        with pytest.raises(RefusedError):
            await read_log_page(client, None, since=SINCE, link="https://elsewhere.example/v1.0/auditLogs")
        assert fake.heard == []

    async def test_all_apps_are_asked_for_without_naming_one(self, client: GraphClient, fake: FakeGraph) -> None:
        fake.on(LOG, page())
        await read_log_page(client, None, since=SINCE, link=None)
        assert fake.heard[0].query["$filter"].startswith("activityDateTime gt ")

    async def test_the_third_page_waits_its_turn(self, client: GraphClient, fake: FakeGraph, clock: FakeTime) -> None:
        fake.on(LOG, page())
        reader = GraphReader(client, agents_group=None, admins_group=None)
        for _ in range(4):
            await reader.log_page("sp-1", since=SINCE, link=None)
        assert clock.monotonic() >= 2 * 2.5


class TestWhatWasDoneToAJob:
    async def test_people_and_applications_are_named_and_the_services_own_doings_left_out(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        def done(hour: int, what: str, **who: Any) -> dict[str, Any]:
            return {
                "activityDateTime": f"2026-03-01T{hour:02d}:00:00Z",
                "activityDisplayName": what,
                "initiatedBy": who,
            }

        fake.on(
            AUDIT,
            page(
                done(7, "Update attribute mappings or scope", user={"userPrincipalName": "ines@x.example"}),
                done(9, "Disable/pause provisioning configuration", user=None, app={"displayName": "A script"}),
                done(8, "Process escrow"),
                done(6, "Update provisioning setting or credentials"),
            ),
        )
        found = await read_happenings(client, "SP-1", since=SINCE)
        assert [(one.at.hour, one.by) for one in found] == [(9, "A script"), (7, "ines@x.example"), (6, "")]
        assert {one.app_id for one in found} == {"sp-1"}
        asked = fake.heard[0].query["$filter"]
        assert "t/id eq 'sp-1'" in asked and "activityDisplayName eq 'Update attribute mappings or scope'" in asked

    async def test_for_all_apps_it_is_one_read_and_each_change_stands_with_its_app(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        def done(hour: int, *targets: str) -> dict[str, Any]:
            return {
                "activityDateTime": f"2026-03-01T{hour:02d}:00:00Z",
                "activityDisplayName": "Update attribute mappings or scope",
                "targetResources": [{"id": target} for target in targets],
            }

        fake.on(AUDIT, page(done(7, "SP-1"), done(8, "sp-2"), done(9)))
        found = await read_happenings(client, None, since=SINCE)
        assert [(one.at.hour, one.app_id) for one in found] == [(8, "sp-2"), (7, "sp-1")]
        assert len(fake.heard) == 1 and "targetResources" not in fake.heard[0].query["$filter"]

    async def test_a_cloud_that_takes_no_alternatives_is_asked_plainly_for_one_app(
        self, client: GraphClient, fake: FakeGraph
    ) -> None:
        row = {"activityDateTime": "2026-03-01T07:00:00Z", "activityDisplayName": "Update attribute mappings or scope"}
        export = {"activityDateTime": "2026-03-01T08:00:00Z", "activityDisplayName": "Export"}
        fake.on(AUDIT, refusal(400, "BadRequest"), page(row, export))
        assert [one.what for one in await read_happenings(client, "sp-1", since=SINCE)] == [row["activityDisplayName"]]
        assert "activityDisplayName" not in fake.heard[1].query["$filter"]
