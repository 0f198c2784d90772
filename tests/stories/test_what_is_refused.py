"""On-demand provisioning disables whoever is no longer assigned, so everything is checked again at the click."""

from typing import Any

from tests.stories.house import House
from tests.stories.teams import Shown

ASKCODY = "c0000000-0000-4000-8000-000000000001"


async def account(house: House, user_name: str) -> dict[str, Any]:
    """The account as the app itself holds it."""
    async with house.session.get(f"{house.company.origin}/scim/{ASKCODY}/v2/Users") as response:
        found = (await response.json(content_type=None))["Resources"]
    return next(one for one in found if one["userName"] == user_name)


async def status(house: House, who: str, app: str = "AskCody") -> Shown:
    return await house.teams.say(house.person("aisha"), f"status {who}@fabrikam.example in {app}")


async def test_somebody_who_is_not_assigned_is_not_provisioned_because_that_would_disable_them(house: House) -> None:
    card = await status(house, "pavel")
    assert "provision" not in card.buttons
    assert "disable" in card.text


async def test_an_assignment_that_ended_after_the_card_was_drawn_is_noticed_at_the_click(house: House) -> None:
    aisha, olle = house.person("aisha"), house.person("olle")
    card = await status(house, "olle")
    assert "provision" in card.buttons
    await house.unassign(ASKCODY, olle.id)
    await house.teams.click(aisha, card, "provision")
    assert "disable" in card.text
    assert (await house.counters()).get("provisionOnDemand", 0) == 0
    assert (await account(house, "olle@fabrikam.example"))["active"] is True


async def test_somebody_whom_the_filter_keeps_out_is_not_provisioned_because_that_would_disable_them(
    house: House,
) -> None:
    """Found by hand: an active account was switched off by a well-meant click."""
    aisha = house.person("aisha")
    card = await status(house, "zoe", "Zoom")
    assert "provision" in card.buttons
    await house.play("/users/zoe@fabrikam.example", {"department": "Warehouse"}, method="PATCH")
    await house.teams.click(aisha, card, "provision")
    assert "disable" in card.text
    assert "provision" not in card.buttons
    assert (await house.counters()).get("provisionOnDemand", 0) == 0
    fresh = await status(house, "zoe", "Zoom")
    assert "provision" not in fresh.buttons


async def test_a_job_that_went_into_quarantine_meanwhile_is_noticed_at_the_click(house: House) -> None:
    card = await status(house, "zoe", "DocuSign")
    assert "provision" not in card.buttons
    assert "quarantine" in card.text


async def test_a_person_who_forges_the_button_gets_nothing(house: House) -> None:
    jose = house.person("jose")
    card = await house.teams.say(jose, "why am I not in AskCody")
    refresh = card.buttons["refresh"]
    refresh["verb"] = "provision"
    answer = await house.teams.click(jose, card, "provision")
    assert answer["type"] == "application/vnd.microsoft.error"
    assert (await house.counters()).get("provisionOnDemand", 0) == 0


async def test_two_agents_who_click_at_once_start_one_run(house: House) -> None:
    aisha, ines = house.person("aisha"), house.person("ines")
    first = await house.teams.say(aisha, "why can't José get into AskCody")
    second = await house.teams.say(ines, "why can't José get into AskCody")
    await house.set_mail("jose", "jose@fabrikam.example")
    await house.play("/faults", {"logLagSeconds": 600})  # so that the first run is still under way
    await house.teams.click(aisha, first, "provision")
    await house.teams.click(ines, second, "provision")
    assert "Aisha Khan" in second.text
    await house.teams.see(lambda shown: shown.id == first.id and "does not show" in shown.text, what="the first run")
    assert (await house.counters())["provisionOnDemand"] == 1
