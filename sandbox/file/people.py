"""Users, groups and places, in Graph's own property names."""

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from sandbox.file.base import Guid, Instant, Strict, Text
from sandbox.properties import GROUP, USER

_KINDS: dict[str, tuple[Any, Any]] = {
    "text": (Text, None),
    "flag": (bool | None, None),
    "texts": (list[str], msgspec.field(default_factory=list)),
    "instant": (Instant | None, None),
    "list": (list[Any], msgspec.field(default_factory=list)),
}


def _directory_object(name: str, known: dict[str, str], special: dict[str, tuple[Any, Any]]) -> Any:
    fields = {key: _KINDS[kind] for key, kind in known.items()} | special
    listed = [(key, kind, default) for key, (kind, default) in fields.items() if default is not ...]
    asked = [(key, kind) for key, (kind, default) in fields.items() if default is ...]
    return msgspec.defstruct(name, [*asked, *listed], forbid_unknown_fields=True, kw_only=True)


if TYPE_CHECKING:  # made from the lists of properties, so their types exist only while it runs
    User = Any
    Group = Any
else:
    User = _directory_object(
        "User",
        USER,
        {
            "id": (Guid, ...),
            "userPrincipalName": (str, ...),
            "displayName": (str, ...),
            "accountEnabled": (bool, True),
            "userType": (Literal["Member", "Guest"], "Member"),
            "createdDateTime": (Instant, Instant("-P90D")),
            "manager": (Guid | None, None),
        },
    )
    Group = _directory_object(
        "Group",
        GROUP,
        {
            "id": (Guid, ...),
            "displayName": (str, ...),
            "securityEnabled": (bool, True),
            "mailEnabled": (bool, False),
            "createdDateTime": (Instant, Instant("-P90D")),
            "members": (list[Guid], msgspec.field(default_factory=list)),
        },
    )


class Mailbox(Strict):
    """What a mailbox is for, where that is not plain: Graph's mailboxSettings.userPurpose."""

    email_address: str
    user_purpose: Literal["user", "linked", "shared", "room", "equipment", "others"]


class Place(Strict):
    email_address: str
    display_name: str
    kind: Literal["room", "workspace", "desk"]
    id: Guid | None = None
    building: Text = None
    capacity: int | None = None
    booking_type: Literal["standard", "reserved", None] = None
    floor_label: Text = None
    floor_number: int | None = None
    is_wheel_chair_accessible: bool | None = None
    nickname: Text = None
    phone: Text = None
    tags: list[str] = msgspec.field(default_factory=list)
