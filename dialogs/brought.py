"""What a message brings as a list of people: pasted lines, a table, a file's text, or everybody who fails. Pure."""

import re
from dataclasses import dataclass

from dialogs.asking import Ask
from dialogs.sentence import plain
from provisioning.pasted import addresses_in, list_in, people_in

_FAILING = re.compile(
    r"\b(?:fail|fails|failed|failing|failures?|errors?|broken|stuck|not provisioned|could not|couldnt|unsuccessful"
    r"|fehlschlag\w*|fehlgeschlagen|scheiter\w*|nicht provisioniert)\b"
)
_BECAUSE = re.compile(
    r"\b(?:because of|because|due to|on account of|for the reason|with the error|with error|wegen|weil)\b\s*(.+)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """``people``: words for each; ``failing``: everybody who fails instead, for the reason ``because``."""

    people: tuple[str, ...] = ()
    failing: bool = False
    because: str = ""


def brought_by(ask: Ask, attached: str = "") -> Brought:
    """What the message brings; an attached text goes before what is written."""
    if attached:
        return Brought(people=people_in(attached))
    below = list_in(ask.question)
    if below and (people := people_in(below)):
        return Brought(people=people)
    addresses = addresses_in(ask.question)
    named = tuple(dict.fromkeys(one for one in (ask.person_id or ask.person_words, *ask.others) if one))
    if len(addresses) > max(1, len(named)):
        return Brought(people=addresses)
    if len(named) > 1:
        return Brought(people=named)
    said = plain(ask.question)
    if _FAILING.search(said):
        because = _BECAUSE.search(said)
        return Brought(failing=True, because=because[1].strip(" .!?") if because else "")
    return Brought(people=addresses or named)
