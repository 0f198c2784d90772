"""Languages: what is looked up, how a language is chosen, and that nothing on a card escapes translation."""

import asyncio
import dataclasses
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest

from cards._kit import Card, undo_markdown, walk
from cards.crowd_list import HEAD
from cards.words import _, available_languages, best_language, current_language, ngettext, use_language
from provisioning.tickets import TicketState
from tests import worlds
from tests.cards import crowd_examples, examples, news_examples
from tests.cards.conftest import CLOSE, OPEN
from tests.cards.examples import EXAMPLES

MACRO = re.compile(r"\{\{(?:DATE|TIME)\([^)]*\)\}\}")
INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("DE", "de"),
        ("en-GB", "en"),
        ("tlh", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_clients_locale_becomes_a_language_that_we_have(locale: str | None, language: str) -> None:
    assert best_language(locale) == language


def test_german_is_spoken_inside_the_block_and_english_after_it() -> None:
    with use_language("de-DE") as language:
        assert language == "de"
        assert current_language() == "de"
        assert _("Refresh") == "Aktualisieren"
        assert ngettext("{n} day", "{n} days", 2) == "{n} Tage"
    assert _("Refresh") == "Refresh"


def test_english_and_german_are_shipped() -> None:
    assert available_languages() == ("de", "en")


async def test_two_turns_side_by_side_speak_each_its_own_language() -> None:
    both_inside = asyncio.Barrier(2)

    async def turn(locale: str) -> str:
        with use_language(locale):
            await both_inside.wait()
            return _("Refresh")

    german, english = await asyncio.gather(turn("de"), turn("en"))
    assert (german, english) == ("Aktualisieren", "Refresh")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@pytest.mark.usefixtures("pseudo_language")
def test_every_word_on_a_card_went_through_gettext(name: str) -> None:
    card = EXAMPLES[name]()
    untranslated = [(words, left) for words in visible(card) if (left := left_over(words))]
    assert untranslated == []


def visible(card: Card) -> Iterator[str]:
    """Every text that a reader can see."""
    for part in walk(card):
        for key in ("text", "title", "label", "placeholder", "errorMessage", "fallbackText", "altText"):
            if isinstance(part.get(key), str):
                yield part[key]


def left_over(words: str) -> str:
    """What remains of a text when marked words and values of the case are taken out; letters there are a fault."""
    words = undo_markdown(MACRO.sub("", words))
    while (shorter := INNERMOST.sub("", words)) != words:
        words = shorter
    for value in VALUES:
        words = words.replace(value, "")
    return words if re.search(r"[^\W\d_]", words) else ""


def strings(value: Any) -> Iterator[str]:
    """Every text inside a value of the domain."""
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, (tuple, list)):
        for inner in value:
            yield from strings(inner)
    elif dataclasses.is_dataclass(value) and not isinstance(value, (type, datetime)):
        for field in dataclasses.fields(value):
            yield from strings(getattr(value, field.name))


def _values() -> list[str]:
    """What stands on cards as data, longest first; commands are the same in every language."""
    commands = [
        "help",
        "my tickets",
        "status Jossé Garsia in AskCody",
        "HTTP",
        "SD-",
        "AskCody Displays",
        "User to User",
        "https://fabrikam.example/browse/HELP-1",
        "HELP-1",
        *(f"Person {number}" for number in range(9)),
    ]
    cases = [*examples.by_state().values(), *(examples.case(seen) for seen in examples.by_cause().values())]
    found = {text for case in cases for text in strings(case) if text}
    found |= {text for one in (examples.ticket(TicketState.CLOSED), examples.bare_ticket()) for text in strings(one)}
    lists = (HEAD, crowd_examples.members(25), crowd_examples.LEFT, crowd_examples.ready())
    found |= {text for text in strings(lists) if len(text) > 1} | {worlds.NOW.isoformat(), "sync-desk crowd", "--csv"}
    found |= {str(error) for error in examples.TROUBLES.values()}
    found |= {text for person in examples.many_people(9) for text in strings(person)}
    found |= set(strings(examples.failing_cycle())) | {
        "TooManyDeletes",
        "TooMany",
        "EncounteredEscrowProportionThreshold",
        "NotRun",
        "Hibernating",
    }
    certificate, drift = (
        news_examples.ends_soon(1),
        news_examples.drifted(news_examples.much_drift(), by="ines@fabrikam.example"),
    )
    found |= {text for text in strings((certificate, drift, examples.SAID)) if len(text) > 1} | {"Zoom"}
    return sorted(found | set(commands), key=len, reverse=True)


VALUES = _values()
