"""News of apps on the company's clock: told once to those who asked for it, and never the same news twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.jobs import Observer
from bot.news import Telling
from sandbox.tenant import DEMO
from tests.stories.house import House, open_house
from tests.stories.teams import Shown

CHANNEL = "19:provisioning@thread.tacv2"


class Rounds:
    """The rounds of the desk, which come when the story says so."""

    def __init__(self) -> None:
        self.observers: list[Observer] = []
        self.tellers: list[Telling] = []

    async def come(self) -> None:
        """One look at every job by each replica at once, and one at what is owed."""
        for one in self.observers:
            one._until_all = 0
        await asyncio.gather(*(one.look() for one in self.observers))
        await asyncio.gather(*(one.tell() for one in self.tellers))


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Rounds:
    """Ten minutes are long for a test."""
    made = Rounds()

    class Observed(Observer):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            made.observers.append(self)

    class Told(Telling):
        def __init__(self, **more: Any) -> None:
            super().__init__(**more)
            made.tellers.append(self)

    monkeypatch.setattr("bot.jobs.Observer", Observed)
    monkeypatch.setattr("bot.app.NewsTelling", Told)
    monkeypatch.setattr("provisioning.casework.watching.LOG_PACE", 0.0)
    return made


@pytest.fixture
def tenant(tmp_path: Path) -> Path:
    """The demo's company with two of its apps: a week of cycles in seconds."""
    company = json.loads(DEMO.read_text(encoding="utf-8"))
    company["apps"] = [app for app in company["apps"] if app["displayName"] in {"AskCody", "Zoom"}]
    file = tmp_path / "company.json"
    file.write_text(json.dumps(company), encoding="utf-8")
    return file


@pytest.fixture
async def house(rounds: Rounds, database_url: str, tenant: Path) -> AsyncIterator[House]:
    async with open_house(database_url, tenant) as opened:
        await rounds.come()
        yield opened


async def credentials(house: House, *, expired: bool) -> None:
    await house.play("/apps/AskCody/target", {"credentialsExpired": expired}, method="PATCH")


async def passes(house: House, rounds: Rounds, time: str) -> None:
    await house.play("/clock", {"advance": time})
    await rounds.come()


def led_by(house: House, words: str, where: str) -> list[Shown]:
    """Everything there that begins with these words."""
    return [one for one in house.teams.shown if one.text.startswith(words) and one.conversation.startswith(where)]


async def told(house: House, words: str, where: str) -> Shown:
    """The one message there that begins with these words."""
    found = await house.teams.see(
        lambda one: one.text.startswith(words) and one.conversation.startswith(where), what=f"“{words}” in {where}"
    )
    assert led_by(house, words, where) == [found], "the same news twice"
    return found


async def test_quarantine_in_and_out_is_told_once_to_the_chat_and_the_channel(house: House, rounds: Rounds) -> None:
    aisha, ines = house.person("aisha"), house.person("ines")
    mine = await house.teams.say(aisha, "watch AskCody")
    assert "From now on I tell you here what is news about AskCody" in mine.text
    await house.teams.say(ines, "watch all apps", where=CHANNEL, kind="channel")
    await credentials(house, expired=True)
    await passes(house, rounds, "PT45M")
    for where in (mine.conversation, CHANNEL):
        news = await told(house, "AskCody is in quarantine", where)
        assert "the app rejects the connection or its credentials" in news.text
        assert {"snooze_news", "mute_news", "ask"} <= news.verbs
    await passes(house, rounds, "P1D")
    await credentials(house, expired=False)
    await passes(house, rounds, "P1DT1H")
    for where in (mine.conversation, CHANNEL):
        await told(house, "AskCody is out of quarantine: a cycle ended well", where)
        was = await told(house, "Over since", where)
        assert "It was: AskCody is in quarantine" in was.text
    for _look in range(3):
        await passes(house, rounds, "PT1H")
    for where in (mine.conversation, CHANNEL):
        later = [one for one in house.teams.shown if where in one.conversation and "I look for" not in one.text]
        assert len([one for one in later if "uarantine" in one.text]) == 2
