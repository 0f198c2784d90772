"""Asking for the helpdesk's numbers: agents get them, nobody else."""

from dataclasses import dataclass
from typing import cast

from cards.plain import plain_text
from dialogs.asking import Ask, Asker, Said
from dialogs.meaning import Intent
from dialogs.numbers import numbers
from dialogs.search import Search
from provisioning.model import Actor
from provisioning.numbers import Numbers
from tests import worlds
from tests.cards.examples import busy_desk


@dataclass
class Counted:
    asked: int = 0

    async def numbers(self) -> Numbers:
        self.asked += 1
        return busy_desk()


async def ask(who: Actor, figures: Counted) -> Said:
    answer = numbers(figures).conversations[Intent.NUMBERS]
    asker = Asker(actor=who, conversation="chat-1", kind="personal", search=cast(Search, None))
    said = await answer(Ask(intent=Intent.NUMBERS, question="numbers"), asker)
    assert isinstance(said, Said)
    return said


async def test_agents_are_told() -> None:
    said = await ask(worlds.aisha(), Counted())
    assert said.reply.card is not None
    words = plain_text(said.reply.card)
    assert words.startswith("7 tickets are open; 3 wait for somebody to take them.")
    assert "18 by a click" in words and "attribute missing: 11" in words and "a new cause: 1" in words


async def test_whoever_is_no_agent_is_told_nothing_and_nothing_is_counted() -> None:
    figures = Counted()
    said = await ask(worlds.olle(), figures)
    assert said.reply.card is not None and "Only the helpdesk" in plain_text(said.reply.card)
    assert figures.asked == 0
