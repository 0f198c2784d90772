"""Pressing Refresh on a ticket's card: the card keeps its readers, whoever presses."""

from dataclasses import replace

import pytest

from dialogs.talk import Click, Reply
from provisioning.errors import NotThereError
from provisioning.model import Actor
from tests.dialogs.desk import AISHA, INES, OLLE, Desk


async def refreshed(desk: Desk, by: Actor, voice: str | None) -> Reply:
    click = Click(
        verb="refresh_ticket", data={"ticket": 1}, actor=by, conversation="19:group", kind="groupChat", voice=voice
    )
    return await desk.conversations.click(click)


@pytest.mark.parametrize("voice", ["person", "agent"])
@pytest.mark.parametrize("by", [AISHA, OLLE, INES], ids=["an agent", "the requester", "an admin"])
async def test_the_card_keeps_its_voice_whoever_presses(desk: Desk, by: Actor, voice: str) -> None:
    await desk.ask("I need a human: printer", by=OLLE)
    assert (await refreshed(desk, by, voice)).voice == voice


async def test_a_ticket_shown_from_a_list_speaks_to_who_asked(desk: Desk) -> None:
    await desk.ask("I need a human: printer", by=OLLE)
    assert (await refreshed(desk, AISHA, None)).voice == "agent"
    assert (await refreshed(desk, OLLE, None)).voice == "person"


async def test_the_voice_of_a_card_opens_no_ticket_of_somebody_else(desk: Desk) -> None:
    await desk.ask("I need a human: printer", by=OLLE)
    with pytest.raises(NotThereError):
        await refreshed(desk, replace(OLLE, id="another"), "agent")
