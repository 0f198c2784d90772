"""The sign-in door: one grant, tokens that end, refusals in Entra's words."""

from typing import Any

import aiohttp

Json = dict[str, Any]


async def test_the_desk_gets_a_token_with_its_secret(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    reply = await visitor.sign_in()
    assert reply.status == 200
    assert reply.body["token_type"] == "Bearer"
    assert reply.body["expires_in"] == 3599
    assert (await visitor.get("users")).status == 200


async def test_a_wrong_secret_is_refused_with_entras_code(visit: Any, world: Json) -> None:
    reply = await (await visit(world)).sign_in(secret="wrong")
    assert (reply.status, reply.body["error"], reply.body["error_codes"]) == (401, "invalid_client", [7000215])


async def test_an_unknown_client_is_refused(visit: Any, world: Json) -> None:
    reply = await (await visit(world)).sign_in(client="somebody")
    assert (reply.status, reply.body["error"]) == (401, "unauthorized_client")


async def test_other_grants_scopes_and_tenants_are_refused(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    good = {
        "grant_type": "client_credentials",
        "client_id": "sync-desk",
        "client_secret": "sandbox",
        "scope": "x/.default",
    }
    for tenant, change, error in (
        (visitor.company.tenant_id, {"grant_type": "password"}, "unsupported_grant_type"),
        (visitor.company.tenant_id, {"scope": "User.Read"}, "invalid_scope"),
        ("somewhere-else", {}, "invalid_request"),
    ):
        url = f"{visitor.company.origin}/{tenant}/oauth2/v2.0/token"
        async with visitor.http.post(url, data=good | change) as response:
            assert response.status == 400
            assert (await response.json())["error"] == error


async def test_the_tenants_domain_is_as_good_as_its_id(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    async with visitor.http.get(f"{visitor.company.origin}/small.example/v2.0/.well-known/openid-configuration") as r:
        metadata = await r.json()
    assert metadata["token_endpoint"].endswith(f"/{visitor.company.tenant_id}/oauth2/v2.0/token")


async def test_without_a_token_graph_says_that_it_is_empty(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    async with aiohttp.ClientSession() as stranger, stranger.get(f"{visitor.company.origin}/v1.0/users") as response:
        body = await response.json()
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert body["error"]["code"] == "InvalidAuthenticationToken"
    assert set(body["error"]["innerError"]) == {"date", "request-id", "client-request-id"}


async def test_all_tokens_can_be_ended_at_once(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    assert (await visitor.play("POST", "/tokens/expire", {})).body == {"expired": 1}
    refused = await visitor.get("users")
    assert (refused.status, refused.code) == (401, "InvalidAuthenticationToken")
    await visitor.sign_in()
    assert (await visitor.get("users")).status == 200


async def test_a_token_lives_as_long_as_the_faults_say(visit: Any, world: Json) -> None:
    visitor = await visit(world | {"faults": {"tokenLifetimeSeconds": 120}})
    assert (await visitor.sign_in()).body["expires_in"] == 120


async def test_a_reader_may_look_but_not_write(visit: Any, world: Json) -> None:
    visitor = await visit(world)
    await visitor.sign_in(client="sync-desk-reader")
    assert (await visitor.get("users")).status == 200
    refused = await visitor.call("PATCH", "users/ada@small.example", {"jobTitle": "x"})
    assert (refused.status, refused.code) == (403, "Authorization_RequestDenied")
