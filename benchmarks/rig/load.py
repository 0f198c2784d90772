"""A closed loop of people: each posts a message, waits until it is acknowledged and answered, and posts the next.

The client is a few lines over a stream, since a full HTTP client would take more of the machine than some servers.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Self

from benchmarks.rig.channel import message

CONVERSATIONS = 600  # so that nobody meets the channel's limit of 60 messages in 30 s
PATIENCE = 20.0  # s until a turn counts as lost


@dataclass(slots=True, kw_only=True)
class Run:
    """What one closed loop came to; times in seconds."""

    concurrency: int
    lasted: float = 0.0
    acknowledged: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)  # HTTP statuses
    lost: int = 0

    @property
    def rate(self) -> float:
        """Answered turns a second."""
        return len(self.answered) / self.lasted if self.lasted else 0.0


class News:
    """When each post came to the connector."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._awaited: dict[bytes, asyncio.Future[float]] = {}
        self._writer = writer
        self._task = asyncio.create_task(self._read(reader))

    @classmethod
    async def open(cls, port: int) -> Self:
        """Listen to the connector of this port."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def expect(self, mark: str) -> asyncio.Future[float]:
        """The moment at which the answer to this message comes."""
        awaited = self._awaited[mark.encode()] = asyncio.get_running_loop().create_future()
        return awaited

    async def close(self) -> None:
        """Stop listening."""
        self._task.cancel()
        self._writer.close()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            mark, moment = line.split()
            awaited = self._awaited.pop(mark, None)
            if awaited is not None and not awaited.done():
                awaited.set_result(float(moment))


class Line:
    """One kept connection to a server."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._head = (
            f"POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json; charset=utf-8\r\nContent-Length: "
        ).encode()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes) -> int:
        """The status of the response."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(self._head + b"%d\r\n\r\n" % len(body) + body)
        head = await reader.readuntil(b"\r\n\r\n")
        status, *names = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in names)}
        await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return int(status.split(" ", 2)[1])

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Load:
    """People who talk to one server."""

    def __init__(self, *, name: str, port: int, token: str, service_url: str, news: News) -> None:
        self._name = name
        self._port = port
        self._token = token
        self._service_url = service_url
        self._news = news
        self._numbers: Iterator[int] = count(1)

    async def run(self, concurrency: int, *, seconds: float, most: int) -> Run:
        """Talk for ``seconds`` or ``most`` turns, whichever is over first."""
        outcome = Run(concurrency=concurrency)
        begun = time.monotonic()
        places = iter(range(most))
        await asyncio.gather(*(self._person(outcome, begun + seconds, places) for _ in range(concurrency)))
        outcome.lasted = time.monotonic() - begun
        return outcome

    async def _person(self, outcome: Run, until: float, places: Iterator[int]) -> None:
        line = Line(self._port, self._token)
        while time.monotonic() < until and next(places, None) is not None:
            await self._turn(line, outcome)
        line.close()

    async def _turn(self, line: Line, outcome: Run) -> None:
        number = next(self._numbers)
        mark = f"turn-{self._name}-{number}"
        body = message(mark, f"a:{self._name}-{number % CONVERSATIONS}", self._service_url)
        arrives = self._news.expect(mark)
        begun = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                status = await line.post(body)
                acknowledged = time.monotonic()
                if not 200 <= status < 300:
                    outcome.refused.append(status)
                    return
                answered = await arrives
        except TimeoutError:
            outcome.lost += 1
            line.close()
            return
        outcome.acknowledged.append(acknowledged - begun)
        outcome.answered.append(answered - begun)
