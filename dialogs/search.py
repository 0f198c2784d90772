"""Looking people up once per turn, and a little before it is certain that it will be needed."""

import asyncio
from typing import Protocol

from provisioning.model import Person


class Directory(Protocol):
    """Who can be searched."""

    async def find_people(self, words: str) -> tuple[Person, ...]:
        """People that fit an address, an object id or a (partial) name, best first."""


class Search:
    """One turn's searches: the same words are looked up once.

    A search may be begun while the list of applications is still on its way: most sentences name the same person
    with and without it, and that saves one round trip. Call ``drop`` at the end of the turn.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._begun: dict[str, asyncio.Task[tuple[Person, ...]]] = {}

    def begin(self, words: str) -> None:
        """Start looking; nobody has to ask for the answer."""
        if words not in self._begun:
            self._begun[words] = asyncio.ensure_future(self._directory.find_people(words))

    async def find(self, words: str) -> tuple[Person, ...]:
        """As ``find_people``, errors included."""
        self.begin(words)
        return await self._begun[words]

    async def drop(self) -> None:
        """End what was begun in vain; its errors concern nobody."""
        for task in self._begun.values():
            task.cancel()
        await asyncio.gather(*self._begun.values(), return_exceptions=True)
        self._begun.clear()
