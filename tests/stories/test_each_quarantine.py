"""Each reason for a quarantine: what the card says of it, and what has to be seen to before the job is moved."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.stories.house import House, open_house
from tests.stories.teams import Shown, actions_of

DEMO = Path("sandbox/demo.json")
REASONS = {  # by the app whose job it befalls: the reason, how it is called, what is asked before a restart
    "AskCody": ("EncounteredBaseEscrowThreshold", "too many people failed", "is mended"),
    "Zoom": ("EncounteredTotalEscrowThreshold", "too many people failed", "is mended"),
    "Slack": ("EncounteredEscrowProportionThreshold", "too large a share of the people failed", "is mended"),
    "Salesforce": ("QuarantinedOnDemand", "Microsoft put it there by hand", "its support agrees"),
    "ServiceNow": ("IngestionInterrupted", "reading the data was interrupted", "What interrupted the reading"),
    "Figma": ("Unknown", "Microsoft names no reason", "Microsoft names none"),
    "Asana": ("BrandNewReason", "BrandNewReason", "Microsoft names none"),
    "DocuSign": ("EncounteredQuarantineException", "the app rejects the connection or its credentials", ""),
    "Zendesk": ("TooManyDeletes", "more accounts would be removed than the limit allows", ""),
}
HELD = {"Zendesk": 4, "Tableau": 3}  # removals that the log shows to be held back; Tableau's job itself is active
RESTARTED = [
    "AskCody",
    "Asana",
]  # every other reason is moved in the tests of orders: each costs Graph five reads of its log


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """The demo's company, with these jobs in quarantine since yesterday."""
    company = json.loads(DEMO.read_text(encoding="utf-8"))
    for app in company["apps"]:
        if app["displayName"] in REASONS:
            reason, _said, _asked = REASONS[app["displayName"]]
            app["job"]["status"] |= {"code": "Quarantine", "quarantine": _quarantine(reason)}
        if app["displayName"] in HELD:
            app.setdefault("log", []).extend(_held(person) for person in company["users"][: HELD[app["displayName"]]])
    tenant = tmp_path / "tenant.json"
    tenant.write_text(json.dumps(company), encoding="utf-8")
    async with open_house(database_url, tenant) as house:
        yield house


def _held(person: dict[str, Any]) -> dict[str, Any]:
    """A row of the log: the service would remove somebody, and waits for a human."""
    return {
        "activityDateTime": "-PT2H",
        "provisioningAction": "stagedDelete",
        "provisioningStatusInfo": {"status": "success"},
        "sourceIdentity": {"id": person["id"], "displayName": person["displayName"], "identityType": "User"},
    }


def _quarantine(reason: str) -> dict[str, Any]:
    return {"reason": reason, "seriesBegan": "-P1D", "currentBegan": "-P1D", "nextAttempt": "PT6H", "seriesCount": 2}


async def health(house: House, app: str) -> Shown:
    return await house.teams.say(house.person("ines"), f"how is {app} syncing")


def kinds(card: Shown) -> list[str]:
    return [one["data"]["kind"] for one in actions_of(card.card) if one.get("verb") == "plan_order"]


async def plan(house: House, app: str) -> Shown:
    """The card that asks before it restarts, whether or not a button for it was offered."""
    card = await health(house, app)
    data = next(one["data"] for one in actions_of(card.card) if one.get("verb") == "plan_order")
    await house.teams.click(house.person("ines"), card, "plan_order", **(data | {"kind": "restart"}))
    return card


async def code(house: House, app: str) -> str:
    target = next(one for one in (await house.graph("GET", "/servicePrincipals"))["value"] if one["displayName"] == app)
    jobs = await house.graph("GET", f"/servicePrincipals/{target['id']}/synchronization/jobs")
    found: str = jobs["value"][0]["status"]["code"]
    return found


async def ended(house: House, card: Shown, words: str) -> Shown:
    return await house.teams.see(lambda shown: shown.id == card.id and words in shown.text, what=words)


def agreement(card: Shown) -> dict[str, Any]:
    """What the button that agrees carries."""
    data: dict[str, Any] = next(one["data"] for one in actions_of(card.card) if one.get("verb") == "agree_order")
    return data


async def drawn_since(house: House, card: Shown, button: dict[str, Any]) -> None:
    """Wait until the card shows what a click has changed."""
    await house.teams.see(
        lambda shown: shown.id == card.id and agreement(shown)["version"] > button["version"], what="the card anew"
    )


async def test_the_card_names_each_reason_since_when_and_when_it_is_switched_off(house: House) -> None:
    for app, (_reason, said, _asked) in REASONS.items():
        card = await health(house, app)
        told = card.text.replace("*", "")
        for words in (f"Reason: {said}", "Since:", "Next try:", "Tried since: 2 times", "Switched off on:"):
            assert words in told, app
        assert kinds(card) == (["check"] if app == "Zendesk" else ["check", "restart"]), app


async def test_what_nothing_shows_to_be_mended_is_asked_for_before_the_restart(house: House) -> None:
    for done, app in enumerate(RESTARTED):
        card = await plan(house, app)
        assert REASONS[app][2] in card.text, app
        button = agreement(card)
        await house.teams.click(house.person("ines"), card, "agree_order", **(button | {"mended": ""}))
        assert card.text.startswith(f"Restart the job of {app}?")
        assert (await house.counters()).get("jobsRestarted", 0) == done
        await drawn_since(house, card, button)
        await house.teams.click(house.person("ines"), card, "agree_order")
        await ended(house, card, "the next cycle is being watched")
        assert (await house.counters())["jobsRestarted"] == done + 1
        assert await code(house, app) != "Quarantine"


async def test_credentials_are_tested_by_graph_itself_before_the_restart(house: House) -> None:
    await house.play("/apps/DocuSign/target", {"credentialsExpired": True}, method="PATCH")
    card = await plan(house, "DocuSign")
    assert "What you confirm" not in card.text
    await house.teams.click(house.person("ines"), card, "agree_order")
    await ended(house, card, "still rejects the saved credentials")
    assert await code(house, "DocuSign") == "Quarantine"
    await house.play("/apps/DocuSign/target", {"credentialsExpired": False}, method="PATCH")
    card = await plan(house, "DocuSign")
    await house.teams.see(lambda one: one.id == card.id and "agree_order" in one.verbs, what="the question")
    await house.teams.click(house.person("ines"), card, "agree_order")
    await ended(house, card, "the next cycle is being watched")
    assert await code(house, "DocuSign") != "Quarantine"


async def test_removals_that_are_held_back_are_counted_and_keep_an_active_job_from_a_restart(house: House) -> None:
    card = await health(house, "Zendesk")
    assert "the removal of 4 objects is held back" in card.text
    card = await health(house, "Tableau")
    assert card.text.startswith("Tableau holds removals back")
    assert "the removal of 3 objects is held back" in card.text
    assert kinds(card) == ["check", "pause"]
    card = await plan(house, "Tableau")
    assert "Removals are held back. I never let them through" in card.text
    assert "agree_order" not in card.verbs


async def test_removals_over_the_limit_are_not_moved_by_the_desk_even_by_a_made_up_click(house: House) -> None:
    card = await plan(house, "Zendesk")
    assert "Removals are held back. I never let them through" in card.text
    assert "agree_order" not in card.verbs
    assert await code(house, "Zendesk") == "Quarantine"
