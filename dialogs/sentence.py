"""A message taken apart: words with their plain forms, and what names somebody beyond doubt (addresses, ids, mentions).

Nothing here belongs to a language, and nothing is looked up.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dialogs.talk import Mention

_ADDRESS = re.compile(r"[\w.+'%-]+(?:#EXT#)?@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_OBJECT_ID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|«\s*([^»]+?)\s*»|(?<![\w])[\'‘]([^\'’]+)[\'’](?!\w)')
_AT = re.compile(r"<at[^>]*>(.*?)</at>", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:[-.'’´`]\w+)*(?:['’](?!\w))?")
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})


class Kind(StrEnum):
    """What a piece of a sentence is."""

    WORD = "word"
    ADDRESS = "address"
    OBJECT_ID = "object_id"
    MENTION = "mention"
    QUOTED = "quoted"
    APP = "app"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One word, or one thing that stands as a whole. ``start`` and ``end`` are offsets in the message."""

    kind: Kind
    text: str
    plain: str  # no accents, no case, no apostrophes; of a whole thing: @address, @app …
    start: int
    end: int
    id: str = ""  # object id of a mention

    @property
    def capital(self) -> bool:
        """Whether it is written like a name."""
        return self.text[:1].isupper()


def plain(words: str) -> str:
    """Without accents, case and apostrophes: José's → joses, Łukasz → lukasz."""
    decomposed = unicodedata.normalize("NFKD", words.casefold().translate(_UNDECOMPOSED))
    return "".join(c for c in decomposed if not unicodedata.combining(c) and c not in "'’´`‘")


def squash(words: str) -> str:
    """Only letters and digits of the plain form: "Ask Cody!" and "AskCody" are the same."""
    return "".join(c for c in plain(words) if c.isalnum())


def owner(word: str) -> str:
    """A name without its possessive ending: José's → José."""
    return re.sub(r"(['’]s|(?<=s)['’])$", "", word, flags=re.IGNORECASE)


def begins(message: str, at: int) -> bool:
    """Whether a sentence, a line or a clause begins at ``at``: there a capital says nothing."""
    before = message[:at].rstrip(" \t\"'“„«(¿¡*_")
    return not before or before[-1] in ".!?:\n;–—-" or "\n" in message[len(before) : at]


def take_apart(message: str, mentions: Sequence[Mention] = ()) -> tuple[Piece, ...]:
    """All pieces of a message in their order."""
    whole = _without_overlap(_whole_things(message, mentions))
    pieces: list[Piece] = []
    at = 0
    for thing in whole:
        pieces += _words(message, at, thing.start)
        pieces.append(thing)
        at = thing.end
    return (*pieces, *_words(message, at, len(message)))


def _words(message: str, start: int, end: int) -> Iterator[Piece]:
    for found in _WORD.finditer(message, start, end):
        yield Piece(kind=Kind.WORD, text=found[0], plain=plain(found[0]), start=found.start(), end=found.end())


def _whole_things(message: str, mentions: Sequence[Mention]) -> Iterator[Piece]:
    for mention in mentions:
        start = message.find(mention.text) if mention.text else -1
        if start >= 0:
            yield _whole(Kind.MENTION, mention.name, start, start + len(mention.text), id=mention.id)
    for found in _AT.finditer(message):
        yield _whole(Kind.QUOTED, found[1].strip(), found.start(), found.end())
    for found in _OBJECT_ID.finditer(message):
        yield _whole(Kind.OBJECT_ID, found[0].lower(), found.start(), found.end())
    for found in _ADDRESS.finditer(message):
        yield _whole(Kind.ADDRESS, found[0].strip("'."), found.start(), found.end())
    for found in _QUOTED.finditer(message):
        inner = next(group for group in found.groups() if group)
        yield _whole_of_quoted(inner.strip(), found.start(), found.end())


def _whole_of_quoted(inner: str, start: int, end: int) -> Piece:
    if _ADDRESS.fullmatch(inner):
        return _whole(Kind.ADDRESS, inner, start, end)
    if _OBJECT_ID.fullmatch(inner):
        return _whole(Kind.OBJECT_ID, inner.lower(), start, end)
    return _whole(Kind.QUOTED, inner, start, end)


def _whole(kind: Kind, text: str, start: int, end: int, *, id: str = "") -> Piece:  # noqa: A002
    return Piece(kind=kind, text=text, plain=f"@{kind}", start=start, end=end, id=id)


def _without_overlap(things: Iterator[Piece]) -> list[Piece]:
    """Earlier kinds win over later ones, except that a quotation that holds a whole thing takes it in."""
    kept: list[Piece] = []
    for thing in things:
        inside = [k for k in kept if k.start < thing.end and thing.start < k.end]
        if not inside:
            kept.append(thing)
        elif thing.kind in (Kind.ADDRESS, Kind.OBJECT_ID) and all(
            thing.start <= k.start and k.end <= thing.end for k in inside
        ):
            kept = [k for k in kept if k not in inside] + [thing]
    return sorted(kept, key=lambda piece: piece.start)
