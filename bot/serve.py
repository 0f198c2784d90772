"""``sync-desk serve`` and ``sync-desk migrate``: the service for a real tenant."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module

from aiohttp import web

from bot import collector
from bot.loopback import PortTakenError
from bot.settings import Settings
from bot.signals import until_stopped
from provisioning.errors import DeskError


async def serve(settings: Settings, *, tell: Callable[[str], None]) -> None:
    """Listen on the settings' host and port until told to stop."""
    await until_stopped(_serving(settings, tell), stopping=lambda: tell("Stopping."))


async def _serving(settings: Settings, tell: Callable[[str], None]) -> None:
    collector.rest()
    # Most of a start is imports; a database that comes up meanwhile takes little of the machine.
    everything = asyncio.create_task(asyncio.to_thread(import_module, "bot.app"), name="import the service")
    async with database(settings) as url:
        await asyncio.gather(asyncio.to_thread(up_to_date, url), everything)
        from bot.app import service

        embedded_one = settings.database_url is None
        complete = settings.model_copy(update={"database_url": url})
        async with service(complete, alone=embedded_one) as desk, _listening(desk.web, settings):
            tell(f"Listening on {settings.host}:{settings.port}.")
            await asyncio.Event().wait()


@asynccontextmanager
async def _listening(app: web.Application, settings: Settings) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            raise PortTakenError(
                f"{settings.host}:{settings.port} cannot be listened on ({error.strerror or error}): "
                "stop what uses it, or set SYNC_DESK_HOST and SYNC_DESK_PORT."
            ) from error
        yield
    finally:
        await runner.cleanup()


def up_to_date(url: str) -> None:
    """DeskError when the database has not the shape that this version needs. Blocks."""
    from provisioning.store.migrations import newest_version, schema_version

    found = schema_version(url)
    if found != newest_version():
        raise DeskError(f"The database is at version {found or 'none'}, not {newest_version()}: run sync-desk migrate.")


async def migrate_database(settings: Settings) -> str:
    """Bring the settings' database, or the embedded one, to the newest version; returns that version."""
    from provisioning.store.migrations import migrate

    async with database(settings) as url:
        return await asyncio.to_thread(migrate, url)


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """The URL of the database that the settings name: a server's, or the embedded one while the block runs."""
    from provisioning.store.embedded import embedded

    if settings.database_url:
        yield settings.database_url
        return
    async with embedded(settings.data) as url:
        yield url
