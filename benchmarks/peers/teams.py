"""(c) microsoft-teams-apps, echoing, on its default FastAPI and uvicorn.

The metadata URL is part of its cloud. It signs in as it ships: it keeps one msal application, which it asks once a
turn, in a thread. It would listen on every address of the
machine and log every request; here it listens on loopback and is spared the log.
"""

# mypy: ignore-errors
# Its packages are in the dependency group bench alone, and where they are absent nothing here has a type.

import asyncio
import sys

import uvicorn
from fastapi import FastAPI
from microsoft_teams.api import MessageActivity
from microsoft_teams.api.auth.cloud_environment import PUBLIC, with_overrides
from microsoft_teams.apps import ActivityContext, App, FastAPIAdapter

from benchmarks.peers.sign_in import SECRET, play_sign_in
from benchmarks.rig.channel import APP, TENANT, Setup


async def main(setup: Setup) -> None:
    """Serve."""
    play_sign_in(setup)

    def server(app: FastAPI) -> uvicorn.Server:
        return uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=setup.port, log_level="warning", access_log=False)
        )

    app = App(
        client_id=APP,
        tenant_id=TENANT,
        client_secret=SECRET,
        cloud=with_overrides(PUBLIC, openid_metadata_url=setup.metadata),
        http_server_adapter=FastAPIAdapter(server_factory=server),
    )

    @app.on_message
    async def echo(context: ActivityContext[MessageActivity]) -> None:
        await context.send(context.activity.text or "")

    await app.start(setup.port)


if __name__ == "__main__":
    asyncio.run(main(Setup.from_json(sys.argv[1])))
