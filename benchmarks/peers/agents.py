"""(b) The Microsoft 365 Agents SDK, echoing.

It knows the Bot Framework's key set by a table of its own, which is pointed at loopback here. It signs in as it ships:
it keeps one msal application, which it asks twice a turn, in a thread.
"""

# mypy: ignore-errors
# Its packages are in the dependency group bench alone, and where they are absent nothing here has a type.

import asyncio
import sys

from aiohttp import web
from microsoft_agents.authentication.msal import MsalConnectionManager
from microsoft_agents.hosting.aiohttp import CloudAdapter, jwt_authorization_middleware
from microsoft_agents.hosting.core import ActivityHandler, TurnContext
from microsoft_agents.hosting.core.authorization import AgentAuthConfiguration, AuthTypes, _entra_issuers

from benchmarks.peers.serving import serve
from benchmarks.peers.sign_in import SECRET, play_sign_in
from benchmarks.rig.channel import APP, ISSUER, TENANT, Setup


class Echo(ActivityHandler):
    """Says what it heard."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Echo."""
        await turn_context.send_activity(turn_context.activity.text or "")


async def main(setup: Setup) -> None:
    """Serve."""
    _entra_issuers.BOTFRAMEWORK_JWKS_URIS[ISSUER] = setup.keys
    play_sign_in(setup)
    configuration = AgentAuthConfiguration(
        auth_type=AuthTypes.client_secret, client_id=APP, tenant_id=TENANT, client_secret=SECRET
    )
    connections = MsalConnectionManager({"SERVICE_CONNECTION": configuration})
    adapter, echo = CloudAdapter(connection_manager=connections), Echo()

    async def messages(request: web.Request) -> web.StreamResponse:
        return await adapter.process(request, echo) or web.Response(status=202)

    app = web.Application(middlewares=[jwt_authorization_middleware])
    app["agent_configuration"] = configuration
    app.router.add_post("/api/messages", messages)
    await serve(app, setup.port)


if __name__ == "__main__":
    asyncio.run(main(Setup.from_json(sys.argv[1])))
