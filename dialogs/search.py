"""Looking people up once per turn, and a little before it is certain that it will be needed."""

import asyncio
import re
from typing import Protocol

from dialogs.sentence import plain
from provisioning.model import App, Person

_BETWEEN = re.compile(r"[\s._\-#]+")  # what separates the words of a name or an address


class Directory(Protocol):
    """Who can be searched."""

    async def find_people(self, words: str) -> tuple[Person, ...]:
        """People that fit an address, an object id or a (partial) name, best first."""

    async def apps(self) -> tuple[App, ...]:
        """Every enterprise application."""


class Search:
    """One turn's searches: the same words are looked up once.

    A search may be begun before it is certain that it will be needed, beside the question who is speaking: most
    sentences name the same person whoever speaks and whatever the apps are called, and that saves round trips. What
    was begun in vain is shown to nobody. Call ``drop`` at the end of the turn.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._begun: dict[str, asyncio.Task[tuple[Person, ...]]] = {}
        self._apps: asyncio.Task[tuple[App, ...]] | None = None

    def begin(self, words: str) -> None:
        """Start looking; nobody has to ask for the answer."""
        if words not in self._begun:
            self._begun[words] = asyncio.ensure_future(self._directory.find_people(words))

    async def find(self, words: str) -> tuple[Person, ...]:
        """As ``find_people``, errors included."""
        self.begin(words)
        return await self._begun[words]

    def begin_apps(self) -> None:
        """Start reading the list of applications."""
        if self._apps is None:
            self._apps = asyncio.ensure_future(self._directory.apps())

    async def apps(self) -> tuple[App, ...]:
        """Every enterprise application, errors included."""
        self.begin_apps()
        assert self._apps is not None
        return await self._apps

    async def drop(self) -> None:
        """End what was begun in vain; its errors concern nobody."""
        tasks = [*self._begun.values(), *([self._apps] if self._apps else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._begun.clear()
        self._apps = None


def is_called(person: Person, words: str) -> bool:
    """Whether the person really has this name, address or id, short forms included; accents and case do not count.

    A search also finds who nearly has it (Gracia → García). Such a person is asked about, never taken.
    """
    wanted = plain(words)
    if wanted in {plain(known) for known in (person.id, person.upn, person.mail, person.name) if known}:
        return True
    if "@" in words:
        return True  # an address is found exactly or not at all; this one is an alias
    locals_ = [(address or "").partition("@")[0] for address in (person.upn, person.mail)]
    own = [word for text in (person.name, *locals_) for word in _BETWEEN.split(plain(text)) if word]
    return all(any(mine.startswith(word) for mine in own) for word in _BETWEEN.split(wanted) if word)
