"""One token for everybody, and a new one when it is time."""

import asyncio
import base64
import time
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.identity import CredentialUnavailableError

from provisioning.errors import NotAllowedError, TryLaterError
from provisioning.graph.client import GraphClient
from provisioning.graph.credentials import RenewableCredential
from provisioning.graph.refusals import Answer
from provisioning.graph.tokens import MARGIN, Tokens, claims_challenge
from tests.provisioning.graph.fake import FakeCredential, FakeGraph, Reply, refusal

Row = dict[str, Any]
EXPIRED = refusal(401, "InvalidAuthenticationToken", "Lifetime validation failed.")
ANSWER = Reply(body={"id": "x"})


async def test_many_reads_at_once_sign_in_once(
    client: GraphClient, fake: FakeGraph, credential: FakeCredential
) -> None:
    fake.on("/me", ANSWER)
    await asyncio.gather(*(client.get("/me", Row) for _ in range(10)))
    assert credential.made == 1
    assert credential.scopes == [f"{fake.origin}/.default"]


async def test_an_expired_token_is_replaced_once_and_the_read_succeeds(
    client: GraphClient, fake: FakeGraph, credential: FakeCredential
) -> None:
    fake.on("/me", EXPIRED, ANSWER)
    assert await client.get("/me", Row) == {"id": "x"}
    assert [heard.headers["authorization"] for heard in fake.heard] == ["Bearer token-1", "Bearer token-2"]
    assert credential.made == 2


async def test_many_refused_reads_renew_the_token_once(
    client: GraphClient, fake: FakeGraph, credential: FakeCredential
) -> None:
    fake.on("/me", EXPIRED, EXPIRED, EXPIRED, ANSWER)
    await asyncio.gather(*(client.get("/me", Row) for _ in range(3)))
    assert credential.made == 2
    assert len(fake.heard) == 6


async def test_a_token_that_is_refused_twice_is_a_refusal(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/me", EXPIRED)
    with pytest.raises(NotAllowedError) as caught:
        await client.get("/me", Row)
    assert caught.value.code == "InvalidAuthenticationToken"
    assert len(fake.heard) == 2


async def test_a_401_that_is_not_about_the_token_is_not_repeated(
    client: GraphClient, fake: FakeGraph, credential: FakeCredential
) -> None:
    fake.on("/me", refusal(401, "UnknownError", ""))
    with pytest.raises(NotAllowedError):
        await client.get("/me", Row)
    assert credential.made == 1


async def test_a_claims_challenge_is_answered_with_a_token_that_has_them(
    client: GraphClient, fake: FakeGraph, credential: FakeCredential
) -> None:
    wanted = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    encoded = base64.b64encode(wanted.encode()).decode().rstrip("=")
    challenge = f'Bearer realm="", error="insufficient_claims", claims="{encoded}"'
    fake.on("/me", refusal(401, "TokenRevoked", WWW_Authenticate=challenge), ANSWER)
    await client.get("/me", Row)
    assert credential.claims == [None, wanted]


@pytest.mark.parametrize("header", ["", "Bearer", 'Bearer claims="*"', 'Bearer claims="////"'])
def test_a_challenge_that_cannot_be_read_is_none(header: str) -> None:
    assert claims_challenge(Answer(status=401, headers={"www-authenticate": header})) is None


async def test_a_token_near_its_end_is_replaced_before_it_is_used() -> None:
    credential = FakeCredential(lives=3600, wall=0)
    clock = [0.0]
    tokens = Tokens(credential, "scope", wall=lambda: clock[0])
    assert await tokens.current() == "token-1"
    clock[0] = 3600 - MARGIN - 1
    assert await tokens.current() == "token-1"
    clock[0] = 3600 - MARGIN
    assert await tokens.current() == "token-2"


async def test_a_refused_sign_in_tells_microsofts_code_and_no_more() -> None:
    credential = FakeCredential(wall=time.time())
    credential.trouble = ClientAuthenticationError("AADSTS7000215: Invalid client secret provided for 'sync-desk'.")
    with pytest.raises(NotAllowedError, match="AADSTS7000215") as caught:
        await Tokens(credential, "scope").current()
    assert caught.value.code == "AADSTS7000215"
    assert "secret" not in str(caught.value)


async def test_a_machine_without_its_identity_is_told_so() -> None:
    credential = FakeCredential()
    credential.trouble = CredentialUnavailableError("ManagedIdentityCredential authentication unavailable")
    with pytest.raises(NotAllowedError, match="CredentialUnavailableError"):
        await Tokens(credential, "scope").current()


@pytest.mark.parametrize("trouble", [ServiceRequestError("no route"), OSError("reset")])
async def test_a_sign_in_that_cannot_be_reached_is_try_later(trouble: Exception) -> None:
    credential = FakeCredential()
    credential.trouble = trouble
    with pytest.raises(TryLaterError, match="sign-in"):
        await Tokens(credential, "scope").current()


async def test_a_failed_sign_in_is_tried_again_by_the_next_who_asks() -> None:
    credential = FakeCredential(wall=time.time())
    credential.trouble = OSError("reset")
    tokens = Tokens(credential, "scope")
    with pytest.raises(TryLaterError):
        await tokens.current()
    credential.trouble = None
    assert await tokens.current() == "token-1"


async def test_a_renewable_credential_forgets_what_it_cached() -> None:
    made: list[FakeCredential] = []

    def make() -> FakeCredential:
        made.append(FakeCredential(wall=time.time()))
        return made[-1]

    tokens = Tokens(RenewableCredential(make), "scope")
    await tokens.current()
    await tokens.forget()
    await tokens.current()
    assert [credential.made for credential in made] == [1, 1]
