"""All that is known about one person and one app: in three rounds and twelve calls, and never more than was read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from provisioning.attempts import Verdict
from provisioning.errors import NotAllowedError, NotThereError, TryLaterError
from provisioning.evidence import Evidence
from provisioning.graph import GraphClient, GraphReader
from provisioning.model import App, JobState
from tests.provisioning.graph.fake import FakeGraph, Reply, refusal

PERSON, APP_ID, JOB = "u-1", "sp-1", "scim.1"
NAMED = {"givenName": "José", "surname": "García"}
APP = App(id=APP_ID, app_id="app-1", name="AskCody")
USER = f"/users/{PERSON}"
DELETED = f"/directory/deletedItems/{PERSON}"
DIRECT = f"{USER}/memberOf/microsoft.graph.group"
TRANSITIVE = f"{USER}/transitiveMemberOf/microsoft.graph.group"
GRANTS = f"{USER}/appRoleAssignments"
SP = f"/servicePrincipals/{APP_ID}"
ASSIGNED, JOBS = f"{SP}/appRoleAssignedTo", f"{SP}/synchronization/jobs"
SCHEMA = f"{JOBS}/{JOB}/schema"
LOG, AUDIT = "/auditLogs/provisioning", "/auditLogs/directoryAudits"

ReadEvidence = Callable[[], Any]


def listed(*rows: dict[str, Any], link: str | None = None) -> Reply:
    return Reply(body={"value": list(rows), **({"@odata.nextLink": link} if link else {})})


def grant(principal: str, kind: str = "User", **changes: Any) -> dict[str, Any]:
    return {
        "principalId": principal,
        "principalType": kind,
        "principalDisplayName": f"name of {principal}",
        "resourceId": APP_ID,
        "appRoleId": "role-1",
        "createdDateTime": "2026-01-05T08:00:00Z",
        **changes,
    }


def group(name: str, **changes: Any) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.group", "id": name, "displayName": name.upper(), **changes}


def schema(*sources: str, clause: str | None = None) -> Reply:
    mappings = [
        {"targetAttributeName": name, "source": {"type": "Attribute", "name": name, "expression": f"[{name}]"}}
        for name in sources
    ]
    clauses = [{"sourceOperandName": clause, "operatorName": "IS NOT NULL", "targetOperand": None}] if clause else []
    mapping = {"enabled": True, "sourceObjectName": "User", "targetObjectName": "User", "attributeMappings": mappings}
    rule = {
        "id": "rule-1",
        "metadata": [{"key": "supportsProvisionOnDemand", "value": "true"}],
        "objectMappings": [{**mapping, "scope": {"groups": [{"name": "only", "clauses": clauses}]}}],
    }
    return Reply(body={"version": "v1", "synchronizationRules": [rule], "directories": []})


def row(status: str = "success", at: str = "2026-03-01T09:00:00Z", reason: str | None = None) -> dict[str, Any]:
    error = {"errorCode": "AttributeValidationFailed", "reason": reason} if reason else None
    return {
        "id": "row-1",
        "activityDateTime": at,
        "provisioningAction": "create",
        "provisioningStatusInfo": {"status": status, "errorInformation": error},
        "servicePrincipal": {"id": APP_ID},
        "sourceIdentity": {"id": PERSON},
    }


@pytest.fixture
def healthy(fake: FakeGraph) -> FakeGraph:
    """An assigned person, an active job, one success in the log."""
    fake.on(
        USER, Reply(body={"id": PERSON, "displayName": "José", "mail": "j@x.example", "accountEnabled": True, **NAMED})
    )
    fake.on(DIRECT, listed(group("g-direct", securityEnabled=True)))
    fake.on(TRANSITIVE, listed(group("g-direct", securityEnabled=True)))
    fake.on(GRANTS, listed(grant(PERSON)))
    fake.on(ASSIGNED, listed(grant(PERSON), grant("somebody")))
    owners = [{"id": "o-1", "displayName": "Ines Berg"}, {"id": "o-2", "displayName": None}]
    roles = [{"id": "role-1", "displayName": "User", "isEnabled": True, "allowedMemberTypes": ["User"]}]
    fake.on(SP, Reply(body={"id": APP_ID, "appRoles": roles, "owners": owners}))
    status = {"code": "Active", "lastExecution": None}
    fake.on(JOBS, listed({"id": JOB, "schedule": {"interval": "PT40M", "state": "Active"}, "status": status}))
    fake.on(SCHEMA, schema("userPrincipalName", "mail"))
    fake.on(LOG, listed(row()))
    fake.on(AUDIT, listed())
    return fake


@pytest.fixture
def read(client: GraphClient) -> ReadEvidence:
    reader = GraphReader(client, agents_group=None, admins_group=None)

    async def once() -> Evidence:
        return await reader.evidence(PERSON, APP)

    return once


class TestInAHealthyWorld:
    async def test_everything_is_read_and_nothing_is_unread(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        seen = await read()
        assert seen.unread == {}
        assert (seen.person.name, seen.app.owners) == ("José", ("Ines Berg",))
        assert seen.job.state is JobState.ACTIVE
        assert seen.schema.rule_id == "rule-1"
        assert [assignment.group for assignment in seen.assignments] == [None]
        assert [event.verdict for event in seen.log] == [Verdict.SUCCESS]
        assert (seen.nested, seen.changed, seen.sync_all) == ((), None, None)
        assert seen.as_of.replace(microsecond=0) == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    async def test_it_takes_two_rounds_and_nine_calls(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        seen = await read()
        assert (seen.calls, seen.rounds) == (9, 2)
        assert len(healthy.heard) == 9

    async def test_attributes_that_only_this_job_reads_are_read_too(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        extension = "extension_0123456789abcdef0123456789abcdef_site"
        healthy.on(SCHEMA, schema("mail", "manager", extension, clause="extensionAttribute3"))
        first = Reply(
            body={"id": PERSON, "displayName": "José", "mail": "j@x.example", "accountEnabled": True, **NAMED}
        )
        box = {"extensionAttribute3": "North", "extensionAttribute4": None}
        healthy.on(USER, first, Reply(body={"id": PERSON, "onPremisesExtensionAttributes": box}))
        seen = await read()
        assert seen.person.attributes["mail"] == "j@x.example"
        assert seen.person.attributes["extensionAttribute3"] == "North"
        assert seen.person.attributes[extension] is None
        assert "manager" not in seen.person.attributes
        assert healthy.asked(USER)[1].query == {"$select": f"id,{extension},onPremisesExtensionAttributes"}
        assert (seen.calls, seen.rounds) == (10, 3)

    async def test_extra_attributes_that_cannot_be_read_stay_unknown(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        healthy.on(SCHEMA, schema("extensionAttribute3"))
        first = Reply(body={"id": PERSON, "displayName": "José", "mail": None, "accountEnabled": True})
        healthy.on(USER, first, refusal(400))
        seen = await read()
        assert "extensionAttribute3" not in seen.person.attributes
        assert seen.unread == {}

    async def test_a_throttled_part_is_waited_for(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on(LOG, refusal(429, Retry_After="1.5"), listed(row()))
        seen = await read()
        assert seen.unread == {}
        assert seen.calls == 10


class TestAssignments:
    async def test_a_groups_grant_names_the_group_and_whether_it_is_fit(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        healthy.on(DIRECT, listed(group("g-direct", securityEnabled=False)))
        healthy.on(GRANTS, listed(grant("g-direct", "Group")))
        healthy.on(ASSIGNED, listed(grant("g-direct", "Group")))
        (assignment,) = (await read()).assignments
        assert (assignment.group.name, assignment.group.security_enabled) == ("G-DIRECT", False)
        assert assignment.role_id == "role-1"
        assert assignment.since == datetime(2026, 1, 5, 8, tzinfo=UTC)

    async def test_without_the_right_to_read_a_persons_grants_the_apps_list_tells(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        healthy.on(GRANTS, refusal(403))
        healthy.on(ASSIGNED, listed(grant("g-direct", "Group"), grant("g-other", "Group"), grant("somebody")))
        seen = await read()
        assert [assignment.group.id for assignment in seen.assignments] == ["g-direct"]
        assert "assignments" not in seen.unread

    async def test_what_neither_list_tells_is_unread_and_not_absent(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        healthy.on(GRANTS, refusal(403, "Authorization_RequestDenied"))
        healthy.on(ASSIGNED, refusal(403, "Authorization_RequestDenied"))
        seen = await read()
        assert seen.assignments == ()
        assert seen.unread["assignments"] == "not_allowed: Authorization_RequestDenied"

    async def test_one_role_held_twice_the_same_way_is_one_assignment(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        healthy.on(GRANTS, listed(grant(PERSON), grant(PERSON, appRoleId="role-2")))
        healthy.on(ASSIGNED, listed(grant(PERSON.upper()), grant("somebody")))
        assert sorted(each.role_id for each in (await read()).assignments) == ["role-1", "role-2"]

    async def test_a_person_without_any_has_none(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on(GRANTS, listed())
        healthy.on(ASSIGNED, listed(grant("somebody")))
        seen = await read()
        assert (seen.assignments, seen.nested, seen.unread) == ((), (), {})


class TestNestedGroups:
    @pytest.fixture(autouse=True)
    def nested(self, healthy: FakeGraph) -> None:
        """The person is in g-direct and g-side; g-direct is in g-big, which is assigned."""
        near = [group("g-direct"), group("g-side")]
        healthy.on(DIRECT, listed(*near))
        healthy.on(TRANSITIVE, listed(*near, group("g-big", securityEnabled=True)))
        healthy.on(GRANTS, listed())
        healthy.on(ASSIGNED, listed(grant("g-big", "Group")))
        healthy.on("/groups/g-big/members/microsoft.graph.group", listed(group("g-direct")))

    async def test_the_assigned_group_and_the_way_into_it_are_named(self, read: ReadEvidence) -> None:
        seen = await read()
        ((assigned, member),) = seen.nested
        assert (assigned.name, assigned.security_enabled, member.name) == ("G-BIG", True, "G-DIRECT")
        assert seen.assignments == ()
        assert seen.calls == 10
        assert seen.rounds == 2

    async def test_a_single_group_must_be_the_way(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on(DIRECT, listed(group("g-direct")))
        seen = await read()
        assert seen.nested[0][1].id == "g-direct"
        assert healthy.asked("/groups/g-big/members/microsoft.graph.group") == []

    async def test_a_longer_way_is_not_named(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on("/groups/g-big/members/microsoft.graph.group", listed(group("g-between")))
        assert (await read()).nested[0][1] is None

    async def test_a_way_that_cannot_be_read_is_not_named(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on("/groups/g-big/members/microsoft.graph.group", refusal(403))
        seen = await read()
        assert seen.nested[0][1] is None
        assert seen.unread == {}

    @pytest.mark.parametrize("part", [DIRECT, TRANSITIVE, ASSIGNED])
    async def test_without_any_of_its_three_lists_it_is_unread(
        self, healthy: FakeGraph, read: ReadEvidence, part: str
    ) -> None:
        healthy.on(part, refusal(500))
        seen = await read()
        assert seen.unread["nested"] == "unavailable"
        assert seen.nested == ()

    async def test_a_list_that_goes_on_is_followed_once_and_then_called_unread(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        more = f"{healthy.origin}/v1.0{ASSIGNED}?$skiptoken=2"
        healthy.on(ASSIGNED, listed(grant("x"), link=more), listed(grant("g-big", "Group")))
        assert (await read()).nested[0][0].id == "g-big"
        healthy.on(ASSIGNED, listed(grant("x"), link=more))
        seen = await read()
        assert (seen.nested, seen.unread) == ((), {"nested": "unavailable"})

    async def test_who_is_assigned_as_well_needs_no_way(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on(GRANTS, listed(grant(PERSON)))
        seen = await read()
        assert len(seen.assignments) == 1
        assert [(assigned.id, member) for assigned, member in seen.nested] == [("g-big", None)]
        assert healthy.asked("/groups/g-big/members/microsoft.graph.group") == []


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        ("part", "reply", "unread"),
        [
            (JOBS, refusal(403, "Authorization_RequestDenied"), {"job", "schema"}),
            (JOBS, refusal(401, "UnknownError", ""), {"job", "schema"}),
            (SCHEMA, refusal(500), {"schema"}),
            (SCHEMA, Reply(body="{"), {"schema"}),
            (LOG, refusal(403, "Authentication_MSGraphPermissionMissing"), {"log"}),
            (LOG, refusal(429, Retry_After="60"), {"log"}),
            (LOG, Reply(body={"value": "none"}), {"log"}),
            (SP, refusal(403), {"owners", "roles"}),
            (ASSIGNED, refusal(403), set()),
        ],
    )
    async def test_a_part_that_fails_is_named_and_the_others_are_there(
        self, healthy: FakeGraph, read: ReadEvidence, part: str, reply: Reply, unread: set[str]
    ) -> None:
        healthy.on(part, reply)
        seen = await read()
        assert set(seen.unread) == unread
        assert seen.person.name == "José"
        assert len(seen.assignments) == 1

    @pytest.mark.parametrize(
        ("reply", "reason"),
        [
            (refusal(429, Retry_After="60"), "throttled"),
            (refusal(500), "unavailable"),
            (refusal(400, "BadRequest"), "refused: BadRequest"),
            (refusal(403, "Authorization_RequestDenied"), "not_allowed: Authorization_RequestDenied"),
            (refusal(404), "not_there"),
            (Reply(body="<html>"), "unreadable"),
        ],
    )
    async def test_the_reason_is_short_and_holds_no_names(
        self, healthy: FakeGraph, read: ReadEvidence, reply: Reply, reason: str
    ) -> None:
        healthy.on(LOG, reply)
        assert (await read()).unread == {"log": reason}

    async def test_an_app_without_a_job_was_never_set_up(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on(JOBS, listed())
        seen = await read()
        assert (seen.job, seen.schema, seen.unread) == (None, None, {})

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [(refusal(403), NotAllowedError), (refusal(500), TryLaterError), (refusal(404), NotThereError)],
    )
    async def test_only_a_person_who_cannot_be_read_is_an_error(
        self, healthy: FakeGraph, read: ReadEvidence, reply: Reply, kind: type[Exception]
    ) -> None:
        healthy.on(USER, reply)
        with pytest.raises(kind):
            await read()

    async def test_a_soft_deleted_person_is_read_and_what_went_with_the_account_is_unread(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        for part in (USER, DIRECT, TRANSITIVE, GRANTS):
            healthy.on(part, refusal(404, "Request_ResourceNotFound"))
        gone = {"@odata.type": "#microsoft.graph.user", "id": PERSON, "displayName": "José", "mail": None}
        healthy.on(DELETED, Reply(body={**gone, "deletedDateTime": "2026-02-20T08:00:00Z"}))
        seen = await read()
        assert seen.person.deleted == datetime(2026, 2, 20, 8, tzinfo=UTC)
        assert "department" not in seen.person.attributes
        assert seen.unread == {"assignments": "not_there", "nested": "not_there"}
        assert (seen.calls, seen.rounds) == (10, 2)

    async def test_a_deleted_group_is_not_a_person(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on(USER, refusal(404))
        healthy.on(DELETED, Reply(body={"@odata.type": "#microsoft.graph.group", "id": PERSON}))
        with pytest.raises(NotThereError):
            await read()


class TestTheLastChange:
    """The audit log shares five reads in ten seconds with the provisioning log."""

    async def test_a_success_needs_no_audit(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        await read()
        assert healthy.asked(AUDIT) == []

    async def test_a_fault_that_is_still_there_needs_none_either(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on(LOG, listed(row("failure", reason='The attribute "mail" is required.')))
        healthy.on(USER, Reply(body={"id": PERSON, "displayName": "José", "mail": None, "accountEnabled": True}))
        await read()
        assert healthy.asked(AUDIT) == []

    async def test_a_fault_that_is_gone_is_held_against_the_last_change(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        healthy.on(LOG, listed(row("failure", reason='The attribute "mail" is required.')))
        changed = {
            "activityDateTime": "2026-03-02T09:00:00Z",
            "activityDisplayName": "Update user",
            "targetResources": [{"id": PERSON, "modifiedProperties": [{"displayName": "Mail"}]}],
        }
        healthy.on(AUDIT, listed(changed))
        seen = await read()
        assert seen.changed == datetime(2026, 3, 2, 9, tzinfo=UTC)
        assert "activityDateTime gt 2026-03-01T09:00:00Z" in healthy.asked(AUDIT)[0].query["$filter"]
        assert (seen.calls, seen.rounds) == (11, 2)  # and one for others whom the same failure hit

    async def test_an_audit_log_that_cannot_be_read_claims_nothing(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        healthy.on(LOG, listed())
        healthy.on(AUDIT, refusal(403))
        seen = await read()
        assert (seen.changed, seen.unread) == (None, {})
        assert len(healthy.asked(AUDIT)) == 1

    async def test_nobody_asks_when_somebody_unassigned_changed(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on(LOG, listed())
        healthy.on(GRANTS, listed())
        healthy.on(ASSIGNED, listed())
        await read()
        assert healthy.asked(AUDIT) == []


async def test_the_worst_case_still_takes_three_rounds_and_twelve_calls(healthy: FakeGraph, read: ReadEvidence) -> None:
    more = f"{healthy.origin}/v1.0{ASSIGNED}?$skiptoken=2"
    healthy.on(ASSIGNED, listed(grant("x"), link=more), listed(grant("g-big", "Group")))
    healthy.on(GRANTS, listed())
    healthy.on(DIRECT, listed(group("g-direct"), group("g-side")))
    healthy.on(TRANSITIVE, listed(group("g-direct"), group("g-side"), group("g-big")))
    healthy.on("/groups/g-big/members/microsoft.graph.group", listed(group("g-side")))
    healthy.on(SCHEMA, schema("extensionAttribute1"))
    healthy.on(LOG, refusal(400), listed(row("failure")))
    seen = await read()
    assert seen.unread == {}
    assert seen.calls <= 12
    assert seen.rounds <= 3
    assert seen.calls == len(healthy.heard)


async def test_calls_that_retries_have_used_up_are_not_spent_on_extras(healthy: FakeGraph, read: ReadEvidence) -> None:
    healthy.on(LOG, refusal(429, Retry_After="0.1"), refusal(429, Retry_After="0.1"), listed(row("failure")))
    healthy.on(SP, refusal(429, Retry_After="0.1"), Reply(body={"id": APP_ID}))
    seen = await read()
    assert (seen.calls, seen.changed) == (12, None)
    assert healthy.asked(AUDIT) == []


class TestInTheCompany:
    @pytest.mark.parametrize(
        ("who", "what"),
        [
            ("jose@fabrikam.example", "AskCody"),
            ("olle@fabrikam.example", "AskCody"),
            ("hanna@fabrikam.example", "AskCody"),
            ("Viktor Sandström", "AskCody"),
            ("aisha@fabrikam.example", "Trello"),
            ("ulla@contoso.example", "DocuSign"),
        ],
    )
    async def test_any_question_takes_three_rounds_and_twelve_calls_at_most(
        self, reader: GraphReader, who: str, what: str
    ) -> None:
        app = next(app for app in await reader.apps() if app.name == what)
        person = (await reader.find_people(who))[0]
        seen = await reader.evidence(person.id, app)
        assert seen.calls <= 12
        assert seen.rounds <= 3
        assert set(seen.unread) <= ({"assignments", "nested"} if person.deleted else set())

    async def test_joses_mail_is_known_to_be_empty(self, reader: GraphReader) -> None:
        askcody = next(app for app in await reader.apps() if app.name == "AskCody")
        jose = (await reader.find_people("jose@fabrikam.example"))[0]
        seen = await reader.evidence(jose.id, askcody)
        assert seen.person.attributes["mail"] is None
        assert seen.assignments
        assert seen.job is not None
        assert seen.job.state is JobState.ACTIVE
        assert seen.schema is not None
        assert "mail" in {source for mapping in seen.schema.mappings for source in mapping.sources}
        assert seen.log[0].verdict is Verdict.FAILURE
        assert timedelta(0) <= seen.as_of - seen.log[0].at < timedelta(days=30)
        assert "Ines Berg" in seen.app.owners


def about(who: str, kind: str = "User", **changes: Any) -> dict[str, Any]:
    failed = row("failure", reason="StatusCode: Conflict. This e-mail is taken.", at="2026-03-02T08:00:00Z")
    return {**failed, "sourceIdentity": {"id": who, "identityType": kind}, **changes}


class TestWhomElseItHits:
    """One small read of the app's failures within a day, where the person's own last attempt failed."""

    async def test_others_with_the_same_failure_are_counted_once_each(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        early = about("u-2", activityDateTime="2026-03-02T07:10:00Z")
        healthy.on(LOG, listed(about(PERSON)), listed(about(PERSON), about("u-2"), early, about("u-3")))
        seen = await read()
        assert seen.alike is not None
        assert (seen.alike.others, seen.alike.whole) == (2, True)
        assert seen.alike.since == datetime(2026, 3, 2, 7, 10, tzinfo=UTC)
        asked = healthy.asked(LOG)[1].query
        assert "provisioningStatusInfo/status eq 'failure'" in asked["$filter"]
        assert "activityDateTime gt 2026-03-01T09:30:00Z" in asked["$filter"]

    async def test_one_reading_serves_the_questions_of_a_minute(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on(LOG, listed(about(PERSON)), listed(about("u-2")), listed(about(PERSON)))
        first, second = await read(), await read()
        assert first.alike == second.alike is not None
        assert len(healthy.asked(LOG)) == 3, "the person's own rows are read each time"

    async def test_more_pages_than_one_make_it_at_least(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        more = listed(about("u-2"), link=f"{healthy.origin}/v1.0{LOG}?$skiptoken=2")
        healthy.on(LOG, listed(about(PERSON)), more)
        seen = await read()
        assert seen.alike is not None
        assert not seen.alike.whole

    async def test_after_a_success_nobody_asks(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        seen = await read()
        assert seen.alike is None
        assert len(healthy.asked(LOG)) == 1

    async def test_a_log_that_refuses_the_second_read_claims_nothing(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        healthy.on(LOG, listed(about(PERSON)), refusal(429, Retry_After="9"))
        seen = await read()
        assert (seen.alike, seen.unread) == (None, {})
        assert len(healthy.asked(LOG)) == 2

    async def test_the_failure_of_the_group_that_leads_into_the_app_is_kept(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        healthy.on(GRANTS, listed(grant("g-direct", "Group")))
        healthy.on(ASSIGNED, listed(grant("g-direct", "Group")))
        healthy.on(LOG, listed(), listed(about("G-DIRECT", "Group"), about("g-other", "Group")))
        seen = await read()
        assert [failure.group.id for failure in seen.group_failures] == ["g-direct"]
        assert seen.alike is None


class TestRoomsAndDesks:
    """Their mailboxes are user objects without anybody's name."""

    async def test_a_mailbox_without_a_name_that_is_a_room_is_known_as_one(
        self, healthy: FakeGraph, read: ReadEvidence
    ) -> None:
        healthy.on(USER, Reply(body={"id": PERSON, "displayName": "Aurora", "mail": "a@x.example"}))
        parts = [{"id": str(n), "status": 200, "body": {"value": [{}] if n == 0 else []}} for n in range(3)]
        healthy.on("/$batch", Reply(body={"responses": parts}), method="POST")
        seen = await read()
        assert seen.place == "room"
        asked = [part["url"] for part in healthy.asked("/$batch")[0].body["requests"]]
        assert [url.partition("?")[0] for url in asked] == [
            f"/places/microsoft.graph.{kind}" for kind in ("room", "workspace", "desk")
        ]
        assert seen.calls <= 12

    async def test_a_permission_that_is_missing_is_named(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        healthy.on(USER, Reply(body={"id": PERSON, "displayName": "Aurora", "mail": "a@x.example"}))
        parts = [{"id": str(n), "status": 403, "body": {"error": {"code": "Denied"}}} for n in range(3)]
        healthy.on("/$batch", Reply(body={"responses": parts}), method="POST")
        seen = await read()
        assert (seen.place, seen.unread) == (None, {"place": "not_allowed: Denied"})

    async def test_nobody_with_a_name_is_asked_about(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        await read()
        assert healthy.asked("/$batch") == []


class TestExpressionsThatOnlyGraphWorksOut:
    """parseExpression, in the calls that are left."""

    def unusual(self, healthy: FakeGraph) -> None:
        reply = schema("mail")
        mappings = reply.body["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
        expression = 'SelectUniqueValue([mail], "x")'
        source = {"type": "Function", "name": "SelectUniqueValue", "expression": expression}
        mappings.append({"targetAttributeName": "alias", "source": source})
        healthy.on(SCHEMA, reply)

    async def test_graph_is_asked_and_its_answer_kept(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        self.unusual(healthy)
        parsed = {"parsingSucceeded": True, "evaluationSucceeded": True, "evaluationResult": ["jose"]}
        healthy.on("/$batch", Reply(body={"responses": [{"id": "0", "status": 200, "body": parsed}]}), method="POST")
        seen = await read()
        assert seen.worked_out == {'SelectUniqueValue([mail], "x")': "jose"}
        body = healthy.asked("/$batch")[0].body["requests"][0]["body"]
        assert body["testInputObject"]["properties"] == [{"key": "mail", "value": "j@x.example"}]
        assert seen.rounds <= 3

    async def test_without_the_permission_nothing_is_claimed(self, healthy: FakeGraph, read: ReadEvidence) -> None:
        self.unusual(healthy)
        denied = {"id": "0", "status": 403, "body": {"error": {"code": "Denied"}}}
        healthy.on("/$batch", Reply(body={"responses": [denied]}), method="POST")
        seen = await read()
        assert (seen.worked_out, seen.unread) == ({}, {})
