"""Opens the door to Graph from plain values, and closes what it opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from provisioning.graph.addresses import origin
from provisioning.graph.client import PATIENCE, GraphClient
from provisioning.graph.credentials import build_credential


@asynccontextmanager
async def open_graph(
    *,
    graph: str,
    tenant_id: str,
    authority: str,
    client_id: str | None,
    client_secret: str | None = None,
    certificate: Path | None = None,
    certificate_password: str | None = None,
    federated_token_file: Path | None = None,
    managed_identity: bool = False,
    patience: float = PATIENCE,
) -> AsyncIterator[GraphClient]:
    """A client for one tenant; nothing is asked yet. ValueError says which value is missing or wrong.

    ``graph`` and ``authority`` are origins of one cloud (tokens are not interchangeable between clouds). Proxies are
    taken from the environment, except for a Graph on this machine.
    """
    remote = origin(graph).startswith("https://")
    credential = build_credential(
        tenant_id=tenant_id,
        authority=authority,
        client_id=client_id,
        client_secret=client_secret,
        certificate=certificate,
        certificate_password=certificate_password,
        federated_token_file=federated_token_file,
        managed_identity=managed_identity,
    )
    connector = aiohttp.TCPConnector(limit=40, keepalive_timeout=20.0)
    async with credential, aiohttp.ClientSession(connector=connector, trust_env=remote) as session:
        yield GraphClient(session, credential, graph=graph, patience=patience)
