"""(a) The stock CloudAdapter of botbuilder, echoing.

The metadata URL is one of its settings. It signs in as it ships: by a new msal application in every turn.
"""

import asyncio
import sys

from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication

from benchmarks.peers.serving import serve
from benchmarks.peers.sign_in import SECRET, play_sign_in
from benchmarks.rig.channel import APP, ISSUER, TENANT, Setup


class Settings:
    """The public cloud's values, but for where the keys are read."""

    APP_TYPE = "SingleTenant"
    APP_ID = APP
    APP_PASSWORD = SECRET
    APP_TENANTID = TENANT
    TO_CHANNEL_FROM_BOT_LOGIN_URL = "https://login.microsoftonline.com/botframework.com"
    TO_CHANNEL_FROM_BOT_OAUTH_SCOPE = "https://api.botframework.com"
    TO_BOT_FROM_CHANNEL_TOKEN_ISSUER = ISSUER
    OAUTH_URL = "https://api.botframework.com"

    def __init__(self, metadata: str) -> None:
        self.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL = metadata
        self.TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL = metadata


class Echo(ActivityHandler):  # type: ignore[misc]  # the SDK has no types
    """Says what it heard."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Echo."""
        await turn_context.send_activity(turn_context.activity.text)


async def main(setup: Setup) -> None:
    """Serve."""
    play_sign_in(setup)
    authentication = ConfigurationBotFrameworkAuthentication(Settings(setup.metadata))
    adapter, echo = CloudAdapter(authentication), Echo()

    async def messages(request: web.Request) -> web.Response:
        answer: web.Response = await adapter.process(request, echo)
        return answer

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    await serve(app, setup.port)


if __name__ == "__main__":
    asyncio.run(main(Setup.from_json(sys.argv[1])))
