"""A successor on the same machine sends what never left a process that was killed; the rest is in doubt."""

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot import departures as module
from bot.departures import Departures, departures

Bots = Callable[..., Awaitable[Any]]
ME, OTHER = UUID(int=1), UUID(int=2)


def dies(process: Departures) -> None:
    fcntl.flock(process._file, fcntl.LOCK_UN)


async def states(bot: Any) -> list[str]:
    return [row[0] for row in await bot.rows(b"SELECT state FROM outbox ORDER BY seq")]


async def test_what_was_claimed_and_never_left_a_killed_process_goes_out_at_once_and_once(
    bots: Bots, teams: Any, tmp_path: Path
) -> None:
    first = await bots(shared=tmp_path)
    claimed = asyncio.Event()

    async def killed_before_the_call(errand: Any) -> None:
        claimed.set()
        await asyncio.Event().wait()

    first.sender._run = killed_before_the_call
    await first.hear("one")
    await claimed.wait()
    await first.kill()
    assert await states(first) == ["sending"]
    second = await bots(shared=tmp_path)
    (answer,) = await teams.said(1)
    await second.settled()
    assert answer.text == "re: one"
    assert await states(second) == ["sent"]
    assert len(teams.messages) == 1


async def test_what_may_have_left_it_is_not_repeated(bots: Bots, teams: Any, tmp_path: Path) -> None:
    first = await bots(shared=tmp_path)
    teams.gate.clear()
    await first.hear("one")
    await teams.until(lambda: teams.messages)
    await first.kill()
    teams.gate.set()
    second = await bots(shared=tmp_path)
    await second.expire_leases()
    await second.post(second.activity("two", id="later"))
    await teams.said(2)
    await second.settled()
    assert [call.text for call in teams.messages] == ["re: one", "re: two"]
    assert await states(second) == ["ambiguous", "sent"]


async def test_what_a_living_process_has_claimed_is_its_own(bots: Bots, teams: Any, tmp_path: Path) -> None:
    first = await bots(shared=tmp_path)
    claimed, go = asyncio.Event(), asyncio.Event()
    run = first.sender._run

    async def slowly(errand: Any) -> Any:
        claimed.set()
        await go.wait()
        return await run(errand)

    first.sender._run = slowly
    await first.hear("one")
    await claimed.wait()
    second = await bots(shared=tmp_path)
    await second.sender._after_the_dead()
    assert await states(second) == ["sending"]
    go.set()
    await teams.said(1)


async def test_nothing_is_left_of_a_process_that_ended_in_order(bots: Bots, teams: Any, tmp_path: Path) -> None:
    bot = await bots(shared=tmp_path)
    await bot.hear("one")
    await teams.said(1)
    await bot.settled()
    assert bot.departures._taken == {}
    await bot.close()
    assert [file for folder in tmp_path.iterdir() for file in folder.iterdir()] == []


def test_the_dead_tell_what_left_them_and_the_living_nothing(tmp_path: Path) -> None:
    other, me = Departures(tmp_path, OTHER), Departures(tmp_path, ME)
    for letter in (4, 5, 6):
        other.leaves(letter)
    other.leaves(5)  # once more: it was refused for now
    other.noted(4)
    assert me.of_the_dead() == {}
    dies(other)
    assert me.of_the_dead() == {OTHER: frozenset({5, 6})}
    me.forget(OTHER)
    assert me.of_the_dead() == {}


def test_what_could_not_be_kept_whole_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SLOTS", 3)
    other, me = Departures(tmp_path, OTHER), Departures(tmp_path, ME)
    other.leaves(1)
    other.leaves(2)
    other.leaves(3)
    dies(other)
    assert me.of_the_dead() == {}


def test_a_ledger_that_was_just_begun_says_nothing(tmp_path: Path) -> None:
    me = Departures(tmp_path, ME)
    (tmp_path / str(OTHER)).write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"x")
    assert me.of_the_dead() == {}


@pytest.mark.parametrize("boot", ["other", None])
def test_what_was_written_before_the_machine_started_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, boot: str | None
) -> None:
    with departures("postgresql://x", OTHER, shared=tmp_path) as before:
        assert before is not None
        before.leaves(1)
    if boot:
        (tmp_path / "boot").write_text(boot)
    monkeypatch.setattr(module, "_BOOT", tmp_path / "boot")
    with departures("postgresql://x", ME, shared=tmp_path) as now:
        assert (now is None) == (boot is None)
        assert now is None or now.of_the_dead() == {}


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    me = os.getuid()
    with departures("postgresql://x", uuid4(), shared=tmp_path) as mine:
        assert mine is not None
    (folder,) = tmp_path.iterdir()
    usual = Path.stat

    def foreign(path: Path, **how: Any) -> Any:
        found = usual(path, **how)
        return os.stat_result((*found[:4], me + 1, *found[5:])) if path == folder else found

    monkeypatch.setattr(Path, "stat", foreign)
    with departures("postgresql://x", uuid4(), shared=tmp_path) as none:
        assert none is None
