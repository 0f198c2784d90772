"""What the process knows of a letter is written down when the database takes it, also after others have given it up."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from psycopg.errors import DiskFull

from bot import unsent
from bot.outbox import Outbox
from dialogs.talk import Reply
from provisioning.store.database import Connection

Bots = Callable[..., Awaitable[Any]]


class Disk:
    """Whether notes can be written down."""

    full = True


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Full, for every note of what became of a letter."""
    disk = Disk()
    for name in ("sent", "sent_before", "again", "ended", "closed"):
        usual = getattr(Outbox, name)

        async def noted(self: Outbox, *given: Any, usual: Any = usual, **named: Any) -> Any:
            if disk.full:
                raise DiskFull("could not extend file: No space left on device")
            return await usual(self, *given, **named)

        monkeypatch.setattr(Outbox, name, noted)
    return disk


async def fate(bot: Any) -> list[tuple[str, str | None]]:
    return await bot.rows(b"SELECT state, sent_id FROM outbox ORDER BY seq")  # type: ignore[no-any-return]


async def doubted(bots: Bots, teams: Any, desk: Any, **options: Any) -> tuple[Any, Any]:
    """Two processes: the first has sent a card and cannot write down what became of it, the second gave it up."""
    desk.replies["one"] = Reply(card={"type": "AdaptiveCard", "text": "open"}, about="ticket:1")
    first = await bots(**options)
    first.outbox.lease = timedelta(seconds=0.1)  # it does not wait long before it lets others in
    await first.hear("one")
    await teams.said(1)
    await first.until(lambda: first.sender._unwritten.where())
    second = await bots()
    while (await fate(second)) != [("ambiguous", None)]:
        await second.expire_leases()
        await second.outbox.claim("a:1", fresh=True)
    return first, second


async def test_what_went_out_is_sent_in_the_end_though_another_process_gave_it_up_to_doubt(
    bots: Bots, teams: Any, desk: Any, disk: Disk
) -> None:
    redrawn: list[str] = []

    async def later(connection: Connection, about: str) -> None:
        redrawn.append(about)

    first, second = await doubted(bots, teams, desk, redraw_later=later)
    redrawn.clear()  # of the turn itself
    disk.full = False
    await first.until(lambda: not first.sender._unwritten.where())
    await first.settled()
    await second.settled()
    assert await fate(second) == [("sent", "m1")]
    assert await second.rows(b"SELECT activity, about FROM places") == [("m1", "ticket:1")]
    assert await unsent.listed(second.pool) == []
    assert redrawn == ["ticket:1"], "nobody drew it anew while nobody knew where it stands"
    assert len(teams.messages) == 1


async def test_what_was_certainly_not_delivered_goes_out_though_another_process_gave_it_up_to_doubt(
    bots: Bots, teams: Any, desk: Any, disk: Disk
) -> None:
    teams.refuse(429, Retry_After="0")
    _, second = await doubted(bots, teams, desk)
    disk.full = False
    await teams.said(2)
    while await fate(second) != [("sent", "m1")]:
        await second.settled()


async def test_what_an_operator_has_dropped_meanwhile_is_not_sent_again(
    bots: Bots, teams: Any, desk: Any, disk: Disk
) -> None:
    teams.refuse(429, Retry_After="0")
    first, second = await doubted(bots, teams, desk)
    (found,) = await unsent.listed(second.pool)
    await unsent.drop(second.pool, found.id)
    disk.full = False
    await first.until(lambda: not first.sender._unwritten.where())
    await first.settled()
    assert await fate(second) == [("dropped", None)]
    assert len(teams.messages) == 1


async def test_a_process_that_stops_writes_down_what_it_still_can(
    bots: Bots, teams: Any, desk: Any, disk: Disk
) -> None:
    first, second = await doubted(bots, teams, desk)
    disk.full = False
    await first.sender.stop()
    assert await fate(second) == [("sent", "m1")]
