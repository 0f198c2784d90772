"""Listening on this machine alone: a port is taken before anything is started, so a clash is said at once."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

HOST = "127.0.0.1"


class PortTakenError(Exception):
    """Another program has the port; the sentence names it and the way out."""


def reserve(port: int) -> socket.socket:
    """A socket that has ``port`` of the loopback interface (0: any free one). PortTakenError if it is taken."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: SO_REUSEADDR would share the port with whoever has it
        door.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((HOST, port))
        door.listen(128)  # on Linux two sockets may be bound to a port as long as neither listens
    except (OSError, OverflowError) as error:
        door.close()
        raise PortTakenError(
            f"Port {port} of this machine is in use by another program (or may not be used): "
            "stop that program, or choose another port with --port N."
        ) from error
    door.setblocking(False)
    return door


def origin(door: socket.socket) -> str:
    """The address of a reserved socket as http://127.0.0.1:port."""
    return f"http://{HOST}:{door.getsockname()[1]}"


@asynccontextmanager
async def serving(app: web.Application, door: socket.socket) -> AsyncIterator[str]:
    """Serve ``app`` on a reserved socket; yields its origin. The socket is closed on leaving."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.SockSite(runner, door).start()
        yield origin(door)
    finally:
        await runner.cleanup()
        door.close()
