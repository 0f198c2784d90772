"""Buttons of the whole house: each acts once, and one that is old, forged or overtaken does nothing and says why."""

import asyncio
from copy import deepcopy
from typing import Any

from bot.seals import FIELD
from tests.stories.house import House
from tests.stories.teams import Shown

CHANNEL = "19:helpdesk@thread.tacv2"
MESSAGE = "application/vnd.microsoft.activity.message"


async def test_two_devices_that_hand_over_the_same_words_open_one_ticket(house: House) -> None:
    olle = house.person("olle")
    card = await house.teams.say(olle, "flurbish wompel")
    before = deepcopy(card.activity)
    await asyncio.gather(*(house.teams.click(olle, card, "write_ticket") for _ in range(2)))
    card.activity = before
    await house.teams.click(olle, card, "write_ticket")
    listed = await house.teams.say(olle, "my tickets")
    assert listed.text.count("SD-") == listed.text.count("SD-1001") > 0
    assert "flurbish wompel" in listed.text


async def test_a_button_without_its_seal_starts_nothing_and_the_card_is_drawn_anew(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.set_mail("jose", "jose@fabrikam.example")
    for change in ({FIELD: None}, {FIELD: "9999999999.forged"}, {"version": 2}):
        await _press_in_vain(house, card, **change)
    await house.teams.see(lambda shown: shown.id == card.id and shown.edits, what="the card as it stands")
    assert (await house.counters()).get("provisionOnDemand", 0) == 0
    await house.teams.click(aisha, card, "provision")
    await house.teams.see(lambda shown: shown.id == card.id and "provisioning log" in shown.text, what="the outcome")
    assert (await house.counters())["provisionOnDemand"] == 1


async def _press_in_vain(house: House, card: Shown, **change: Any) -> None:
    """The answer says so; where the machine takes longer than Teams waits, a message does, and the card comes back."""
    before = {shown.id for shown in house.teams.shown}
    answer = await house.teams.click(house.person("aisha"), card, "provision", **change)
    if "did nothing" not in str(answer["value"]):
        assert "Still working" in str(answer["value"])
        await house.teams.see(lambda shown: shown.id not in before and "did nothing" in shown.text, what="why")
        await house.teams.see(lambda shown: shown.id == card.id and "provision" in shown.buttons, what="the button")


async def test_the_second_agent_who_takes_a_ticket_learns_who_has_it(house: House) -> None:
    aisha, ines = house.person("aisha"), house.person("ines")
    await house.teams.say(ines, "use this channel for the helpdesk", where=CHANNEL, kind="channel")
    await house.teams.say(house.person("olle"), "I need a human: my desk is on fire")
    desk = await house.teams.see(
        lambda shown: shown.conversation.startswith(CHANNEL) and "take_ticket" in shown.verbs, what="the desk's card"
    )
    offered = deepcopy(desk.activity)
    await house.teams.click(aisha, desk, "take_ticket")
    desk.activity = offered  # Ines' screen is a moment behind
    answer = await house.teams.click(ines, desk, "take_ticket")
    assert (answer["type"], "Aisha Khan has it already" in answer["value"]) == (MESSAGE, True)
    taken = await house.teams.see(lambda shown: shown.id == desk.id and "Aisha Khan" in shown.text, what="who has it")
    assert "Ines" not in taken.text


async def test_an_edited_question_is_answered_as_it_reads_now(house: House) -> None:
    aisha, teams = house.person("aisha"), house.teams
    activity = teams._activity(aisha, "a:edited", "personal") | {"type": "message", "text": "my tickets"}
    await teams.post(activity)
    await teams.see(lambda shown: shown.conversation == "a:edited" and "Your tickets" in shown.text)
    now = {"type": "messageUpdate", "text": "why can't José get into AskCody"}
    edit = {"channelData": activity["channelData"] | {"eventType": "editMessage"}}
    for _ in range(2):  # Teams may report it twice
        assert (await teams.post({**activity, **now, **edit}))[0] == 202
    card = await teams.see(lambda shown: shown.conversation == "a:edited" and "José García" in shown.text)
    assert "provision" in card.buttons
    await teams.say(aisha, "help", where="a:edited")
    assert len([shown for shown in teams.shown if "You changed your message" in shown.text]) == 1


async def test_two_devices_that_provision_at_the_same_moment_start_one_run(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.set_mail("jose", "jose@fabrikam.example")
    await asyncio.gather(*(house.teams.click(aisha, card, "provision") for _ in range(4)))
    done = await house.teams.see(
        lambda shown: shown.id == card.id and "provisioning log" in shown.text, what="the outcome"
    )
    assert "José García" in done.text
    assert (await house.counters())["provisionOnDemand"] == 1
