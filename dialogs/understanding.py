"""What somebody means: an intent, whom it is about, which application. Rules and data, no model, nothing looked up.

In doubt the meaning is UNCLEAR or lacks a part, and the conversation asks. A question or a negation is never a command.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogs.grammar import Grammar
from dialogs.leaning import FOLLOWED, with_last
from dialogs.letter import quieted
from dialogs.meaning import ABOUT_NOBODY, Intent, LastAnswer, Meaning, Who, WhoKind
from dialogs.names import names_in
from dialogs.naming import Cued, Heard, find_apps
from dialogs.reading import Reading, known
from dialogs.sentence import Kind, Piece, take_apart
from dialogs.spelling import is_greeting, language_of, spelt, without_greeting
from dialogs.talk import Mention
from dialogs.whom import people_of
from provisioning.model import Actor, App

MOST_PIECES = 100  # words of a message that are looked at; whoever writes more is telling a story to a human
ABOUT_ALL_APPS = frozenset({"passport", "whole_person", "audit"})  # labels whose sentences need no app
_TICKET = re.compile(r"(?:\bsd-? ?|\bticket (?:number |no |nr )?)(\d{1,9})\b")
_CROWD = re.compile(r"\bc-(\d{1,9})\b|\bcrowd (?:number |no |nr )?(\d{1,9})\b")
WITH_GROUP = frozenset({Intent.BULK, Intent.PROVISION_GROUP, Intent.SCOPE})


def understand(
    message: str,
    *,
    apps: Sequence[App],
    actor: Actor,
    mentions: Sequence[Mention] = (),
    last: LastAnswer | None = None,
    locale: str | None = None,
) -> Meaning:
    """Read one message. ``apps`` are the names to be recognised; nobody's existence is checked here."""
    pieces = take_apart(quieted(message), mentions)[:MOST_PIECES]
    chosen = language_of(pieces, locale)
    if not pieces:
        return _wordless(message, chosen)
    if is_greeting(pieces, chosen) and not (last and "?" in message):
        return Meaning(intent=Intent.GREETING, language=chosen.language)
    pieces = without_greeting(pieces, chosen)
    pieces = tuple(spelt(piece, chosen) for piece in pieces)
    pieces, heard = find_apps(pieces, apps, telling=chosen.telling, known=chosen.noise, cued=_cued(chosen))
    reading = Reading(message=message, pieces=pieces, heard=heard, grammar=chosen, actor=actor, last=last)
    return _meaning(reading, apps)


def _wordless(message: str, words: Grammar) -> Meaning:
    """No word at all: nothing, a question mark (help), a waving hand, or something that nobody understands."""
    signs = message.strip()
    if not signs.strip("?!.… "):
        return Meaning(intent=Intent.HELP, language=words.language)
    intent = Intent.GREETING if signs[0] in "👋🙏👍🙂😊" else Intent.UNCLEAR
    return Meaning(intent=intent, language=words.language)


def _meaning(reading: Reading, apps: Sequence[App]) -> Meaning:
    group, inside = _group(reading)
    named = _names_somebody(_without(reading, inside) if inside else reading)
    label, text, negated = _intent(reading, named=named)
    if inside:
        reading = _without(reading, inside)
    about_all = label in ABOUT_ALL_APPS or reading.grammar.everything.search(reading.shape)
    names, app_words = names_in(reading, _nowhere if about_all else _cued(reading.grammar))
    people = people_of(reading, names, themself=not _asks_again(reading))
    meaning = Meaning(
        intent=Intent.UNCLEAR,
        people=people,
        apps=_distinct(reading.heard),
        each_app=len({one.apps for one in reading.heard}) > 1 and all(len(one.apps) == 1 for one in reading.heard),
        app_words=app_words if not reading.heard else "",
        corrected=next((heard.said for heard in reading.heard if not heard.literal), ""),
        group=group,
        asks="?" in reading.message,
        fragment=label is None,
        negated=negated,
        somebody=not people and reading.grammar.somebody.search(reading.shape) is not None,
        language=reading.grammar.language,
    )
    meaning = _of_a_person(replace(_with_intent(meaning, label, reading), text=text), reading)
    if meaning.intent in ABOUT_NOBODY:
        return replace(
            meaning, people=(), apps=(), each_app=False, app_words="", corrected="", somebody=False, group=""
        )
    if meaning.group and meaning.intent not in WITH_GROUP:
        meaning = replace(meaning, group="")
    return with_last(meaning, reading, apps)


def _of_a_person(meaning: Meaning, reading: Reading) -> Meaning:
    """Whoever may ask about nobody else and names nobody asks about themself: "can't get into Zoom"."""
    asks = meaning.intent is Intent.STATUS and meaning.apps and not meaning.group
    if not asks or meaning.people or meaning.somebody or reading.actor.is_agent or reading.last:
        return meaning
    return replace(meaning, people=(Who(kind=WhoKind.ME, words=reading.actor.upn, id=reading.actor.id),))


def _names_somebody(reading: Reading) -> bool:
    """Whether anybody seems to be named, oneself included."""
    names, _app = names_in(reading, _cued(reading.grammar))
    return bool(people_of(reading, names)) or reading.grammar.somebody.search(reading.shape) is not None


def _intent(reading: Reading, *, named: bool) -> tuple[str | None, str, bool]:
    """The label of the first rule that fits, the person's own text where the rule takes one, and the negation."""
    if _asks_again(reading):
        return None, "", False
    for rule in reading.grammar.rules:
        end = rule.end(reading.shape, named=named)
        if end is not None:
            return rule.intent, _text_after(reading, end) if rule.takes_text else "", rule.negated
    return reading.grammar.wish(reading.shape), "", False


def _asks_again(reading: Reading) -> bool:
    """Whether the message is nothing but "try again", "why?", "any news?" after an answer."""
    if reading.last is None or reading.last.intent not in FOLLOWED:
        return False
    ordinary = all(piece.kind is Kind.WORD and known(piece, reading.grammar) for piece in reading.pieces)
    return ordinary and reading.grammar.again.search(reading.shape) is not None


def _text_after(reading: Reading, end: int) -> str:
    """The message after the pieces that ``shape[:end]`` covers, without the punctuation that leads it."""
    _first, covered = reading.span(0, end)
    rest = reading.message[reading.pieces[covered - 1].end :].lstrip(" \t\n:,;.!?-–—").strip()
    return rest if any(c.isalnum() for c in rest) else ""


def _group(reading: Reading) -> tuple[str, tuple[int, int] | None]:
    """The name of a group of people, and the pieces that it is made of."""
    for pattern in reading.grammar.groups:
        if found := pattern.search(reading.shape):
            start, end = reading.span(*found.span("group"))
            if reading.pieces[start].kind is Kind.QUOTED and end == start + 1:
                return reading.pieces[start].text, (start, end)
            return reading.text_of(start, end), (start, end)
    return "", None


def _without(reading: Reading, inside: tuple[int, int]) -> Reading:
    """The same sentence, in which a group's name is one thing: it names neither people nor an app."""
    start, end = inside
    first, last = reading.pieces[start], reading.pieces[end - 1]
    whole = Piece(kind=Kind.GROUP, text=first.text, plain="@group", start=first.start, end=last.end)
    apps_before = sum(piece.kind is Kind.APP for piece in reading.pieces[:start])
    apps_inside = sum(piece.kind is Kind.APP for piece in reading.pieces[start:end])
    return replace(
        reading,
        pieces=(*reading.pieces[:start], whole, *reading.pieces[end:]),
        heard=(*reading.heard[:apps_before], *reading.heard[apps_before + apps_inside :]),
    )


def _with_intent(meaning: Meaning, label: str | None, reading: Reading) -> Meaning:
    """Turn a rule's label into an intent, weighing who and what was named."""
    match label:
        case "tickets_mine":
            return replace(meaning, intent=Intent.TICKETS)
        case "tickets_open":
            return replace(meaning, intent=Intent.TICKETS, everybodys=True)
        case "ticket_named":
            number = re.search(r"\d+", reading.shape)
            return replace(meaning, intent=Intent.TICKETS, ticket=int(number[0]) if number else None)
        case "watch" | "unwatch" if number := _TICKET.search(reading.shape):
            meaning = replace(meaning, people=(), apps=(), app_words="", somebody=False)
            return replace(meaning, intent=Intent(label), ticket=int(number[1]))
        case "watch" | "unwatch" if number := _CROWD.search(reading.shape):
            meaning = replace(meaning, people=(), apps=(), app_words="", somebody=False)
            return replace(meaning, intent=Intent(label), crowd=int(number[1] or number[2]))
        case "foreign_command":
            return replace(meaning, elsewhere=True)
        case "order":
            return replace(meaning, intent=Intent.HEALTH, ordered=True)
        case "health" | "health_or_status":
            return replace(meaning, intent=Intent.STATUS if meaning.people else Intent.HEALTH)
        case "whole_person":  # what is wrong with Olle: with an app a status, about nobody nothing
            return replace(meaning, intent=_of_a_whole_person(meaning))
        case "slow_app":
            return replace(meaning, intent=_of_a_slow_app(reading))
        case "doubtful_provision":
            return replace(meaning, intent=Intent.STATUS)
        case None if reading.grammar.everything.search(reading.shape) and meaning.people and not meaning.apps:
            return replace(meaning, intent=Intent.PASSPORT)
        case None if reading.grammar.slow.search(reading.shape) and not (meaning.people or meaning.somebody):
            return replace(meaning, intent=_of_a_slow_app(reading))
        case None:
            return replace(meaning, intent=_intent_of_a_fragment(meaning, reading))
        case "status" | "provision" | "bulk" | "provision_group" if _about_many(meaning, label, reading):
            return replace(meaning, intent=_of_many(meaning, label), people=())
        case "provision" if reading.grammar.denial.search(reading.shape):
            return replace(meaning, intent=Intent.STATUS)
        case "provision" if _may_be_about_anything(meaning, reading):
            return meaning
        case "provision" if meaning.asks and not reading.grammar.politely.search(reading.shape):
            return replace(meaning, intent=Intent.STATUS)
        case "status" if _names_nobody_else(meaning):
            return replace(meaning, intent=_of_nothing_named(reading))
        case _:
            return replace(meaning, intent=Intent(label))


def _of_a_slow_app(reading: Reading) -> Intent:
    """Whoever only waits for an app is told how it does, not who is assigned to it."""
    return Intent.SCOPE if reading.actor.is_agent else Intent.HEALTH


def _may_be_about_anything(meaning: Meaning, reading: Reading) -> bool:
    """ "create a chart for Olle": a verb that is about an account only beside an app."""
    wide = not reading.grammar.only_provision.search(reading.shape)
    return wide and not (meaning.apps or meaning.app_words or reading.last)


def _names_nobody_else(meaning: Meaning) -> bool:
    """No app, and at most oneself."""
    somebody = meaning.somebody or any(who.kind is not WhoKind.ME for who in meaning.people)
    return not (somebody or meaning.apps or meaning.app_words)


def _of_nothing_named(reading: Reading) -> Intent:
    """A question that names nobody and nothing; that may lean on the last answer, and be about access at all."""
    words = reading.grammar
    leans = reading.last and (words.it.search(reading.shape) or words.they.search(reading.shape))
    return Intent.STATUS if leans or words.about_access.search(reading.shape) else Intent.UNCLEAR


def _of_a_whole_person(meaning: Meaning) -> Intent:
    if meaning.apps or meaning.app_words:
        return Intent.STATUS if meaning.people or meaning.app_words else Intent.HEALTH
    return Intent.PASSPORT if meaning.people or meaning.somebody else Intent.UNCLEAR


def _about_many(meaning: Meaning, label: str, reading: Reading) -> bool:
    if label in ("bulk", "provision_group"):
        return True
    crowd = reading.grammar.crowd.search(reading.shape) is not None
    return (bool(meaning.group) or crowd) and not meaning.people and not meaning.somebody


def _of_many(meaning: Meaning, label: str) -> Intent:
    return Intent.PROVISION_GROUP if meaning.group and label != "status" else Intent.BULK


def _intent_of_a_fragment(meaning: Meaning, reading: Reading) -> Intent:
    """No rule fits: somebody or an app was named beyond doubt, or it goes on with the last question."""
    last = reading.last
    goes_on = reading.grammar.follow.search(reading.shape) and (meaning.people or meaning.apps or meaning.app_words)
    if last and last.intent in FOLLOWED and (goes_on or _asks_again(reading)):
        return Intent.PASSPORT if last.intent is Intent.PASSPORT and not meaning.apps else Intent.STATUS
    follows = last is not None and last.intent in FOLLOWED and meaning.asks and len(reading.pieces) <= 4
    if follows and meaning.people:
        return Intent.STATUS
    if meaning.apps or _surely_about(meaning, reading) or (meaning.app_words and meaning.people) or goes_on:
        return Intent.STATUS
    if reading.grammar.short and meaning.people:
        return Intent.STATUS
    if meaning.people and reading.grammar.capitals_are_names and all(p.capital for p in reading.pieces):
        return Intent.STATUS
    return Intent.UNCLEAR


def _surely_about(meaning: Meaning, reading: Reading) -> bool:
    """Whether somebody was named in a way that no ordinary word can be; "me" only where it is about access."""
    kinds = {who.kind for who in meaning.people} - {WhoKind.NAME, WhoKind.LAST}
    return bool(kinds - {WhoKind.ME}) or (
        bool(kinds) and reading.grammar.about_access.search(reading.shape) is not None
    )


def _nowhere(pieces: Sequence[Piece], index: int) -> bool:
    """No place where an app is to be expected."""
    return False


def _cued(words: Grammar) -> Cued:
    def cued(pieces: Sequence[Piece], index: int) -> bool:
        before = index - 1
        while before >= 0 and pieces[before].plain in words.articles:
            before -= 1
        if before < 0:
            return False
        late = pieces[before].plain in words.late_cues and any(not known(piece, words) for piece in pieces[:before])
        return late or pieces[before].plain in words.app_cues

    return cued


def _distinct(heard: Sequence[Heard]) -> tuple[App, ...]:
    return tuple({app.id: app for one in heard for app in one.apps}.values())
