"""The whole house for one story: the sandbox company, the service on its own database, Teams in front of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from bot.app import service
from bot.settings import Settings
from sandbox import Company, start
from tests.stories.teams import Speaker, Teams


@dataclass
class House:
    """What a story can reach."""

    company: Company
    teams: Teams
    bot: str  # http://127.0.0.1:port
    session: ClientSession

    def person(self, upn: str) -> Speaker:
        """Somebody of the company by the first part of the address."""
        for person in self.company.people():
            if person.userPrincipalName.split("@")[0] == upn:
                return Speaker(person.id, person.displayName)
        raise LookupError(upn)

    async def play(self, path: str, body: dict[str, Any] | None = None, *, method: str = "POST") -> Any:
        """Use one of the sandbox's controls."""
        async with self.session.request(method, f"{self.company.origin}/play{path}", json=body) as response:
            assert response.status < 300, (path, response.status, await response.text())
            return await response.json() if response.content_type == "application/json" else None

    async def counters(self) -> dict[str, int]:
        """How often which call was received so far."""
        found: dict[str, int] = await self.play("/counters", method="GET")
        return found

    async def graph(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What an identity admin reads and changes through Graph itself."""
        form = {"grant_type": "client_credentials", "client_id": self.company.client_id}
        form |= {"client_secret": self.company.client_secret, "scope": f"{self.company.origin}/.default"}
        sign_in = f"{self.company.origin}/{self.company.tenant_id}/oauth2/v2.0/token"
        async with self.session.post(sign_in, data=form) as response:
            token = (await response.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.company.origin}/v1.0{path}"
        async with self.session.request(method, url, json=body, headers=headers) as response:
            assert response.status < 300, (path, response.status, await response.text())
            return await response.json() if response.content_type == "application/json" else None

    async def unassign(self, app_id: str, person_id: str) -> None:
        """End whatever gives somebody the app: their own assignment and the groups that have one."""
        grants = await self.graph("GET", f"/users/{person_id}/appRoleAssignments?$filter=resourceId eq {app_id}")
        for grant in grants["value"]:
            if grant["principalType"] == "Group":
                await self.leave_group(grant["principalId"], person_id)
            else:
                await self.graph("DELETE", f"/servicePrincipals/{app_id}/appRoleAssignedTo/{grant['id']}")

    async def leave_group(self, group_id: str, person_id: str) -> None:
        """Take somebody out of a group."""
        await self.graph("DELETE", f"/groups/{group_id}/members/{person_id}/$ref")

    async def set_mail(self, upn: str, mail: str | None) -> None:
        """What an identity admin does in Entra."""
        await self.play(f"/users/{upn}@{self.company.default_domain}", {"mail": mail}, method="PATCH")


@asynccontextmanager
async def open_house(database_url: str, tenant: Path | None = None, /, **more: Any) -> AsyncIterator[House]:
    """Start everything on loopback and stop it again. ``tenant``: a company's file instead of the demo's; ``more``:
    settings beside those of every sandbox."""
    company = await start(tenant)
    try:
        settings = Settings(
            tenant_id=company.tenant_id,
            client_id=company.client_id,
            client_secret=company.client_secret,
            agents_group=company.agents_group,
            admins_group=company.admins_group,
            graph_url=company.origin,
            authority=company.origin,
            database_url=database_url,
            sandbox=True,
            **more,
        )
        async with (
            service(settings) as desk,
            listening(desk.web) as bot,
            ClientSession() as session,
            Teams(f"{bot}/api/messages", company.tenant_id) as teams,
        ):
            yield House(company, teams, bot, session)
    finally:
        await company.stop()


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[str]:
    """Serve ``app`` on a free loopback port; yields its origin."""
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
