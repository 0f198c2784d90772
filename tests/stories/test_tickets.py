"""What the desk cannot mend goes to people, and the one who asked hears about every step."""

import asyncio
from typing import Any

import pytest

from bot.inbox import Inbox
from bot.proactive import Draw, Proactive
from provisioning.casework.tickets import Tickets
from tests.stories.house import House

CHANNEL = "19:helpdesk@thread.tacv2"


async def test_until_a_channel_is_named_the_asker_is_told_that_nobody_was_notified(house: House) -> None:
    answer = await house.teams.say(house.person("olle"), "I need a human: my desk is on fire")
    assert "SD-" in answer.text
    assert "nobody" in answer.text.casefold()
    listed = await house.teams.say(house.person("aisha"), "open tickets")
    assert "Olle Svensson" in listed.text


async def test_only_an_admin_names_the_helpdesks_channel(house: House) -> None:
    words = "use this channel for the helpdesk"
    no = await house.teams.say(house.person("aisha"), words, where=CHANNEL, kind="channel")
    assert "admin" in no.text.casefold()
    await house.teams.say(house.person("ines"), words, where=CHANNEL, kind="channel")
    before = len(house.teams.shown)
    await house.teams.say(house.person("olle"), "I need a human: my desk is on fire")
    await house.teams.see(
        lambda shown: shown.conversation == CHANNEL and shown in house.teams.shown[before:], what="the helpdesk's card"
    )


async def test_a_ticket_lives_on_two_cards_that_are_edited_in_place(house: House) -> None:
    aisha, jose = house.person("aisha"), house.person("jose")
    await house.teams.say(house.person("ines"), "use this channel for the helpdesk", where=CHANNEL, kind="channel")
    asked = await house.teams.say(jose, "why am I not in AskCody")
    await house.teams.click(jose, asked, "open_ticket")
    assert "SD-" in asked.text
    assert "open_ticket" not in asked.buttons, "one question has one ticket"
    own = await house.teams.see(
        lambda shown: shown.conversation == f"a:{jose.id}" and "refresh_ticket" in shown.verbs, what="the own card"
    )
    desk = await house.teams.see(
        lambda shown: shown.conversation == CHANNEL and "take_ticket" in shown.verbs, what="the helpdesk's card"
    )
    assert "José García" in desk.text
    assert "why am I not in AskCody" in desk.text
    await house.teams.click(aisha, desk, "take_ticket")
    assert "Aisha Khan" in desk.text
    assert "take_ticket" not in desk.buttons
    await house.teams.see(
        lambda shown: shown.conversation == f"a:{jose.id}" and "Aisha Khan" in shown.text, what="word to the requester"
    )
    await house.teams.click(aisha, await house.teams.form(aisha, desk, "close"), "close_ticket")
    await house.teams.see(
        lambda shown: shown.conversation == f"a:{jose.id}" and "closed" in shown.text.casefold(),
        what="word that it is closed",
    )
    await house.teams.see(lambda shown: shown is own and "closed" in shown.text.casefold(), what="the own card, closed")
    mine = await house.teams.say(jose, "my tickets")
    assert "SD-" not in mine.text or "closed" in mine.text.casefold()


async def test_a_helpdesk_that_is_quicker_than_the_answer_does_not_leave_its_asker_in_doubt(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.teams.say(house.person("ines"), "use this channel for the helpdesk", where=CHANNEL, kind="channel")
    known, redraws, commit = asyncio.Event(), 0, Inbox.commit
    notified, redraw = Tickets.notified, Proactive.redraw

    async def noted(tickets: Tickets, number: int, room: str = "") -> None:
        nonlocal redraws
        await notified(tickets, number, room)
        redraws = 1

    async def redrawn(proactive: Proactive, about: str, draw: Draw) -> None:
        nonlocal redraws
        await redraw(proactive, about, draw)
        if redraws:
            redraws += 1
        if redraws > 2:  # the work that noted it, and the work that this queued
            known.set()

    async def dawdle(*given: Any, **named: Any) -> None:
        await known.wait()  # everything that the new ticket had queued is over, and its card is not stored yet
        await commit(*given, **named)

    monkeypatch.setattr(Tickets, "notified", noted)
    monkeypatch.setattr(Proactive, "redraw", redrawn)
    monkeypatch.setattr(Inbox, "commit", dawdle)
    answer = await house.teams.say(house.person("olle"), "I need a human: my desk is on fire")
    await house.teams.see(lambda shown: shown is answer and "nobody" not in shown.text.casefold(), what="the good news")
    assert "SD-" in answer.text


async def test_without_words_the_bot_asks_once_what_it_is_about(house: House) -> None:
    olle = house.person("olle")
    question = await house.teams.say(olle, "I need a human")
    assert "SD-" not in question.text
    ticket = await house.teams.say(olle, "my desk is on fire")
    assert "SD-" in ticket.text


async def test_an_answer_about_everything_is_handed_over_as_it_was_said(house: House) -> None:
    """The helpdesk reads what the card said, and who asks about a part of it joins."""
    aisha, ines, jose = house.person("aisha"), house.person("ines"), house.person("jose")
    await house.teams.say(ines, "use this channel for the helpdesk", where=CHANNEL, kind="channel")
    answer = await house.teams.say(aisha, "everything about José")
    said = answer.text
    await house.teams.click(aisha, answer, "hand_over")
    assert "hand_over" not in answer.buttons
    desk = await house.teams.see(
        lambda shown: shown.conversation == CHANNEL and "take_ticket" in shown.verbs, what="the helpdesk's card"
    )
    first_line = next(line for line in said.splitlines() if line.strip())
    assert first_line in desk.text
    assert "“everything about José”" in desk.text
    asked = await house.teams.say(jose, "why am I not in AskCody")
    await house.teams.click(jose, asked, "open_ticket")
    await house.teams.see(
        lambda shown: shown.conversation == f"a:{jose.id}" and "refresh_ticket" in shown.verbs, what="José's own card"
    )
    listed = await house.teams.say(aisha, "open tickets")
    assert listed.text.count("SD-") == listed.text.count("SD-1001"), "there is one ticket"
