"""The way from one replica to the database, as slow as a trial wants, or dead for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self
from urllib.parse import quote

_SOCKET = ".s.PGSQL.5432"
_CHUNK = 64 * 1024  # bytes


class Wire:
    """A local socket in ``folder`` before the one in ``server``. ``delay``: seconds that every statement is held up."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder = folder
        self.delay = 0.0
        self.statements = 0  # that were held up
        self._server = server
        self._passing = asyncio.Event()
        self._passing.set()
        self._sessions: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """The database's address by this way."""
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder), safe='')}"

    async def __aenter__(self) -> Self:
        self.folder.mkdir()
        self._door = await asyncio.start_unix_server(self._come_in, self.folder / _SOCKET)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._door.close()
        while self._sessions:
            for writer in self._open:
                writer.close()
            await asyncio.wait(self._sessions)

    async def stall(self, seconds: float) -> None:
        """Let nothing through, in neither direction, and then everything that has piled up."""
        self._passing.clear()
        await asyncio.sleep(seconds)
        self._passing.set()

    def _come_in(self, ours: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._session(ours, back))
        self._sessions.add(task)
        task.add_done_callback(self._sessions.discard)

    async def _session(self, ours: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Until either side is through, or is gone."""
        async with self._closing(back):
            try:
                theirs, there = await asyncio.open_unix_connection(self._server / _SOCKET)
            except OSError:  # the server is away
                return
            async with self._closing(there):
                ways = [
                    asyncio.create_task(self._carry(ours, there, asks=True)),
                    asyncio.create_task(self._carry(theirs, back, asks=False)),
                ]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)

    @asynccontextmanager
    async def _closing(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        self._open.add(writer)
        try:
            yield
        finally:
            self._open.discard(writer)
            writer.close()
            with suppress(OSError):  # whoever was there is dead
                await writer.wait_closed()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, asks: bool) -> None:
        while part := await source.read(_CHUNK):
            if asks and self.delay:
                self.statements += 1
                await asyncio.sleep(self.delay)
            await self._passing.wait()
            target.write(part)
            await target.drain()
