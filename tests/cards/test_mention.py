"""A mention names one person exactly as its entity does, and only those who have to act."""

from cards._kit import broken_limits
from cards.mention import mention_card
from cards.plain import plain_text
from provisioning.model import Actor
from tests import worlds


def test_the_mark_in_the_text_is_the_entitys_own() -> None:
    odd = Actor(id="p-1", upn="x@fabrikam.example", name="<b>Ana*</b> [Lima]")
    card = mention_card("SD-7: nobody has it", [odd, worlds.aisha()])
    marks = [entity["text"] for entity in card["msteams"]["entities"]]
    assert all(mark in card["body"][0]["text"] for mark in marks)
    assert [entity["mentioned"]["id"] for entity in card["msteams"]["entities"]] == ["p-1", worlds.AISHA_ID]
    assert list(broken_limits(card)) == []


def test_readers_of_plain_text_see_names_without_marks() -> None:
    words = plain_text(mention_card("SD-7: nobody has it", [worlds.aisha()]))
    assert words == "Aisha Khan: SD-7: nobody has it"
