"""User objects. Null means "known to be empty"; an attribute that was not asked for is not in ``attributes`` at all."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from provisioning.messages.lenient import instant
from provisioning.model import Person

# What a person is recognised by, for lists.
NAMES = (
    "id",
    "accountEnabled",
    "createdDateTime",
    "displayName",
    "givenName",
    "mail",
    "onPremisesSyncEnabled",
    "otherMails",
    "proxyAddresses",
    "surname",
    "userPrincipalName",
    "userType",
)
# What mappings and scoping filters usually read; asked for before the job's schema is known.
USUAL = (
    *NAMES,
    "businessPhones",
    "city",
    "companyName",
    "country",
    "department",
    "employeeId",
    "employeeType",
    "faxNumber",
    "jobTitle",
    "mailNickname",
    "mobilePhone",
    "officeLocation",
    "onPremisesDomainName",
    "onPremisesImmutableId",
    "onPremisesSamAccountName",
    "onPremisesUserPrincipalName",
    "postalCode",
    "preferredLanguage",
    "state",
    "streetAddress",
    "usageLocation",
)
# The provisioning schema's names for what the users API names otherwise.
ALIASES = {
    "dirSyncEnabled": "onPremisesSyncEnabled",
    "dnsDomainName": "onPremisesDomainName",
    "facsimileTelephoneNumber": "faxNumber",
    "immutableId": "onPremisesImmutableId",
    "mobile": "mobilePhone",
    "objectId": "id",
    "originalUserPrincipalName": "userPrincipalName",
    "physicalDeliveryOfficeName": "officeLocation",
    "telephoneNumber": "businessPhones",
}
_FURTHER = frozenset({"ageGroup", "employeeHireDate", "externalUserState", "onPremisesDistinguishedName"})
_EXTENSION = re.compile(r"extension_[0-9a-fA-F]{32}_\w+")
_ON_PREMISES = re.compile(r"extensionAttribute(1[0-5]|[1-9])")


def further(names: Iterable[str]) -> tuple[str, ...]:
    """What to ask for besides the usual, so that these schema attributes are known; unaskable ones are left out.

    ``manager``, ``appRoleAssignments`` and the service's own ``IsSoftDeleted`` are no properties of a user.
    """
    found = set()
    for name in names:
        if _ON_PREMISES.fullmatch(name):
            found.add("onPremisesExtensionAttributes")
        elif name in _FURTHER or _EXTENSION.fullmatch(name):
            found.add(name)
    return tuple(sorted(found))


def read_person(row: Mapping[str, Any], asked: Iterable[str] = USUAL) -> Person:
    """A user object; ``asked`` are the names in its $select: Graph leaves out some that are empty."""
    attributes = _attributes(row, asked)
    synced = row.get("onPremisesSyncEnabled")
    enabled = row.get("accountEnabled")
    return Person(
        id=str(row["id"]),
        upn=_text(row.get("userPrincipalName")) or "",
        name=_text(row.get("displayName")) or _text(row.get("userPrincipalName")) or "",
        mail=_text(row.get("mail")),
        enabled=enabled if isinstance(enabled, bool) else None,
        guest=str(row.get("userType") or "").lower() == "guest",
        synced_from_ad=synced is True,
        created=instant(row.get("createdDateTime")),
        deleted=instant(row.get("deletedDateTime")),
        attributes=attributes,
    )


def _attributes(row: Mapping[str, Any], asked: Iterable[str]) -> dict[str, str | bool | None]:
    """By Graph's names, and once more by the schema's where they differ."""
    found = {name: _value(row.get(name)) for name in dict.fromkeys([*asked, *row])}
    found = {name: value for name, value in found.items() if not name.startswith("@")}
    on_premises = row.get("onPremisesExtensionAttributes")
    if isinstance(on_premises, Mapping):
        found |= {str(name): _value(value) for name, value in on_premises.items()}
        del found["onPremisesExtensionAttributes"]
    return found | {alias: found[name] for alias, name in ALIASES.items() if name in found}


def _value(value: Any) -> str | bool | None:
    """Several values become one text; no value and empty text are both "empty"."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return _text("; ".join(str(item) for item in value if isinstance(item, str)))
    return _text(value)


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None
