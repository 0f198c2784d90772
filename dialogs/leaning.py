"""What a message leaves out and visibly takes from the last answer: "and in Zoom?", "who else fails?"."""

from collections.abc import Sequence
from dataclasses import replace

from dialogs.meaning import ABOUT_SOMEBODY, Intent, LastAnswer, Meaning, Who, WhoKind
from dialogs.reading import Reading
from provisioning.model import App

FOLLOWED = ABOUT_SOMEBODY | {Intent.HEALTH}  # answers that "and in Zoom?" can go on with
LEANING = frozenset({Intent.FAILURES, Intent.WATCH, Intent.AUDIT})  # may be about what was answered last


def with_last(meaning: Meaning, reading: Reading, apps: Sequence[App]) -> Meaning:
    """Fill from the last answer what the message leaves out and visibly leans on."""
    last, words = reading.last, reading.grammar
    if last is None or meaning.ticket is not None:
        return meaning
    if meaning.intent in LEANING:
        return _leaning(meaning, reading, apps)
    if meaning.intent not in FOLLOWED:
        return meaning
    again = words.again.search(reading.shape) is not None
    goes_on = again or words.follow.search(reading.shape) is not None or _bare_question(meaning, reading)
    goes_on = goes_on or (meaning.intent is Intent.PROVISION and _is_bare(meaning))
    if meaning.intent is Intent.PASSPORT and last.app_id and meaning.people and _bare_question(meaning, reading):
        how_is = reading.shape.split()[0] in reading.grammar.how_is
        meaning = replace(meaning, intent=Intent.STATUS) if how_is else meaning
    if meaning.intent is Intent.PASSPORT:
        return _with_last_person(meaning, last) if goes_on and not meaning.people else meaning
    if goes_on and last.intent is Intent.HEALTH and not meaning.people and meaning.intent is Intent.STATUS:
        meaning = replace(meaning, intent=Intent.HEALTH)
    if goes_on and meaning.intent in ABOUT_SOMEBODY and not meaning.people and not meaning.somebody:
        meaning = _with_last_person(meaning, last)
    leans = (
        goes_on
        or _names_nothing(meaning)
        or words.it.search(reading.shape)
        or any(w.kind is WhoKind.LAST for w in meaning.people)
    )
    if leans and not meaning.apps and not meaning.app_words and last.app_id:
        meaning = _with_last_app(meaning, last, apps)
    return meaning


def _leaning(meaning: Meaning, reading: Reading, apps: Sequence[App]) -> Meaning:
    """ "who else fails?", "tell me when it works", "who did that?" are about what was answered last."""
    last, words = reading.last, reading.grammar
    assert last is not None
    theirs = meaning.intent is not Intent.FAILURES
    names_nothing = _is_bare(meaning)
    leans = words.others.search(reading.shape) if not theirs else words.it.search(reading.shape)
    about_last = any(who.kind is WhoKind.LAST for who in meaning.people)
    if theirs and names_nothing and leans and last.intent is not Intent.HEALTH:
        meaning = _with_last_person(meaning, last)
    if last.app_id and not meaning.apps and not meaning.app_words and (about_last or (names_nothing and leans)):
        meaning = _with_last_app(meaning, last, apps)
    return meaning


def _with_last_app(meaning: Meaning, last: LastAnswer, apps: Sequence[App]) -> Meaning:
    return replace(meaning, apps=tuple(app for app in apps if app.id == last.app_id), follows=True)


def _with_last_person(meaning: Meaning, last: LastAnswer) -> Meaning:
    if not last.person_id:
        return meaning
    return replace(meaning, people=(Who(kind=WhoKind.LAST, words="", id=last.person_id),), follows=True)


def _bare_question(meaning: Meaning, reading: Reading) -> bool:
    """A name or an app with a question mark and little else: "Olle?", "Zoom?", "how's Omar?"."""
    return meaning.asks and (meaning.fragment or meaning.intent is Intent.PASSPORT) and len(reading.pieces) <= 4


def _names_nothing(meaning: Meaning) -> bool:
    """ "is the job running?": neither a person nor an app, right after an answer about one."""
    return meaning.intent is Intent.HEALTH and not (meaning.people or meaning.apps or meaning.app_words)


def _is_bare(meaning: Meaning) -> bool:
    """Neither a person nor an app, not even "somebody"."""
    return not (meaning.people or meaning.apps or meaning.app_words or meaning.somebody)
