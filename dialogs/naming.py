"""Which application a sentence means: written as it is called, split, misspelt, or only its first word."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from dialogs.sentence import Kind, Piece, owner, plain, squash
from provisioning.model import App

LONGEST_NAME = 5  # words
SHORTEST_GUESS = 4  # letters; shorter names are taken only as they are written
SURE = 0.8  # similarity that is enough for a name of SURE_LETTERS
SURE_LETTERS = 6
CLOSE = 0.5  # enough to be offered: with less, "Photoshop" was taken for HubSpot
LIKELY = 0.65  # enough right after "in", "into" …, where only an app can stand

# Written with a capital within a sentence, whatever they mean (april, june and august are names of people).
_CAPITALISED = """
monday tuesday wednesday thursday friday saturday sunday january february march july september october november
december english german french spanish polish swedish helpdesk teams microsoft entra azure outlook
"""
CAPITALISED = frozenset(_CAPITALISED.split())

Cued = Callable[[Sequence[Piece], int], bool]  # whether an app's name is to be expected at this place


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was taken for an app. Several apps: the words fit each of them. ``literal``: written as it is called."""

    said: str
    apps: tuple[App, ...]
    literal: bool


def find_apps(
    pieces: Sequence[Piece], apps: Sequence[App], *, telling: frozenset[str], known: frozenset[str], cued: Cued
) -> tuple[tuple[Piece, ...], tuple[Heard, ...]]:
    """The pieces with every app as one piece of kind APP, and what was heard, in the same order.

    ``telling``: words that the rules of the language use; an app that is called like one needs a cue or a capital.
    ``known``: every word that is ordinary; none of them is a misspelt app.
    """
    names = _names(tuple(apps))
    found = list(_written(pieces, names, telling, known, cued)) or _resembling(pieces, names, known, cued)
    result: list[Piece] = []
    at = 0
    for start, end, heard in found:
        result += pieces[at:start]
        first, last = pieces[start], pieces[end - 1]
        tail = _tail(last, heard, known)
        until = tail.start if tail else last.end
        result.append(Piece(kind=Kind.APP, text=heard.said, plain="@app", start=first.start, end=until))
        result += [tail] if tail else []
        at = end
    return (*result, *pieces[at:]), tuple(heard for _, _, heard in found)


def nearest_apps(words: str, apps: Sequence[App], *, most: int = 5) -> tuple[App, ...]:
    """Up to ``most`` apps whose names come close to ``words``, best first; where nothing is close, all by name."""
    ranked = process.extract(
        squash(words), [squash(app.name) for app in apps], scorer=OSA.normalized_similarity, limit=most
    )
    close = tuple(apps[index] for _, score, index in ranked if score >= CLOSE)
    return close or tuple(sorted(apps, key=lambda app: plain(app.name)))


def app_named(words: str, apps: Sequence[App]) -> tuple[App, ...]:
    """The apps that an answer consisting of nothing but a name means; empty: none."""
    key = squash(words)
    if len(key) < 2:
        return ()
    names = _names(tuple(apps))
    if fits := names.whole.get(key) or names.begun.get(key):
        return fits
    best = process.extractOne(key, names.whole.keys(), scorer=OSA.normalized_similarity, score_cutoff=LIKELY)
    return names.whole[best[0]] if best else ()


Index = dict[str, tuple[App, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Apps by what they may be called, squashed: the whole name, its first words, any word that is long enough."""

    whole: Index
    begun: Index  # Salesforce for "Salesforce (Production)"
    within: Index  # cody for AskCody
    telling: Index  # webex for Cisco Webex: a word that is in one app's name alone


@lru_cache(maxsize=4)
def _names(apps: tuple[App, ...]) -> _Names:
    return _Names(
        whole=_index(apps, lambda name: [name]),
        begun=_index(apps, _beginnings, shortest=SHORTEST_GUESS) | _index(apps, _initials),
        within=_index(apps, _words, shortest=SHORTEST_GUESS),
        telling={
            word: fits for word, fits in _index(apps, str.split, shortest=SHORTEST_GUESS).items() if len(fits) == 1
        },
    )


def _index(apps: Sequence[App], called: Callable[[str], Iterable[str]], *, shortest: int = 1) -> Index:
    found: defaultdict[str, tuple[App, ...]] = defaultdict(tuple)
    for app in apps:
        for key in {squash(words) for words in called(app.name)}:
            if len(key) >= shortest:
                found[key] += (app,)
    return dict(found)


def _beginnings(name: str) -> Iterator[str]:
    words = re.split(r"[\s.]+", name)  # Monday for Monday.com
    return (" ".join(words[:n]) for n in range(1, len(words)))


def _initials(name: str) -> Iterator[str]:
    """A name's first word where it is short and all capitals: AWS of AWS IAM Identity Center."""
    first, _space, rest = name.partition(" ")
    if rest and first.isupper() and len(first) == SHORTEST_GUESS - 1:
        yield first


def _words(name: str) -> list[str]:
    """Words as written, and the parts that capitals set off."""
    parts = "".join(f" {c}" if c.isupper() else c for c in name)
    return [*parts.split(), *name.split()]


def _windows(pieces: Sequence[Piece], start: int) -> Iterator[tuple[int, str]]:
    """Ends and texts of everything that could be one name from ``start`` on, longest first."""
    if pieces[start].kind is Kind.QUOTED:
        yield start + 1, pieces[start].text
        return
    end = start
    while end < len(pieces) and end - start < LONGEST_NAME and pieces[end].kind is Kind.WORD:
        end += 1
    for stop in range(end, start, -1):
        yield stop, " ".join(piece.text for piece in pieces[start:stop])


Found = tuple[int, int, Heard]


def _written(
    pieces: Sequence[Piece], names: _Names, telling: frozenset[str], known: frozenset[str], cued: Cued
) -> Iterator[Found]:
    start = 0
    while start < len(pieces):
        whole = next(_exact(pieces, start, names, telling, cued), None)
        hit = whole or next(_in_part(pieces, start, names, known, cued), None)
        if hit is None:
            start += 1
        else:
            yield hit
            start = hit[1]


def _exact(pieces: Sequence[Piece], start: int, names: _Names, known: frozenset[str], cued: Cued) -> Iterator[Found]:
    for end, said in _windows(pieces, start):
        said = said if squash(said) in names.whole else _without_tail(owner(said), names)
        fits = names.whole.get(squash(said), ())
        if fits and _meant(pieces, start, end, known, cued):
            literal = any(said.casefold() == app.name.casefold() for app in fits)
            yield start, end, Heard(said=said, apps=fits, literal=literal)


def _in_part(pieces: Sequence[Piece], start: int, names: _Names, known: frozenset[str], cued: Cued) -> Iterator[Found]:
    """Part of a name that no other word can be: its first words, or one word of it (webex of Cisco Webex)."""
    for end, said in _windows(pieces, start):
        said = _without_tail(owner(said), names)
        fits = names.begun.get(squash(said)) or (names.telling.get(squash(said), ()) if end - start == 1 else ())
        ordinary = all(piece.plain in known for piece in pieces[start:end])
        if fits and end - start == 1 and ordinary:
            fits = fits if cued(pieces, start) or _set_off(pieces, start) else ()
        if fits:
            yield start, end, Heard(said=said, apps=fits, literal=False)


def _set_off(pieces: Sequence[Piece], start: int) -> bool:
    """Whether a word stands within a sentence with a capital, and is no day or month that has one anyway."""
    return start > 0 and pieces[start].capital and pieces[start].plain not in CAPITALISED


def _without_tail(said: str, names: _Names) -> str:
    """Zoom-Konto → Zoom, Zoom'a → Zoom."""
    for between in "-'’":
        head, parted, tail = said.partition(between)
        if parted and " " not in tail and squash(said) not in names.whole and squash(head) in names.whole:
            return head
    return said


def _tail(last: Piece, heard: Heard, known: frozenset[str]) -> Piece | None:
    """The ordinary word that hangs on an app's name: the Sync of AskCody-Sync."""
    _head, parted, tail = last.text.partition("-")
    if not parted or plain(tail) not in known or squash(last.text) in squash(heard.said):
        return None
    return Piece(kind=Kind.WORD, text=tail, plain=plain(tail), start=last.end - len(tail), end=last.end)


def _meant(pieces: Sequence[Piece], start: int, end: int, known: frozenset[str], cued: Cued) -> bool:
    if end - start > 1 or pieces[start].plain not in known:
        return True
    return cued(pieces, start) or _set_off(pieces, start)


def _resembling(pieces: Sequence[Piece], names: _Names, known: frozenset[str], cued: Cued) -> list[Found]:
    """The one stretch that comes closest to a name, if any comes close enough."""
    best: tuple[float, int, Found] | None = None
    for start in range(len(pieces)):
        for end, said in _windows(pieces, start):
            if all(piece.plain in known for piece in pieces[start:end]) and not _begins_one(said, names):
                continue
            score, fits = _similar(squash(owner(said)), names, cued(pieces, start))
            rank = (score, start - end)  # as good with fewer words is better
            if fits and (best is None or rank > best[:2]):
                best = (*rank, (start, end, Heard(said=owner(said), apps=fits, literal=False)))
    return [best[2]] if best else []


def _crossed(key: str, name: str) -> bool:
    """Whether two neighbouring letters stand in the wrong order: slakc."""
    alike = len(key) == len(name) >= SHORTEST_GUESS and sorted(key) == sorted(name)
    return alike and OSA.distance(key, name) == 1


def _begins_one(said: str, names: _Names) -> bool:
    """Whether several ordinary words are the first words of an app's name: sales force."""
    return " " in said and squash(said) in names.begun


def _similar(key: str, names: _Names, cue: bool) -> tuple[float, tuple[App, ...]]:
    if len(key) < SHORTEST_GUESS and not (cue and len(key) > 2):
        return 0.0, ()
    if key in names.begun:
        return 0.99, names.begun[key]
    if cue and key in names.within:
        return 0.95, names.within[key]
    cutoff = LIKELY if cue else SURE
    called = names.begun | names.whole
    if crossed := next((name for name in called if _crossed(key, name)), None):
        return SURE, called[crossed]
    hit = process.extractOne(key, called.keys(), scorer=OSA.normalized_similarity, score_cutoff=cutoff)
    if not hit or len(hit[0]) < (SHORTEST_GUESS if cue else SURE_LETTERS):
        return 0.0, ()
    return hit[1], called[hit[0]]
