"""(b) The Microsoft 365 Agents SDK, echoing.

It knows the Bot Framework's key set by a table of its own, which is pointed at loopback here; its outbound token
comes from memory through the connections that its adapter takes.
"""

# mypy: ignore-errors
# Its packages are in the dependency group bench alone, and where they are absent nothing here has a type.

import asyncio
import sys
from typing import Any

from aiohttp import web
from microsoft_agents.hosting.aiohttp import CloudAdapter, jwt_authorization_middleware
from microsoft_agents.hosting.core import ActivityHandler, TurnContext
from microsoft_agents.hosting.core.authorization import AgentAuthConfiguration, _entra_issuers

from benchmarks.peers.serving import serve
from benchmarks.rig.channel import APP, ISSUER, TENANT, Setup


class Connection:
    """The one connection: a token that is there already. Serves as the SDK's Connections and its token provider."""

    def __init__(self, bearer: str) -> None:
        self._bearer = bearer
        self.configuration = AgentAuthConfiguration(client_id=APP, tenant_id=TENANT, client_secret="unused")

    def get_connection(self, *_: Any) -> "Connection":
        """This."""
        return self

    get_default_connection = get_token_provider = get_token_provider_from_activity = get_connection

    def get_default_connection_configuration(self) -> AgentAuthConfiguration:
        """Ours."""
        return self.configuration

    async def get_access_token(self, *_: Any, **__: Any) -> str:
        """The same one for ever."""
        return self._bearer


class Echo(ActivityHandler):
    """Says what it heard."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Echo."""
        await turn_context.send_activity(turn_context.activity.text or "")


async def main(setup: Setup) -> None:
    """Serve."""
    _entra_issuers.BOTFRAMEWORK_JWKS_URIS[ISSUER] = setup.keys
    connection = Connection(setup.bearer)
    adapter, echo = CloudAdapter(connection_manager=connection), Echo()

    async def messages(request: web.Request) -> web.StreamResponse:
        return await adapter.process(request, echo) or web.Response(status=202)

    app = web.Application(middlewares=[jwt_authorization_middleware])
    app["agent_configuration"] = connection.configuration
    app.router.add_post("/api/messages", messages)
    await serve(app, setup.port)


if __name__ == "__main__":
    asyncio.run(main(Setup.from_json(sys.argv[1])))
