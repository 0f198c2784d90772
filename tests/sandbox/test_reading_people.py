"""Users, groups, deleted items and places: what Graph gives, and what it gives only when asked."""

from typing import Any

import pytest

from tests.sandbox.company import ADA, APP, BEN, CLEO, DORA, INNER, NOW, TEAM, person_of, user

Json = dict[str, Any]

EVENTUAL = {"ConsistencyLevel": "eventual"}


async def test_users_come_with_the_default_properties_only(visit: Any, world: Json) -> None:
    row = (await (await visit(world)).get("users")).rows[0]
    assert row["userPrincipalName"] == "ada@small.example"
    assert "accountEnabled" not in row
    assert "department" not in row


async def test_select_gives_what_the_default_leaves_out(visit: Any, world: Json) -> None:
    reply = await (await visit(world)).get(f"users/{ADA}?$select=id,accountEnabled,userType,proxyAddresses")
    del reply.body["@odata.context"]
    assert reply.body == {"id": ADA, "accountEnabled": True, "userType": "Member", "proxyAddresses": []}


async def test_a_user_is_found_by_id_and_by_name_in_any_case(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    for key in (ADA, ADA.upper(), "ADA@small.example"):
        assert (await visitor.get(f"users/{key}")).body["id"] == ADA


async def test_a_guests_name_is_found_when_its_hash_is_encoded(visit: Any, world: Json) -> None:
    world["users"].append(user("aaaaaaaa-aaaa-4aaa-8aaa-000000000009", "Guest One"))
    world["users"][-1]["userPrincipalName"] = "guest_other.example#EXT#@small.example"
    reply = await (await visit(world)).get("users/guest_other.example%23EXT%23@small.example")
    assert reply.body["displayName"] == "Guest One"


async def test_an_unknown_user_is_a_404_in_graphs_envelope(visit: Any, world: Json) -> None:
    reply = await (await visit(world)).get("users/nobody@small.example")
    assert (reply.status, reply.code) == (404, "Request_ResourceNotFound")
    assert "nobody@small.example" in reply.body["error"]["message"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("mail eq 'ADA@small.example'", [ADA]),
        ("mail eq 'x' or userPrincipalName eq 'ben@small.example'", [BEN]),
        ("startswith(displayName,'Cl')", [CLEO]),
        ("displayName eq 'Dora Hav' and accountEnabled eq true", [DORA]),
        ("proxyAddresses/any(p:p eq 'smtp:dd@small.example')", [DORA]),
        ("otherMails/any(m:startswith(m,'cleo.'))", [CLEO]),
        ("mail eq null", []),
        ("(department eq 'Sales') and (givenName eq 'Ada' or givenName eq 'Ben')", [ADA, BEN]),
        ("displayName in ('Ada Ek', 'Ben Ny')", [ADA, BEN]),
        ("createdDateTime ge 2026-01-01T00:00:00Z and surname eq 'Ek'", [ADA]),
    ],
)
async def test_filters_find_the_right_people(visit: Any, world: Json, wanted: str, found: list[str]) -> None:
    person_of(world, DORA)["proxyAddresses"] = ["SMTP:dora@small.example", "smtp:dd@small.example"]
    person_of(world, CLEO)["otherMails"] = ["cleo.home@example.org"]
    reply = await (await visit(world)).get(f"users?$filter={wanted}&$select=id")
    assert [row["id"] for row in reply.rows] == found


@pytest.mark.parametrize("wanted", ["mail ne 'x'", "not(mail eq 'x')", "endswith(mail,'@small.example')"])
async def test_advanced_filters_want_the_header_and_the_count(visit: Any, world: Json, wanted: str) -> None:
    visitor = await visit(world)
    refused = await visitor.get(f"users?$filter={wanted}")
    assert (refused.status, refused.code) == (400, "Request_UnsupportedQuery")
    reply = await visitor.get(f"users?$filter={wanted}&$count=true", **EVENTUAL)
    assert reply.body["@odata.count"] == 4


async def test_search_wants_its_header(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    refused = await visitor.get('users?$search="displayName:ada"')
    assert (refused.status, refused.code) == (400, "Request_UnsupportedQuery")
    assert "special request header" in refused.body["error"]["message"]


async def test_search_knows_words_of_a_name_and_beginnings_of_a_mail(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    reply = await visitor.get('users?$search="displayName:Ny" OR "mail:cleo"', **EVENTUAL)
    assert [row["displayName"] for row in reply.rows] == ["Ben Ny", "Cleo Ask"]
    assert (await visitor.get('users?$search="mail:small"', **EVENTUAL)).rows == []


async def test_pages_are_followed_by_their_links(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    first = await visitor.get("users?$top=3&$select=id")
    second = await visitor.get(first.body["@odata.nextLink"])
    assert [len(first.rows), len(second.rows)] == [3, 1]
    assert "@odata.nextLink" not in second.body


async def test_people_can_be_ordered(visit: Any, world: Json) -> None:
    reply = await (await visit(world)).get("users?$orderby=displayName desc&$select=givenName")
    assert [row["givenName"] for row in reply.rows] == ["Dora", "Cleo", "Ben", "Ada"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("$filter=shoeSize eq 41", "BadRequest"),
        ("$filter=mail eq", "BadRequest"),
        ("$filter=mail like 'x'", "BadRequest"),
        ("$filter=contains(mail,'x')", "Request_UnsupportedQuery"),
        ("$filter=displayName eq 'O'Neil'", "BadRequest"),
        ("$select=shoeSize", "BadRequest"),
        ("$top=0", "BadRequest"),
        ("$top=1000", "BadRequest"),
        ("$skip=2", "BadRequest"),
        ("$expand=manager", "BadRequest"),
        ("$nonsense=1", "BadRequest"),
        ("$skiptoken=!", "Directory_ExpiredPageToken"),
        ("$orderby=shoeSize", "BadRequest"),
    ],
)
async def test_what_graph_does_not_know_is_refused_not_ignored(visit: Any, world: Json, query: str, code: str) -> None:
    reply = await (await visit(world)).get(f"users?{query}")
    assert (reply.status, reply.code) == (400, code)


async def test_an_unknown_address_names_the_segment(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    reply = await visitor.get("people/ada")
    assert (reply.status, reply.code) == (400, "BadRequest")
    assert (await visitor.call("DELETE", "users")).status == 405


async def test_every_answer_carries_the_companys_time(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.advance("P1D")
    reply = await visitor.get("users")
    assert reply.headers["Date"].startswith("Tue, 03 Nov 2026 08:00")
    assert NOW.startswith("2026-11-02T08:00")


async def test_deleted_people_are_only_in_the_deleted_items(visit: Any, world: Json) -> None:
    person_of(world, CLEO)["deletedDateTime"] = "-P3D"
    visitor = await visit(world)
    assert (await visitor.get(f"users/{CLEO}")).status == 404
    assert CLEO not in [row["id"] for row in (await visitor.get("users")).rows]
    listed = (await visitor.get("directory/deletedItems/microsoft.graph.user")).rows
    assert [(row["id"], row["deletedDateTime"][:10]) for row in listed] == [(CLEO, "2026-10-30")]
    assert (await visitor.get(f"directory/deletedItems/{CLEO}")).body["id"] == CLEO
    filtered = "directory/deletedItems/graph.user?$filter=mail eq 'cleo@small.example'"
    assert len((await visitor.get(filtered)).rows) == 1


async def test_direct_and_transitive_groups_are_told_apart(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    direct = await visitor.get(f"users/{DORA}/memberOf/microsoft.graph.group?$select=id,securityEnabled")
    all_of_them = await visitor.get(f"users/{DORA}/transitiveMemberOf/microsoft.graph.group?$select=id")
    assert [row["id"] for row in direct.rows] == [INNER]
    assert [row["id"] for row in all_of_them.rows] == [INNER, TEAM]
    assert (await visitor.get(f"users/{DORA}/memberOf")).rows[0]["@odata.type"] == "#microsoft.graph.group"


async def test_check_member_groups_is_transitive_and_takes_twenty(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    path = f"users/{DORA}/checkMemberGroups"
    reply = await visitor.call("POST", path, {"groupIds": [TEAM, APP]})
    assert reply.body["value"] == [TEAM]
    assert (await visitor.call("POST", path, {"groupIds": [TEAM] * 21})).status == 400


async def test_members_come_typed_and_nested_ones_on_demand(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    members = (await visitor.get(f"groups/{TEAM}/members")).rows
    assert [(row["@odata.type"], row["id"]) for row in members] == [
        ("#microsoft.graph.user", ADA),
        ("#microsoft.graph.group", INNER),
    ]
    assert [row["id"] for row in (await visitor.get(f"groups/{TEAM}/members/graph.user")).rows] == [ADA]
    assert [row["id"] for row in (await visitor.get(f"groups/{TEAM}/members/graph.group")).rows] == [INNER]
    found = [row["id"] for row in (await visitor.get(f"groups/{TEAM}/transitiveMembers")).rows]
    assert found == [ADA, INNER, DORA]
    users = (await visitor.get(f"groups/{TEAM}/transitiveMembers/microsoft.graph.user")).rows
    assert [row["id"] for row in users] == [ADA, DORA]


async def test_groups_are_read_and_found(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    assert (await visitor.get(f"groups/{TEAM}?$select=displayName,membershipRule")).body["displayName"] == "Team"
    assert (await visitor.get("groups?$filter=startswith(displayName,'inner')")).rows[0]["id"] == INNER
    assert (await visitor.get(f"groups/{APP}")).status == 404


async def test_a_member_is_added_and_removed(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    reference = {"@odata.id": f"https://graph.example/v1.0/directoryObjects/{CLEO}"}
    assert (await visitor.call("POST", f"groups/{TEAM}/members/$ref", reference)).status == 204
    assert (await visitor.call("POST", f"groups/{TEAM}/members/$ref", reference)).status == 400
    assert (await visitor.call("DELETE", f"groups/{TEAM}/members/{CLEO}/$ref")).status == 204
    assert (await visitor.call("DELETE", f"groups/{TEAM}/members/{CLEO}/$ref")).status == 404


async def test_a_manager_is_given_or_missing(visit: Any, world: Json) -> None:
    person_of(world, BEN)["manager"] = ADA
    visitor = await visit(world)
    assert (await visitor.get(f"users/{BEN}/manager?$select=id")).body["id"] == ADA
    assert (await visitor.get(f"users/{ADA}/manager")).status == 404


async def test_rooms_workspaces_and_desks_are_places(visit: Any, world: Json) -> None:
    world["places"] = [
        {"emailAddress": "r@small.example", "displayName": "R", "kind": "room", "capacity": 8},
        {"emailAddress": "d@small.example", "displayName": "D", "kind": "desk"},
    ]
    visitor = await visit(world)
    rooms = (await visitor.get("places/microsoft.graph.room?$top=10")).rows
    assert [(row["emailAddress"], row["capacity"]) for row in rooms] == [("r@small.example", 8)]
    assert len((await visitor.get("places/graph.desk")).rows) == 1
    assert (await visitor.get("places/microsoft.graph.workspace?$count=true")).body["@odata.count"] == 0


async def test_a_change_of_a_cloud_account_is_made_and_recorded(visit: Any, world: Json) -> None:
    person_of(world, BEN)["mail"] = None
    visitor = await visit(world)
    assert (await visitor.call("PATCH", f"users/{BEN}", {"mail": "b@small.example"})).status == 204
    assert (await visitor.get(f"users/{BEN}")).body["mail"] == "b@small.example"
    audit = (await visitor.get("auditLogs/directoryAudits")).rows[0]
    assert audit["activityDisplayName"] == "Update user"
    assert audit["targetResources"][0]["modifiedProperties"] == [
        {"displayName": "mail", "oldValue": "[null]", "newValue": '["b@small.example"]'}
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"shoeSize": 41},
        {"id": "x"},
        {"onPremisesSyncEnabled": True},
        {"accountEnabled": "yes"},
        {"displayName": None},
        {"mail": 3},
        {"userPrincipalName": "ada@small.example"},
    ],
)
async def test_a_change_that_graph_would_refuse_is_refused_whole(visit: Any, world: Json, change: Json) -> None:
    visitor = await visit(world)
    reply = await visitor.call("PATCH", f"users/{BEN}", {"jobTitle": "Boss"} | change)
    assert (reply.status, reply.code) == (400, "Request_BadRequest")
    assert (await visitor.get(f"users/{BEN}")).body["jobTitle"] is None


async def test_what_the_on_premises_directory_owns_is_changed_there(visit: Any, world: Json) -> None:
    person_of(world, BEN)["onPremisesSyncEnabled"] = True
    visitor = await visit(world)
    refused = await visitor.call("PATCH", f"users/{BEN}", {"mail": "b@small.example"})
    assert refused.status == 400
    assert "on-premises mastered" in refused.body["error"]["message"]
    assert (await visitor.call("PATCH", f"users/{BEN}", {"usageLocation": "SE"})).status == 204
