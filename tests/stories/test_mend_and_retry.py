"""Mend and retry: what is empty is filled in from the card, and the person is provisioned with it."""

from typing import Any

import pytest

from provisioning.permissions import FillIn
from tests.stories.house import House, open_house
from tests.stories.teams import Shown


@pytest.fixture
async def house(database_url: str) -> Any:
    async with open_house(database_url, fill_in=FillIn.AGENTS) as opened:
        yield opened


async def asked(house: House, who: str = "jose") -> Shown:
    return await house.teams.say(house.person("aisha"), f"why can't {who}@fabrikam.example get into AskCody")


async def test_an_empty_mail_is_filled_in_from_the_card_and_jose_arrives(house: House) -> None:
    aisha = house.person("aisha")
    card = await asked(house)
    await house.teams.click(aisha, card, "fill_in")
    assert "Why is this right?" in card.text
    assert "fill" in card.buttons
    said = {"fill_mail": "jose@fabrikam.example", "why": "His manager told me."}
    await house.teams.click(aisha, card, "fill", **said)
    await house.teams.see(lambda shown: shown.id == card.id and "is provisioned to AskCody" in shown.text, what="José")
    counters = await house.counters()
    assert (counters["usersPatched"], counters["provisionOnDemand"]) == (1, 1)
    assert (await house.graph("GET", "/users/jose@fabrikam.example?$select=mail"))["mail"] == "jose@fabrikam.example"


async def test_a_value_that_cannot_stand_there_comes_back_with_a_word_and_what_was_written(house: House) -> None:
    aisha = house.person("aisha")
    card = await asked(house)
    await house.teams.click(aisha, card, "fill_in")
    await house.teams.click(aisha, card, "fill", fill_mail="no address", why="Because.")
    assert "cannot stand there" in card.text
    assert "no address" in card.text
    await house.teams.click(aisha, card, "fill", fill_mail="jose@fabrikam.example", why=" ")
    assert "where you know it from" in card.text
    assert (await house.counters()).get("usersPatched", 0) == 0


async def test_back_brings_the_card_back(house: House) -> None:
    card = await asked(house)
    await house.teams.click(house.person("aisha"), card, "fill_in")
    await house.teams.click(house.person("aisha"), card, "refresh")
    assert {"fill_in", "provision"} <= set(card.buttons)


async def test_an_account_from_on_premises_is_explained_instead(house: House) -> None:
    card = await asked(house, "greta")
    assert "on-premises" in card.text
    assert "fill_in" not in card.buttons


async def test_jose_himself_is_not_offered_it_and_cannot_forge_it(house: House) -> None:
    jose = house.person("jose")
    card = await house.teams.say(jose, "why am I not in AskCody")
    assert "fill_in" not in card.buttons
    for verb in ("fill_in", "fill"):
        card.buttons["refresh"]["verb"] = verb
        answer = await house.teams.click(jose, card, verb, fill_mail="jose@evil.example", why="me")
        assert answer["type"] == "application/vnd.microsoft.error"
        card.buttons[verb]["verb"] = "refresh"
    assert (await house.counters()).get("usersPatched", 0) == 0


async def test_where_the_owner_allows_nobody_there_is_no_such_button(database_url: str) -> None:
    async with open_house(database_url) as house:
        assert "fill_in" not in (await asked(house)).buttons


async def test_while_the_directory_still_shows_the_old_value_nobody_is_called_and_it_can_be_called_off(
    house: House,
) -> None:
    aisha = house.person("aisha")
    await house.play("/faults", {"directoryLagSeconds": 600})
    card = await asked(house)
    await house.teams.click(aisha, card, "fill_in")
    await house.teams.click(aisha, card, "fill", fill_mail="jose@fabrikam.example", why="His manager told me.")
    await house.teams.see(
        lambda shown: shown.id == card.id and "once the directory shows it" in shown.text, what="wait"
    )
    assert (await house.counters()).get("provisionOnDemand", 0) == 0
    await house.teams.click(aisha, card, "call_off")
    assert "Aisha Khan called it off." in card.text


async def test_once_the_directory_shows_it_the_run_goes_on_by_itself(house: House) -> None:
    aisha = house.person("aisha")
    await house.play("/faults", {"directoryLagSeconds": 600})
    card = await asked(house)
    await house.teams.click(aisha, card, "fill_in")
    await house.teams.click(aisha, card, "fill", fill_mail="jose@fabrikam.example", why="His manager told me.")
    await house.teams.see(
        lambda shown: shown.id == card.id and "once the directory shows it" in shown.text, what="wait"
    )
    await house.play("/faults", {"directoryLagSeconds": 0})
    await house.teams.see(lambda shown: shown.id == card.id and "is provisioned to AskCody" in shown.text, what="José")
    assert (await house.counters())["provisionOnDemand"] == 1


async def test_a_manager_whom_microsoft_leaves_out_without_a_word_is_missed_on_the_card(house: House) -> None:
    world, aisha = house.company._stage.world, house.person("aisha")
    askcody = next(app for app in world.apps.values() if app.display_name == "AskCody")
    stranger = next(one for one in world.users if one not in askcody.links)
    jose = next(one["id"] for one in world.users.values() if one["userPrincipalName"].startswith("jose@"))
    world.managers[jose] = stranger
    card = await asked(house)
    await house.teams.click(aisha, card, "fill_in")
    await house.teams.click(aisha, card, "fill", fill_mail="jose@fabrikam.example", why="His manager told me.")
    done = await house.teams.see(
        lambda shown: shown.id == card.id and "but without this: the manager" in shown.text, what="half the truth"
    )
    assert "It comes once the manager is in the app too" in done.text
