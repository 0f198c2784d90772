"""What somebody means: an intent, whom it is about, which application. Rules and data, no model, nothing looked up.

In doubt the meaning is UNCLEAR or lacks a part, and the conversation asks. A question or a negation is never a command.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from dialogs.grammar import Grammar, grammar, languages
from dialogs.meaning import ABOUT_NOBODY, ABOUT_SOMEBODY, Intent, LastAnswer, Meaning, Who, WhoKind
from dialogs.naming import Cued, Heard, find_apps
from dialogs.sentence import Kind, Piece, owner, plain, squash, take_apart
from dialogs.talk import Mention
from provisioning.model import Actor, App

PARTICLES = frozenset(
    "af al av bin da de del della den der di do dos du el la le st ter van vom von y zu".split()  # noqa: SIM905
)
MOST_PIECES = 100  # words of a message that are looked at; whoever writes more is telling a story to a human
FOREIGN = 0.4  # below this share of known words the sentence is in a language that we have no grammar for


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One message while it is being read."""

    message: str
    pieces: tuple[Piece, ...]
    heard: tuple[Heard, ...]
    grammar: Grammar
    actor: Actor
    last: LastAnswer | None
    shape: str = field(init=False)

    def __post_init__(self) -> None:
        self.shape = " ".join(piece.plain for piece in self.pieces)

    @property
    def share_known(self) -> float:
        """How much of the sentence the grammar knows, 0 to 1."""
        words = [piece for piece in self.pieces if piece.kind is Kind.WORD and not piece.capital]
        known = sum(piece.plain in self.grammar.noise for piece in words)
        return known / len(words) if words else 1.0


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
    pieces = take_apart(message, mentions)[:MOST_PIECES]
    chosen = _language_of(pieces, locale)
    if not pieces:
        return Meaning(intent=Intent.HELP, language=chosen.language)
    if chosen.greetings.fullmatch(" ".join(piece.plain for piece in pieces)):
        return Meaning(intent=Intent.GREETING, language=chosen.language)
    pieces = _without_greeting(pieces, chosen)
    pieces = tuple(_spelt(piece, chosen) for piece in pieces)
    pieces, heard = find_apps(pieces, apps, known=chosen.noise, cued=_cued(chosen))
    reading = _Reading(message=message, pieces=pieces, heard=heard, grammar=chosen, actor=actor, last=last)
    return _meaning(reading, apps)


# ------------------------------------------------------------------------------------------ the way of a sentence


def _meaning(reading: _Reading, apps: Sequence[App]) -> Meaning:
    label, text, negated = _intent(reading)
    names, app_words = _names(reading)
    people = _people(reading, names)
    meaning = Meaning(
        intent=Intent.UNCLEAR,
        people=people,
        apps=_distinct(reading.heard),
        app_words=app_words if not reading.heard else "",
        corrected=next((heard.said for heard in reading.heard if not heard.literal), ""),
        asks="?" in reading.message,
        fragment=label is None,
        negated=negated,
        somebody=not people and reading.grammar.somebody.search(reading.shape) is not None,
        language=reading.grammar.language,
    )
    meaning = replace(_with_intent(meaning, label, reading), text=text)
    if meaning.intent in ABOUT_NOBODY:
        return replace(meaning, people=(), apps=(), app_words="", corrected="", somebody=False)
    return _with_last(meaning, reading, apps)


def _intent(reading: _Reading) -> tuple[str | None, str, bool]:
    """The label of the first rule that fits, the person's own text where the rule takes one, and the negation."""
    for rule in reading.grammar.rules:
        end = rule.end(reading.shape)
        if end is not None:
            return rule.intent, _text_after(reading, end) if rule.takes_text else "", rule.negated
    return None, "", False


def _text_after(reading: _Reading, end: int) -> str:
    """The message after the pieces that ``shape[:end]`` covers, without the punctuation that leads it."""
    covered = reading.shape[:end].count(" ") + 1
    rest = reading.message[reading.pieces[covered - 1].end :].lstrip(" \t\n:,;.!?-–—").strip()
    return rest if any(c.isalnum() for c in rest) else ""


def _with_intent(meaning: Meaning, label: str | None, reading: _Reading) -> Meaning:
    """Turn a rule's label into an intent, weighing who and what was named."""
    match label:
        case "tickets_mine":
            return replace(meaning, intent=Intent.TICKETS)
        case "tickets_open":
            return replace(meaning, intent=Intent.TICKETS, everybodys=True)
        case "ticket_named":
            number = re.search(r"\d+", reading.shape)
            return replace(meaning, intent=Intent.TICKETS, ticket=int(number[0]) if number else None)
        case "foreign_command":
            return replace(meaning, elsewhere=True)
        case "health" | "health_or_status":
            about_person = bool(meaning.people)
            return replace(meaning, intent=Intent.STATUS if about_person else Intent.HEALTH)
        case None:
            return replace(meaning, intent=_intent_of_a_fragment(meaning, reading))
        case "status" | "provision" if reading.grammar.crowd.search(reading.shape) and not _hard(meaning):
            return replace(meaning, intent=Intent.BULK)
        case _:
            return replace(meaning, intent=Intent(label))


def _intent_of_a_fragment(meaning: Meaning, reading: _Reading) -> Intent:
    """No rule fits: somebody or an app was named beyond doubt, or it goes on with the last question."""
    last = reading.last
    follows = bool(last and last.intent in ABOUT_SOMEBODY | {Intent.HEALTH})
    goes_on = reading.grammar.follow.search(reading.shape) and (meaning.people or meaning.apps or meaning.app_words)
    if follows and (goes_on or reading.grammar.again.search(reading.shape)):
        return Intent.STATUS
    if meaning.apps or _hard(meaning) or (meaning.app_words and meaning.people) or goes_on:
        return Intent.STATUS
    if meaning.people and reading.grammar.capitals_are_names and all(p.capital for p in reading.pieces):
        return Intent.STATUS
    return Intent.UNCLEAR


def _hard(meaning: Meaning) -> bool:
    """Whether somebody was named in a way that no ordinary word can be."""
    return any(who.kind not in (WhoKind.NAME, WhoKind.LAST) for who in meaning.people)


# ------------------------------------------------------------------------------------------ who


def _people(reading: _Reading, names: Sequence[Who]) -> tuple[Who, ...]:
    named = [_self_or(who, reading.actor) for who in (*_whole_people(reading), *names)]
    if named:
        return tuple(dict.fromkeys(named))
    shape = reading.grammar.not_me.sub("", reading.shape)
    if reading.grammar.me.search(shape):
        return (Who(kind=WhoKind.ME, words=reading.actor.upn, id=reading.actor.id),)
    if reading.last and reading.last.person_id and reading.grammar.they.search(reading.shape):
        return (Who(kind=WhoKind.LAST, words="", id=reading.last.person_id),)
    return ()


def _whole_people(reading: _Reading) -> Iterator[Who]:
    for piece in reading.pieces:
        match piece.kind:
            case Kind.ADDRESS:
                yield Who(kind=WhoKind.ADDRESS, words=piece.text)
            case Kind.OBJECT_ID:
                yield Who(kind=WhoKind.OBJECT_ID, words=piece.text)
            case Kind.MENTION if piece.id:
                yield Who(kind=WhoKind.MENTION, words=piece.text, id=piece.id)
            case Kind.MENTION | Kind.QUOTED:
                yield Who(kind=WhoKind.NAME, words=piece.text)


def _self_or(who: Who, actor: Actor) -> Who:
    """Whoever names themself in full, or (being allowed to ask about nobody else) by first name, means "me"."""
    own = plain(actor.name)
    himself = (
        actor.id in (who.id, who.words)
        or who.words.casefold() == actor.upn.casefold()
        or (who.kind is WhoKind.NAME and squash(who.words) == squash(actor.name))
        or (who.kind is WhoKind.NAME and not actor.is_agent and plain(who.words) in own.split()[:1])
    )
    return Who(kind=WhoKind.ME, words=actor.upn, id=actor.id) if himself else who


def _names(reading: _Reading) -> tuple[list[Who], str]:
    """The words that no grammar explains: names of people, and what stands where an app's name should."""
    names: list[Who] = []
    app_words = ""
    cued = _cued(reading.grammar)
    for start, end in _runs(reading):
        if _captions_an_address(reading, end):
            continue
        words = owner(reading.message[reading.pieces[start].start : reading.pieces[end - 1].end])
        if cued(reading.pieces, start) and not reading.heard and not app_words:
            app_words = words
        elif not (names and (cued(reading.pieces, start) or _completes_an_app(reading, start))):
            names.append(Who(kind=WhoKind.NAME, words=words))
    return names, app_words


def _captions_an_address(reading: _Reading, index: int) -> bool:
    """Whether an address follows that says who is meant: José García (jose@fabrikam.example)."""
    if index >= len(reading.pieces) or reading.pieces[index].kind not in (Kind.ADDRESS, Kind.OBJECT_ID):
        return False
    between = reading.message[reading.pieces[index - 1].end : reading.pieces[index].start]
    return between.strip() in ("", "(", "<", "[")


def _completes_an_app(reading: _Reading, index: int) -> bool:
    """Whether a word stands right after an app: the rest of a longer name, as in "in Zoom Rooms"."""
    return index > 0 and reading.pieces[index - 1].kind is Kind.APP and _touch(reading, index)


def _runs(reading: _Reading) -> Iterator[tuple[int, int]]:
    """Stretches of pieces that can be a name; particles (van, de la) belong to the name around them."""
    could_be = [_could_be_a_name(reading, index) for index in range(len(reading.pieces))]
    if not any(could_be) and reading.grammar.capitals_are_names:
        could_be = [_capital_inside(reading, index) for index in range(len(reading.pieces))]
    start = 0
    while start < len(could_be):
        if not could_be[start]:
            start += 1
            continue
        end = start + 1
        while end < len(could_be) and (could_be[end] or _joins(reading, could_be, end)):
            if not _touch(reading, end):
                break
            end += 1
        yield start, end
        start = end


def _could_be_a_name(reading: _Reading, index: int) -> bool:
    piece = reading.pieces[index]
    if piece.kind is not Kind.WORD or not any(c.isalpha() for c in piece.plain):
        return False
    if _known(piece, reading.grammar):
        return False
    return piece.capital or reading.share_known >= FOREIGN or len(reading.pieces) <= 3


def _capital_inside(reading: _Reading, index: int) -> bool:
    """A common word with a capital within a sentence of small letters: Will, Mark, Grace."""
    piece = reading.pieces[index]
    shouting = all(p.capital for p in reading.pieces if p.kind is Kind.WORD)
    is_word = piece.kind is Kind.WORD and piece.capital and len(piece.plain) > 2
    pronoun = bool(reading.grammar.me.fullmatch(piece.plain) or reading.grammar.they.fullmatch(piece.plain))
    return is_word and index > 0 and not shouting and not piece.text.isupper() and not pronoun


def _joins(reading: _Reading, could_be: Sequence[bool], index: int) -> bool:
    """Whether the pieces from ``index`` on are particles that lead to another part of the name."""
    end = index
    while end < len(could_be) and reading.pieces[end].plain in PARTICLES:
        end += 1
    return index < end < len(could_be) and could_be[end]


def _touch(reading: _Reading, index: int) -> bool:
    between = reading.message[reading.pieces[index - 1].end : reading.pieces[index].start]
    return between.strip() == ""


# ------------------------------------------------------------------------------------------ the last answer


def _with_last(meaning: Meaning, reading: _Reading, apps: Sequence[App]) -> Meaning:
    """Fill from the last answer what the message leaves out and visibly leans on."""
    last, words = reading.last, reading.grammar
    if last is None or meaning.intent not in ABOUT_SOMEBODY | {Intent.HEALTH}:
        return meaning
    again = words.again.search(reading.shape) is not None
    goes_on = again or words.follow.search(reading.shape) is not None
    if goes_on and last.intent is Intent.HEALTH and not meaning.people and meaning.intent is Intent.STATUS:
        meaning = replace(meaning, intent=Intent.HEALTH)
    if goes_on and meaning.intent in ABOUT_SOMEBODY and not meaning.people and last.person_id:
        who = Who(kind=WhoKind.LAST, words="", id=last.person_id)
        meaning = replace(meaning, people=(who,), follows=True)
    leans = goes_on or words.it.search(reading.shape) or any(w.kind is WhoKind.LAST for w in meaning.people)
    if leans and not meaning.apps and not meaning.app_words and last.app_id:
        remembered = tuple(app for app in apps if app.id == last.app_id)
        meaning = replace(meaning, apps=remembered, follows=True)
    return meaning


# ------------------------------------------------------------------------------------------ words


def _language_of(pieces: Sequence[Piece], locale: str | None) -> Grammar:
    """The grammar that knows most words; of equals the reader's own language, then English."""
    words = [piece.plain for piece in pieces if piece.kind is Kind.WORD]
    own = (locale or "en").split("-")[0].lower()

    def fit(language: str) -> tuple[int, bool, bool]:
        known = grammar(language).noise
        return sum(word in known for word in words), language == own, language == "en"

    return grammar(max(languages(), key=fit))


def _without_greeting(pieces: tuple[Piece, ...], words: Grammar) -> tuple[Piece, ...]:
    """ "Hi there, why …" without its "Hi there"."""
    for count in range(min(4, len(pieces) - 1), 0, -1):
        if words.greetings.fullmatch(" ".join(piece.plain for piece in pieces[:count])):
            return pieces[count:]
    return pieces


def _spelt(piece: Piece, words: Grammar) -> Piece:
    """A cue word with a typing error, set right: statsu → status. Its first letter must be right: names are near."""
    if piece.kind is not Kind.WORD or len(piece.plain) < 5 or _known(piece, words):
        return piece
    most = 2 if len(piece.plain) >= 8 else 1
    hit = process.extractOne(piece.plain, words.misspelt, scorer=OSA.distance, score_cutoff=most)
    return replace(piece, plain=hit[0]) if hit and hit[0][0] == piece.plain[0] else piece


def _known(piece: Piece, words: Grammar) -> bool:
    return piece.plain in words.noise or plain(owner(piece.text)) in words.noise


def _cued(words: Grammar) -> Cued:
    def cued(pieces: Sequence[Piece], index: int) -> bool:
        before = index - 1
        while before >= 0 and pieces[before].plain in words.articles:
            before -= 1
        return before >= 0 and pieces[before].plain in words.app_cues

    return cued


def _distinct(heard: Sequence[Heard]) -> tuple[App, ...]:
    return tuple({app.id: app for one in heard for app in one.apps}.values())
