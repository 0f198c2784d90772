"""A whole desk on this machine: a sandbox company, a database in the data folder and the bot, started side by side.

The demo, the terminal chat and single questions live in it; a real deployment never does (see ``bot.app.service``).
"""

import asyncio
import importlib
import socket
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from bot.loopback import serving

if TYPE_CHECKING:
    from bot.app import Service
    from bot.desk_settings import DeskSettings
    from bot.settings import Settings
    from sandbox import Company

T = TypeVar("T")
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What runs. ``bot`` is the messaging endpoint."""

    company: "Company"
    settings: "Settings"
    desk: "Service"
    bot: str


async def _loaded(name: str) -> ModuleType:
    """A module, imported beside the event loop.

    Two threads that import packages whose modules need each other (psycopg's do) would meet half-made ones.
    """

    def load() -> ModuleType:
        with _ONE_AT_A_TIME:
            return importlib.import_module(name)

    return await asyncio.to_thread(load)


@asynccontextmanager
async def open_house(
    *,
    tenant: Path | None,
    data: Path,
    door: socket.socket,
    company: "Company | None" = None,
    desks: "DeskSettings | None" = None,
) -> AsyncIterator[House]:
    """Open everything for the company of the file ``tenant`` (None: the demo's own); it is closed on leaving.

    ``data`` keeps the company and the database between two starts; ``door`` is the bot's reserved socket; a ``company``
    that is open already is used and left open; ``desks``, which are on this machine, are told of its tickets. What
    cannot be opened raises its own DeskError or TenantFileError.
    """
    async with AsyncExitStack() as stack:
        await _loaded("provisioning.store.embedded")
        loading = asyncio.create_task(_loaded("bot.app"))  # over a second by itself
        try:
            async with asyncio.TaskGroup() as side_by_side:
                opening = side_by_side.create_task(to_the_end(stack.enter_async_context(_database(data))))
                if company is None:
                    company = await stack.enter_async_context(open_company(tenant, data))
            await loading
        except BaseExceptionGroup as group:
            raise first_of(group) from None
        finally:
            await asyncio.wait([loading])
        settings = settings_for(company, database_url=opening.result(), data=data, door=door, desks=desks)
        from bot.app import service

        desk = await stack.enter_async_context(service(settings, alone=True))
        origin = await stack.enter_async_context(serving(desk.web, door))
        yield House(company=company, settings=settings, desk=desk, bot=f"{origin}/api/messages")


@asynccontextmanager
async def open_company(tenant: Path | None, data: Path | None) -> AsyncIterator["Company"]:
    """The sandbox company of a tenant file; ``data`` None: it forgets everything on leaving."""
    sandbox = await _loaded("sandbox")
    try:
        company: Company = await sandbox.start(tenant, data=None if data is None else data / "company")
    except sandbox.TenantFileError as mistake:
        raise mistake if tenant is None else sandbox.TenantFileError(f"In {tenant}: {mistake}") from mistake
    try:
        yield company
    finally:
        await company.stop()


@asynccontextmanager
async def _database(data: Path) -> AsyncIterator[str]:
    """The embedded database of the folder in the newest shape; yields its URL."""
    from provisioning.store.embedded import embedded
    from provisioning.store.migrations import migrate

    async with embedded(data) as url:
        await asyncio.to_thread(migrate, url)
        yield url


def settings_for(
    company: "Company", *, database_url: str, data: Path, door: socket.socket, desks: "DeskSettings | None" = None
) -> "Settings":
    """The bot's settings for a sandbox company: anonymous, on loopback."""
    from bot.settings import Settings
    from provisioning.permissions import FillIn

    host, port = door.getsockname()[:2]
    return Settings(
        tenant_id=company.tenant_id,
        client_id=company.client_id,
        client_secret=company.client_secret,
        agents_group=company.agents_group,
        admins_group=company.admins_group,
        graph_url=company.origin,
        authority=company.origin,
        database_url=database_url,
        data=data,
        host=host,
        port=port,
        sandbox=True,
        look_every=15,  # in the sandbox a day passes in a second
        fill_in=FillIn.AGENTS,
        **(desks.model_dump(exclude_unset=True) if desks else {}),
    )


async def to_the_end(work: Awaitable[T]) -> T:
    """Let ``work`` finish even when we are cancelled meanwhile: what it opened can then be closed."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first plain exception of a group: the parts that it stopped have nothing of their own to say."""
    first = group.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first
