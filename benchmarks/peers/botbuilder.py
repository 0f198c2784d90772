"""(a) The stock CloudAdapter of botbuilder, echoing.

The metadata URL is one of its settings. Its own outbound token comes from memory through the factory that its
constructor takes, instead of from a new msal application in every turn: offline, and cheaper than the stock.
"""

import asyncio
import sys
from typing import Any

from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botframework.connector.auth import AppCredentials, ServiceClientCredentialsFactory

from benchmarks.peers.serving import serve
from benchmarks.rig.channel import APP, ISSUER, Setup


class Settings:
    """The public cloud's values, but for where the keys are read."""

    TO_CHANNEL_FROM_BOT_LOGIN_URL = "https://login.microsoftonline.com/botframework.com"
    TO_CHANNEL_FROM_BOT_OAUTH_SCOPE = "https://api.botframework.com"
    TO_BOT_FROM_CHANNEL_TOKEN_ISSUER = ISSUER
    OAUTH_URL = "https://api.botframework.com"

    def __init__(self, metadata: str) -> None:
        self.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL = metadata
        self.TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL = metadata


class Token(AppCredentials):  # type: ignore[misc]  # the SDK has no types
    """A token that is there already."""

    def __init__(self, bearer: str) -> None:
        super().__init__(APP)
        self._bearer = bearer

    def get_access_token(self, force_refresh: bool = False) -> str:
        """The same one for ever."""
        return self._bearer


class Credentials(ServiceClientCredentialsFactory):  # type: ignore[misc]  # the SDK has no types
    """One app, signed in already."""

    def __init__(self, bearer: str) -> None:
        self._bearer = bearer

    async def is_valid_app_id(self, app_id: str) -> bool:
        """Whether it is ours."""
        return app_id == APP

    async def is_authentication_disabled(self) -> bool:
        """Never."""
        return False

    async def create_credentials(self, *_: Any, **__: Any) -> Token:
        """For one turn, as the stock does."""
        return Token(self._bearer)


class Echo(ActivityHandler):  # type: ignore[misc]  # the SDK has no types
    """Says what it heard."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Echo."""
        await turn_context.send_activity(turn_context.activity.text)


async def main(setup: Setup) -> None:
    """Serve."""
    authentication = ConfigurationBotFrameworkAuthentication(
        Settings(setup.metadata), credentials_factory=Credentials(setup.bearer)
    )
    adapter, echo = CloudAdapter(authentication), Echo()

    async def messages(request: web.Request) -> web.Response:
        answer: web.Response = await adapter.process(request, echo)
        return answer

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    await serve(app, setup.port)


if __name__ == "__main__":
    asyncio.run(main(Setup.from_json(sys.argv[1])))
