"""Names in a message: the words that no grammar explains.

Where a capital or an address names somebody, unknown words written small are no names, unless an "and" joins them;
where it stays doubtful, the directory is asked later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dialogs.meaning import Who, WhoKind
from dialogs.naming import CAPITALISED, Cued
from dialogs.reading import JOINTS, PARTICLES, Reading, known, names_somebody, parted_by, touch
from dialogs.sentence import Kind, begins, owner

MOST_DOUBTFUL = 6  # words that the directory is asked about
MANNERLY_ENDINGS = (
    "ing",
    "ed",
    "ly",
    "tion",
    "tions",
    "ness",
    "ment",
    "able",
    "ible",
    "ful",
    "less",
    "ously",
    "ised",
    "ized",
)
SEPARATORS = frozenset({",", ";", "/", "+", "&"})


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch of pieces that can be one name."""

    start: int
    end: int
    capital: bool  # written like a name where only names are
    joined: bool = False  # by "and" to another name


def names_in(reading: Reading, cued: Cued) -> tuple[list[Who], str]:
    """The words that no grammar explains: names of people, and what stands where an app's name should."""
    names: list[Who] = []
    app_words = ""
    runs = _chosen(reading, list(_runs(reading)), cued)
    for run in runs:
        if _captions_an_address(reading, run.end):
            continue
        words = owner(reading.text_of(run.start, run.end))
        if cued(reading.pieces, run.start) and not reading.heard and not app_words:
            app_words = words
        elif not (names and (cued(reading.pieces, run.start) or _completes_an_app(reading, run.start))):
            names.append(Who(kind=WhoKind.NAME, words=words, doubtful=not (run.capital or run.joined)))
    if not names and reading.foreign and reading.actor.is_agent and not _is_certain(reading):
        names = list(_any_word(reading))
    if not names and reading.heard and not _is_certain(reading):
        names = list(_who_is_a_word(reading))
    if len(names) == 1:
        names = [replace(names[0], doubtful=False)]
    return names, app_words


def _who_is_a_word(reading: Reading) -> Iterator[Who]:
    """ "Hope is not in Zoom": a sentence about an app that begins with a word of which somebody may be called."""
    first, *rest = reading.pieces
    begins_it = first.kind is Kind.WORD and first.capital and first.plain not in reading.grammar.telling
    if begins_it and rest and rest[0].plain in reading.grammar.of_somebody:
        yield Who(kind=WhoKind.NAME, words=first.text)


def _is_certain(reading: Reading) -> bool:
    """Whether somebody is named beyond doubt."""
    return any(piece.kind in (Kind.ADDRESS, Kind.OBJECT_ID, Kind.MENTION, Kind.QUOTED) for piece in reading.pieces)


def _any_word(reading: Reading) -> Iterator[Who]:
    """In a language that we do not know, an app was named: each of few unknown words may be somebody."""
    words = [piece.text for piece in reading.pieces if piece.kind is Kind.WORD and not known(piece, reading.grammar)]
    if reading.heard and len(words) <= MOST_DOUBTFUL:
        yield from (Who(kind=WhoKind.NAME, words=word, doubtful=True) for word in words if len(word) > 2)


def _chosen(reading: Reading, runs: list[_Run], cued: Cued) -> list[_Run]:
    """Of words written small, those that can be names beside what certainly is one."""
    hard = any(piece.kind in (Kind.ADDRESS, Kind.OBJECT_ID, Kind.MENTION) for piece in reading.pieces)
    if any(run.capital and not _is_acronym(reading, run) for run in runs):
        runs = [run for run in runs if not _is_acronym(reading, run)]
    apps = [run for run in runs if not reading.heard and cued(reading.pieces, run.start)]
    begun = [run for run in runs if reading.pieces[run.start].capital and run not in apps]
    sure = begun and not reading.foreign  # the first word has a capital anyway, but it is none that we know
    if not hard and not sure and not any(run.capital and run not in apps for run in runs):
        return runs
    return [run for run in runs if run.capital or run.joined or run in begun or run in apps]


def _is_acronym(reading: Reading, run: _Run) -> bool:
    """Whether it is one short word in capitals (ETA, VPN): no name where another capital names somebody."""
    text = reading.pieces[run.start].text
    return run.end - run.start == 1 and text.isupper() and 1 < len(text) <= 4


def _captions_an_address(reading: Reading, index: int) -> bool:
    """Whether an address follows that says who is meant: José García (jose@fabrikam.example)."""
    if index >= len(reading.pieces) or reading.pieces[index].kind not in (Kind.ADDRESS, Kind.OBJECT_ID):
        return False
    between = reading.message[reading.pieces[index - 1].end : reading.pieces[index].start]
    return between.strip() in ("", "(", "<", "[", ":", "-", "–")


def _completes_an_app(reading: Reading, index: int) -> bool:
    """Whether a word stands right after an app: the rest of a longer name, as in "in Zoom Rooms"."""
    return index > 0 and reading.pieces[index - 1].kind is Kind.APP and touch(reading, index)


def _runs(reading: Reading) -> Iterator[_Run]:
    """Stretches of pieces that can be a name; particles (van, de la) belong to the name around them."""
    count = len(reading.pieces)
    could_be = [_could_be_a_name(reading, index) for index in range(count)]
    if reading.grammar.capitals_are_names:
        anybody = any(could_be)
        beside = [_capital_inside(reading, index) for index in range(count)]
        could_be = [
            sure or (maybe and (not anybody or _beside(could_be, reading, index)))
            for index, (sure, maybe) in enumerate(zip(could_be, beside, strict=True))
        ]
    for index in range(count):
        could_be[index] = could_be[index] or _is_a_place(reading, index)
    start = 0
    while start < count:
        if not could_be[start]:
            start += 1
            continue
        end = start + 1
        while end < count and (could_be[end] or _joins(reading, could_be, end)) and touch(reading, end):
            end += 1
        yield from _shortened(reading, start, end)
        start = end


def _shortened(reading: Reading, start: int, end: int) -> Iterator[_Run]:
    """In a language that we do not know, the capital that begins the sentence is no name if another follows."""
    first, rest = reading.pieces[start], reading.pieces[start + 1 : end]
    if reading.foreign and begins(reading.message, first.start):
        later = [piece for piece in reading.pieces[start + 1 :] if piece.kind is Kind.WORD and piece.capital]
        if rest and rest[0].capital:
            start += 1
        elif later and not rest and not _before_a_verb(reading, start):
            return
    owning = next((n for n in range(start, end - 1) if owner(reading.pieces[n].text) != reading.pieces[n].text), end)
    if owning < end and not reading.pieces[owning + 1].capital:
        end = owning + 1  # Petra's inbox: the rest is hers
    if _touching_small(reading, start, end):
        end = start + next(n for n, piece in enumerate(reading.pieces[start:end]) if not piece.capital)
    run = _Run(start=start, end=end, capital=_written_like_a_name(reading, start))
    yield replace(run, joined=_is_joined(reading, start, end))


def _before_a_verb(reading: Reading, index: int) -> bool:
    """Whether small words follow, none of which is a name: "Olle nem tud …" is about Olle."""
    following = reading.pieces[index + 1 : index + 3]
    later = [piece for piece in reading.pieces[index + 1 :] if piece.kind is Kind.WORD and piece.capital]
    return not later and len(following) == 2


def _touching_small(reading: Reading, start: int, end: int) -> bool:
    """Whether a name with a capital runs on into small words that are no particles: "Maja reports"."""
    pieces = reading.pieces[start:end]
    small = [
        piece for piece in pieces if not piece.capital and piece.plain not in PARTICLES and piece.plain[:1].isalpha()
    ]
    cased = any(c.islower() or c.isupper() for c in pieces[0].text)
    return cased and pieces[0].capital and bool(small) and not pieces[-1].capital


def _is_joined(reading: Reading, start: int, end: int) -> bool:
    """Whether "and" or a comma ties it to another name."""
    pieces = reading.pieces
    before = start >= 2 and pieces[start - 1].plain in JOINTS and names_somebody(reading, start - 2)
    after = end + 1 < len(pieces) and pieces[end].plain in JOINTS and names_somebody(reading, end + 1)
    listed = (
        start >= 1 and names_somebody(reading, start - 1) and parted_by(reading, start) in {",", ";", "/", "+", "&"}
    )
    goes_on = end < len(pieces) and names_somebody(reading, end) and parted_by(reading, end) in SEPARATORS
    return before or after or listed or goes_on


def _is_listed(reading: Reading, index: int) -> bool:
    """Whether a comma or an "and" stands beside it or beside the word before or after."""
    near = [reading.pieces[at].plain for at in range(max(0, index - 2), min(len(reading.pieces), index + 3))]
    if "and" in near or "und" in near:
        return True
    before = index > 0 and parted_by(reading, index) in SEPARATORS
    after = index + 1 < len(reading.pieces) and parted_by(reading, index + 1) in SEPARATORS
    return before or after


def _written_like_a_name(reading: Reading, index: int) -> bool:
    piece = reading.pieces[index]
    if not any(c.islower() or c.isupper() for c in piece.text):
        return True  # a script without capitals
    shouting = all(p.capital for p in reading.pieces if p.kind is Kind.WORD)
    return piece.capital and not shouting and not begins(reading.message, piece.start)


def _could_be_a_name(reading: Reading, index: int) -> bool:
    piece = reading.pieces[index]
    if piece.kind is not Kind.WORD or not any(c.isalpha() for c in piece.plain):
        return False
    if known(piece, reading.grammar) or len(piece.plain) < 2 or piece.plain[0].isdigit():
        return False
    if piece.capital:
        return not (piece.text.isupper() and len(piece.text) <= 2)  # HR, IT
    if reading.foreign:
        return _is_listed(reading, index)
    return not (piece.plain.endswith(MANNERLY_ENDINGS) and len(piece.plain) >= 6 and reading.grammar.language == "en")


def _capital_inside(reading: Reading, index: int) -> bool:
    """A common word with a capital within a sentence of small letters: Will, Mark, Grace."""
    piece = reading.pieces[index]
    shouting = all(p.capital for p in reading.pieces if p.kind is Kind.WORD)
    is_word = piece.kind is Kind.WORD and piece.capital and len(piece.plain) > 2
    pronoun = bool(reading.grammar.me.fullmatch(piece.plain) or reading.grammar.they.fullmatch(piece.plain))
    inside = index > 0 and not begins(reading.message, piece.start)
    return (
        is_word
        and inside
        and not shouting
        and not piece.text.isupper()
        and not pronoun
        and piece.plain not in CAPITALISED
    )


def _beside(could_be: Sequence[bool], reading: Reading, index: int) -> bool:
    """Whether a name stands right beside it: Will Smith, Room Aurora."""
    left = index > 0 and could_be[index - 1] and touch(reading, index)
    right = index + 1 < len(could_be) and could_be[index + 1] and touch(reading, index + 1)
    return (left and reading.pieces[index - 1].capital) or (right and reading.pieces[index + 1].capital)


def _is_a_place(reading: Reading, index: int) -> bool:
    """Rooms and desks have accounts: Desk 1.01, room Aurora."""
    pieces, places = reading.pieces, reading.grammar.places
    here = pieces[index]
    if here.kind is not Kind.WORD:
        return False
    if here.plain in places and index + 1 < len(pieces) and touch(reading, index + 1):
        follows = pieces[index + 1]
        return follows.kind is Kind.WORD and (follows.plain[:1].isdigit() or (follows.capital and here.capital))
    digits = here.plain[:1].isdigit()
    return digits and index > 0 and pieces[index - 1].plain in places and touch(reading, index)


def _joins(reading: Reading, could_be: Sequence[bool], index: int) -> bool:
    """Whether the pieces from ``index`` on are particles that lead to another part of the name."""
    end = index
    while end < len(could_be) and reading.pieces[end].plain in PARTICLES - (
        JOINTS if reading.grammar.language != "en" else set()
    ):
        end += 1
    return index < end < len(could_be) and could_be[end]
