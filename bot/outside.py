"""What stands between the desk and the outside: the way to Graph, the door, the way to the channel, what is watched."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic

from aiohttp import ClientSession, web

from bot.channel.auth import Door, Doorkeeper, OpenDoor
from bot.channel.connector import Connector
from bot.channel.keys import Keys
from bot.channel.tokens import AppTokens, NoToken, TokenSource
from bot.endpoints import Check
from bot.settings import Settings
from provisioning.errors import DeskError
from provisioning.graph.client import GraphClient
from provisioning.graph.opening import open_graph
from provisioning.store.figures import PostgresFigures
from provisioning.store.migrations import newest_version, schema_version

VERSION_COUNTS = 30.0  # s


@asynccontextmanager
async def measured(web_side: web.Application, figures: PostgresFigures, settings: Settings) -> AsyncIterator[None]:
    """Count requests and answer Prometheus, where the settings name a port for it."""
    if settings.metrics_port is None:
        yield
        return
    from bot.metrics import Metrics, measuring  # a third of a second that nobody else needs

    metrics = Metrics(figures)
    web_side.middlewares.append(metrics.watch)
    async with measuring(metrics, host=settings.metrics_host, port=settings.metrics_port):
        yield


def clock_of(graph: GraphClient) -> Callable[[], datetime]:
    """Graph's clock, so that tickets and cards tell one time; the machine's before Graph has answered anything."""
    return lambda: graph.last_known_time() or datetime.now(UTC)


@asynccontextmanager
async def graph_of(settings: Settings) -> AsyncIterator[GraphClient]:
    """The door to the tenant that the settings name."""
    async with open_graph(
        graph=settings.graph_url,
        tenant_id=settings.tenant_id,
        authority=settings.authority,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        certificate=settings.client_certificate,
        certificate_password=settings.client_certificate_password,
        federated_token_file=settings.federated_token_file,
        managed_identity=settings.managed_identity,
    ) as client:
        yield client


@asynccontextmanager
async def door_of(settings: Settings) -> AsyncIterator[Doorkeeper]:
    """Microsoft's signed requests; in the sandbox, and only there, anybody on this machine."""
    if settings.sandbox:
        yield OpenDoor(listen_host=settings.host)
        return
    async with ClientSession(trust_env=True) as session:
        keys = Keys(session)
        try:
            yield Door(
                app_id=settings.app_id or "",  # Settings refuses to be without one; so does the door
                tenants={settings.tenant_id},
                service_hosts=settings.service_hosts,
                keys=keys,
            )
        finally:
            await keys.aclose()


def version_check(settings: Settings) -> Check:
    """Ready only with the database's shape that this version needs. A good answer counts a while: anybody may ask."""
    good_until = 0.0

    async def check() -> None:
        nonlocal good_until
        if monotonic() < good_until:
            return
        found = await asyncio.to_thread(schema_version, settings.database_url or "")
        if found != newest_version():
            raise DeskError(f"The database is at version {found or 'none'}, not {newest_version()}.")
        good_until = monotonic() + VERSION_COUNTS

    return check


@asynccontextmanager
async def connector_of(settings: Settings) -> AsyncIterator[Connector]:
    """How we speak to the channel."""
    # The Playground's Node.js closes what is idle for five seconds; a post that meets that moment may be lost.
    connector = Connector(
        tokens_of(settings),
        hosts=None if settings.sandbox else settings.service_hosts,
        keepalive=4 if settings.sandbox else 30,
        trust_env=not settings.sandbox,
    )
    try:
        yield connector
    finally:
        await connector.aclose()


def tokens_of(settings: Settings) -> TokenSource:
    """What we show the channel; the Playground asks for nothing."""
    if settings.sandbox:
        return NoToken()
    return AppTokens(
        app_id=settings.app_id or "",
        tenant_id=settings.tenant_id,
        credential=settings.app_secret or "",
        authority=settings.authority,
    )
