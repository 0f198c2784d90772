"""The Bot Connector and the sign-in service as one process: publishes the signing key, gives the bot its token, takes
posts, tells when each one came.

Started with the key set and the bot's token; prints one line of JSON with its two ports. On the second port it
writes ``<mark> <seconds of the monotonic clock>`` for every post, to whoever listens.
"""

import asyncio
import json
import re
import sys
import time
from itertools import count

from aiohttp import web

from benchmarks.rig.channel import SIGN_IN

_MARK = re.compile(rb"turn-[0-9a-z]+-\d+")


class Connector:
    """The marks that the posts carry go to the listeners."""

    def __init__(self, key_set: str, token: str) -> None:
        self._key_set = key_set
        self._token = token
        self._ids = count(1)
        self._listeners: list[asyncio.StreamWriter] = []

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """One handler for every path, without a router: this process should cost as little as it can."""
        if request.path.startswith("/sign-in/"):
            return self._sign_in(request)
        if request.method == "GET":
            return self._published(request)
        body = await request.read()
        now = time.monotonic()
        found = _MARK.search(body)
        if found is not None:
            news = found.group() + b" %.6f\n" % now
            for listener in self._listeners:
                listener.write(news)
        return web.Response(status=201, text=f'{{"id":"m{next(self._ids)}"}}', content_type="application/json")

    def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody wants to hear of posts."""
        self._listeners.append(writer)

    def _sign_in(self, request: web.BaseRequest) -> web.Response:
        if request.method == "POST":
            return web.json_response({"token_type": "Bearer", "expires_in": 3599, "access_token": self._token})
        if request.path.endswith("/discovery/instance"):
            aliases = {"preferred_network": SIGN_IN, "preferred_cache": SIGN_IN, "aliases": [SIGN_IN]}
            return web.json_response({"metadata": [aliases]})
        tenant = f"https://{SIGN_IN}/{request.path.split('/')[2]}"
        endpoints = {f"{name}_endpoint": f"{tenant}/oauth2/v2.0/{name}" for name in ("authorization", "token")}
        return web.json_response({"issuer": f"{tenant}/v2.0", **endpoints})

    def _published(self, request: web.BaseRequest) -> web.Response:
        if request.path.endswith("/keys"):
            return web.Response(text=self._key_set, content_type="application/json")
        keys = f"http://{request.host}/v1/.well-known/keys"
        return web.json_response({"issuer": "https://api.botframework.com", "jwks_uri": keys})


async def run(key_set: str, token: str) -> None:
    """Serve until terminated."""
    connector = Connector(key_set, token)
    runner = web.ServerRunner(web.Server(connector.serve, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    news = await asyncio.start_server(connector.listen, "127.0.0.1", 0)
    ports = {"port": runner.addresses[0][1], "news": news.sockets[0].getsockname()[1]}
    print(json.dumps(ports), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
