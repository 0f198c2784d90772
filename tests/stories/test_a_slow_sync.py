"""Why is the AskCody sync slow: question, figures, confirmation, filter written, the next cycle, undo."""

from typing import Any

from tests.stories.house import House
from tests.stories.teams import Shown

ASKCODY = "c0000000-0000-4000-8000-000000000001"
JOBS = f"/servicePrincipals/{ASKCODY}/synchronization/jobs"
QUESTION = "why is the AskCody sync slow"
WANTED = ("mail", "givenName", "surname")


async def job(house: House) -> dict[str, Any]:
    found = await house.graph("GET", JOBS)
    first: dict[str, Any] = found["value"][0]
    return first


async def schema(house: House) -> dict[str, Any]:
    found: dict[str, Any] = await house.graph("GET", f"{JOBS}/{(await job(house))['id']}/schema")
    return {key: value for key, value in found.items() if not key.startswith("@")}


def user_mapping(whole: dict[str, Any]) -> dict[str, Any]:
    mappings = whole["synchronizationRules"][0]["objectMappings"]
    found: dict[str, Any] = next(one for one in mappings if one["sourceObjectName"] == "User")
    return found


async def put_groups(house: House, *groups: dict[str, Any]) -> None:
    """What an administrator saves in the portal."""
    whole = await schema(house)
    user_mapping(whole)["scope"] = {"groups": list(groups)}
    await house.graph("PUT", f"{JOBS}/{(await job(house))['id']}/schema", whole)


def group(name: str, *attributes: str) -> dict[str, Any]:
    clauses = [
        {"sourceOperandName": one, "operatorName": "IS NOT NULL", "targetOperand": {"values": []}} for one in attributes
    ]
    return {"name": name, "clauses": clauses}


async def clauses(house: House) -> list[list[str]]:
    groups = (user_mapping(await schema(house))["scope"] or {"groups": []})["groups"]
    return [[clause["sourceOperandName"] for clause in one["clauses"]] for one in groups]


async def asked(house: House, who: str = "ines") -> Shown:
    return await house.teams.say(house.person(who), QUESTION)


async def ended(house: House, card: Shown, *words: str) -> Shown:
    return await house.teams.see(
        lambda shown: shown.id == card.id and all(word in shown.text for word in words), what=f"the card with {words}"
    )


async def test_the_answer_counts_what_the_group_mixes_and_names_who_would_fall_out(house: House) -> None:
    card = await asked(house)
    first, *_ = card.text.splitlines()
    assert first.startswith("AskCody takes in")
    for words in ("Rooms:", "Desks:", "Disabled accounts among them:", "AskCody Users", "There is none"):
        assert words in card.text
    assert "José García (person): lacks mail" in card.text
    assert "SkipOutOfScopeDeletions" in card.text
    assert {"agree_order", "drop_order", "order_people"} <= card.verbs
    page = await house.teams.click(house.person("ines"), card, "order_people")
    assert "Page 1 of" in str(page)


async def test_the_filter_is_written_once_and_the_next_cycle_shows_before_and_after(house: House) -> None:
    ines = house.person("ines")
    card = await asked(house)
    await house.teams.click(ines, card, "agree_order")
    watching = await ended(house, card, "the next cycle is being watched")
    assert "agree_order" not in watching.verbs
    assert await clauses(house) == [list(WANTED)]
    assert (await house.counters())["schemasPut"] == 1
    await house.play("/clock", {"advance": "PT2M"})
    await house.teams.click(ines, card, "refresh_order")
    done = await ended(house, card, "done.", "Before:", "After:")
    assert "Can be undone until" in done.text
    assert (await house.counters())["schemasPut"] == 1


async def accounts(house: House) -> dict[str, bool]:
    """Who has an account in the app, and whether it is active."""
    target = await house.play("/apps/AskCody/target", method="GET")
    return {account["userName"]: account["active"] for account in target["accounts"]}


async def test_who_falls_out_is_disabled_in_the_app_as_the_card_said(house: House) -> None:
    ines = house.person("ines")
    leaver = next(name for name, active in (await accounts(house)).items() if active)
    await house.play(f"/users/{leaver}", {"surname": None}, method="PATCH")
    name = house.person(leaver.split("@")[0]).name
    card = await asked(house)
    assert f"{name} (person): lacks surname" in card.text
    await house.teams.click(ines, card, "agree_order")
    await ended(house, card, "the next cycle is being watched")
    assert (await accounts(house))[leaver] is True
    await house.play("/clock", {"advance": "PT2M"})
    assert (await accounts(house))[leaver] is False


async def test_with_the_setting_on_nobody_who_falls_out_is_disabled_and_the_card_says_so(house: House) -> None:
    ines = house.person("ines")
    assert "setting SkipOutOfScopeDeletions is off" in (await asked(house)).text
    flag = {"value": [{"key": "SkipOutOfScopeDeletions", "value": "True"}]}
    await house.graph("PUT", f"/servicePrincipals/{ASKCODY}/synchronization/secrets", flag)
    leaver = next(name for name, active in (await accounts(house)).items() if active)
    await house.play(f"/users/{leaver}", {"surname": None}, method="PATCH")
    card = await asked(house)
    assert "setting SkipOutOfScopeDeletions is on" in card.text
    assert "accounts that they have stay as they are" in card.text
    assert "be disabled in the app" not in card.text
    await house.teams.click(ines, card, "agree_order")
    await ended(house, card, "the next cycle is being watched")
    await house.play("/clock", {"advance": "PT2M"})
    assert (await accounts(house))[leaver] is True


async def test_a_setting_that_may_not_be_read_is_said_to_be_unknown(house: House) -> None:
    path = f"/servicePrincipals/{ASKCODY}/synchronization/secrets"
    refusal = {"path": path, "status": 403, "times": 5, "code": "Authorization_RequestDenied"}
    await house.play("/faults", {"failNext": [refusal]})
    card = await asked(house)
    assert "I could not read it" in card.text
    assert "agree_order" in card.verbs


async def test_undo_puts_the_filter_of_before_back(house: House) -> None:
    ines = house.person("ines")
    await put_groups(house, group("Has mail", "mail"))
    card = await asked(house)
    await house.teams.click(ines, card, "agree_order")
    await ended(house, card, "the next cycle is being watched")
    assert await clauses(house) == [["mail", "givenName", "surname"]]
    await house.play("/clock", {"advance": "PT2M"})
    await house.teams.click(ines, card, "refresh_order")
    await ended(house, card, "done.")
    await house.teams.click(ines, card, "plan_undo")
    plan = await house.teams.see(lambda shown: "back as they were?" in shown.text, what="the plan to undo")
    assert plan.id != card.id
    await house.teams.click(ines, plan, "agree_order")
    await ended(house, plan, "the next cycle is being watched")
    assert await clauses(house) == [["mail"]]
    await ended(house, card, "the schema of before was put back")
    assert "plan_undo" not in card.verbs


async def test_three_separate_filters_are_called_what_they_are_with_both_counts(house: House) -> None:
    await put_groups(house, *(group(f"Has {name}", name) for name in WANTED))
    card = await asked(house)
    assert "These are 3 filters, and one that fits is enough (OR)" in card.text
    await house.teams.click(house.person("ines"), card, "agree_order")
    await ended(house, card, "the next cycle is being watched")
    assert [set(one) for one in await clauses(house)] == [set(WANTED)] * 3


async def test_an_edit_in_the_portal_is_not_overwritten(house: House) -> None:
    card = await asked(house)
    await put_groups(house, group("Somebody else's work", "department"))
    await house.teams.click(house.person("ines"), card, "agree_order")
    await ended(house, card, "I overwrite nobody's work")
    assert await clauses(house) == [["department"]]


async def test_an_agent_sees_the_figures_and_is_offered_nothing_to_write(house: House) -> None:
    card = await asked(house, "aisha")
    assert "agree_order" not in card.verbs
    assert "An identity administrator can ask the same" in card.text


async def test_a_person_learns_nothing_about_who_is_assigned(house: House) -> None:
    card = await asked(house, "olle")
    assert card.text.startswith("I may tell you only about your own access.")
