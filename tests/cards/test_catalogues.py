"""The translations in the repository are what the code and the translators say."""

import re
import string
from pathlib import Path

import pytest

from cards import catalogues
from cards.words import LOCALE

RUN = "run: python -m cards.catalogues"
PLACES = sorted(catalogues.translations())
every_language = pytest.mark.parametrize("path", PLACES, ids=[path.parent.parent.name for path in PLACES])


def test_the_template_holds_exactly_the_words_of_the_code() -> None:
    assert catalogues.TEMPLATE.read_bytes() == catalogues.template(catalogues.extract()), RUN


def test_what_the_domains_errors_say_is_among_the_words() -> None:
    words = {message.id for message in catalogues.extract()}
    assert "There is no such case." in words
    assert {"Microsoft Graph is throttling the desk.", "Microsoft Graph is not available right now."} <= words


@every_language
def test_a_language_has_every_word_and_none_that_is_gone(path: Path) -> None:
    words = {message.id for message in catalogues.extract() if message.id}
    catalog = catalogues.load(path)
    assert {message.id for message in catalog if message.id} == words, RUN
    assert catalogues.untranslated(catalog) == []


@every_language
def test_a_translation_keeps_every_placeholder_and_every_bold_mark(path: Path) -> None:
    for message in catalogues.load(path):
        pairs = zip(message.id, message.string, strict=True) if message.pluralizable else [(message.id, message.string)]
        for source, target in pairs:
            assert fields(target) == fields(source), source
            assert target.count("**") == source.count("**"), source
            assert opening(target) == opening(source), source


@every_language
def test_the_compiled_catalogue_is_current(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == catalogues.compiled(catalogues.load(path)), RUN


def test_every_language_is_named_by_its_tag() -> None:
    assert all(re.fullmatch(r"[a-z]{2}", path.parent.parent.name) for path in PLACES)
    assert LOCALE.is_dir()


def opening(words: str) -> str:
    """The spaces and the sign that a text begins with: they carry meaning too."""
    return words[: len(words) - len(words.lstrip(" ✓✗–!?…○-"))]


def fields(words: str) -> set[str]:
    """The names between braces."""
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(words) if name}
