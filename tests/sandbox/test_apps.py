"""Enterprise apps and assignments."""

from typing import Any

from tests.sandbox.company import ADA, APP, BEN, CLEO, DORA, ROLE, TEAM, app_of

Json = dict[str, Any]


async def test_an_app_is_found_by_name_beginning_and_app_id(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    for wanted in (
        "displayName eq 'AskCody'",
        "startswith(displayName,'ask')",
        "appId eq '55555555-5555-4555-8555-555555555555'",
    ):
        assert [row["id"] for row in (await visitor.get(f"servicePrincipals?$filter={wanted}")).rows] == [APP]
    by_key = await visitor.get("servicePrincipals(appId='55555555-5555-4555-8555-555555555555')?$select=id,appRoles")
    assert by_key.body["appRoles"][0]["value"] == "User"
    assert (await visitor.get(f"servicePrincipals/{ROLE}")).status == 404


async def test_owners_are_people(visit: Any, world: Json) -> None:
    app_of(world)["owners"] = [ADA]
    reply = await (await visit(world)).get(f"servicePrincipals/{APP}/owners")
    assert [row["userPrincipalName"] for row in reply.rows] == ["ada@small.example"]


async def test_a_users_grants_are_direct_ones_and_those_of_direct_groups(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    grants = {}
    for who in (ADA, BEN, CLEO, DORA):
        reply = await visitor.get(f"users/{who}/appRoleAssignments?$filter=resourceId eq {APP}")
        grants[who] = [(row["principalType"], row["principalId"]) for row in reply.rows]
    assert grants == {ADA: [("Group", TEAM)], BEN: [("User", BEN)], CLEO: [], DORA: []}
    other = await visitor.get(f"users/{ADA}/appRoleAssignments?$filter=resourceId eq {ADA}")
    assert other.rows == []


async def test_who_is_assigned_is_listed_with_names_and_times(visit: Any, world: Json) -> None:
    rows = (await (await visit(world)).get(f"servicePrincipals/{APP}/appRoleAssignedTo?$top=999")).rows
    assert [(row["principalDisplayName"], row["createdDateTime"][:16]) for row in rows] == [
        ("Team", "2026-08-04T08:00"),
        ("Ben Ny", "2026-11-02T07:57"),
    ]
    assert {row["resourceDisplayName"] for row in rows} == {"AskCody"}


async def test_a_person_is_assigned_and_unassigned(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    path = f"servicePrincipals/{APP}/appRoleAssignedTo"
    given = {"principalId": CLEO, "resourceId": APP, "appRoleId": ROLE}
    made = await visitor.call("POST", path, given)
    assert (made.status, made.body["principalType"]) == (201, "User")
    assert (await visitor.call("POST", path, given)).status == 400
    assert (await visitor.call("POST", path, given | {"appRoleId": TEAM})).status == 400
    assert (await visitor.call("POST", path, given | {"principalId": APP})).status == 404
    assert (await visitor.call("POST", path, given | {"resourceId": TEAM})).status == 400
    assert (await visitor.call("DELETE", f"{path}/{made.body['id']}")).status == 204
    assert (await visitor.call("DELETE", f"{path}/{made.body['id']}")).status == 404
