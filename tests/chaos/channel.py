"""The channel's connector on loopback: keeps every post and edit, and lets a trial strike while it is posted to."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, Self
from urllib.parse import unquote

from aiohttp import web

from tests.chaos.ear import Ear
from tests.stories.teams import Shown as Standing

Visit = Callable[[int], Awaitable[None]]  # told the sender's port


class Shown(Standing):
    """A message, with what it said when it was first shown."""

    @property
    def first(self) -> str:
        """The first words, before any edit."""
        return Standing(self.id, self.conversation, self.edits[0]).text if self.edits else self.text


class Channel:
    """``before_showing`` and ``before_answering`` may kill whoever posts.

    The first makes a post that nobody saw, the second one that everybody saw but the sender never heard of.
    """

    def __init__(self) -> None:
        self.shown: defaultdict[str, list[Shown]] = defaultdict(list)  # by conversation, in order of arrival
        self.reached: defaultdict[str, list[Shown]] = defaultdict(
            list
        )  # posts that had left their sender, shown or not
        self.unknown_edits = 0
        self.before_showing: Visit = _nothing
        self.before_answering: Visit = _nothing
        self._by_id: dict[str, Shown] = {}
        self._ids = (f"m{number}" for number in count(1))
        self._news: defaultdict[str, asyncio.Condition] = defaultdict(asyncio.Condition)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v3/conversations/{conversation}/activities", self._post)
        app.router.add_put("/v3/conversations/{conversation}/activities/{activity}", self._put)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        handlers = self._runner.server
        assert handlers is not None
        self._door = await asyncio.get_running_loop().create_server(
            lambda: Ear(handlers(), self._heard), "127.0.0.1", 0
        )
        self.url = f"http://127.0.0.1:{self._door.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._door.close()
        await self._runner.cleanup()

    def message(self, activity: str | None) -> Shown | None:
        """What stands under an id."""
        return self._by_id.get(activity or "")

    def _heard(self, path: str, activity: dict[str, Any]) -> None:
        if activity.get("type") == "message":
            conversation = unquote(path.split("/")[3])
            self.reached[conversation].append(Shown("", conversation, activity))

    async def _post(self, request: web.Request) -> web.Response:
        activity = await request.json()
        if activity.get("type") == "typing":
            return web.json_response({}, status=202)
        port = request.transport.get_extra_info("peername")[1] if request.transport else 0
        await self.before_showing(port)
        if request.transport is None or request.transport.is_closing():
            return web.Response(status=500)  # nobody hears it: the sender died before it was shown
        message = Shown(next(self._ids), request.match_info["conversation"], activity)
        self._by_id[message.id] = message
        self.shown[message.conversation].append(message)
        await self._tell(message.conversation)
        await self.before_answering(port)
        return web.json_response({"id": message.id}, status=201)

    async def _put(self, request: web.Request) -> web.Response:
        activity = await request.json()
        message = self._by_id.get(request.match_info["activity"])
        if message is None:
            self.unknown_edits += 1
            return web.json_response({"error": {"code": "ActivityNotFoundInConversation"}}, status=404)
        message.edits.append(message.activity)
        message.activity = activity
        await self._tell(message.conversation)
        return web.json_response({"id": message.id})

    async def _tell(self, conversation: str) -> None:
        async with self._news[conversation]:
            self._news[conversation].notify_all()

    async def wait(self, conversation: str, wanted: Callable[[Shown], bool], *, seconds: float) -> Shown | None:
        """The first message there that fits; None when it does not come in time."""

        def found() -> Shown | None:
            return next((message for message in self.shown[conversation] if wanted(message)), None)

        condition = self._news[conversation]
        try:
            async with asyncio.timeout(seconds), condition:
                await condition.wait_for(lambda: found() is not None)
        except TimeoutError:
            return None
        return found()


async def _nothing(port: int) -> None:
    return None
