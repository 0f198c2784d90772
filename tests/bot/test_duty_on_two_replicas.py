"""Reminders, the handover and the week's numbers on a real database with two replicas: each told once, in its time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.duty import Duty
from bot.weekly import Weekly
from dialogs.talk import Reply
from provisioning.casework.records import SHOW_TICKET
from provisioning.casework.tickets import Tickets
from provisioning.model import Actor, Role
from provisioning.moves import Grade
from provisioning.numbers import Numbers
from provisioning.roster import Shift
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool
from provisioning.store.queue import Queue
from provisioning.store.roster import PostgresRoster
from provisioning.tickets import Severity
from tests.bot.conftest import AISHA
from tests.cards.examples import busy_desk

ROOM = "19:helpdesk@thread.tacv2"
CHAT = "a:aisha"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AGENT = Actor(id=AISHA, upn="aisha@fabrikam.example", name="Aisha Khan", roles=frozenset({Role.PERSON, Role.AGENT}))
DAY = Shift(person=AGENT, days=(0, 1, 2, 3, 4), begins=time(8), ends=time(16))


@dataclass
class Clock:
    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Replica:
    duty: Duty
    weekly: Weekly
    queue: Queue


@dataclass
class Helpdesk:
    """A helpdesk that two replicas look after."""

    pool: Pool
    books: PostgresBooks
    clock: Clock
    replicas: list[Replica]

    async def opened(self, count: int = 1, severity: Severity = Severity.NORMAL) -> list[int]:
        """So many tickets that wait too long already."""
        tickets, numbers = Tickets(books=self.books), []
        for n in range(count):
            one = await tickets.open(AGENT, origin=CHAT, text=f"help {n}", key=f"{severity}{n}")
            if severity is not Severity.NORMAL:
                await tickets.move(AGENT, one.number, Grade(severity=severity))
            numbers.append(one.number)
        await self.too_long()
        return numbers

    async def too_long(self) -> None:
        """Everybody's patience is over."""
        await self._run(
            b"UPDATE tickets SET remind_at = clock_timestamp() - interval '1 s' WHERE remind_at IS NOT NULL"
        )

    async def both(self, work: Callable[[Replica], Awaitable[None]], times: int = 3) -> None:
        """Both replicas do it at once, and again."""
        for _ in range(times):
            await asyncio.gather(*(work(one) for one in self.replicas))

    async def remind(self) -> None:
        await self.both(lambda one: one.duty.remind())

    async def told(self) -> list[tuple[str, str]]:
        """Where what was said of our own accord, in its order."""
        rows = await self._run(
            b"SELECT conversation, coalesce(body ->> 'text', body ->> 'summary') FROM outbox "
            b"WHERE key IS NOT NULL ORDER BY seq"
        )
        return [(str(where), str(words)) for where, words in rows]

    async def waits(self) -> list[float]:
        """In how many seconds each of it is sent, the soonest first."""
        rows = await self._run(
            b"SELECT extract(epoch FROM due - clock_timestamp())::float FROM outbox WHERE key IS NOT NULL ORDER BY due"
        )
        return [wait for (wait,) in rows]

    async def _run(self, query: bytes) -> list[Any]:
        async with self.pool.connection() as connection:
            found = await connection.execute(query)
            return await found.fetchall() if found.description else []


class Figures:
    async def numbers(self) -> Numbers:
        return replace(busy_desk(), as_of=MONDAY)


@pytest.fixture
async def helpdesk(pool: Pool, bots: Callable[..., Awaitable[Any]]) -> Helpdesk:
    """Two processes over one database that know the helpdesk's channel and Aisha's chat; they send nothing."""
    clock, replicas = Clock(), []
    for number in range(2):
        bot = await bots(sending=False)
        if number == 0:
            for where, kind in ((ROOM, "channel"), (CHAT, "personal")):
                await bot.hear("hello", where=where, kind=kind)
            await bot.turns.idle()
            await bot.proactive.use_as_desk_room(ROOM, AGENT)
        queue, roster = Queue(pool), PostgresRoster(pool)
        duty = Duty(
            books=PostgresBooks(pool, queue),
            roster=roster,
            proactive=bot.proactive,
            whereabouts=bot.whereabouts,
            zone=ZoneInfo("UTC"),
            quiet_hours=(time(20), time(7)),
            clock=clock,
        )
        replicas.append(Replica(duty, Weekly(figures=Figures(), proactive=bot.proactive), queue))
    await PostgresRoster(pool).add(DAY)
    return Helpdesk(pool, PostgresBooks(pool, replicas[0].queue), clock, replicas)


async def test_each_reminder_is_told_once_and_the_third_is_the_last(helpdesk: Helpdesk) -> None:
    (number,) = await helpdesk.opened()
    for _ in range(5):
        await helpdesk.remind()
        await helpdesk.too_long()
    said = [(where, words[:60]) for where, words in await helpdesk.told()]
    assert said == [
        (ROOM, f"Aisha Khan: nobody has taken SD-{number} for 4 hours (normal): help 0"[:60]),
        (ROOM, f"Aisha Khan: Reminder 2: nobody has taken SD-{number} for 8 hours"[:60]),
        (CHAT, f"Reminder 3: nobody has taken SD-{number} for 12 hours (normal): "[:60]),
        (ROOM, f"Aisha Khan: Reminder 3: nobody has taken SD-{number} for 12 hours"[:60]),
    ]
    await Tickets(books=helpdesk.books).move(AGENT, number, Grade(severity=Severity.HIGH))
    await helpdesk.too_long()
    await helpdesk.remind()
    assert (await helpdesk.told())[4:] == [
        (ROOM, f"Aisha Khan: nobody has taken SD-{number} for 60 minutes (high): help 0")
    ]


async def test_a_process_that_dies_between_telling_and_noting_tells_nobody_twice(
    helpdesk: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await helpdesk.opened()

    async def die(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(PostgresBooks, "reminded", die)
        with pytest.raises(asyncio.CancelledError):
            await helpdesk.replicas[0].duty.remind()
    assert len(await helpdesk.told()) == 1
    await helpdesk.remind()
    assert len(await helpdesk.told()) == 1


async def test_in_quiet_hours_only_what_is_urgent_reminds_and_the_rest_does_in_the_morning(helpdesk: Helpdesk) -> None:
    helpdesk.clock.now = MONDAY.replace(hour=23)
    (usual,) = await helpdesk.opened()
    (urgent,) = await helpdesk.opened(severity=Severity.URGENT)
    await helpdesk.remind()
    assert [f"SD-{urgent}" in words for _where, words in await helpdesk.told()] == [True]
    helpdesk.clock.now = MONDAY.replace(hour=7) + timedelta(days=1)
    await helpdesk.remind()
    assert [f"SD-{usual}" in words for _where, words in await helpdesk.told()] == [False, True]


async def test_nobody_is_told_more_than_ten_things_a_minute_however_many_replicas_remind(helpdesk: Helpdesk) -> None:
    """Mentions in the channel and words in one's own chat are one person's."""
    await helpdesk.opened(12)
    await asyncio.gather(
        helpdesk.remind(),
        *(one.duty._proactive.say(CHAT, Reply(text="news"), key="news") for one in helpdesk.replicas),
    )
    waits = await helpdesk.waits()
    assert len(waits) == 13
    assert [wait > 30 for wait in waits] == [False] * 10 + [True] * 3
    assert all(wait <= 60 for wait in waits)


async def test_the_same_words_said_by_two_processes_at_once_count_once(helpdesk: Helpdesk) -> None:
    for n in range(11):
        say = [one.duty._proactive.say(CHAT, Reply(text="news"), key=f"news:{n}") for one in helpdesk.replicas]
        await asyncio.gather(*say)
    assert [wait > 30 for wait in await helpdesk.waits()] == [False] * 10 + [True]


async def test_a_shift_is_greeted_and_the_weeks_numbers_are_said_once(helpdesk: Helpdesk) -> None:
    await helpdesk.opened()
    helpdesk.clock.now = MONDAY.replace(hour=8, minute=1)
    await helpdesk.both(lambda one: one.duty.hand_over())
    await helpdesk.both(lambda one: one.weekly.look())
    greeted, numbers = await helpdesk.told()
    assert greeted == (ROOM, "Aisha Khan is on call until 16:00. 1 ticket is open.")
    assert numbers[0] == ROOM


async def _nobody_looks(**_: object) -> None:
    """Cards are not what this is about."""


@asynccontextmanager
async def _going_round(helpdesk: Helpdesk) -> AsyncIterator[None]:
    rounds: dict[str, Callable[[Replica], Callable[[], Awaitable[None]]]] = {
        "remind_of_tickets": lambda one: one.duty.remind,
        "hand_over_shifts": lambda one: one.duty.hand_over,
        "say_the_numbers": lambda one: one.weekly.look,
    }
    for one in helpdesk.replicas:
        one.queue.register(SHOW_TICKET, _nobody_looks)
        for name, work in rounds.items():
            one.queue.go_round(name, work(one), every=timedelta(seconds=0.05))
    async with helpdesk.replicas[0].queue.working(), helpdesk.replicas[1].queue.working():
        yield


async def test_the_rounds_of_two_queues_say_everything_once(helpdesk: Helpdesk) -> None:
    """As a replica runs them: many rounds pass, and nothing is said again."""
    helpdesk.clock.now = MONDAY.replace(hour=8, minute=1)
    numbers = await helpdesk.opened(3)
    async with _going_round(helpdesk), asyncio.timeout(30):
        while len(await helpdesk.told()) < 5:
            await asyncio.sleep(0.05)
        await asyncio.sleep(1)
    said = [words for _where, words in await helpdesk.told()]
    assert len(said) == 5
    assert all(sum(f"SD-{number}" in words for words in said) == 1 for number in numbers)
