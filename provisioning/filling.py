"""Filling in what is empty: which attributes the desk may write, and what may stand in them.

Only attributes that people know and that decide nothing about rights. An account that is synchronised from
on-premises is written there or nowhere: Graph refuses it.
"""

import re
from collections.abc import Mapping

from provisioning.attributes import UNREAD, value_of
from provisioning.model import Cause, Diagnosis, Person

LONGEST_WHY = 500  # characters
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
# The attribute by Graph's name, and how long Graph lets it be.
WRITABLE: Mapping[str, int] = {
    "mail": 113,
    "givenName": 64,
    "surname": 64,
    "department": 64,
    "jobTitle": 128,
    "employeeId": 16,
    "companyName": 64,
    "officeLocation": 128,
    "city": 128,
    "country": 128,
}


def fillable(seen: Diagnosis) -> tuple[str, ...]:
    """The empty attributes that keep the person out and that the desk could fill in; all of them, or none."""
    missing = next((one for one in seen.findings if one.cause is Cause.MISSING_ATTRIBUTE), None)
    if missing is None or seen.person.synced_from_ad or seen.person.deleted:
        return ()
    names = missing.facts.get("attributes", ())
    named = (names,) if isinstance(names, str) else tuple(names)
    return named if all(name in WRITABLE for name in named) else ()


def still_empty(person: Person, names: Mapping[str, str]) -> bool | None:
    """Whether each of them is empty today; None where that was not read."""
    values = [value_of(person, name) for name in names]
    if UNREAD in values:
        return None
    return all(value in (None, "") for value in values)


def is_filled_so(person: Person, values: Mapping[str, str]) -> bool:
    """Whether each of them holds exactly this already."""
    return all(value_of(person, name) == value for name, value in values.items())


def is_shown(person: Person, values: Mapping[str, str]) -> bool:
    """Whether a directory that may lag shows what was filled in, or what somebody has written over it since."""
    if is_filled_so(person, values):
        return True
    return all(value_of(person, name) not in (None, "", UNREAD) for name in values)


def is_fit(name: str, value: str) -> bool:
    """Whether the value can stand in the attribute. An address has to look like one; nothing else is judged."""
    if not value or value != value.strip() or len(value) > WRITABLE.get(name, 0) or not value.isprintable():
        return False
    return bool(_ADDRESS.fullmatch(value)) if name == "mail" else True
