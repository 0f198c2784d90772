"""What the servers under test have in common: an aiohttp application on one loopback port, until SIGTERM."""

import asyncio
import signal

from aiohttp import web


async def serve(app: web.Application, port: int) -> None:
    """Listen until told to stop."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await told.wait()
    await runner.cleanup()
