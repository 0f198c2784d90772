"""The pace at which a long log is read: Graph allows five reads in ten seconds, and others ask as well."""

import asyncio

from provisioning.graph.client import GraphClient

PAUSE = 2.5  # s between two pages, once the first ones are through
AT_ONCE = 2  # pages that need not wait: most logs have no more


class LogPace:
    """One process's reading of long logs. A 429 is waited out by the client all the same."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._lock = asyncio.Lock()
        self._recent: list[float] = []

    async def turn(self) -> None:
        """Return when the next page may be asked for."""
        async with self._lock:
            now = self._client.monotonic()
            self._recent = [at for at in self._recent if now - at < PAUSE * AT_ONCE]
            if len(self._recent) >= AT_ONCE:
                await self._client.pause(max(0.0, self._recent[-1] + PAUSE - now))
            self._recent.append(self._client.monotonic())
