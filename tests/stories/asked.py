"""A company as a tenant file, and what the desk says about somebody in it: over real HTTP, without a conversation."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from provisioning.diagnosis import diagnose
from provisioning.graph import GraphClient, GraphReader
from provisioning.graph.opening import open_graph
from provisioning.model import Diagnosis
from sandbox import Company, start
from sandbox.limits import LIMITS

Json = dict[str, Any]


class Desk:
    """Asks about people by address or name and apps by name."""

    def __init__(self, company: Company, client: GraphClient) -> None:
        self._reader = GraphReader(client, agents_group=None, admins_group=None)
        self.company = company

    async def ask(self, who: str, app: str) -> Diagnosis:
        """What the desk says; LookupError for somebody or something that is not there."""
        apps = {one.name: one for one in await self._reader.apps()}
        found = [one for one in await self._reader.find_people(who) if who.casefold() in {one.upn.casefold(), one.id}]
        if not found:
            raise LookupError(who)
        return diagnose(await self._reader.evidence(found[0].id, apps[app]))


@asynccontextmanager
async def desk_of(world: Json | None, folder: Path) -> AsyncIterator[Desk]:
    """Open the company of a tenant file (None: the demo's)."""
    path = None
    if world is not None:
        path = folder / "tenant.json"
        path.write_text(json.dumps(world), encoding="utf-8")
    company = await start(path)
    try:
        async with open_graph(
            graph=company.origin,
            tenant_id=company.tenant_id,
            authority=company.origin,
            client_id=company.client_id,
            client_secret=company.client_secret,
        ) as client:
            yield Desk(company, client)
    finally:
        await company.stop()


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A company that takes more than five reads of its log in ten seconds: here it is not the pace that is tested."""
    monkeypatch.setitem(LIMITS, "auditLogs", 1000)


def people_in_the_page(page: str) -> list[tuple[str, str, str]]:
    """Address, app and cause of every row of the table of people in docs/sandbox.md."""
    rows = re.findall(r"^\| [^|]+ \| (`[^|]+`) \| ([^|]+) \| ([a-z_]+) \|", page, re.MULTILINE)
    return [(address, app.strip(), cause) for some, app, cause in rows for address in re.findall(r"`([^`]+)`", some)]
