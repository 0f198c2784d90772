"""Who the desk is to Microsoft's sign-in, from plain values. Plain http reaches this machine and nothing else."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import (
    CertificateCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from provisioning.graph.addresses import LOOPBACK, origin


class LoopbackTransport(AioHttpTransport):  # type: ignore[misc]
    """Speaks plain http with a sign-in on this machine; azure-identity itself only ever writes https addresses."""

    async def send(self, request: Any, **config: Any) -> Any:
        """Send one request. ServiceRequestError for any host but this machine."""
        parts = urlsplit(request.url)
        if parts.hostname not in LOOPBACK:
            raise ServiceRequestError("plain http is for a sign-in on this machine only")
        request.url = urlunsplit(parts._replace(scheme="http"))
        config.pop("proxies", None)
        config.pop("proxy", None)
        return await super().send(request, **config)


class RenewableCredential(AsyncTokenCredential):
    """A credential whose cache can be thrown away.

    azure-identity keeps a token until it ends by this machine's clock, also one that Graph has refused by then.
    """

    def __init__(self, make: Callable[[], AsyncTokenCredential]) -> None:
        self._make = make
        self._credential = make()

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """As azure-identity's."""
        return await self._credential.get_token(
            *scopes, claims=claims, tenant_id=tenant_id, enable_cae=enable_cae, **kwargs
        )

    async def forget(self) -> None:
        """The next token comes from sign-in (a managed identity's own service may still answer from its cache)."""
        await self._credential.close()
        self._credential = self._make()

    async def close(self) -> None:
        """Close the connections to sign-in."""
        await self._credential.close()

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
    if managed_identity:
        return RenewableCredential(lambda: ManagedIdentityCredential(client_id=client_id or None))
    if not tenant_id or not client_id:
        raise ValueError(f"{given[0]} needs the tenant id and the client id beside it")
    options = _sign_in(authority)
    if client_secret:
        return RenewableCredential(lambda: ClientSecretCredential(tenant_id, client_id, client_secret, **options()))
    if certificate is not None:
        return RenewableCredential(
            lambda: CertificateCredential(
                tenant_id, client_id, str(certificate), password=certificate_password, **options()
            )
        )
    return RenewableCredential(
        lambda: WorkloadIdentityCredential(
            tenant_id=tenant_id, client_id=client_id, token_file_path=str(federated_token_file), **options()
        )
    )


def _sign_in(authority: str) -> Callable[[], dict[str, Any]]:
    """What every credential is given about sign-in; made anew each time, as a closed transport stays closed."""
    base = origin(authority)
    common: dict[str, Any] = {"retry_total": 1, "connection_timeout": 5, "read_timeout": 10}
    if base.startswith("https://"):
        return lambda: {"authority": base, **common}
    loopback = "https://" + base.removeprefix("http://")
    return lambda: {
        "authority": loopback,
        "disable_instance_discovery": True,
        "transport": LoopbackTransport(),
        **common,
    }
