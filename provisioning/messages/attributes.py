"""Attribute names: what an app calls ``name.familyName`` the directory calls ``surname``.

The table holds the default SCIM mapping of Microsoft Entra ID and the spellings that apps use in their messages.
A job's own schema knows better; whoever has one asks it first.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

# Folded spelling (letters and digits only, lower case) → the directory's name.
_DIRECTORY = {
    "username": "userPrincipalName",
    "userprincipalname": "userPrincipalName",
    "emailstypeeqworkvalue": "mail",
    "emailstypeeqwork": "mail",
    "emailsvalue": "mail",
    "emails": "mail",
    "email": "mail",
    "emailaddress": "mail",
    "workemail": "mail",
    "primaryemail": "mail",
    "mail": "mail",
    "namegivenname": "givenName",
    "givenname": "givenName",
    "firstname": "givenName",
    "namefamilyname": "surname",
    "familyname": "surname",
    "lastname": "surname",
    "surname": "surname",
    "nameformatted": "displayName",
    "displayname": "displayName",
    "active": "accountEnabled",
    "accountenabled": "accountEnabled",
    "title": "jobTitle",
    "jobtitle": "jobTitle",
    "department": "department",
    "employeenumber": "employeeId",
    "employeeid": "employeeId",
    "manager": "manager",
    "externalid": "mailNickname",
    "mailnickname": "mailNickname",
    "preferredlanguage": "preferredLanguage",
    "phonenumberstypeeqworkvalue": "telephoneNumber",
    "telephonenumber": "telephoneNumber",
    "phonenumberstypeeqmobilevalue": "mobile",
    "mobilephone": "mobile",
    "addressestypeeqworkcountry": "country",
    "addressestypeeqworkregion": "state",
    "addressestypeeqworklocality": "city",
    "addressestypeeqworkpostalcode": "postalCode",
    "addressestypeeqworkstreetaddress": "streetAddress",
    "addressestypeeqworkformatted": "physicalDeliveryOfficeName",
    "country": "country",
    "costcenter": "costCenter",
    "companyname": "companyName",
    "usagelocation": "usageLocation",
}
# Ordinary English words: they name an attribute only where the text quotes them or gives a path.
_PROSE = frozenset({"active", "title", "manager", "department", "country"})
_CORE = "urnietfparamsscimschemascore20user"
_EXTENSION = "urnietfparamsscimschemasextensionenterprise20user"

_PATH = r"[A-Za-z][\w]*(?:\[[^\]\n]{1,40}\])?(?:\.?[A-Za-z][\w]*)*"
_NAME = re.compile(r"(?:urn:[\w:.\-]{1,90}:)?" + _PATH)
_QUOTES = "'\"`“”‘’«»[("
_MAIL_WORDS = re.compile(r"\be-?mail(?: address)?\b", re.IGNORECASE)
_SPELT_OUT = (
    (re.compile(r"\bfirst name\b|\bgiven name\b", re.IGNORECASE), "name.givenName"),
    (re.compile(r"\blast name\b|\bfamily name\b", re.IGNORECASE), "name.familyName"),
    (re.compile(r"\buser name\b", re.IGNORECASE), "userName"),
    (re.compile(r"\bdisplay name\b", re.IGNORECASE), "displayName"),
    (_MAIL_WORDS, 'emails[type eq "work"].value'),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """One attribute that a text names: the app's spelling, and the directory's name if the table knows it."""

    target: str
    directory: str


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Letters and digits only, lower case, without SCIM's schema prefix: what spellings have in common."""
    folded = "".join(sign for sign in name.casefold() if sign.isalnum())
    for prefix in (_CORE, _EXTENSION):
        folded = folded.removeprefix(prefix) or folded
    return folded


def directory_name(target: str) -> str | None:
    """The directory's name of a target attribute, in whatever spelling the log has it; None if unknown."""
    if target.isalnum() and not target.startswith("urn"):  # most words of a text: no need to fold them
        return _DIRECTORY.get(target.casefold())
    return _DIRECTORY.get(fold(target))


@lru_cache(maxsize=128)
def attributes_in(words: str) -> tuple[Naming, ...]:
    """Every attribute that a text names, in its order, each directory name once."""
    found: dict[int, Naming] = {}
    for match in _NAME.finditer(words):
        target = match.group().rstrip(".")
        directory = directory_name(target)
        if directory and (fold(target) not in _PROSE or _is_quoted(words, match.start(), match.end())):
            found.setdefault(match.start(), Naming(target=target, directory=directory))
    for spelling, target in _SPELT_OUT:
        if spelt := spelling.search(words):
            found.setdefault(spelt.start(), Naming(target=target, directory=_DIRECTORY[fold(target)]))
    once: dict[str, Naming] = {}
    for at in sorted(found):
        once.setdefault(found[at].directory, found[at])
    return tuple(once.values())


def _is_quoted(words: str, start: int, end: int) -> bool:
    before = words[start - 1] if start else " "
    after = words[end] if end < len(words) else " "
    return before in _QUOTES and not after.isalnum()
