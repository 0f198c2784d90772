"""News of apps on the company's clock: told once to those who asked for it, and never the same news twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.app import service
from bot.jobs import Observer
from bot.news import Telling
from bot.settings import Settings
from sandbox.tenant import DEMO
from tests.stories.house import House, open_house
from tests.stories.teams import Shown

CHANNEL = "19:provisioning@thread.tacv2"
ASKCODY = "c0000000-0000-4000-8000-000000000001"
REASONS = {
    "EncounteredQuarantineException": "the app rejects the connection or its credentials",
    "EncounteredBaseEscrowThreshold": "too many people failed",
    "EncounteredTotalEscrowThreshold": "too many people failed",
    "EncounteredEscrowProportionThreshold": "too large a share of the people failed",
    "TooManyDeletes": "more accounts would be removed than the limit allows",
    "IngestionInterrupted": "reading the data was interrupted",
    "QuarantinedOnDemand": "Microsoft put it there by hand",
    "Unknown": "Microsoft names no reason",
}


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
            self._one_at_a_time = asyncio.Lock()  # the service looks by itself, too, at what was so before
            made.observers.append(self)

        async def look(self) -> None:
            async with self._one_at_a_time:
                await super().look()

    class Told(Telling):
        def __init__(self, **more: Any) -> None:
            super().__init__(**more)
            made.tellers.append(self)

    monkeypatch.setattr("bot.jobs.Observer", Observed)
    monkeypatch.setattr("bot.app.NewsTelling", Told)
    monkeypatch.setattr("provisioning.casework.app_looks.LOG_PACE", 0.0)
    return made


@pytest.fixture
def tenant(tmp_path: Path) -> Path:
    """The demo's company with two of its apps: a week of cycles in seconds."""
    company = json.loads(DEMO.read_text(encoding="utf-8"))
    company["apps"] = [app for app in company["apps"] if app["displayName"] in {"AskCody", "Zoom"}]
    for app in company["apps"]:
        if app["displayName"] == "Zoom":
            app["job"]["schedule"] = {"interval": "P1D", "state": "Active"}
        app["keyCredentials"] = [{"displayName": "CN=Federated SSO", "endDateTime": "P7DT20H"}]
    file = tmp_path / "company.json"
    file.write_text(json.dumps(company), encoding="utf-8")
    return file


@asynccontextmanager
async def replica(house: House, database_url: str) -> AsyncIterator[None]:
    """A second service on the same database."""
    settings = Settings(
        tenant_id=house.company.tenant_id,
        client_id=house.company.client_id,
        client_secret=house.company.client_secret,
        agents_group=house.company.agents_group,
        admins_group=house.company.admins_group,
        graph_url=house.company.origin,
        authority=house.company.origin,
        database_url=database_url,
        sandbox=True,
    )
    async with service(settings):
        yield


@pytest.fixture
async def house(rounds: Rounds, database_url: str, tenant: Path) -> AsyncIterator[House]:
    async with open_house(database_url, tenant) as opened:
        await rounds.come()
        yield opened


async def quarantined(house: House, rounds: Rounds, reason: str = "TooManyDeletes", app: str = "AskCody") -> None:
    """What Microsoft does to a job, and no cycle of the company's."""
    now = (await house.play("/clock", method="GET"))["now"]
    quarantine = {"reason": reason, "seriesBegan": now, "currentBegan": now, "nextAttempt": "PT24H"}
    await house.play(f"/apps/{app}/job", {"status": {"code": "Quarantine", "quarantine": quarantine}}, method="PATCH")
    await rounds.come()


async def mended(house: House, rounds: Rounds, app: str = "AskCody") -> None:
    """Somebody restarts the job, and a cycle ends well."""
    await house.play(f"/apps/{app}/job", {"status": {"code": "Active", "quarantine": None}}, method="PATCH")
    await rounds.come()
    await house.play("/cycle", {"app": app})
    await rounds.come()


async def remapped(house: House, app_id: str = ASKCODY) -> None:
    """An identity admin saves another schema in the portal."""
    jobs = f"/servicePrincipals/{app_id}/synchronization/jobs"
    job = (await house.graph("GET", jobs))["value"][0]["id"]
    schema = await house.graph("GET", f"{jobs}/{job}/schema")
    (mapping,) = [
        one
        for rule in schema["synchronizationRules"]
        for whole in rule["objectMappings"]
        if whole["sourceObjectName"] == "User"
        for one in whole["attributeMappings"]
        if one["targetAttributeName"] == "displayName"
    ]
    mapping["source"] = {**mapping["source"], "expression": "[mail]", "name": "mail"}
    kept = {key: value for key, value in schema.items() if not key.startswith("@")}
    await house.graph("PUT", f"{jobs}/{job}/schema", kept)


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


@pytest.mark.parametrize("reason", REASONS)
async def test_each_reason_for_a_quarantine_is_said_in_words(house: House, rounds: Rounds, reason: str) -> None:
    mine = await house.teams.say(house.person("aisha"), "watch AskCody")
    await quarantined(house, rounds, reason)
    news = await told(house, "AskCody is in quarantine", mine.conversation)
    assert news.text.startswith(f"AskCody is in quarantine: {REASONS[reason]}.")
    await mended(house, rounds)
    await told(house, "AskCody is out of quarantine", mine.conversation)


async def test_what_stands_when_somebody_begins_to_watch_is_said_at_once_and_its_end_later(
    house: House, rounds: Rounds
) -> None:
    await quarantined(house, rounds)
    mine = await house.teams.say(house.person("aisha"), "watch AskCody")
    assert "It stands already" in mine.text
    assert "AskCody is in quarantine: more accounts would be removed" in mine.text
    await mended(house, rounds)
    await told(house, "AskCody is out of quarantine", mine.conversation)
    assert led_by(house, "AskCody is in quarantine", mine.conversation) == []


async def test_a_snoozed_app_is_silent_for_a_day_and_what_still_stands_is_told_then(
    house: House, rounds: Rounds
) -> None:
    aisha = house.person("aisha")
    mine = await house.teams.say(aisha, "watch AskCody")
    await quarantined(house, rounds)
    news = await told(house, "AskCody is in quarantine", mine.conversation)
    await house.teams.click(aisha, news, "snooze_news")
    assert "Snoozed here: I tell no news of AskCody until" in news.text
    await remapped(house)
    await passes(house, rounds, "PT2H")
    assert led_by(house, "1 mapping of AskCody", mine.conversation) == []
    await passes(house, rounds, "PT23H")
    changed = await told(house, "1 mapping of AskCody was changed", mine.conversation)
    assert "displayName: was [displayName], is [mail]" in changed.text.replace("*", "").replace("\\", "")
    assert f"Changed by: {house.company.client_id}" in changed.text.replace("*", "")


async def test_what_came_and_went_during_a_snooze_is_never_told(house: House, rounds: Rounds) -> None:
    aisha = house.person("aisha")
    mine = await house.teams.say(aisha, "watch AskCody")
    await house.teams.say(aisha, "snooze AskCody")
    await quarantined(house, rounds)
    await mended(house, rounds)
    await passes(house, rounds, "P1DT1H")
    await rounds.come()
    assert [one.text for one in house.teams.shown if "quarantine:" in one.text] == []
    assert mine.conversation


async def test_a_muted_app_is_silent_until_somebody_says_otherwise(house: House, rounds: Rounds) -> None:
    ines = house.person("ines")
    await house.teams.say(ines, "watch all apps", where=CHANNEL, kind="channel")
    await quarantined(house, rounds)
    news = await told(house, "AskCody is in quarantine", CHANNEL)
    refused = await house.teams.click(house.person("aisha"), news, "mute_news")
    assert refused["type"] != "application/vnd.microsoft.card.adaptive", "muting a channel is for admins"
    await house.teams.click(ines, news, "mute_news")
    assert "Muted here" in news.text
    await mended(house, rounds)
    await quarantined(house, rounds, app="Zoom")
    await told(house, "Zoom is in quarantine", CHANNEL)
    assert led_by(house, "AskCody is out", CHANNEL) == []
    await house.teams.click(ines, news, "wake_news")
    await passes(house, rounds, "PT1H")
    await quarantined(house, rounds, "IngestionInterrupted")
    await house.teams.see(
        lambda one: one.text.startswith("AskCody is in quarantine: reading the data was interrupted"), what="it again"
    )


async def test_a_digest_tells_of_a_day_on_one_card_the_next_morning(house: House, rounds: Rounds) -> None:
    aisha = house.person("aisha")
    mine = await house.teams.say(aisha, "watch all apps")
    daily = await house.teams.say(aisha, "digest daily")
    assert "each morning at seven" in daily.text
    await quarantined(house, rounds)
    await mended(house, rounds)
    await quarantined(house, rounds, app="Zoom")
    assert led_by(house, "AskCody is in quarantine", mine.conversation) == []
    await passes(house, rounds, "P1D")
    digest = await told(house, "The day's news of apps: ", mine.conversation)
    assert "AskCody is out of quarantine" in digest.text
    assert "it is over by now" in digest.text
    assert "Zoom is in quarantine" in digest.text
    for _look in range(3):
        await rounds.come()
    assert len(led_by(house, "The day's news of apps: ", mine.conversation)) == 1


async def test_two_replicas_tell_it_once(house: House, rounds: Rounds, database_url: str) -> None:
    mine = await house.teams.say(house.person("aisha"), "watch AskCody")
    async with replica(house, database_url):
        assert (len(rounds.observers), len(rounds.tellers)) == (2, 2)
        await quarantined(house, rounds)
        for _look in range(3):
            await passes(house, rounds, "PT1H")
        await told(house, "AskCody is in quarantine", mine.conversation)


@pytest.mark.parametrize("line", ["_say", "_settle", "_decide"])
async def test_a_replica_that_dies_at_any_line_of_the_telling_leaves_it_told_once(
    house: House, rounds: Rounds, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    mine = await house.teams.say(house.person("aisha"), "watch AskCody")

    async def killed(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(Telling, line, killed)
        with pytest.raises(RuntimeError, match="killed"):
            await quarantined(house, rounds)
    for _look in range(2):
        await rounds.come()
    await told(house, "AskCody is in quarantine", mine.conversation)


async def test_a_bot_that_was_removed_from_the_team_says_nothing_and_nothing_of_then_later(
    house: House, rounds: Rounds
) -> None:
    ines, aisha = house.person("ines"), house.person("aisha")
    await house.teams.say(ines, "watch all apps", where=CHANNEL, kind="channel")
    mine = await house.teams.say(aisha, "watch AskCody")
    gone = house.teams._activity(ines, CHANNEL, "channel") | {"type": "conversationUpdate"}
    data = {"tenant": {"id": house.teams.tenant_id}, "team": {"id": "19:team"}, "eventType": "channelDeleted"}
    await house.teams.post(gone | {"channelData": {**data, "channel": {"id": CHANNEL}}})
    await quarantined(house, rounds)
    await told(house, "AskCody is in quarantine", mine.conversation)
    await house.teams.say(ines, "hello", where=CHANNEL, kind="channel")
    await rounds.come()
    assert led_by(house, "AskCody is in quarantine", CHANNEL) == []
    await mended(house, rounds)
    await told(house, "AskCody is out of quarantine", mine.conversation)
    assert led_by(house, "AskCody is out of quarantine", CHANNEL) == [], "nobody there was told of the beginning"


async def test_whoever_lost_the_right_is_told_that_it_ends_and_no_news(house: House, rounds: Rounds) -> None:
    aisha = house.person("aisha")
    mine = await house.teams.say(aisha, "watch AskCody")
    assert house.company.agents_group is not None
    await house.leave_group(house.company.agents_group, aisha.id)
    await quarantined(house, rounds)
    await told(house, "I no longer tell you here what is news about AskCody", mine.conversation)
    await mended(house, rounds)
    assert [one for one in house.teams.shown if "is in quarantine" in one.text] == []


async def test_a_certificate_that_ends_soon_is_shown_at_once_and_told_at_seven_days(
    house: House, rounds: Rounds
) -> None:
    mine = await house.teams.say(house.person("aisha"), "watch AskCody")
    assert "A certificate of AskCody ends in 7 days" in mine.text, mine.text
    await passes(house, rounds, "P1DT1H")
    news = await told(house, "A certificate of AskCody ends", mine.conversation)
    assert "Whether provisioning uses it, Microsoft Graph does not say" in news.text
    assert "CN=Federated SSO" in news.text
    await passes(house, rounds, "PT13H")
    await told(house, "A certificate of AskCody ends", mine.conversation)


async def test_a_graph_that_answers_nothing_is_neither_news_nor_recovery(house: House, rounds: Rounds) -> None:
    mine = await house.teams.say(house.person("aisha"), "watch AskCody")
    await quarantined(house, rounds)
    await told(house, "AskCody is in quarantine", mine.conversation)
    await house.play("/faults", {"failNext": [{"path": "synchronization/jobs", "status": 503, "times": 200}]})
    before = len(house.teams.shown)
    for _look in range(2):
        await rounds.come()
    assert house.teams.shown[before:] == []


async def test_in_a_week_of_cycles_a_bad_day_is_told_with_its_figures_and_its_end(house: House, rounds: Rounds) -> None:
    mine = await house.teams.say(house.person("aisha"), "watch AskCody")
    for _part in range(8 * 3):
        await passes(house, rounds, "PT8H")
    refuses = {"attribute": "title", "pattern": "Bad.*", "status": 400, "detail": "no such title"}
    await house.play("/apps/AskCody/target", {"rejects": [refuses]}, method="PATCH")
    for number in range(3):
        for upn in ("elin", "olle", "dmitri", "farah", "carmen", "gil", "nora"):
            change = {"jobTitle": f"Bad {number}"}
            await house.play(f"/users/{upn}@{house.company.default_domain}", change, method="PATCH")
        await house.play("/cycle", {"app": ASKCODY})
        await rounds.come()
    news = await told(house, "More fails in AskCody than usual", mine.conversation)
    assert "the middle of" in news.text
    assert "who is failing in AskCody" in str(news.card)
    await house.play("/apps/AskCody/target", {"rejects": []}, method="PATCH")
    for _part in range(9):
        await passes(house, rounds, "PT8H")
    await told(house, "Failures in AskCody are back to normal", mine.conversation)
