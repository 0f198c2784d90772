"""The round that looks at jobs, and the telling: one time for what was read together, and quiet at night."""

from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.jobs import Observer
from bot.news import Telling
from dialogs.talk import Reply
from provisioning.errors import DeskError, NotThereError, TryLaterError
from provisioning.model import App, Job
from provisioning.watching.news import Place
from provisioning.watching.ports import Owed
from tests import worlds
from tests.cards.news_examples import quarantined, subscription

PLACE = Place(conversation="chat-1", subscriptions=[subscription()])


@dataclass
class Tenant:
    """Graph, whose clock shows these times one after the other."""

    times: list[datetime]

    async def now(self) -> datetime:
        return self.times.pop(0)

    async def apps(self) -> Sequence[App]:
        return [worlds.askcody()]

    async def jobs(self, apps: Sequence[App]) -> Mapping[str, Job | DeskError | None]:
        return {worlds.APP_ID: worlds.job()}


class History:
    async def observe(self, jobs: Sequence[Job]) -> None:
        """Nothing is kept."""


async def looked(*minutes: int) -> list[datetime]:
    seen: list[datetime] = []

    async def further(jobs: Sequence[tuple[App, Job]], now: datetime) -> None:
        seen.extend([now] if jobs else [])

    tenant = Tenant([worlds.NOW + timedelta(minutes=each) for each in minutes])
    await Observer(tenant, History(), further).look()  # type: ignore[arg-type]
    return seen


async def test_jobs_that_were_read_at_one_time_are_judged_by_that_time() -> None:
    assert await looked(0, 1) == [worlds.NOW + timedelta(minutes=1)]


async def test_jobs_are_read_again_when_the_clock_jumped_meanwhile_and_left_when_it_goes_on() -> None:
    assert await looked(0, 600, 600, 601) == [worlds.NOW + timedelta(minutes=601)]
    assert await looked(0, 600, 600, 1200, 1200, 1800) == []


@dataclass
class Books:
    """A place that is owed news."""

    owes: list[Owed] = field(default_factory=lambda: [Owed(news=quarantined("Unknown"))])
    settled: list[tuple[int, bool]] = field(default_factory=list)

    async def owing(self) -> Sequence[Place]:
        return [PLACE] if self.owes else []

    async def owed(self, conversation: str) -> Sequence[Owed]:
        return self.owes

    @asynccontextmanager
    async def transaction(self) -> Any:
        yield self

    async def batch(self, place: str, numbers: Sequence[int], batch: str) -> None:
        """It is not read again here."""

    async def settle(self, place: str, numbers: Sequence[int], *, told: bool) -> None:
        self.settled += [(number, told) for number in numbers]
        self.owes = []


@dataclass
class Chat:
    """Where it is said; ``trouble`` is what happens there, or when rights are read."""

    said: dict[str, Reply] = field(default_factory=dict)
    trouble: DeskError | None = None
    unread: DeskError | None = None

    async def language(self, conversation: str) -> str | None:
        return None

    async def say(self, conversation: str, reply: Reply, *, key: str) -> None:
        if self.trouble:
            raise self.trouble
        self.said[key] = reply

    async def entitled(self, place: Place) -> tuple[Place, tuple[()]]:
        if self.unread:
            raise self.unread
        return place, ()


def telling(books: Books, chat: Chat, *, hour: int = 12) -> Telling:
    return Telling(
        books=books,  # type: ignore[arg-type]
        watching=chat,  # type: ignore[arg-type]
        proactive=chat,  # type: ignore[arg-type]
        zone=ZoneInfo("UTC"),
        quiet_hours=(time(20), time(7)),
        clock=lambda: worlds.NOW.replace(hour=hour),
    )


@pytest.mark.parametrize(("hour", "said"), [(12, 1), (19, 1), (20, 0), (3, 0)])
async def test_nothing_is_told_in_quiet_hours_and_nothing_is_lost(hour: int, said: int) -> None:
    books, chat = Books(), Chat()
    await telling(books, chat, hour=hour).tell()
    assert (len(chat.said), len(books.owes)) == (said, 1 - said)
    await telling(books, chat, hour=8).tell()
    assert list(chat.said) == ["news:chat-1:one:7"]


async def test_a_conversation_that_is_closed_is_owed_nothing_any_more() -> None:
    books = Books()
    await telling(books, Chat(trouble=NotThereError("removed"))).tell()
    assert books.settled == [(7, False)]


@pytest.mark.parametrize("chat", [Chat(trouble=TryLaterError("busy")), Chat(unread=TryLaterError("busy"))])
async def test_what_cannot_be_told_or_checked_now_waits(chat: Chat) -> None:
    books = Books()
    await telling(books, chat).tell()
    assert (books.settled, chat.said) == ([], {})
