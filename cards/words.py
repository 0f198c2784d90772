"""Every word that a person reads goes through here: gettext, and the language of the moment.

The language is a context variable, so two turns that run side by side speak each their own. Words are
looked up when a card is drawn, never at import time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

DOMAIN = "sync_desk"
LOCALE = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"  # the msgids are English, so English has no catalogue

_language: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)


def _(message: str) -> str:
    """``message`` in the language of the moment; English where it has no translation."""
    return catalogue(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form that fits ``n``; the number itself is filled in by the caller."""
    return catalogue(_language.get()).ngettext(singular, plural, n)


@contextmanager
def use_language(locale: str | None) -> Iterator[str]:
    """Speak ``locale`` ("de", "de-AT", None) inside the block; yields the language that was settled on."""
    language = best_language(locale)
    token = _language.set(language)
    try:
        yield language
    finally:
        _language.reset(token)


def current_language() -> str:
    """The language that words are in now, as a two-letter tag."""
    return _language.get()


@cache
def available_languages() -> tuple[str, ...]:
    """English and every language that has a catalogue, sorted."""
    found = {path.parent.parent.name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return tuple(sorted(found | {SOURCE_LANGUAGE}))


def best_language(locale: str | None) -> str:
    """The available language for a client's locale: "de-AT" → "de"; unknown or None → English."""
    tag = (locale or "").replace("_", "-").split("-")[0].lower()
    return tag if tag in available_languages() else SOURCE_LANGUAGE


@cache
def catalogue(language: str) -> NullTranslations:
    """The compiled catalogue of one language; English translates to itself."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    with (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return GNUTranslations(file)
