"""Reminders that escalate, quiet hours, and what a new shift takes over: said once, to whom must act."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.duty import Duty
from dialogs.talk import Reply
from provisioning.moves import Take, moved
from provisioning.roster import Shift
from provisioning.tickets import Severity, Ticket
from tests import worlds
from tests.provisioning.test_moves import ticket

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = Shift(person=worlds.aisha(), days=(0, 1, 2, 3, 4), begins=time(8), ends=time(16))


@dataclass
class Desk:
    """Everything that duty talks to; what is said is kept by its key."""

    waiting_long: list[tuple[Ticket, int]] = field(default_factory=list)
    said: dict[str, tuple[str, Reply]] = field(default_factory=dict)
    marked: list[tuple[int, int]] = field(default_factory=list)

    async def to_remind(self, *, limit: int, urgent_only: bool) -> Sequence[tuple[Ticket, int]]:
        return [one for one in self.waiting_long if not urgent_only or one[0].severity is Severity.URGENT]

    async def reminded(self, ticket: Ticket, reminded: int, *, most: int) -> None:
        self.marked.append((ticket.number, reminded))

    async def tickets(self) -> Sequence[Ticket]:
        return [one for one, _ in self.waiting_long]

    async def waiting(self) -> int:
        return len(self.waiting_long)

    async def shifts(self) -> Sequence[Shift]:
        return [DAY]

    async def say(self, conversation: str, reply: Reply, *, key: str) -> None:
        self.said.setdefault(key, (conversation, reply))

    async def language(self, conversation: str) -> str | None:
        return None

    async def desk_room(self) -> str | None:
        return "room"

    async def room_for(self, ticket: Ticket) -> str | None:
        return "room"

    async def thread_of(self, ticket: Ticket) -> str | None:
        return "thread"

    async def who_chose(self) -> str | None:
        return "p-ines"

    async def chat_of(self, person: str) -> str | None:
        return f"chat of {person}"

    def duty(self, now: datetime = MONDAY, quiet: tuple[time, time] | None = None) -> Duty:
        return Duty(
            books=self,
            roster=self,
            proactive=self,  # type: ignore[arg-type]
            whereabouts=self,  # type: ignore[arg-type]
            zone=ZoneInfo("UTC"),
            quiet_hours=quiet,
            clock=lambda: now,
        )

    def words(self) -> list[tuple[str, str]]:
        return [(where, reply.text or reply.summary) for where, reply in self.said.values()]


async def test_first_whoever_is_on_call_is_mentioned_below_the_card() -> None:
    desk = Desk([(ticket(room="room"), 0)])
    await desk.duty().remind()
    await desk.duty().remind()
    assert desk.words() == [("thread", "Aisha Khan: nobody has taken SD-1001 for 4 hours (normal): help")]


async def test_then_it_is_said_in_the_channel_and_at_last_to_who_set_it_up() -> None:
    desk = Desk([(ticket(room="room"), 1)])
    await desk.duty().remind()
    desk.waiting_long = [(ticket(room="room"), 2)]
    await desk.duty().remind()
    assert [where for where, _ in desk.words()] == ["room", "chat of p-ines", "room"]
    assert desk.words()[0][1].startswith("Aisha Khan: Reminder 2: nobody has taken SD-1001 for 8 hours")


async def test_who_has_it_is_reminded_and_nobody_else() -> None:
    taken = moved(ticket(room="room"), Take(), worlds.ines(), worlds.NOW)
    assert taken is not None
    desk = Desk([(taken, 0)])
    await desk.duty().remind()
    assert desk.words() == [("thread", "Ines Berg: nothing has happened on SD-1001 for 24 hours (normal): help")]


async def test_with_nobody_on_call_it_is_said_to_nobody_in_particular() -> None:
    desk = Desk([(ticket(room="room"), 0)])
    await desk.duty(now=MONDAY + timedelta(hours=12)).remind()
    ((_where, words),) = desk.words()
    assert words.startswith("Nobody has taken SD-1001")


async def test_at_night_only_what_is_urgent_wakes_anybody() -> None:
    urgent = ticket(number=1002, room="room", severity=Severity.URGENT)
    desk = Desk([(ticket(room="room"), 0), (urgent, 0)])
    await desk.duty(now=MONDAY.replace(hour=23), quiet=(time(20), time(7))).remind()
    assert ["SD-1002" in words for _where, words in desk.words()] == [True]
    assert desk.marked == [(1002, 0)], "the other one is reminded of in the morning"


async def test_a_new_shift_is_greeted_once_with_what_is_open() -> None:
    desk = Desk([(ticket(room="room", severity=Severity.HIGH), 0)])
    for minute in (1, 2):
        await desk.duty(now=MONDAY.replace(hour=8, minute=minute)).hand_over()
    assert desk.words() == [("room", "Aisha Khan is on call until 16:00. 1 ticket is open.")]
    await desk.duty(now=MONDAY.replace(hour=8, minute=30)).hand_over()
    assert len(desk.said) == 1
