"""(d) The least that an authenticated echo can cost on aiohttp: one token check, one post over a kept connection."""

import asyncio
import sys

import jwt
from aiohttp import ClientSession, web

from benchmarks.peers.serving import serve
from benchmarks.rig.channel import APP, ISSUER, TENANT, Setup


class Echo:
    """Says what it heard."""

    def __init__(self, setup: Setup, session: ClientSession, keys: dict[str, jwt.PyJWK], bearer: str) -> None:
        self._setup = setup
        self._bearer = bearer
        self._session = session
        self._keys = keys

    async def __call__(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            jwt.decode(token, key, algorithms=["RS256"], audience=APP, issuer=ISSUER, leeway=300)
        except (jwt.PyJWTError, KeyError):
            return web.Response(status=401)
        heard = await request.json()
        conversation = heard["conversation"]
        said = {"type": "message", "text": heard["text"], "from": heard["recipient"], "conversation": conversation}
        url = f"{self._setup.connector}v3/conversations/{conversation['id']}/activities"
        headers = {"Authorization": f"Bearer {self._bearer}"}
        async with self._session.post(url, json=said, headers=headers) as answer:
            await answer.read()
        return web.Response(status=202)


async def main(setup: Setup) -> None:
    """Serve."""
    async with ClientSession() as session:
        async with session.get(setup.keys) as answer:
            found = await answer.json()
        async with session.post(f"{setup.connector}sign-in/{TENANT}/oauth2/v2.0/token") as answer:
            token = await answer.json()
        keys = {key["kid"]: jwt.PyJWK(key, algorithm="RS256") for key in found["keys"]}
        app = web.Application()
        app.router.add_post("/api/messages", Echo(setup, session, keys, token["access_token"]))
        await serve(app, setup.port)


if __name__ == "__main__":
    asyncio.run(main(Setup.from_json(sys.argv[1])))
