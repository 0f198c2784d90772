"""Reading what a click carries. It comes from the client: every value is looked at before it counts."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cards import unsealed
from cards.words import _
from dialogs.talk import Reply, Seal
from provisioning.errors import RefusedError

LONGEST_TEXT = 4000
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


def identifier(data: Mapping[str, Any], key: str) -> str:
    """An id that has to be there."""
    value = identifier_or_nothing(data, key)
    if not value:
        raise RefusedError(_("This button does not say what it is about. Please ask anew."))
    return value


def identifier_or_nothing(data: Mapping[str, Any], key: str) -> str:
    """An id, "" without one."""
    value = data.get(key, "")
    if not isinstance(value, str) or (value and not _ID.fullmatch(value)):
        raise RefusedError(_("This button carries something that cannot be read. Please ask anew."))
    return value


def count(data: Mapping[str, Any], key: str) -> int:
    """Which version of a case or step of a ticket the button was drawn from; 0, which is none, if it does not say."""
    value = data.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)  # some clients give numbers back as texts
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def number(data: Mapping[str, Any], key: str) -> int:
    """The number of a ticket."""
    value = data.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise RefusedError(_("This button does not say what it is about. Please ask anew."))
    return value


def text(data: Mapping[str, Any], key: str, *, longest: int = LONGEST_TEXT) -> str:
    """What somebody wrote into a field, without the blanks around it."""
    return said(data, key, longest=longest).strip()


def said(data: Mapping[str, Any], key: str, *, longest: int = LONGEST_TEXT) -> str:
    """A text as it came, "" where a client sent none."""
    value = data.get(key, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RefusedError(_("This button carries something that cannot be read. Please ask anew."))
    return value[:longest]


def noted(reply: Reply, note: str) -> Reply:
    """The card for everybody, and words for who pressed."""
    return replace(reply, note=note)


def of_no_worth(seal: Seal) -> str:
    """Why a button that is not sealed well does nothing."""
    match seal:
        case Seal.EXPIRED:
            return unsealed.expired()
        case Seal.FORGED:
            return unsealed.not_ours()
        case _:
            return unsealed.older_card()
