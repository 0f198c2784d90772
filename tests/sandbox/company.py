"""A healthy little company for the tests to spoil, and a visitor who speaks to it over real HTTP."""

import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from sandbox import Company, start

Json = dict[str, Any]

NOW = "2026-11-02T08:00:00Z"
TENANT = "11111111-1111-4111-8111-111111111111"
APP = "33333333-3333-4333-8333-333333333333"
ROLE = "44444444-4444-4444-8444-444444444444"
TEAM = "22222222-2222-4222-8222-000000000001"
INNER = "22222222-2222-4222-8222-000000000002"
ADA = "aaaaaaaa-aaaa-4aaa-8aaa-000000000001"  # assigned and in sync
BEN = "aaaaaaaa-aaaa-4aaa-8aaa-000000000002"  # assigned a moment ago, waits for the next cycle
CLEO = "aaaaaaaa-aaaa-4aaa-8aaa-000000000003"  # not assigned
DORA = "aaaaaaaa-aaaa-4aaa-8aaa-000000000004"  # in a group inside an assigned group
JOB = f"scim.{TENANT.replace('-', '')}.55555555-5555-4555-8555-555555555555"
RULE = "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8"
WORK_MAIL = 'emails[type eq "work"].value'
JOBS = f"servicePrincipals/{APP}/synchronization/jobs"

ADAS_ACCOUNT: Json = {
    "id": "account-of-ada",
    "userName": "ada@small.example",
    "externalId": "ada",
    "active": True,
    "displayName": "Ada Ek",
    "name": {"givenName": "Ada", "familyName": "Ek", "formatted": "Ada Ek"},
    "emails": [{"type": "work", "primary": True, "value": "ada@small.example"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"},
}


def user(object_id: str, name: str, **changed: Any) -> Json:
    given, _, surname = name.partition(" ")
    address = f"{given.lower()}@small.example"
    whole = {
        "id": object_id,
        "userPrincipalName": address,
        "displayName": name,
        "mail": address,
        "givenName": given,
        "surname": surname,
        "department": "Sales",
    }
    return whole | changed


def small() -> Json:
    """A company of four, one app, one running job, nothing wrong."""
    return copy.deepcopy(
        {
            "tenant": {"id": TENANT, "displayName": "Small", "defaultDomain": "small.example"},
            "now": NOW,
            "users": [user(ADA, "Ada Ek"), user(BEN, "Ben Ny"), user(CLEO, "Cleo Ask"), user(DORA, "Dora Hav")],
            "groups": [
                {"id": TEAM, "displayName": "Team", "members": [ADA, INNER]},
                {"id": INNER, "displayName": "Inner circle", "members": [DORA]},
            ],
            "apps": [
                {
                    "id": APP,
                    "appId": "55555555-5555-4555-8555-555555555555",
                    "displayName": "AskCody",
                    "appRoles": [{"id": ROLE, "displayName": "User", "value": "User"}],
                    "assignments": [
                        {"principalId": TEAM, "appRoleId": ROLE},
                        {"principalId": BEN, "appRoleId": ROLE, "createdDateTime": "-PT3M"},
                    ],
                    "job": {
                        "id": JOB,
                        "status": {
                            "code": "Active",
                            "lastExecution": {"timeBegan": "-PT10M", "timeEnded": "-PT9M", "state": "Succeeded"},
                            "steadyStateFirstAchievedTime": "-P30D",
                        },
                    },
                    "target": {
                        "accounts": [ADAS_ACCOUNT],
                        "required": [WORK_MAIL, "name.givenName", "name.familyName"],
                        "unique": ["userName", WORK_MAIL],
                    },
                }
            ],
        }
    )


def app_of(world: Json) -> Json:
    first: Json = world["apps"][0]
    return first


def person_of(world: Json, object_id: str) -> Json:
    found: Json = next(each for each in world["users"] if each["id"] == object_id)
    return found


def body_for(object_id: str, *, rule: str = RULE, kind: str = "User", members: list[str] | None = None) -> Json:
    subject: Json = {"objectId": object_id, "objectTypeName": kind}
    if members is not None:
        subject["links"] = {"members": [{"objectId": each, "objectTypeName": "User"} for each in members]}
    return {"parameters": [{"ruleId": rule, "subjects": [subject]}]}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def rows(self) -> list[Json]:
        assert self.status == 200, self.body
        rows: list[Json] = self.body["value"]
        return rows

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])


@dataclass(slots=True)
class Visitor:
    """Somebody with a token, standing at the company's doors."""

    company: Company
    http: aiohttp.ClientSession
    token: str = ""

    async def sign_in(self, client: str = "sync-desk", secret: str = "sandbox") -> Reply:
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        form["scope"] = f"{self.company.origin}/.default"
        url = f"{self.company.origin}/{self.company.tenant_id}/oauth2/v2.0/token"
        async with self.http.post(url, data=form) as response:
            body = await response.json()
            self.token = body.get("access_token", "")
            return Reply(response.status, body, dict(response.headers))

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Call Graph; `path` may hold a query, whose blanks and quotes are encoded here."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if path.startswith("http") else f"{self.company.origin}/v1.0/{quote(path, safe='/?$&=%(),:')}"
        return await self._send(method, url, body, {"Authorization": f"Bearer {self.token}"} | named)

    async def get(self, path: str, **headers: str) -> Reply:
        return await self.call("GET", path, **headers)

    async def play(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        return await self._send(method, f"{self.company.origin}/play{path}", body, headers)

    async def on_demand(self, object_id: str, **headers: str) -> Reply:
        return await self.call("POST", f"{JOBS}/{JOB}/provisionOnDemand", body_for(object_id), **headers)

    async def entry(self, object_id: str) -> Json:
        """Provision somebody on demand and give the one entry of the answer (shape B)."""
        reply = await self.on_demand(object_id)
        assert reply.status == 200, reply.body
        entries = json.loads(reply.body["value"])
        assert len(entries) == 1
        only: Json = entries[0]
        return only

    async def cycle(self) -> list[Json]:
        """Run a cycle now; gives its rows."""
        reply = await self.play("POST", "/cycle", {"app": APP})
        assert reply.status == 200, reply.body
        rows: list[Json] = reply.body["rows"]
        return rows

    async def advance(self, duration: str) -> int:
        reply = await self.play("POST", "/clock", {"advance": duration})
        assert reply.status == 200, reply.body
        return int(reply.body["cycles"])

    async def job(self) -> Json:
        reply = await self.get(f"{JOBS}/{JOB}")
        assert reply.status == 200, reply.body
        job: Json = reply.body
        return job

    async def accounts(self) -> dict[str, Json]:
        """Give the app's accounts by userName."""
        reply = await self.play("GET", f"/apps/{APP}/target")
        return {each["userName"]: each for each in reply.body["accounts"]}

    async def log_of(self, object_id: str) -> list[Json]:
        reply = await self.get(f"auditLogs/provisioning?$filter=sourceIdentity/id eq '{object_id}'")
        return reply.rows

    async def scim(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        return await self._send(method, f"{self.company.origin}/scim/{APP}/v2{path}", body, headers)

    async def _send(self, method: str, url: str, body: Any, headers: dict[str, str]) -> Reply:
        data = None if body is None else json.dumps(body)
        typed = {} if body is None else {"Content-Type": "application/json"}
        async with self.http.request(method, _encoded(url), data=data, headers=typed | headers) as response:
            text = await response.text()
            is_json = "json" in response.content_type and text
            return Reply(response.status, json.loads(text) if is_json else text, dict(response.headers))


def _encoded(url: str) -> Any:
    from yarl import URL

    return URL(url, encoded=True)


@asynccontextmanager
async def visiting(world: Json | None, folder: Path, data: Path | None = None) -> AsyncIterator[Visitor]:
    """Open a company (None: the demo's), sign in, and close it again."""
    path = None
    if world is not None:
        path = folder / "tenant.json"
        path.write_text(json.dumps(world))
    company = await start(path, data=data)
    try:
        async with aiohttp.ClientSession() as http:
            visitor = Visitor(company, http)
            await visitor.sign_in()
            yield visitor
    finally:
        await company.stop()


def after(minutes: float) -> str:
    moment = datetime.fromisoformat(NOW) + timedelta(minutes=minutes)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def error_of(row: Json) -> Json:
    error: Json = row["provisioningStatusInfo"]["errorInformation"]
    return error
