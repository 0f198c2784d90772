"""The week's numbers: on Mondays, once, where the helpdesk sits."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.weekly import Weekly, week_of
from cards.plain import plain_text
from dialogs.talk import Reply
from provisioning.errors import NotThereError
from provisioning.numbers import Numbers
from tests.cards.examples import busy_desk

MONDAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


@dataclass
class Channel:
    """What the helpdesk's channel was told, by its keys."""

    room: str | None = "19:helpdesk@thread.tacv2"
    said: dict[str, Reply] = field(default_factory=dict)
    closed: bool = False

    async def desk_room(self) -> str | None:
        return self.room

    async def language(self, conversation: str) -> str | None:
        return None

    async def say(self, conversation: str, reply: Reply, *, key: str) -> None:
        if self.closed:
            raise NotThereError("closed")
        assert conversation == self.room
        self.said.setdefault(key, reply)


@dataclass
class Counted:
    at: datetime = MONDAY

    async def numbers(self) -> Numbers:
        return replace(busy_desk(), as_of=self.at)


@pytest.fixture
async def channel() -> AsyncIterator[Channel]:
    yield Channel()


async def look(channel: Channel, at: datetime) -> None:
    await Weekly(figures=Counted(at), proactive=channel).look()  # type: ignore[arg-type]


async def test_it_is_said_once_a_week_however_often_anybody_looks(channel: Channel) -> None:
    for minutes in range(0, 14 * 24 * 60, 15):
        await look(channel, MONDAY + timedelta(minutes=minutes))
    assert list(channel.said) == ["numbers:2026-W10", "numbers:2026-W11"]
    card = channel.said["numbers:2026-W10"].card
    assert card is not None and "as every Monday" in plain_text(card)


async def test_without_a_channel_nothing_is_said_and_a_closed_one_breaks_nothing(channel: Channel) -> None:
    channel.room = None
    await look(channel, MONDAY)
    channel.room, channel.closed = "19:helpdesk@thread.tacv2", True
    await look(channel, MONDAY)
    assert channel.said == {}


@pytest.mark.parametrize(
    ("at", "week"),
    [
        (MONDAY - timedelta(minutes=1), None),
        (MONDAY, "2026-W10"),
        (MONDAY + timedelta(hours=28, minutes=59), "2026-W10"),
        (MONDAY + timedelta(hours=29), None),
        (datetime(2027, 1, 4, 8, tzinfo=UTC), "2027-W01"),
        (datetime(2026, 12, 28, 8, tzinfo=UTC), "2026-W53"),
    ],
)
def test_it_is_time_on_monday_and_a_day_longer(at: datetime, week: str | None) -> None:
    assert week_of(at) == week
