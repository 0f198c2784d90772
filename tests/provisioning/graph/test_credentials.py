"""Signing in from plain values; plain http reaches this machine and nothing else."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from aiohttp import web
from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline.transport import HttpRequest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from provisioning.errors import NotAllowedError
from provisioning.graph.credentials import RenewableCredential, build_credential
from provisioning.graph.loopback import LoopbackTransport
from provisioning.graph.tokens import Tokens

TENANT = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
SCOPE = "https://graph.example/.default"


class SignIn:
    """A sign-in that hands out tokens and remembers the forms."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.status = 200
        self.body: dict[str, Any] = {"token_type": "Bearer", "expires_in": 3599}

    async def answer(self, request: web.Request) -> web.Response:
        self.forms.append({key: str(value) for key, value in (await request.post()).items()})
        body = {"access_token": f"token-{len(self.forms)}", **self.body}
        return web.Response(status=self.status, text=json.dumps(body), content_type="application/json")


@asynccontextmanager
async def signing_in() -> AsyncIterator[tuple[SignIn, str]]:
    door = SignIn()
    app = web.Application()
    app.router.add_post(f"/{TENANT}/oauth2/v2.0/token", door.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield door, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def with_secret(authority: str, secret: str) -> RenewableCredential:
    return build_credential(tenant_id=TENANT, authority=authority, client_id="desk", client_secret=secret)


async def test_a_secret_signs_in_over_plain_http_on_this_machine() -> None:
    async with signing_in() as (door, authority), with_secret(authority, "s3") as credential:
        token = await credential.get_token(SCOPE, enable_cae=True)
    assert token.token == "token-1"
    assert door.forms[0]["client_id"] == "desk"
    assert door.forms[0]["client_secret"] == "s3"
    assert door.forms[0]["scope"] == SCOPE


async def test_a_forgotten_token_is_fetched_anew_though_it_had_not_ended() -> None:
    async with signing_in() as (door, authority), with_secret(authority, "s3") as credential:
        tokens = Tokens(credential, SCOPE)
        first = await tokens.current()
        assert await tokens.current() == first
        await tokens.forget()
        assert await tokens.current() != first
    assert len(door.forms) == 2


async def test_a_refused_secret_is_not_allowed() -> None:
    async with signing_in() as (door, authority):
        door.status = 401
        door.body = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."}
        async with with_secret(authority, "no") as credential:
            with pytest.raises(NotAllowedError, match="AADSTS7000215"):
                await Tokens(credential, SCOPE).current()


def certificate(folder: Path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sync-desk")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"word")
    )
    file = folder / "desk.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


async def test_a_certificate_signs_an_assertion_instead(tmp_path: Path) -> None:
    async with signing_in() as (door, authority):
        credential = build_credential(
            tenant_id=TENANT,
            authority=authority,
            client_id="desk",
            certificate=certificate(tmp_path),
            certificate_password="word",
        )
        async with credential:
            await credential.get_token(SCOPE)
    claims = jwt.decode(door.forms[0]["client_assertion"], options={"verify_signature": False})
    assert (claims["iss"], claims["sub"]) == ("desk", "desk")
    assert "client_secret" not in door.forms[0]


async def test_a_federated_token_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-the-cluster")
    async with signing_in() as (door, authority):
        credential = build_credential(
            tenant_id=TENANT, authority=authority, client_id="desk", federated_token_file=file
        )
        async with credential:
            await credential.get_token(SCOPE)
    assert door.forms[0]["client_assertion"] == "from-the-cluster"


async def test_a_managed_identity_needs_no_other_value() -> None:
    async with build_credential(tenant_id="", authority="https://login.example", managed_identity=True):
        pass


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({}, "got none"),
        ({"client_secret": ""}, "got none"),
        ({"client_secret": "s", "managed_identity": True}, "a client secret and a managed identity"),
        ({"client_secret": "s", "certificate": Path("x.pem")}, "a client secret and a certificate"),
        ({"client_secret": "s", "client_id": None}, "client id beside it"),
        ({"client_secret": "s", "tenant_id": ""}, "tenant id"),
        ({"client_secret": "s", "authority": "http://login.example"}, "must be https"),
        ({"client_secret": "s", "authority": "login.example"}, "plain https://host"),
    ],
)
def test_values_that_do_not_fit_are_named(values: dict[str, Any], complaint: str) -> None:
    usual = {"tenant_id": TENANT, "authority": "https://login.example", "client_id": "desk"}
    with pytest.raises(ValueError, match=complaint):
        build_credential(**{**usual, **values})


@pytest.mark.parametrize(
    "url", ["https://login.microsoftonline.com/x", "http://evil.example", "https://127.0.0.1.evil.example/token"]
)
async def test_the_plain_transport_speaks_to_no_other_host(url: str) -> None:
    async with LoopbackTransport() as transport:
        with pytest.raises(ServiceRequestError, match="this machine"):
            await transport.send(HttpRequest("POST", url))
