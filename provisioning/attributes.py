"""A person's directory attributes, by the names that mappings and filters use for them.

Graph and the synchronization schema do not always agree on a name (officeLocation is physicalDeliveryOfficeName).
What was not read is UNREAD, never empty.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import Final, Literal

from provisioning.messages.attributes import attributes_in, directory_name, fold
from provisioning.model import AttributeMapping, Person, Schema


class _Unread(Enum):
    UNREAD = "unread"


UNREAD: Final = _Unread.UNREAD
Value = str | bool | None
Unread = Literal[_Unread.UNREAD]

# Name in the synchronization schema → name in Graph, both folded to lower case.
_ALIASES = {
    "objectid": "id",
    "physicaldeliveryofficename": "officelocation",
    "mobile": "mobilephone",
    "telephonenumber": "businessphones",
    "l": "city",
    "st": "state",
    "c": "country",
    "givenname": "givenname",
    "sn": "surname",
    "company": "companyname",
    "originaluserprincipalname": "userprincipalname",
}
# Functions whose result is empty when everything that they read is empty.
_PASSING = frozenset(
    {
        "coalesce",
        "trim",
        "tolower",
        "toupper",
        "mid",
        "left",
        "right",
        "replace",
        "removeduplicates",
        "normalizediacritics",
        "stripspaces",
    }
)
_FUNCTION = re.compile(r"([A-Za-z]+)\s*\(")
_WORD = re.compile(r"\w+")
_LITERAL = re.compile(r'"[^"]+"')


def value_of(person: Person, name: str) -> Value | Unread:
    """The value of an attribute; None if the directory has none, UNREAD if nobody looked."""
    wanted = name.casefold()
    names = {wanted, _ALIASES.get(wanted, wanted)}
    for key, value in person.attributes.items():
        if key.casefold() in names:
            return value
    own: dict[str, Value] = {
        "id": person.id,
        "userprincipalname": person.upn,
        "displayname": person.name,
        "mail": person.mail,
    }
    if person.enabled is not None:
        own["accountenabled"] = person.enabled
    own["issoftdeleted"] = person.deleted is not None
    return next((own[key] for key in sorted(names) if key in own), UNREAD)


def is_empty(person: Person, mapping: AttributeMapping) -> bool | None:
    """Whether this mapping would send nothing for this person; None when that cannot be told without running it."""
    if mapping.has_default or not mapping.sources:
        return False
    values = [value_of(person, source) for source in mapping.sources]
    if any(value is UNREAD for value in values):
        return None
    blank = all(_blank(value) for value in values)
    if len(values) == 1 and _is_direct(mapping):
        return blank
    if not blank:
        return False if _functions(mapping) == {"coalesce"} else None
    return True if _functions(mapping) <= _PASSING and not _LITERAL.search(mapping.expression or "") else None


def _blank(value: Value | Unread) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_direct(mapping: AttributeMapping) -> bool:
    words = (mapping.expression or "").strip()
    return not words or words.strip("[] ").casefold() == mapping.sources[0].casefold()


def _functions(mapping: AttributeMapping) -> set[str]:
    return {name.casefold() for name in _FUNCTION.findall(mapping.expression or "")}


def matching_mappings(schema: Schema) -> tuple[AttributeMapping, ...]:
    """What people are matched by, in the order in which it is tried."""
    used = [mapping for mapping in schema.mappings if mapping.matching_priority > 0]
    return tuple(sorted(used, key=lambda mapping: mapping.matching_priority))


def mappings_named(words: str, schema: Schema) -> tuple[AttributeMapping, ...]:
    """The mappings whose target a foreign text names, by this job's own names first, then by common spelling."""
    return _mappings_named(words, schema.mappings)


@lru_cache(maxsize=64)
def _mappings_named(words: str, mappings: tuple[AttributeMapping, ...]) -> tuple[AttributeMapping, ...]:
    """Asked several times for one diagnosis, of an error text that may be long."""
    spoken = frozenset(_WORD.findall(words.casefold()))
    found = [mapping for mapping in mappings if _leaf(mapping.target) in spoken]
    for naming in attributes_in(words):
        if any(directory_name(m.target) == naming.directory or naming.directory in m.sources for m in found):
            continue
        found += _fitting(naming.target, naming.directory, mappings)[:1]
    return tuple(dict.fromkeys(found))


def _fitting(target: str, directory: str, mappings: tuple[AttributeMapping, ...]) -> list[AttributeMapping]:
    same = [mapping for mapping in mappings if fold(mapping.target) == fold(target)]
    alike = [mapping for mapping in mappings if directory_name(mapping.target) == directory]
    return same or alike or [mapping for mapping in mappings if directory in mapping.sources]


def _leaf(target: str) -> str | None:
    """The last part of a target, where it is a word of its own: costCenterCode, but not value or type."""
    leaf = re.split(r"[:.]", target)[-1]
    return leaf.casefold() if any(sign.isupper() for sign in leaf[1:]) else None
