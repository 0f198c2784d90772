"""Who the desk is to Microsoft's sign-in, from plain values. Plain http reaches this machine and nothing else.

azure-identity costs a seventh of the time that a start takes, and nobody needs it before the first call: it is imported
beside the start (``warm``), or by whoever needs it before that, never on the event loop.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from provisioning.graph.addresses import origin

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.credentials_async import AsyncTokenCredential


def warm() -> None:
    """Import it; not for the event loop."""
    import azure.identity.aio  # noqa: F401

    import provisioning.graph.loopback  # noqa: F401


async def ready() -> None:
    """Have it imported."""
    if "azure.identity.aio" not in sys.modules or "provisioning.graph.loopback" not in sys.modules:
        await asyncio.to_thread(warm)


class RenewableCredential:
    """A credential of azure-identity (its AsyncTokenCredential) whose cache can be thrown away; made when it is needed.

    azure-identity keeps a token until it ends by this machine's clock, also one that Graph has refused by then.
    """

    def __init__(self, make: "Callable[[], AsyncTokenCredential]", made: "AsyncTokenCredential | None" = None) -> None:
        self._make = make
        self._made = made

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> "AccessToken":
        """As azure-identity's."""
        await ready()
        if self._made is None:
            self._made = self._make()
        return await self._made.get_token(*scopes, claims=claims, tenant_id=tenant_id, enable_cae=enable_cae, **kwargs)

    async def forget(self) -> None:
        """The next token comes from sign-in (a managed identity's own service may still answer from its cache)."""
        await self.close()

    async def close(self) -> None:
        """Close the connections to sign-in."""
        made, self._made = self._made, None
        if made is not None:
            await made.close()

    async def __aenter__(self) -> "RenewableCredential":
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()


def build_credential(
    *,
    tenant_id: str,
    authority: str,
    client_id: str | None = None,
    client_secret: str | None = None,
    certificate: Path | None = None,
    certificate_password: str | None = None,
    federated_token_file: Path | None = None,
    managed_identity: bool = False,
) -> RenewableCredential:
    """Exactly one of secret, certificate, federated token file (workload identity) or managed identity.

    ``authority`` is sign-in's origin, such as https://login.microsoftonline.com (each national cloud has its own).
    ValueError says which value is missing or wrong.
    """
    given = [
        name
        for name, there in (
            ("a client secret", bool(client_secret)),
            ("a certificate", certificate is not None),
            ("a federated token file", federated_token_file is not None),
            ("a managed identity", managed_identity),
        )
        if there
    ]
    if len(given) != 1:
        raise ValueError(f"exactly one way to sign in is needed, got {' and '.join(given) or 'none'}")
    if not managed_identity and not (tenant_id and client_id):
        raise ValueError(f"{given[0]} needs the tenant id and the client id beside it")
    options = _sign_in(authority)

    def make() -> "AsyncTokenCredential":
        from azure.identity import aio

        if managed_identity:
            return aio.ManagedIdentityCredential(client_id=client_id or None)
        assert client_id
        if client_secret:
            return aio.ClientSecretCredential(tenant_id, client_id, client_secret, **options())
        if certificate is not None:
            return aio.CertificateCredential(
                tenant_id, client_id, str(certificate), password=certificate_password, **options()
            )
        return aio.WorkloadIdentityCredential(
            tenant_id=tenant_id, client_id=client_id, token_file_path=str(federated_token_file), **options()
        )

    return RenewableCredential(make, make() if certificate is not None else None)  # which may not be a certificate


def _sign_in(authority: str) -> Callable[[], dict[str, Any]]:
    """What every credential is given about sign-in; made anew each time, as a closed transport stays closed."""
    base = origin(authority)
    common: dict[str, Any] = {"retry_total": 1, "connection_timeout": 5, "read_timeout": 10}
    if base.startswith("https://"):
        return lambda: {"authority": base, **common}
    loopback = "https://" + base.removeprefix("http://")

    def on_this_machine() -> dict[str, Any]:
        from provisioning.graph.loopback import LoopbackTransport

        own = {"authority": loopback, "disable_instance_discovery": True, "transport": LoopbackTransport()}
        return {**own, **common}

    return on_this_machine
