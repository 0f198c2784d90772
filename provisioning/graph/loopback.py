"""Plain http for a sign-in on this machine and for nothing else; azure-identity itself only writes https addresses."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline.transport import AioHttpTransport

from provisioning.graph.addresses import LOOPBACK


class LoopbackTransport(AioHttpTransport):  # type: ignore[misc]
    """Speaks plain http with it."""

    async def send(self, request: Any, **config: Any) -> Any:
        """Send one request. ServiceRequestError for any host but this machine."""
        parts = urlsplit(request.url)
        if parts.hostname not in LOOPBACK:
            raise ServiceRequestError("plain http is for a sign-in on this machine only")
        request.url = urlunsplit(parts._replace(scheme="http"))
        config.pop("proxies", None)
        config.pop("proxy", None)
        return await super().send(request, **config)
