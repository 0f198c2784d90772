"""The demo's Playground and who speaks in it; the speaker can change while everything else goes on."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import ClientSession, web

from bot.house import House
from bot.playground.node import Node, find_node
from bot.playground.playground import PORT, Playground, PlaygroundError, install, installed, playground
from bot.playground.stage import Player, Stage, StageError, set_stage
from bot.running import Note
from sandbox import Company

KEY = "X-Sync-Desk-Key"
DEMO_CAST = ("aisha", "jose", "ines", "olle")  # of the demo's company: an agent, the guide's user, an admin, anybody


class Theatre:
    """The Playground of a demo, and who speaks in it."""

    def __init__(self, company: Company, folder: Path, *, bot: str) -> None:
        self._company = company
        self._folder = folder
        self._bot = bot
        self._port = PORT
        self._node: Node | None = None
        self._running = AsyncExitStack()
        self._changing = asyncio.Lock()
        self.now: Playground | None = None

    def cast(self, speaker: str | None) -> Stage:
        """Who would be on stage with this speaker. StageError when that cannot be."""
        people = [
            Player(
                id=person.id,
                upn=person.userPrincipalName,
                name=person.displayName,
                given_name=person.givenName or "",
                surname=person.surname or "",
                mail=person.mail or "",
            )
            for person in self._company.people()
        ]
        preferred = [person.id for name in DEMO_CAST for person in people if person.upn.startswith(f"{name}@")]
        return set_stage(
            people,
            tenant_id=self._company.tenant_id,
            tenant_name=self._company.display_name,
            speaker=speaker,
            preferred=preferred,
        )

    @asynccontextmanager
    async def open(self, speaker: str | None, tell: Callable[[str], None]) -> AsyncIterator[None]:
        """Bring Node.js and the Playground if they are missing and let ``speaker`` speak; closed on leaving."""
        self._node = await find_node()
        if not installed(self._folder):
            tell("Installing Microsoft's Agents Playground (the first time only).")
        await install(self._node, self._folder)
        try:
            await self._enter(speaker)
            yield
        finally:
            await self._running.aclose()

    async def _enter(self, speaker: str | None) -> Playground:
        assert self._node is not None
        playing = playground(self._node, self._folder, self.cast(speaker), endpoint=self._bot, port=self._port)
        self.now = await self._running.enter_async_context(playing)
        self._port = urlsplit(self.now.url).port or self._port  # who reloads the page finds the next one there
        return self.now

    async def change(self, speaker: str, house: House) -> Playground:
        """Let somebody else speak: the Playground knows one speaker a start, so it starts again, on its port."""
        self.cast(speaker)
        async with self._changing:
            if self.now is None:
                raise StageError("This demo runs without the Playground: there is nobody to change.")
            self.now = None
            await self._running.aclose()
            playing = await self._enter(speaker)
            await self.furnish(house)
            return playing

    async def furnish(self, house: House) -> None:
        """Make the General channel the helpdesk's: the bot hears that it was added there, then where tickets go."""
        if self.now is not None:
            await self.now.announce(self.now.stage.general_channel)
            await house.desk.proactive.use_as_desk_room(self.now.stage.general_channel)


def control(theatre: Theatre, house: House, key: str, changed: Callable[[], object]) -> web.Application:
    """The demo's side door: POST /speaker {"upn"}, for whoever can read the note in the data folder."""

    async def speaker(request: web.Request) -> web.Response:
        if not secrets.compare_digest(request.headers.get(KEY, "").encode(), key.encode()):
            return web.json_response({"error": "The key in the demo's note is needed."}, status=403)
        try:
            now = await theatre.change(str((await request.json())["upn"]), house)
        except (StageError, PlaygroundError) as error:
            return web.json_response({"error": str(error)}, status=404 if isinstance(error, StageError) else 503)
        changed()
        return web.json_response({"chat": now.url, "upn": now.stage.speaker.upn, "name": now.stage.speaker.name})

    app = web.Application()
    app.router.add_post("/speaker", speaker)
    return app


async def change_speaker(note: Note, upn: str) -> str:
    """Ask a running demo to let somebody else speak; what to tell whoever asked. StageError with the demo's no."""
    async with (
        ClientSession() as session,
        session.post(f"{note.control}/speaker", json={"upn": upn}, headers={KEY: note.key}) as answer,
    ):
        body = await answer.json()
        if answer.status != 200:
            raise StageError(body["error"])
    return f"{body['name']} ({body['upn']}) speaks now: reload {body['chat']}"
