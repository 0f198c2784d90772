"""Files that people allow to be put into their OneDrive: sent to Teams' own file store and to nowhere else.

The address comes with somebody's answer, so it is not trusted: https, a known host, no redirect, no token of ours. It
lets in whoever knows it, so it is never logged.
"""

from collections.abc import Iterable

import aiohttp
from aiohttp import ClientSession, ClientTimeout

from bot.channel.files import HOSTS, trusted
from provisioning.errors import NotThereError, RefusedError, TryLaterError

MOST_BYTES = 4_000_000  # one piece of an upload; a list of a thousand people weighs a twentieth of it
PATIENCE = 10.0  # s
_TAKEN = frozenset({200, 201})  # 202 is "go on": a piece was taken, and not the whole
_BUSY = frozenset({202, 408, 423, 425, 429})


class Uploads:
    """OneDrive and SharePoint, as far as something is put there."""

    def __init__(self, *, hosts: Iterable[str] = HOSTS, trust_env: bool = True) -> None:
        """``hosts``: names, or endings that begin with a dot."""
        self._hosts = tuple(host.casefold() for host in hosts)
        self._trust_env = trust_env

    def look(self, url: str) -> None:
        """RefusedError for an address that lies elsewhere."""
        if not trusted(url, self._hosts):
            raise RefusedError("The address is not where Teams keeps files.", code="elsewhere")

    async def put(self, url: str, content: bytes) -> None:
        """Put it there whole. RefusedError: never there, or too large; NotThereError: nothing is taken there (any
        more); TryLaterError: it was not taken, or nobody heard that it was."""
        self.look(url)
        if not 0 < len(content) <= MOST_BYTES:
            raise RefusedError("The file has a size that is not sent.", code="size")
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}",
        }
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=PATIENCE), trust_env=self._trust_env) as session,
                session.put(url, data=content, headers=headers, allow_redirects=False) as response,
            ):
                status = response.status
        except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
            raise TryLaterError("The file store does not answer.") from problem
        if status in _BUSY or status >= 500:
            raise TryLaterError("The file store did not take the file.")
        if status not in _TAKEN:
            raise NotThereError("The file store takes nothing at this address.")
