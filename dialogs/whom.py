"""Whom a message is about: whoever it names beyond doubt (addresses, ids, mentions) or by name, or "me" and "she"."""

from collections.abc import Iterator, Sequence

from dialogs.grammar import Grammar
from dialogs.meaning import Who, WhoKind
from dialogs.reading import JOINTS, PARTICLES, Reading, names_somebody
from dialogs.sentence import Kind, Piece, plain, squash
from provisioning.model import Actor


def people_of(reading: Reading, names: Sequence[Who], *, themself: bool = True) -> tuple[Who, ...]:
    """Everybody who is meant, each once. ``themself``: whether "I" is."""
    named = [_self_or(who, reading.actor) for who in (*_whole_people(reading), *names)]
    if named:
        return tuple(dict.fromkeys([*named, *_and_me(reading)]))
    shape = reading.grammar.not_me.sub("", reading.shape)
    if themself and reading.grammar.me.search(shape):
        return (_me(reading),)
    if reading.last and reading.last.person_id and reading.grammar.they.search(reading.shape):
        return (Who(kind=WhoKind.LAST, words="", id=reading.last.person_id),)
    return ()


def _me(reading: Reading) -> Who:
    return Who(kind=WhoKind.ME, words=reading.actor.upn, id=reading.actor.id)


def _and_me(reading: Reading) -> Iterator[Who]:
    """ "Maja and I", "Olle or me": oneself beside others."""
    for index, piece in enumerate(reading.pieces):
        if not reading.grammar.me.fullmatch(piece.plain):
            continue
        before = index >= 2 and reading.pieces[index - 1].plain in JOINTS and names_somebody(reading, index - 2)
        after = index + 2 < len(reading.pieces) and reading.pieces[index + 1].plain in JOINTS
        if before or (after and names_somebody(reading, index + 2)):
            yield _me(reading)
            return


def _whole_people(reading: Reading) -> Iterator[Who]:
    for piece in reading.pieces:
        match piece.kind:
            case Kind.ADDRESS:
                yield Who(kind=WhoKind.ADDRESS, words=piece.text)
            case Kind.OBJECT_ID:
                yield Who(kind=WhoKind.OBJECT_ID, words=piece.text)
            case Kind.MENTION if piece.id:
                yield Who(kind=WhoKind.MENTION, words=piece.text, id=piece.id)
            case Kind.MENTION:
                yield Who(kind=WhoKind.NAME, words=piece.text)
            case Kind.QUOTED if _could_be_quoted(piece, reading.grammar):
                yield Who(kind=WhoKind.NAME, words=piece.text)


def _could_be_quoted(piece: Piece, words: Grammar) -> bool:
    """Whether a quotation can be a name: "Will May" can, "access denied" and "provision Olle now" cannot."""
    parts = piece.text.split()
    small = [part for part in parts if not part[:1].isupper()]
    return len(parts) <= 5 and not any(plain(part).strip(".,:;!?") in words.noise - PARTICLES for part in small)


def _self_or(who: Who, actor: Actor) -> Who:
    """Whoever names themself in full, or (being allowed to ask about nobody else) by first name, means "me"."""
    if not actor.id:  # it is not known yet who speaks
        return who
    own = plain(actor.name)
    himself = (
        actor.id in (who.id, who.words)
        or who.words.casefold() == actor.upn.casefold()
        or (who.kind is WhoKind.NAME and squash(who.words) == squash(actor.name))
        or (who.kind is WhoKind.NAME and not actor.is_agent and plain(who.words) in own.split()[:1])
    )
    return Who(kind=WhoKind.ME, words=actor.upn, id=actor.id) if himself else who
