"""A whole group over real HTTP: five members a call, each followed to an end, and what stands in a group's way said."""

import pytest

from tests.stories.house import House
from tests.stories.teams import Shown

ASKCODY_USERS = "b0000000-0000-4000-8000-000000000003"


async def wish(house: House, group: str, app: str, who: str = "aisha") -> Shown:
    return await house.teams.say(house.person(who), f"provision group {group} in {app}")


async def ended(house: House, card: Shown) -> Shown:
    return await house.teams.see(
        lambda shown: shown.id == card.id and "members are there." in shown.text, what="the group's end"
    )


async def test_a_group_is_shown_with_its_members_and_what_is_not_opened_and_nothing_happens(house: House) -> None:
    card = await wish(house, "AskCody Users", "AskCody")
    assert "can be provisioned to AskCody now" in card.text.splitlines()[0]
    assert "AskCody Project Team" in card.text, "the group inside it is named"
    assert "takes five members a call, so this is 2 calls" in card.text
    assert (await house.counters()).get("provisionOnDemand", 0) == 0


async def test_a_group_of_eight_goes_in_two_calls_and_every_member_has_an_end(house: House) -> None:
    aisha = house.person("aisha")
    card = await wish(house, "AskCody Users", "AskCody")
    await house.teams.click(aisha, card, "provision_group")
    assert "Provisioning AskCody Users to AskCody" in card.text
    done = await ended(house, card)
    assert "✓ Tomas Bauer: is there" in done.text
    assert "Agnes Larsen: failed" in done.text
    assert "Hanna Olsen: left out – The directory account is disabled" in done.text
    assert "waits" not in done.text
    assert (await house.counters())["provisionOnDemand"] == 2
    assert "provision_group" not in done.buttons


async def test_a_run_that_waits_for_microsoft_is_stopped_and_whoever_wished_for_it_is_told(house: House) -> None:
    aisha = house.person("aisha")
    card = await wish(house, "AskCody Users", "AskCody")
    busy = {"path": "provisionOnDemand", "method": "POST", "status": 429, "times": 1, "retryAfter": 30}
    await house.play("/faults", {"failNext": [busy]})
    await house.teams.click(aisha, card, "provision_group")
    await house.teams.see(lambda shown: shown.id == card.id and "throttling" in shown.text, what="the wait")
    await house.teams.click(aisha, card, "stop_group")
    assert "was stopped: 0 of 8 are there" in card.text.splitlines()[0]
    assert "Stopped by Aisha Khan" in card.text
    assert "Tomas Bauer: was not called" in card.text
    assert "stop_group" not in card.buttons
    await house.teams.see(lambda shown: shown.id != card.id and "was stopped:" in shown.text, what="the news")
    assert (await house.counters())["provisionOnDemand"] == 1


async def test_a_second_click_on_the_card_that_another_device_shows_starts_nothing_more(house: House) -> None:
    aisha = house.person("aisha")
    card = await wish(house, "AskCody Users", "AskCody")
    offered = card.activity
    await house.teams.click(aisha, card, "provision_group")
    card.activity = offered
    await house.teams.click(aisha, card, "provision_group")
    await ended(house, card)
    assert (await house.counters())["provisionOnDemand"] == 2


@pytest.mark.parametrize(
    ("group", "app", "words"),
    [
        ("Finance", "AskCody", "is not assigned to the app"),
        ("AskCody Project Team", "AskCody", "Being inside an assigned group does not count"),
        ("Marketing Announcements", "AskCody", "is not security-enabled"),
        ("Designers", "DocuSign", "quarantine"),
        ("Nobodies", "AskCody", "I find no group"),
    ],
)
async def test_what_stands_in_a_groups_way_is_said_and_there_is_no_button(
    house: House, group: str, app: str, words: str
) -> None:
    card = await wish(house, group, app)
    assert words in card.text
    assert "provision_group" not in card.verbs


async def test_only_the_helpdesk_may(house: House) -> None:
    card = await wish(house, "AskCody Users", "AskCody", who="olle")
    assert "provision_group" not in card.verbs


async def test_a_call_whose_answer_is_lost_is_looked_up_and_not_repeated(house: House) -> None:
    aisha = house.person("aisha")
    card = await wish(house, "AskCody Users", "AskCody")
    lost = {"path": "provisionOnDemand", "method": "POST", "status": 504, "times": 1}
    await house.play("/faults", {"failNext": [lost]})
    await house.teams.click(aisha, card, "provision_group")
    await house.teams.see(lambda shown: shown.id == card.id and "is working on it" in shown.text, what="the call")
    assert (await house.counters())["provisionOnDemand"] == 1
