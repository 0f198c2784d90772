"""Before a message is read: which language it is in, what of it only greets, and what was mistyped."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from dialogs.grammar import Grammar, grammar, languages
from dialogs.reading import known
from dialogs.sentence import Kind, Piece

SHORTEST_STRETCHED = 3  # letters that remain of a word with some of them typed over and over


def language_of(pieces: Sequence[Piece], locale: str | None) -> Grammar:
    """The grammar that knows most words; of equals the reader's own language, then English."""
    words = [piece for piece in pieces if piece.kind is Kind.WORD]
    own = (locale or "en").split("-")[0].lower()
    capitals = {piece.plain for index, piece in enumerate(words) if index and piece.capital}
    named = capitals - grammar(own if own in languages() else "en").telling  # Hans is somebody, and no Danish word

    def fit(language: str) -> tuple[int, bool, bool]:
        telling = grammar(language).telling
        unsaid = named if grammar(language).capitals_are_names else frozenset()
        fits = sum(piece.plain in telling and piece.plain not in unsaid for piece in words)
        return fits, language == own, language == "en"

    return grammar(max(languages(), key=fit))


def is_greeting(pieces: Sequence[Piece], words: Grammar) -> bool:
    """Whether it is nothing but a greeting or thanks, in whichever language."""
    shape = " ".join(piece.plain for piece in pieces)
    return any(grammar(language).greetings.fullmatch(shape) for language in {words.language, *languages()})


def without_greeting(pieces: tuple[Piece, ...], words: Grammar) -> tuple[Piece, ...]:
    """ "Hi there, why …" without its "Hi there"."""
    for count in range(min(4, len(pieces) - 1), 0, -1):
        if words.greetings.fullmatch(" ".join(piece.plain for piece in pieces[:count])):
            return pieces[count:]
    return pieces


def spelt(piece: Piece, words: Grammar) -> Piece:
    """A cue word with a typing error, set right: statsu → status. Its first letter must be right: names are near."""
    if piece.kind is not Kind.WORD:
        return piece
    if piece.plain in words.slips:
        return replace(piece, plain=words.slips[piece.plain])
    if known(piece, words):
        return piece
    once = re.sub(r"(.)\1+$|(.)\2{2,}", r"\1\2", piece.plain)
    if len(once) >= SHORTEST_STRETCHED and once in words.telling and not piece.capital:
        return replace(piece, plain=once)  # whyyy
    if len(piece.plain) < 5:
        return piece
    most = 2 if len(piece.plain) >= 8 else 1
    hit = process.extractOne(piece.plain, words.misspelt, scorer=OSA.distance, score_cutoff=most)
    return replace(piece, plain=hit[0]) if hit and hit[0][0] == piece.plain[0] else piece
