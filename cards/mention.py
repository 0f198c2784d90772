"""A line that mentions somebody who has to act. Nobody else is mentioned, ever."""

from collections.abc import Sequence

from cards._kit import Card, make, text
from cards.words import _
from provisioning.model import Actor


def mention_card(words: str, people: Sequence[Actor]) -> Card:
    """``words`` (fit for a card already) behind the names of those who have to act."""
    marks = [f"<at>{_plain(person.name or person.upn)}</at>" for person in people]
    entities = [
        {"type": "mention", "text": mark, "mentioned": {"id": person.id, "name": _plain(person.name or person.upn)}}
        for mark, person in zip(marks, people, strict=True)
    ]
    names = ", ".join(_plain(person.name or person.upn) for person in people)
    line = _("{names}: {words}")
    card = make([text(line.format(names=", ".join(marks), words=words))], summary=line.format(names=names, words=words))
    return card | {"msteams": {"entities": entities}}


def _plain(name: str) -> str:
    """A name inside the mark must be the one of the entity, character for character."""
    return "".join(sign for sign in name if sign not in "<>*_[]`\\").strip()
