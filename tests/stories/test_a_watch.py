"""Tell me when: wished for in a chat, looked for in rounds, said in that chat when the log shows it."""

from datetime import timedelta

import pytest

from tests.stories.house import House


@pytest.fixture
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute is long for a test."""
    monkeypatch.setattr("bot.watches.EVERY", timedelta(seconds=1))


@pytest.mark.usefixtures("quick_rounds")
async def test_whoever_wished_for_it_is_told_when_jose_is_in(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "tell me when José is in AskCody")
    assert "I tell you here when José García is in AskCody" in card.text
    listed = await house.teams.say(aisha, "my watches")
    assert "José García in AskCody" in listed.text
    await house.set_mail("jose", "jose@fabrikam.example")
    app = next(app for app in house.company._stage.world.apps.values() if app.display_name == "AskCody")
    await house.play("/cycle", {"app": app.id})
    news = await house.teams.see(
        lambda shown: "is in AskCody now" in shown.text and shown.id != card.id, what="the news"
    )
    assert news.conversation == card.conversation
    await house.teams.see(lambda shown: shown.id == card.id and "is in AskCody now" in shown.text, what="the card")
    assert (await house.counters())["provisionOnDemand"] == 0, "watching changes nothing"


@pytest.mark.usefixtures("quick_rounds")
async def test_jose_is_told_of_his_own_arrival_by_a_button_on_his_card(house: House) -> None:
    jose = house.person("jose")
    card = await house.teams.say(jose, "why am I not in AskCody")
    await house.teams.click(jose, card, "tell_me")
    assert "José García in AskCody" in (await house.teams.say(jose, "my watches")).text
    await house.set_mail("jose", "jose@fabrikam.example")
    app = next(app for app in house.company._stage.world.apps.values() if app.display_name == "AskCody")
    await house.play("/cycle", {"app": app.id})
    await house.teams.see(lambda shown: "is in AskCody now" in shown.text and shown.id != card.id, what="the news")


async def test_a_watch_is_ended_by_its_button(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "tell me when José is in AskCody")
    await house.teams.click(aisha, card, "unwatch")
    assert "I no longer watch" in card.text
    assert "I watch nothing for you" in (await house.teams.say(aisha, "my watches")).text


async def test_people_watch_only_themselves(house: House) -> None:
    olle = house.person("olle")
    refused = await house.teams.say(olle, "tell me when José is in AskCody")
    assert "only about your own access" in refused.text


@pytest.mark.usefixtures("quick_rounds")
async def test_whoever_waits_for_a_ticket_is_told_when_it_is_closed(house: House) -> None:
    olle, aisha = house.person("olle"), house.person("aisha")
    mine = await house.teams.say(olle, "I need a human: the door is locked")
    assert "SD-1001" in mine.text
    card = await house.teams.say(aisha, "tell me when SD-1001 is closed")
    assert "I tell you here when SD-1001 is closed" in card.text
    ticket = await house.teams.say(aisha, "SD-1001")
    await house.teams.click(aisha, await house.teams.form(aisha, ticket, "close"), "close_ticket")
    news = await house.teams.see(
        lambda shown: "SD-1001 is closed. That was on" in shown.text and shown.id != card.id, what="the news"
    )
    assert news.conversation == card.conversation
