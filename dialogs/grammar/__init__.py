"""How people word things, one data file per language: add ``xx.toml`` and the desk understands xx.

A file holds the words that are never names, the synonyms, and for each intent the patterns that mean it,
tried from top to bottom. Patterns see plain words (no accents, case or apostrophes) parted by one space, in which
``@app``, ``@address``, ``@object_id``, ``@mention`` and ``@quoted`` stand for what was recognised; ``{synonym}``
is filled from ``[synonyms]``. What a file leaves out is empty: a short one, without rules, is enough to find people
and apps in a sentence, which is then taken for one of its ``[wishes]``, which change nothing in an app, or else for a
question. Beside it ``xx.words`` may hold common words that are no names.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

NOTHING = r"(?!)"  # a pattern that fits nothing
ANYTHING = r"\S+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One intent and how people say it. ``takes_text``: what follows the pattern is the person's own text."""

    intent: str
    when: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...] = ()
    takes_text: bool = False
    negated: bool = False  # said in order that something does not happen
    named: bool | None = None  # only where somebody is named, or only where nobody is; None: either

    def end(self, shape: str, *, named: bool) -> int | None:
        """Where in ``shape`` the pattern ends that means this intent; None: it is not meant."""
        if self.named not in (None, named):
            return None
        if any(pattern.search(shape) for pattern in self.unless):
            return None
        return next((found.end() for pattern in self.when if (found := pattern.search(shape))), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """One language."""

    language: str
    telling: frozenset[str]  # plain words by which the language is known
    noise: frozenset[str]  # plain words that are never a name: those, and other common ones
    misspelt: tuple[str, ...]  # words worth recognising in spite of a typing error
    slips: Mapping[str, str]  # short words that are often mistyped, and what they stand for
    greetings: re.Pattern[str]
    me: re.Pattern[str]
    not_me: re.Pattern[str]  # phrases whose "me" is not the person asked about
    somebody: re.Pattern[str]  # somebody else who is not named: my colleague, the new user
    they: re.Pattern[str]  # somebody who was named before
    it: re.Pattern[str]  # an app that was named before
    follow: re.Pattern[str]  # goes on with the last question
    again: re.Pattern[str]  # asks the last question once more
    others: re.Pattern[str]  # asks whom else the last answer fits
    everything: re.Pattern[str]  # of a language without rules: asks for all about somebody
    slow: re.Pattern[str]  # of a language without rules: asks why the sync of an app is slow
    wishes: Mapping[str, tuple[re.Pattern[str], ...]]  # of a language without rules
    crowd: re.Pattern[str]  # more people than one card can hold
    about_access: re.Pattern[str]  # makes a question that names nothing one about access
    politely: re.Pattern[str]  # begins a wish that is worded as a question: can you
    only_provision: re.Pattern[str]  # verbs that mean it without an app; "add" and "create" may mean anything
    denial: re.Pattern[str]  # makes a wish doubtful wherever it stands: not, never, unless
    groups: tuple[re.Pattern[str], ...]  # name a group of people: the part called "group" is its name
    places: frozenset[str]  # what rooms and desks are called, with a number or a name behind
    app_cues: frozenset[str]  # plain words right before an app's name
    late_cues: frozenset[str]  # the same, once somebody was named
    how_is: frozenset[str]  # begins a question about somebody that goes on with the last one
    of_somebody: frozenset[str]  # verbs that make a name of the word which begins a sentence
    articles: frozenset[str]  # words that may stand between
    capitals_are_names: bool  # a capital within a sentence makes a name of a word
    rules: tuple[Rule, ...]

    def wish(self, shape: str) -> str | None:
        """The first of the wishes that ``shape`` is."""
        fits = (intent for intent, when in self.wishes.items() if any(one.search(shape) for one in when))
        return next(fits, None)

    @property
    def short(self) -> bool:
        """Whether the language has no rules: everything about somebody or an app is a question."""
        return not self.rules


@cache
def languages() -> tuple[str, ...]:
    """Every language that has a data file."""
    names = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def grammar(language: str) -> Grammar:
    """The grammar of one of ``languages()``."""
    here = files(__package__)
    document = tomllib.loads((here / f"{language}.toml").read_text("utf-8"))
    synonyms: Mapping[str, str] = document.get("synonyms", {})

    def one(key: str) -> re.Pattern[str]:
        return _pattern(document.get(key, NOTHING), synonyms)

    def words(key: str) -> frozenset[str]:
        return frozenset(document.get(key, "").split())

    telling = words("noise") | _words_of(synonyms.values()) | _words_of(_patterns_of(document))
    return Grammar(
        language=language,
        telling=telling,
        noise=telling | _common(language) | (frozenset() if "rules" in document else _of_short_languages()),
        misspelt=tuple(document.get("misspelt", "").split()),
        slips=_transposed(document.get("transposed", "").split(), telling) | document.get("slips", {}),
        greetings=one("greetings"),
        me=one("me"),
        not_me=one("not_me"),
        somebody=one("somebody"),
        they=one("they"),
        it=one("it"),
        follow=one("follow"),
        again=one("again"),
        others=one("others"),
        everything=one("everything"),
        slow=one("slow"),
        wishes={
            intent: tuple(_pattern(text, synonyms) for text in when)
            for intent, when in document.get("wishes", {}).items()
        },
        crowd=one("crowd"),
        about_access=one("about_access"),
        politely=one("politely"),
        only_provision=_pattern(document.get("only_provision", ANYTHING), synonyms),
        denial=one("denial"),
        groups=tuple(_pattern(text, synonyms) for text in document.get("groups", ())),
        places=words("places"),
        app_cues=words("app_cues"),
        late_cues=words("late_cues"),
        how_is=words("how_is"),
        of_somebody=words("of_somebody"),
        articles=words("articles"),
        capitals_are_names=document["capitals_are_names"],
        rules=tuple(_rule(entry, synonyms) for entry in document.get("rules", ())),
    )


def _transposed(words: Iterable[str], telling: frozenset[str]) -> dict[str, str]:
    """Each word with two neighbouring letters in the wrong order: opne → open."""
    pairs = (
        (word[:at] + word[at + 1] + word[at] + word[at + 2 :], word) for word in words for at in range(len(word) - 1)
    )
    return {typed: word for typed, word in pairs if typed not in telling}


@cache
def _of_short_languages() -> frozenset[str]:
    """The words of all languages without rules: neighbours share many, and none of them is a name."""
    documents = (tomllib.loads((files(__package__) / f"{one}.toml").read_text("utf-8")) for one in languages())
    return frozenset(word for one in documents if "rules" not in one for word in one["noise"].split())


def _common(language: str) -> frozenset[str]:
    beside = files(__package__) / f"{language}.words"
    if not beside.is_file():
        return frozenset()
    lines = beside.read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _rule(entry: Mapping[str, Any], synonyms: Mapping[str, str]) -> Rule:
    return Rule(
        intent=entry["intent"],
        when=tuple(_pattern(text, synonyms) for text in entry["when"]),
        unless=tuple(_pattern(text, synonyms) for text in entry.get("unless", ())),
        takes_text=entry.get("takes_text", False),
        negated=entry.get("negated", False),
        named=entry.get("named"),
    )


def _pattern(text: str, synonyms: Mapping[str, str]) -> re.Pattern[str]:
    filled = re.sub(r"\{([a-z_]+)\}", lambda found: f"(?:{synonyms[found[1]]})", text)
    return re.compile(rf"(?<!\S)(?:{filled})(?!\S)")


def _patterns_of(document: Mapping[str, Any]) -> Iterator[str]:
    for rule in document.get("rules", ()):
        yield from rule["when"]
    for when in document.get("wishes", {}).values():
        yield from when


def _words_of(patterns: Iterable[str]) -> frozenset[str]:
    """The words that patterns are made of: what a pattern waits for is no name either."""
    return frozenset(word for text in patterns for word in re.findall(r"(?<![@\\{_])\b[a-z]{2,}(?![}_])", text))
