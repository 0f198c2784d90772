"""One message while it is being read, and what its grammar knows of its words."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dialogs.grammar import Grammar
from dialogs.meaning import LastAnswer
from dialogs.naming import Heard
from dialogs.sentence import Kind, Piece, owner, plain
from provisioning.model import Actor

FOREIGN = 0.4  # below this share of known words the sentence is in a language that we have no grammar for
SHORT = 3  # words; so few may all be names
ENDINGS = ("s", "es", "ed", "d", "ing", "ies", "ied", "er", "ers")
JOINTS = frozenset("and or nor und oder sowie et ou y e o i oraz czy och eller og en of ni".split())  # noqa: SIM905
PARTICLES = frozenset(
    "af al av bin da de del della den der di do dos du el la le st ter van vom von y zu".split()  # noqa: SIM905
)


@dataclass(slots=True, kw_only=True)
class Reading:
    """One message while it is being read."""

    message: str
    pieces: tuple[Piece, ...]
    heard: tuple[Heard, ...]
    grammar: Grammar
    actor: Actor
    last: LastAnswer | None
    shape: str = field(init=False)
    share_known: float = field(init=False)  # how much of the sentence the grammar knows, 0 to 1

    def __post_init__(self) -> None:
        self.shape = " ".join(piece.plain for piece in self.pieces)
        words = [piece for piece in self.pieces if piece.kind is Kind.WORD and not piece.capital]
        known = sum(piece.plain in self.grammar.noise for piece in words)
        self.share_known = known / len(words) if words else 1.0

    @property
    def foreign(self) -> bool:
        """Whether nobody taught us this language."""
        return self.share_known < FOREIGN and len(self.pieces) > SHORT

    def text_of(self, start: int, end: int) -> str:
        """The message from one piece to before another."""
        return self.message[self.pieces[start].start : self.pieces[end - 1].end]

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Which pieces ``shape[begin:end]`` covers."""
        first = self.shape[:begin].count(" ")
        return first, first + self.shape[begin:end].count(" ") + 1


def known(piece: Piece, words: Grammar) -> bool:
    """Whether it is a word of the language; written small, an ending more or less does not matter."""
    if piece.plain in words.noise or plain(owner(piece.text)) in words.noise:
        return True
    return not piece.capital and words.language == "en" and any(stem in words.noise for stem in _stems(piece.plain))


def _stems(word: str) -> Iterator[str]:
    """refuses → refuse, denied → deny, stopping → stop."""
    for ending in ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 4:
            yield from (stem, f"{stem}e", f"{stem}y")
            if stem[-1] == stem[-2]:
                yield stem[:-1]


def names_somebody(reading: Reading, index: int) -> bool:
    """Whether a piece can be somebody: an address, a mention, a word that no grammar knows."""
    piece = reading.pieces[index]
    if piece.kind is Kind.WORD:
        return not known(piece, reading.grammar)
    return piece.kind in (Kind.ADDRESS, Kind.OBJECT_ID, Kind.MENTION, Kind.QUOTED)


def touch(reading: Reading, index: int) -> bool:
    """Whether nothing but a space parts a piece from the one before it."""
    between = reading.message[reading.pieces[index - 1].end : reading.pieces[index].start]
    return between.strip(" ") == ""


def parted_by(reading: Reading, index: int) -> str:
    """What stands between a piece and the one before it."""
    return reading.message[reading.pieces[index - 1].end : reading.pieces[index].start].strip()
