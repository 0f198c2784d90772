"""The apps' SCIM side over HTTP: the same accounts, the same rules."""

from typing import Any

from tests.sandbox.company import APP, BEN, app_of

Json = dict[str, Any]

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


async def test_accounts_are_read_and_found(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    found = await visitor.scim("GET", "/Users?filter=userName%20eq%20%22ada@small.example%22")
    assert found.body["totalResults"] == 1
    assert found.headers["Content-Type"].startswith("application/scim+json")
    one = await visitor.scim("GET", "/Users/account-of-ada")
    assert one.body["meta"]["location"].endswith(f"/scim/{APP}/v2/Users/account-of-ada")
    assert (await visitor.scim("GET", "/ServiceProviderConfig")).status == 200


async def test_an_account_made_by_hand_is_met_by_the_next_cycle(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    body = {
        "schemas": [USER],
        "userName": "by.hand",
        "emails": [{"type": "work", "value": "ben@small.example"}],
        "name": {"givenName": "B", "familyName": "N"},
    }
    assert (await visitor.scim("POST", "/Users", body)).status == 201
    row = next(row for row in await visitor.cycle() if row["sourceIdentity"]["id"] == BEN)
    assert row["provisioningStatusInfo"]["errorInformation"]["errorCode"] == "EntryConflict"


async def test_the_apps_rules_hold_at_the_door_too(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    refused = await visitor.scim("POST", "/Users", {"schemas": [USER], "userName": "x"})
    assert (refused.status, refused.body["scimType"]) == (400, "invalidValue")
    app_of(world)["target"]["down"] = True
    assert (await (await visit(world)).scim("GET", "/Users")).status == 503
    app_of(world)["target"] |= {"down": False, "credentialsExpired": True}
    assert (await (await visit(world)).scim("GET", "/Users")).status == 401


async def test_the_door_is_closed_to_pages_from_elsewhere(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    assert (await visitor.scim("DELETE", "/Users/account-of-ada", {}, Origin="https://evil.example")).status == 403
    url = f"{visitor.company.origin}/scim/{BEN}/v2/Users"
    async with visitor.http.get(url) as response:
        assert response.status == 404
