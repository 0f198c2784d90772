"""People: by id, by address, by name. An exact match stands alone; in doubt everybody who fits comes back."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from provisioning.errors import DeskError, NotAllowedError, NotThereError, RefusedError
from provisioning.graph.addresses import literal, path
from provisioning.graph.batch import MOST as MOST_PARTS
from provisioning.graph.batch import Part, batch
from provisioning.graph.client import GraphClient
from provisioning.graph.lists import PAGE, read_items
from provisioning.graph.tally import settled, side_by_side
from provisioning.graph.wire.people import NAMES, USUAL, read_person
from provisioning.model import Actor, Person, Role

T = TypeVar("T")
Row = dict[str, Any]

MOST = 10  # people that one answer offers
_LOOKED_THROUGH = "100"  # hits that are ranked here
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_DELETED = path("directory", "deletedItems", "microsoft.graph.user")


async def read_by_id(client: GraphClient, person_id: str, extra: Iterable[str] = ()) -> Person:
    """One user, also a soft-deleted one. NotThereError if there is none."""
    asked = (*USUAL, *extra)
    try:
        row = await client.get(path("users", person_id), Row, options={"$select": ",".join(asked)})
    except NotThereError:
        row = await client.get(path("directory", "deletedItems", person_id), Row)
        if not str(row.get("@odata.type") or "#microsoft.graph.user").endswith(".user"):
            raise
        asked = ()  # this address takes no $select: what it leaves out stays unknown
    return read_person(row, asked)


async def read_manager(client: GraphClient, person_id: str) -> str | None:
    """The manager's name, by their id where they have none; None where nobody is entered."""
    try:
        row = await client.get(path("users", person_id, "manager"), Row, options={"$select": "id,displayName"})
    except NotThereError:
        return None
    return str(row.get("displayName") or row.get("id") or "") or None


async def read_many(client: GraphClient, ids: Sequence[str]) -> dict[str, Person]:
    """Accounts by their ids, twenty in a round trip; whoever cannot be read is left out."""
    select = {"$select": ",".join(NAMES)}
    found: dict[str, Person] = {}
    for start in range(0, len(ids), MOST_PARTS):
        some = ids[start : start + MOST_PARTS]
        answers = await batch(client, [Part(path=path("users", each), options=select) for each in some])
        for each, answer in zip(some, answers, strict=True):
            if answer.good:
                found[each] = read_person(client.decode(answer, Row), NAMES)
    return found


async def read_actor(client: GraphClient, person_id: str, *, agents: str | None, admins: str | None) -> Actor:
    """Who this is, with the roles that the groups give now, nested membership included.

    A disabled account keeps no role, nor does one of which Graph does not say whether it is enabled. NotThereError
    for an unknown or deleted one.
    """
    groups = {group: role for group, role in ((agents, Role.AGENT), (admins, Role.ADMIN)) if group}
    who = Part(
        path=path("users", person_id),
        options={"$select": "id,displayName,userPrincipalName,accountEnabled"},
    )
    asked = Part(path=path("users", person_id, "checkMemberGroups"), body={"groupIds": list(groups)})
    answers = await batch(client, [who, asked] if groups else [who])
    person = read_person(client.decode(answers[0], Row), asked=())
    held = client.decode(answers[1], dict[str, Any]).get("value") if groups else []
    roles = {Role.PERSON}
    if person.enabled is True and isinstance(held, list):
        lower = {str(group).lower() for group in held}
        roles |= {role for group, role in groups.items() if group.lower() in lower}
    return Actor(id=person.id, upn=person.upn, name=person.name, roles=frozenset(roles))


async def find(client: GraphClient, words: str) -> tuple[Person, ...]:
    """People that fit ``words``: an object id, a whole address or a (partial) name. At most 3 calls, 2 rounds."""
    words = " ".join(words.split())[:100]
    if not any(sign.isalnum() for sign in words):
        return ()
    if _is_id(words):
        try:
            return (await read_by_id(client, words),)
        except NotThereError:
            return ()
    if _ADDRESS.fullmatch(words):
        return await _by_address(client, words)
    return await _by_name(client, words)


async def _by_address(client: GraphClient, address: str) -> tuple[Person, ...]:
    """Whoever holds this very address. A deleted account's UPN has its id in front, so it is known by its ending."""
    text, smtp = literal(address), literal(f"smtp:{address}")
    there = (
        f"userPrincipalName eq {text} or mail eq {text} or proxyAddresses/any(p:p eq {smtp})"
        f" or otherMails/any(o:o eq {text})"
    )
    gone = f"mail eq {text} or endswith(userPrincipalName,{text})"
    async with side_by_side() as run:
        present = run(_exact(client, {"$filter": there}))
        deleted = run(settled(_listed(client, _DELETED, {"$filter": gone, "$count": "true"}, eventual=True)))
    found = [*present.result(), *_or_nobody(deleted.result())]
    return tuple(_unique(person for person in found if _holds(person, address)))[:MOST]


async def _exact(client: GraphClient, options: dict[str, str]) -> list[Person]:
    """The plain directory knows an account at once; only its search index is sure to take the whole filter."""
    try:
        return await _listed(client, path("users"), options)
    except RefusedError:
        return await _listed(client, path("users"), {**options, "$count": "true"}, eventual=True)


async def _by_name(client: GraphClient, words: str) -> tuple[Person, ...]:
    """The search index first; if it knows nobody, whoever begins alike and differs by a letter or two."""
    every = {"$search": _search(words), "$count": "true"}
    some = {"$search": _search(words, *words.split()), "$count": "true"}  # few are deleted: here each word may do
    async with side_by_side() as run:
        present = run(_listed(client, path("users"), every, eventual=True))
        deleted = run(settled(_listed(client, _DELETED, some, eventual=True)))
    found = present.result()
    found += [person for person in _or_nobody(deleted.result()) if _resembles(person, words)]
    exact = [person for person in found if folded(person.name) == folded(words)]
    if not found:
        found = await _listed(client, path("users"), {"$filter": _beginnings(words), "$top": str(PAGE)})
        found = [person for person in found if _resembles(person, words)]
    return tuple(_unique(exact or sorted(found, key=lambda person: -_closeness(person, words))))[:MOST]


async def _listed(client: GraphClient, where: str, options: dict[str, str], *, eventual: bool = False) -> list[Person]:
    names = (*NAMES, "deletedDateTime") if where == _DELETED else NAMES
    options = {"$select": ",".join(names), "$top": _LOOKED_THROUGH, **options}
    rows = await read_items(client, where, Row, options=options, eventual=eventual)
    return [read_person(row, asked=NAMES) for row in rows.items]


def _or_nobody(people: "list[Person] | DeskError") -> list[Person]:
    """Deleted people are an addition: a tenant that does not let us look there still finds the others."""
    if isinstance(people, DeskError) and not isinstance(people, NotAllowedError):
        raise people
    return [] if isinstance(people, DeskError) else people


def _search(*names: str) -> str:
    """Each name as it is and without accents; a single word also as the beginning of an address."""
    clauses = []
    for spelling in dict.fromkeys(spelling for name in names for spelling in (name, _plain(name))):
        clean = re.sub(r'["\\]', " ", spelling).strip()
        if not clean:
            continue
        clauses.append(f'"displayName:{clean}"')
        if " " not in clean:
            clauses += [f'"mail:{clean}"', f'"userPrincipalName:{clean}"', f'"givenName:{clean}"', f'"surname:{clean}"']
    return " OR ".join(clauses)


def _beginnings(words: str) -> str:
    """Names and addresses that begin like one of the words; also as if its second and third letter were swapped."""
    usual = [word for word in (*_plain(words).split(), *words.split()) if len(word) > 1]
    swapped = [word[0] + word[2] for word in usual if len(word) > 2]
    starts = list(dict.fromkeys([*(word[:2] for word in usual), *swapped])) or [words[:2]]
    names = ("displayName", "surname", "userPrincipalName")  # five beginnings: Graph takes 15 clauses
    return " or ".join(f"startswith({name},{literal(start)})" for start in starts[:5] for name in names)


def folded(text: str) -> str:
    """For comparing: no accents, no case, single spaces."""
    return " ".join(_plain(text).casefold().split())


def _plain(text: str) -> str:
    stripped = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(sign for sign in stripped if not unicodedata.combining(sign))


# Letters that Unicode does not take apart.
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "Ae"})


def _words_of(person: Person) -> list[str]:
    local = (person.mail or "").partition("@")[0], person.upn.partition("@")[0]
    return [word for text in (person.name, *local) for word in re.split(r"[\s._\-#]+", folded(text)) if word]


def _resembles(person: Person, words: str) -> bool:
    """Whether every word that was asked for begins, or nearly is, some word of the person's name or address."""
    own = _words_of(person)
    return all(any(_is_near(word, mine) for mine in own) for word in folded(words).split())


def _is_near(word: str, other: str) -> bool:
    """Up to two slips in a long word, one in a short one; another letter in a very short one is another name."""
    if other.startswith(word):
        return True
    if len(word) < 3:
        return False
    if len(word) < 5 and len(word) == len(other) and sorted(word) != sorted(other):
        return False
    return OSA.distance(word, other) <= (1 if len(word) < 6 else 2)


def _closeness(person: Person, words: str) -> float:
    return float(fuzz.WRatio(folded(words), folded(person.name))) - (5.0 if person.deleted else 0.0)


def _holds(person: Person, address: str) -> bool:
    """Guards against an index that folds more than an address may be folded."""
    wanted = address.casefold()
    others = f"{person.attributes.get('proxyAddresses') or ''}; {person.attributes.get('otherMails') or ''}"
    every = [person.upn, person.mail or "", *others.split("; ")]
    own = {item.casefold().removeprefix("smtp:") for item in every}
    return wanted in own or (person.deleted is not None and person.upn.casefold().endswith(wanted))


def _unique(people: Iterable[Person]) -> list[Person]:
    return list({person.id: person for person in people}.values())


def _is_id(words: str) -> bool:
    try:
        UUID(words)
    except ValueError:
        return False
    return "-" in words


async def read_twins(client: GraphClient, attribute: str, value: str, *, besides: str) -> tuple[Person, ...]:
    """Other accounts with exactly this value; the first few."""
    options = {"$filter": f"{attribute} eq {literal(value)}", "$select": ",".join(NAMES), "$top": "5"}
    rows = await read_items(client, path("users"), Row, options=options)
    found = [read_person(row, NAMES) for row in rows.items]
    return tuple(person for person in found if person.id.lower() != besides.lower())
