"""Administrators move a job: pause, start, restart, credentials; each asks first, acts once and shows the outcome."""

from typing import Any

import pytest

from tests.stories.house import House
from tests.stories.teams import Shown, actions_of


async def health(house: House, app: str, who: str = "ines") -> Shown:
    return await house.teams.say(house.person(who), f"how is {app} syncing")


def press(card: Shown, verb: str, kind: str) -> dict[str, Any]:
    """The data of one of several buttons with this verb."""
    return next(
        action["data"]
        for action in actions_of(card.card)
        if action.get("verb") == verb and action["data"]["kind"] == kind
    )


async def planned(house: House, app: str, kind: str) -> Shown:
    """The card that asks before it acts."""
    card = await health(house, app)
    await house.teams.click(house.person("ines"), card, "plan_order", **press(card, "plan_order", kind))
    return card


async def ended(house: House, card: Shown, *words: str) -> Shown:
    return await house.teams.see(
        lambda shown: shown.id == card.id and all(word in shown.text for word in words), what=f"the card with {words}"
    )


async def test_a_typed_order_moves_nothing_and_shows_an_administrator_the_buttons(house: House) -> None:
    card = await house.teams.say(house.person("ines"), "please restart the Zoom job")
    assert "A message alone changes nothing at a job" in card.text
    assert press(card, "plan_order", "restart")
    assert not {name for name in await house.counters() if name.startswith("jobs")}


async def test_a_typed_order_tells_everybody_else_who_moves_a_job(house: House) -> None:
    card = await house.teams.say(house.person("aisha"), "pause Zoom")
    assert "only when an administrator presses a button" in card.text
    assert "plan_order" not in card.verbs


async def test_a_pause_says_what_it_does_and_then_does_it_once(house: House) -> None:
    ines = house.person("ines")
    card = await planned(house, "Zoom", "pause")
    assert card.text.startswith("Pause the job of Zoom?")
    assert "Nobody new gets in" in card.text
    assert "How long:" in card.text
    assert "Whom it touches:" in card.text
    offered = card.activity
    await house.teams.click(ines, card, "agree_order")
    await ended(house, card, "Pausing the job of Zoom: done.")
    card.activity = offered  # another device still shows the question
    await house.teams.click(ines, card, "agree_order")
    assert (await house.counters())["jobsPaused"] == 1
    after = await health(house, "Zoom")
    assert "paused" in after.text


async def test_a_paused_job_is_started_and_watched_until_its_cycle_has_ended(house: House) -> None:
    card = await planned(house, "Miro", "start")
    await house.teams.click(house.person("ines"), card, "agree_order")
    await ended(house, card, "Starting the job of Miro: done.")
    assert (await house.counters())["jobsStarted"] == 1


async def test_a_restart_explains_what_is_forgotten(house: House) -> None:
    card = await planned(house, "Zoom", "restart")
    for words in ("Escrows", "Watermark", "QuarantineState", "ForceDeletes"):
        assert words in card.text
    await house.teams.click(house.person("ines"), card, "agree_order", reset="failures")
    await ended(house, card, "Restarting the job of Zoom: done.")
    assert (await house.counters())["jobsRestarted"] == 1


async def test_what_is_broken_is_mended_before_it_is_restarted(house: House) -> None:
    ines = house.person("ines")
    await house.play("/apps/DocuSign/target", {"credentialsExpired": True}, method="PATCH")
    card = await planned(house, "DocuSign", "restart")
    await house.teams.click(ines, card, "agree_order")
    refused = await ended(house, card, "still rejects the saved credentials")
    assert "jobsRestarted" not in await house.counters()
    assert "InvalidCredentials" in refused.text
    await house.play("/apps/DocuSign/target", {"credentialsExpired": False}, method="PATCH")
    again = await planned(house, "DocuSign", "restart")
    await house.teams.click(ines, again, "agree_order")
    await ended(house, again, "Restarting the job of DocuSign: done.")
    assert (await house.counters())["jobsRestarted"] == 1


async def test_credentials_are_tested_without_moving_anything(house: House) -> None:
    await house.play("/apps/DocuSign/target", {"credentialsExpired": False}, method="PATCH")
    card = await planned(house, "DocuSign", "check")
    await house.teams.click(house.person("ines"), card, "agree_order")
    await ended(house, card, "Testing the credentials of DocuSign: done.")
    assert not {"jobsStarted", "jobsRestarted", "jobsPaused"} & set(await house.counters())


async def test_removals_that_are_held_back_are_shown_and_no_button_lets_them_through(house: House) -> None:
    card = await health(house, "Box")
    assert "Box holds removals back" in card.text
    assert "I never allow removals" in card.text
    kinds = [action["data"]["kind"] for action in actions(card) if action.get("verb") == "plan_order"]
    assert kinds == ["check"]


@pytest.mark.parametrize("who", ["aisha", "olle"])
async def test_who_is_no_admin_is_offered_nothing_and_may_not_do_it_by_hand(house: House, who: str) -> None:
    card = await health(house, "Zoom", who)
    assert "plan_order" not in card.verbs
    mine = await planned(house, "Zoom", "pause")
    answer = await house.teams.click(house.person(who), mine, "agree_order")
    assert answer["type"].endswith("error")
    assert "jobsPaused" not in await house.counters()


def actions(card: Shown) -> list[dict[str, Any]]:
    return list(actions_of(card.card))
