"""The demo's company on the day on which many people join: who they are, and what stands in the way of some of them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sandbox

DEMO = Path(sandbox.__file__).with_name("demo.json")
GIVEN = (
    "Ada", "Bjorn", "Clara", "Daniel", "Edda", "Felix", "Gosia", "Hugo", "Irina", "Jakob",
    "Karin", "Leon", "Mira", "Nils", "Oona", "Piotr", "Rania", "Stefan", "Thea", "Victor",
)  # fmt: skip
FAMILY = (
    "Abbott", "Bergstrom", "Castro", "Dubois", "Ekman", "Fontana", "Graf", "Hoffmann", "Ibsen", "Jansen",
    "Kowalski", "Lehmann", "Moretti", "Nyberg", "Ortega", "Petersen", "Rossi", "Schneider", "Toivonen", "Wagner",
)  # fmt: skip
MOST = len(GIVEN) * len(FAMILY)
NOBODY, TWO_PEOPLE = "Xaver Nobody", "Maja Nowak"  # words on the list that are not one person
THERE, TO_BE_DISABLED = ("elin", "dmitri", "olle"), "pavel"  # of the demo's company: in the app; there and not assigned


@dataclass(frozen=True, slots=True, kw_only=True)
class Joiners:
    """``tenant``: the company with them. ``words``: the list as somebody pastes it; so many of it can be called."""

    tenant: dict[str, Any]
    words: tuple[str, ...]
    ids: frozenset[str]  # object ids of whoever can be called
    doomed: int  # of them, whom AskCody will refuse


def joiners(people: int) -> Joiners:
    """``people`` who can be called, and more who cannot: not assigned, there already, not one person.

    Of those who are called some have no mail address, some a job title that the app has a rule against, some an address
    that belongs to an account made by hand. Nobody can see that before the call.
    """
    world = json.loads(DEMO.read_text(encoding="utf-8"))
    app = next(one for one in world["apps"] if one["displayName"] == "AskCody")
    group = next(one for one in world["groups"] if one["displayName"] == "AskCody Users")
    unassigned = max(1, people // 50)
    if people + unassigned > MOST:
        raise ValueError(f"There are names for {MOST - MOST // 50} people.")
    everybody = [_person(number) for number in range(people + unassigned)]
    called = everybody[:people]
    visiting, taken, without_mail = called[8::17], called[5::67], called[3::50]
    for one in visiting:
        one["jobTitle"] = "Visiting scholar"
    app["target"]["accounts"] += [_made_by_hand(one) for one in taken]
    for one in without_mail:
        one["mail"] = None
    world["users"] += everybody
    group["members"] += [one["id"] for one in called]
    words = [one["userPrincipalName"] if n % 3 else one["displayName"] for n, one in enumerate(everybody)]
    for n, strange in enumerate((NOBODY, TWO_PEOPLE), start=1):
        words.insert(n * len(words) // 3, strange)
    words += [f"{name}@fabrikam.example" for name in (*THERE, TO_BE_DISABLED)]
    refused = {one["id"] for one in (*visiting, *taken, *without_mail)}
    return Joiners(tenant=world, words=tuple(words), ids=frozenset(one["id"] for one in called), doomed=len(refused))


def _person(number: int) -> dict[str, Any]:
    """Somebody of a name of their own: neighbours on the list share neither given nor family name."""
    given, family = GIVEN[number % len(GIVEN)], FAMILY[(number + number // len(GIVEN)) % len(FAMILY)]
    address = f"{given}.{family}@fabrikam.example".casefold()
    return {
        "id": f"a0000000-0000-4000-8000-1{number:011d}",
        "userPrincipalName": address,
        "displayName": f"{given} {family}",
        "givenName": given,
        "surname": family,
        "mail": address,
        "department": "New joiners",
        "employeeId": str(5000 + number),
        "createdDateTime": "-P1D",
    }


def _made_by_hand(one: dict[str, Any]) -> dict[str, Any]:
    """An account in the app that nobody linked to the person whose address it has."""
    return {
        "userName": f"{one['givenName']}.byhand".casefold() + one["employeeId"],
        "active": True,
        "displayName": f"{one['displayName']} (made by hand)",
        "name": {"givenName": one["givenName"], "familyName": one["surname"]},
        "emails": [{"type": "work", "primary": True, "value": one["mail"]}],
    }
