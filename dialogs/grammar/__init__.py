"""How people word things, one data file per language: add ``xx.toml`` and the desk understands xx.

A file holds the words that are never names, the synonyms, and for each intent the patterns that mean it,
tried from top to bottom. Patterns see plain words (no accents, case or apostrophes) parted by one space, in which
``@app``, ``@address``, ``@object_id``, ``@mention`` and ``@quoted`` stand for what was recognised; ``{synonym}``
is filled from ``[synonyms]``.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One intent and how people say it. ``takes_text``: what follows the pattern is the person's own text."""

    intent: str
    when: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...] = ()
    takes_text: bool = False
    negated: bool = False  # said in order that something does not happen

    def end(self, shape: str) -> int | None:
        """Where in ``shape`` the pattern ends that means this intent; None: it is not meant."""
        if any(pattern.search(shape) for pattern in self.unless):
            return None
        return next((found.end() for pattern in self.when if (found := pattern.search(shape))), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """One language."""

    language: str
    noise: frozenset[str]  # plain words that are never a name
    misspelt: tuple[str, ...]  # words worth recognising in spite of a typing error
    greetings: re.Pattern[str]
    me: re.Pattern[str]
    not_me: re.Pattern[str]  # phrases whose "me" is not the person asked about
    somebody: re.Pattern[str]  # somebody else who is not named: my colleague, the new user
    they: re.Pattern[str]  # somebody who was named before
    it: re.Pattern[str]  # an app that was named before
    follow: re.Pattern[str]  # goes on with the last question
    again: re.Pattern[str]  # asks the last question once more
    crowd: re.Pattern[str]  # more people than one card can hold
    app_cues: frozenset[str]  # plain words right before an app's name
    articles: frozenset[str]  # words that may stand between
    capitals_are_names: bool  # a capital within a sentence makes a name of a word
    rules: tuple[Rule, ...]


@cache
def languages() -> tuple[str, ...]:
    """Every language that has a data file."""
    names = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def grammar(language: str) -> Grammar:
    """The grammar of one of ``languages()``."""
    document = tomllib.loads((files(__package__) / f"{language}.toml").read_text("utf-8"))
    synonyms: Mapping[str, str] = document["synonyms"]

    def one(key: str) -> re.Pattern[str]:
        return _pattern(document[key], synonyms)

    rules = tuple(_rule(entry, synonyms) for entry in document["rules"])
    return Grammar(
        language=language,
        noise=frozenset(document["noise"].split()) | _words_of(synonyms.values()) | _words_of(_patterns_of(document)),
        misspelt=tuple(document["misspelt"].split()),
        greetings=one("greetings"),
        me=one("me"),
        not_me=one("not_me"),
        somebody=one("somebody"),
        they=one("they"),
        it=one("it"),
        follow=one("follow"),
        again=one("again"),
        crowd=one("crowd"),
        app_cues=frozenset(document["app_cues"].split()),
        articles=frozenset(document["articles"].split()),
        capitals_are_names=document["capitals_are_names"],
        rules=rules,
    )


def _rule(entry: Mapping[str, Any], synonyms: Mapping[str, str]) -> Rule:
    return Rule(
        intent=entry["intent"],
        when=tuple(_pattern(text, synonyms) for text in entry["when"]),
        unless=tuple(_pattern(text, synonyms) for text in entry.get("unless", ())),
        takes_text=entry.get("takes_text", False),
        negated=entry.get("negated", False),
    )


def _pattern(text: str, synonyms: Mapping[str, str]) -> re.Pattern[str]:
    filled = re.sub(r"\{([a-z_]+)\}", lambda found: f"(?:{synonyms[found[1]]})", text)
    return re.compile(rf"(?<!\S)(?:{filled})(?!\S)")


def _patterns_of(document: Mapping[str, Any]) -> Iterator[str]:
    for rule in document["rules"]:
        yield from rule["when"]


def _words_of(patterns: Iterable[str]) -> frozenset[str]:
    """The words that patterns are made of: what a pattern waits for is no name either."""
    return frozenset(word for text in patterns for word in re.findall(r"(?<![@\\{_])\b[a-z]{2,}(?![}_])", text))
