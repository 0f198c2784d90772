"""What came to a server whole, byte for byte, whether or not anybody lived to hear its answer.

An HTTP server forgets a request whose sender has gone before it was handled. A real one, behind load balancers, need
not: so what counts is what has left the sender.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

Heard = Callable[[str, dict[str, Any]], None]  # the path and the JSON of a POST


class Ear(asyncio.Protocol):
    """Passes everything on to the server's own protocol, and tells of every POST that has come in whole."""

    def __init__(self, server: asyncio.Protocol, heard: Heard) -> None:
        self._server = server
        self._heard = heard
        self._bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody calls."""
        self._server.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._server.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """They say something; our client never asks before it has heard."""
        self._bytes += data
        while (request := self._whole()) is not None:
            line, body = request
            method, path, _ = line.split(" ", 2)
            if method == "POST":
                self._heard(path, json.loads(body))
        self._server.data_received(data)

    def eof_received(self) -> bool | None:
        """They have said everything."""
        return self._server.eof_received()

    def pause_writing(self) -> None:
        """They read slowly."""
        self._server.pause_writing()

    def resume_writing(self) -> None:
        """They read again."""
        self._server.resume_writing()

    def _whole(self) -> tuple[str, bytes] | None:
        head, end, rest = self._bytes.partition(b"\r\n\r\n")
        if not end:
            return None
        line, *fields = head.decode("latin-1").split("\r\n")
        names = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        length = int(names.get("content-length", 0))
        if len(rest) < length:
            return None
        self._bytes = rest[length:]
        return line, rest[:length]
