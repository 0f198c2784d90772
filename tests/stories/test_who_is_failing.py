"""Who is failing: grouped, with what was changed right before, the people behind it, and a ticket for them."""

from typing import Any

from tests.stories.house import House
from tests.stories.teams import Shown, actions_of

ASKCODY = "c0000000-0000-4000-8000-000000000001"


async def asked(house: House, text: str = "who is failing in AskCody", who: str = "aisha") -> Shown:
    return await house.teams.say(house.person(who), text)


def openers(card: Shown) -> list[dict[str, Any]]:
    return [one["data"] for one in actions_of(card.card) if one.get("verb") == "failing_cluster"]


async def opened(house: House, card: Shown, cluster: str, who: str = "aisha") -> dict[str, Any]:
    data = openers(card)[0] | {"id": cluster}
    return await house.teams.click(house.person(who), card, "failing_cluster", **data)


def clusters(card: Shown) -> list[str]:
    """What can be opened, from buttons or from the list to pick from."""
    picked = [choice["value"] for block in card.card["body"] for choice in block.get("choices", ())]
    return picked or [data["id"] for data in openers(card)]


async def test_people_are_grouped_by_what_they_fail_over_and_the_noise_is_counted(house: House) -> None:
    card = await asked(house)
    assert "in AskCody, over" in card.text.splitlines()[0]
    assert "mail" in card.text
    assert "Left aside this week" in card.text
    assert (await house.counters())["auditLogs"] <= 3


async def test_a_group_opens_with_its_people_and_what_mends_it(house: House) -> None:
    card = await asked(house)
    for cluster in clusters(card):
        await opened(house, card, cluster)
        if "José García" in card.text:
            break
        await house.teams.click(house.person("aisha"), card, "show_failures")
    assert "José García (jose@fabrikam.example)" in card.text
    assert "Changed right before: nothing that I can see" in card.text.replace("*", "")
    assert "hand_over" in card.verbs


async def test_a_ticket_for_these_is_one_ticket_and_another_agent_joins_it(house: House) -> None:
    aisha, ines = house.person("aisha"), house.person("ines")
    card = await asked(house)
    for known in clusters(card):
        await opened(house, card, known)
        if "José García" in card.text:
            break
        await house.teams.click(aisha, card, "show_failures")
    opened_card = card.activity
    await house.teams.click(aisha, card, "hand_over")
    ticket = await house.teams.see(lambda shown: "SD-1001" in shown.text, what="the ticket")
    assert "AskCody" in ticket.text
    card.activity = opened_card
    await house.teams.click(aisha, card, "hand_over")
    hers = await asked(house, who="ines")
    await opened(house, hers, known, "ines")
    await house.teams.click(ines, hers, "hand_over")
    await house.teams.see(lambda shown: "SD-1001 is about this" in shown.text, what="that she joined it")
    assert not any("SD-1002" in shown.text for shown in house.teams.shown)


async def test_retry_these_brings_a_list_that_looks_first_and_starts_by_its_own_button(house: House) -> None:
    card = await asked(house)
    await opened(house, card, clusters(card)[0])
    await house.teams.click(house.person("aisha"), card, "retry_these")
    crowd = await house.teams.see(lambda shown: "C-1" in shown.text, what="the list")
    assert crowd.id != card.id
    assert "provisionOnDemand" not in {name for name, value in (await house.counters()).items() if value}


async def test_a_change_of_the_mappings_right_before_is_named_with_who_made_it(house: House) -> None:
    jobs = f"/servicePrincipals/{ASKCODY}/synchronization/jobs"
    job = (await house.graph("GET", jobs))["value"][0]["id"]
    schema = await house.graph("GET", f"{jobs}/{job}/schema")
    await house.graph("PUT", f"{jobs}/{job}/schema", {k: v for k, v in schema.items() if not k.startswith("@")})
    closed = {"attribute": "displayName", "pattern": ".*", "status": 400, "detail": "Names are closed for today."}
    await house.play("/apps/AskCody/target", {"rejects": [closed]}, method="PATCH")
    await house.play("/users/olle@fabrikam.example", {"displayName": "Olle S"}, method="PATCH")
    await house.play("/clock", {"advance": "PT45M"})
    assert "“Update attribute mappings or scope”" in (await asked(house)).text
    every = await asked(house, "errors this week")
    changed = [line for line in every.text.splitlines() if "“Update attribute mappings or scope”" in line]
    assert changed and all("AskCody" in line for line in changed), "the change stands with the app that it was made in"


async def test_who_is_mended_is_gone_after_the_next_cycle(house: House) -> None:
    card = await asked(house)
    before = card.text.splitlines()[0]
    await house.set_mail("jose", "jose@fabrikam.example")
    await house.play("/clock", {"advance": "PT45M"})
    await house.teams.click(house.person("aisha"), card, "show_failures")
    assert card.text.splitlines()[0] != before


async def test_errors_this_week_are_those_of_all_apps(house: House) -> None:
    card = await asked(house, "errors this week")
    assert "apps." in card.text.splitlines()[0]
    assert "AskCody" in card.text


async def test_a_person_learns_nothing_about_others(house: House) -> None:
    card = await asked(house, who="olle")
    assert card.text.startswith("I may tell you only about your own access.")
