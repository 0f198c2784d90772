"""Enterprise applications: the list, kept for ten minutes, and the people who own one."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from provisioning.errors import RefusedError, TryLaterError
from provisioning.graph.addresses import path
from provisioning.graph.client import GraphClient
from provisioning.graph.lists import PAGE, read_items
from provisioning.graph.wire.grants import AppFactsRow, AppRow
from provisioning.model import App, AppRole

KEPT = 600.0  # seconds
_MOST_PAGES = 20
# The tenant that owns Microsoft's own services, which are in every tenant by the hundred.
_MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
_ENTERPRISE = "WindowsAzureActiveDirectoryIntegratedApp"  # the tag by which the portal lists enterprise apps
_SELECT = "id,appId,displayName,tags,servicePrincipalType"


class AppList:
    """Every app that people could be provisioned to. One reading serves everybody who waits for it."""

    def __init__(self, client: GraphClient, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._apps: tuple[App, ...] = ()
        self._until = float("-inf")
        self._lock = asyncio.Lock()

    async def apps(self) -> tuple[App, ...]:
        """By name. A list that is too old is replaced; one that cannot be replaced is an error, never served stale."""
        async with self._lock:
            if self._monotonic() >= self._until:
                self._apps = await read_apps(self._client)
                self._until = self._monotonic() + KEPT
            return self._apps


async def read_apps(client: GraphClient) -> tuple[App, ...]:
    """Apps by name, without managed identities and without Microsoft's own services."""
    try:
        rows = await _rows(client, f"{_SELECT},appOwnerOrganizationId")
    except RefusedError:  # a Graph that does not know who made an app: then its list holds all of them
        rows = await _rows(client, _SELECT)
    apps = [row.app() for row in rows if _provisionable(row)]
    return tuple(sorted(apps, key=lambda app: (app.name.casefold(), app.id)))


async def _rows(client: GraphClient, select: str) -> list[AppRow]:
    options = {"$select": select, "$top": str(PAGE)}
    found = await read_items(client, path("servicePrincipals"), AppRow, options=options, most_pages=_MOST_PAGES)
    if not found.whole:
        raise TryLaterError("The tenant has more applications than the desk reads.")
    return found.items


def _provisionable(row: AppRow) -> bool:
    if (row.service_principal_type or "Application") != "Application" or not row.display_name:
        return False
    return row.app_owner_organization_id != _MICROSOFT or _ENTERPRISE in (row.tags or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFacts:
    """What belongs to one app: display names of its owners, and the roles that it offers."""

    owners: tuple[str, ...]
    roles: tuple[AppRole, ...]


async def read_app_facts(client: GraphClient, app_id: str) -> AppFacts:
    """Both in one call; Graph gives twenty owners at most along with an app."""
    options = {"$select": "id,appRoles", "$expand": "owners($select=id,displayName)"}
    row = await client.get(path("servicePrincipals", app_id), AppFactsRow, options=options)
    owners = tuple(owner.display_name for owner in row.owners or () if owner.display_name)
    return AppFacts(owners=owners, roles=row.roles())
